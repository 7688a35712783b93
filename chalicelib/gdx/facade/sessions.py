"""Tokens of the façade: got for a key and its secret, idle out after an hour, worthless once the key is revoked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from ...shared.errors import Fault, Invalid, Unavailable
from ...shared.ids import new_token
from ...shared.keyring import Keyring
from ...shared.storage import Create, Item, Key, Table, Update, WriteRefused
from . import store
from .errors import ConsumerNotFound, TokenNotFound, consumer_not_found, token_not_found
from .keys import ConsumerKeys
from .model import LASTS, Session
from .rules import ended, opens, to_note
from .views import ConsumerAnswer

MAX_TEXT = 200
"""Characters of a key, secret, token or agent; longer text is none of ours and is not even hashed."""


class Sessions:
    """Who a legacy call comes from.

    Args:
        table: the room's table.
        keys: the consumer keys.
        keyring: pseudonyms of tokens and officers.
        clock: tells the time.
    """

    def __init__(self, table: Table, keys: ConsumerKeys, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._keys = keys
        self._keyring = keyring
        self._clock = clock

    def open(self, consumer_key: str | None, secret: str | None, agent: str | None) -> str:
        """A new token (a UUID, as the gateway's).

        Args:
            consumer_key: header `Consumer-Key`.
            secret: `ConsumerSecret`.
            agent: `AgentID`, the officer's citizen id or a system's name.

        Raises:
            ConsumerNotFound: key and secret do not belong together.
            Invalid: no AgentID: a call must be traceable to somebody.
        """
        if not consumer_key or not secret or max(len(consumer_key), len(secret)) > MAX_TEXT:
            raise consumer_not_found()
        item = self._table.get(store.key_key(self._keys.id_of(consumer_key)))
        if item is None:
            raise consumer_not_found()
        key = store.consumer_key_from(item.data["key"])
        now = self._clock()
        if not opens(key, self._keys.code_of(secret), now):
            raise consumer_not_found()
        name = (agent or "").strip()
        if not name or len(name) > MAX_TEXT:
            raise Invalid(
                "ต้องระบุ AgentID เป็นเลขประจำตัวประชาชนของเจ้าหน้าที่หรือชื่อระบบ",
                "AgentID is mandatory: the officer's citizen id, or a system's name.",
                [Fault("query:AgentID", "ต้องระบุ", "Mandatory here.")],
            )
        token = str(uuid.uuid4())
        content = {
            "key": key.id,
            "subsystem": str(key.subsystem),
            # bound to the member: two agencies cannot join what one officer did at both
            "agent": self._keyring.pseudonym(f"agent\n{key.subsystem.member}\n{name}"),
            "opened_at": now.isoformat(),
            "used_at": now.isoformat(),
        }
        expires = int((now + LASTS).timestamp())
        self._table.write([Create(Item(self._place(token), content, expires=expires))], new_token())
        return token

    def holder(self, consumer_key: str | None, token: str | None) -> Session:
        """Whom a call's key and token stand for, in one request to the table.

        Raises:
            ConsumerNotFound: the key is missing, unknown or revoked.
            TokenNotFound: the token is missing, ended, or was got with another key.
        """
        if not consumer_key or len(consumer_key) > MAX_TEXT:
            raise consumer_not_found()
        if not token or len(token) > MAX_TEXT:
            raise token_not_found()
        identifier = self._keys.id_of(consumer_key)
        found = self._table.get_many([store.key_key(identifier), self._place(token)])
        known = found.get(store.key_key(identifier))
        key = None if known is None else store.consumer_key_from(known.data["key"])
        if key is None or key.revoked_at is not None:
            raise consumer_not_found()
        item, now = found.get(self._place(token)), self._clock()
        if item is None or item.data["key"] != key.id:
            raise token_not_found()
        used_at = datetime.fromisoformat(item.data["used_at"])
        if ended(datetime.fromisoformat(item.data["opened_at"]), used_at, now):
            raise token_not_found()
        if to_note(used_at, now):
            self._note(item, now)
        return Session(key.subsystem, item.data["agent"], key.purpose)

    def introspect(self, consumer_key: str, token: str) -> ConsumerAnswer:
        """The same for another platform at whose door the pair came: a finding instead of a refusal."""
        try:
            return ConsumerAnswer(system=str(self.holder(consumer_key, token).subsystem))
        except ConsumerNotFound:
            return ConsumerAnswer(system=None, wrong="consumer")
        except TokenNotFound:
            return ConsumerAnswer(system=None, wrong="token")

    def _note(self, item: Item, now: datetime) -> None:
        later = item.next({**item.data, "used_at": now.isoformat()}, expires=item.expires)
        try:
            self._table.write([Update(later)], new_token())
        except (WriteRefused, Unavailable):
            return  # another call noted the use, or the next one will

    def _place(self, token: str) -> Key:
        return store.token_key(self._keyring.pseudonym(f"consumer-token\n{token}"))
