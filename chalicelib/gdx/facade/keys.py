"""Consumer keys: issued to a subsystem, shown once, kept as codes, replaced with an overlap, revoked at once."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import asdict, field, replace
from datetime import datetime

from ...shared.dataclass import dataclass
from ...shared.errors import Fault, Invalid, TooMany, WrongState, not_found
from ...shared.journal import Head, Journal, Once
from ...shared.keyring import Keyring
from ...shared.storage import Change, Count, Create, Item, Json, Key, Require, Table, Update, every
from .. import store as room
from ..directory import Directory
from ..ids import SubsystemId
from . import store
from .model import MAX_KEYS, OVERLAP, ConsumerKey, Secret


@dataclass(frozen=True)
class Issued:
    """A key as its owner sees it this once.

    Attributes:
        consumer_key: what goes into the header `Consumer-Key`; None when only the secret is new.
        consumer_secret: what `/ws/auth/validate` asks for.
    """

    key: ConsumerKey
    consumer_key: str | None = field(repr=False)
    consumer_secret: str = field(repr=False)


class ConsumerKeys:
    """The consumer keys of all subsystems.

    Args:
        table: the room's table.
        journal: the room's journal.
        keyring: makes the codes that are kept instead of keys and secrets.
        directory: knows the subsystems.
        clock: tells the time.
    """

    def __init__(
        self, table: Table, journal: Journal, keyring: Keyring, directory: Directory, clock: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._journal = journal
        self._keyring = keyring
        self._directory = directory
        self._clock = clock

    def issue(self, subsystem: SubsystemId, label: str, purpose: str | None, *, by: str, once: Once) -> Issued:
        """A new key with its first secret. A repeat of the request learns the key's id, not the secret.

        Raises:
            Invalid: no such subsystem, or it was withdrawn.
            WrongState: the subsystem has as many keys as it may have.
            Replayed: this very request issued a key before.
        """
        self._journal.read(once)
        there = self._directory.subsystem_now(subsystem)
        if there is None or not there.active:
            raise Invalid(
                "ไม่พบระบบนี้ในศูนย์แลกเปลี่ยนข้อมูล",
                "No such subsystem is registered.",
                [Fault("/subsystem", "ไม่พบระบบนี้", "Not registered, or withdrawn.")],
            )
        text, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
        key = ConsumerKey(
            id=self.id_of(text),
            subsystem=subsystem,
            label=label,
            purpose=purpose,
            secrets=(Secret(self.code_of(secret)),),
            created_at=self._clock(),
        )
        changes: list[Change] = [
            Require(room.subsystem_key(subsystem)),
            Count(Key(store.keys_pk(subsystem), "COUNT"), 1, MAX_KEYS),
        ]
        try:
            self._commit(None, key, "issued", by, once, changes)
        except TooMany:
            raise WrongState(
                f"ระบบนี้มี Consumer-Key ที่ใช้งานอยู่ครบ {MAX_KEYS} รายการแล้ว โปรดเพิกถอนรายการเดิมก่อน",
                f"The subsystem has {MAX_KEYS} working keys; revoke one first.",
            ) from None
        return Issued(key, text, secret)

    def rotate(self, identifier: str, owner: SubsystemId | None, *, by: str, once: Once) -> Issued:
        """A new secret for a key; the old one works on for `OVERLAP`, an older one ends now.

        Args:
            identifier: id of the key.
            owner: whose key it must be, or None for anyone's.
            by: who does it.
            once: the attempt.

        Raises:
            NotFound: no such key of this owner.
            WrongState: it is revoked.
        """
        self._journal.read(once)
        item, key = self._found(identifier, owner)
        _refuse_revoked(key)
        secret = secrets.token_urlsafe(32)
        before = replace(key.secrets[0], until=self._clock() + OVERLAP)
        key = replace(key, secrets=(Secret(self.code_of(secret)), before))
        self._commit(item, key, "rotated", by, once, [])
        return Issued(key, None, secret)

    def revoke(self, identifier: str, owner: SubsystemId | None, *, by: str, once: Once) -> ConsumerKey:
        """Ends a key, its secrets and every token got with it, from the next call on; a revoked key stays so.

        Raises:
            NotFound: no such key of this owner.
        """
        self._journal.read(once)
        item, key = self._found(identifier, owner)
        if key.revoked_at is not None:
            return key
        key = replace(key, secrets=(), revoked_at=self._clock())
        less = Count(Key(store.keys_pk(key.subsystem), "COUNT"), -1, MAX_KEYS)
        self._commit(item, key, "revoked", by, once, [less])
        return key

    def of(self, subsystem: SubsystemId) -> list[ConsumerKey]:
        """All keys of a subsystem, revoked ones too (through an index: may be a moment old)."""
        found = every(self._table, store.keys_pk(subsystem), index="by_consumer")
        return sorted((store.consumer_key_from(item.data["key"]) for item in found), key=lambda key: key.created_at)

    def id_of(self, consumer_key: str) -> str:
        """The id under which a key is kept."""
        return self._keyring.pseudonym(f"consumer-key\n{consumer_key}")

    def code_of(self, secret: str) -> str:
        """What is kept of a secret."""
        return self._keyring.mac("consumer-secret", secret.encode())

    def _found(self, identifier: str, owner: SubsystemId | None) -> tuple[Item, ConsumerKey]:
        item = self._table.get(store.key_key(identifier))
        if item is None:
            raise not_found("Consumer-Key นี้", "consumer key")
        key = store.consumer_key_from(item.data["key"])
        if owner not in (None, key.subsystem):
            raise not_found("Consumer-Key นี้", "consumer key")
        return item, key

    def _commit(
        self, item: Item | None, key: ConsumerKey, what: str, by: str, once: Once, changes: list[Change]
    ) -> None:
        head = Head() if item is None else Head(**item.data["head"])
        told: Json = {"subsystem": str(key.subsystem), "label": key.label, "purpose": key.purpose}
        event, head = self._journal.happened(head, subject=key.id, type=f"gdx.consumer-key.{what}", by=by, data=told)
        data = {"key": store.consumer_key_json(key), "head": asdict(head)}
        place = store.key_key(key.id)
        change: Change = (
            Create(Item(place, data, indexes={"by_consumer": Key(store.keys_pk(key.subsystem), key.id)}))
            if item is None
            else Update(item.next(data))
        )
        answer = {"id": key.id, "consumer_key": None, "consumer_secret": None}
        self._journal.commit(once, [change, *changes], [(place.pk, event)], answer)


def _refuse_revoked(key: ConsumerKey) -> None:
    if key.revoked_at is not None:
        raise WrongState("Consumer-Key นี้ถูกเพิกถอนแล้ว", "The consumer key is revoked; issue a new one.")
