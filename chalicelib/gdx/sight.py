"""What is read to decide about an exchange, in one request: from an `Ask` to a `Situation`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..shared.ids import new_token
from ..shared.keyring import Keyring
from ..shared.storage import Create, Item, Key, Table, Update
from . import store
from .checks import Look, Situation, subject_of
from .consents.store import consent_key
from .directory import Directory
from .model import Agreement, Ask
from .refusals import InvalidBody
from .rules import QUOTA_SHARDS, Used, thai_day

REPEAT = timedelta(minutes=15)
"""A repeat within this time is the same exchange; a later one is a new look at the data and recorded as one."""

FRESH_LOG = timedelta(seconds=30)
_REMEMBERED_AGREEMENTS = 1000


class Sight:
    """Knows what has to be read for a request, and makes sense of it.

    Args:
        directory: members, services; it remembers them for a while.
        table: the room's table.
        keyring: pseudonyms.
    """

    def __init__(self, directory: Directory, table: Table, keyring: Keyring) -> None:
        self._directory = directory
        self._table = table
        self._keyring = keyring
        self._seen: dict[tuple[str, str], tuple[Mapping[str, Any], Agreement]] = {}
        self._log: tuple[datetime, Item | None] | None = None

    def needs(self, ask: Ask, handle: str, now: datetime) -> list[Key]:
        """The keys of everything that decides about a request.

        What an agreement asks for beyond the common is guessed from its last sight; a wrong guess costs one more read
        (consent) or is found by the transaction (caps), never a wrong decision.
        """
        day = thai_day(now)
        keys = [
            store.agreement_key(ask.client, ask.service),
            store.leaf_key(handle),
            *(store.quota_key(ask.client, ask.service, day, shard) for shard in range(QUOTA_SHARDS)),
            *self._directory.unknown(
                store.subsystem_key(ask.client),
                store.member_key(ask.client.member),
                store.subsystem_key(ask.service.subsystem),
                store.service_key(ask.service),
            ),
        ]
        if self._log is None or now - self._log[0] > FRESH_LOG:
            keys.append(store.LOG_FRESH)
        seen = self._seen.get((str(ask.client), str(ask.service)))
        if seen is None:
            return keys
        agreement = seen[1]
        if agreement.rate_per_minute is not None:
            keys += [store.rate_key(ask.client, ask.service, now, shard) for shard in range(QUOTA_SHARDS)]
        if agreement.daily_bytes is not None:
            keys.append(store.volume_key(ask.client, ask.service, day))
        if agreement.consent and (key := self._consent_key(ask)) is not None:
            keys.append(key)
        return keys

    def situation(self, ask: Ask, handle: str, found: Mapping[Key, Item], now: datetime) -> Situation:
        """What decides about a request, from what was read for it (`needs`)."""
        self._directory.learn(found)
        if self._log is None or now - self._log[0] > FRESH_LOG:
            self._log = (now, found.get(store.LOG_FRESH))
        there = found.get(store.agreement_key(ask.client, ask.service))
        agreement = None if there is None else self._agreement(ask, there.data["content"])
        sealed = self._log[1]
        return Situation(
            ask=ask,
            now=now,
            handle=handle,
            client=self._directory.subsystem(ask.client),
            member=self._directory.member(ask.client.member),
            service=self._directory.service(ask.service),
            provider=self._directory.subsystem(ask.service.subsystem),
            agreement=agreement,
            used=_used(ask, found, now),
            consent=lambda: self._consent(ask, found),
            look=self._look(handle, found.get(store.leaf_key(handle)), now),
            log=None if sealed is None else sealed.data,
        )

    def _look(self, handle: str, first: Item | None, now: datetime) -> Look:
        """Which exchange a request is; a late repeat costs one more read, and one more for a repeat of that."""
        if first is None or _just_now(first.data["leaf"], now):
            return Look(handle, first)
        latest = self._table.get(store.again_key(handle))
        if latest is not None and _just_now(latest.data, now):
            return Look(latest.data["id"], self._table.get(store.leaf_key(latest.data["id"])))
        identifier = self._keyring.pseudonym(f"again\n{handle}\n{new_token()}")
        data = {"id": identifier, "at": now.isoformat(timespec="milliseconds")}
        if latest is None:
            return Look(identifier, latest=Create(Item(store.again_key(handle), data)))
        return Look(identifier, latest=Update(latest.next(data)))

    def _agreement(self, ask: Ask, content: Mapping[str, Any]) -> Agreement:
        """The agreement as read; made anew only where it is not what was read last."""
        pair = (str(ask.client), str(ask.service))
        seen = self._seen.get(pair)
        if seen is None or seen[0] != content:
            if len(self._seen) >= _REMEMBERED_AGREEMENTS:
                self._seen.clear()
            seen = self._seen[pair] = (content, store.agreement_from(content))
        return seen[1]

    def _consent_key(self, ask: Ask) -> Key | None:
        service = self._directory.service(ask.service)
        try:
            subject = None if service is None else subject_of(service, ask.body)
        except InvalidBody:
            return None  # the checks say so
        if subject is None:
            return None
        return consent_key(self._keyring.pseudonym(subject), ask.client, ask.service)

    def _consent(self, ask: Ask, found: Mapping[Key, Item]) -> Item | None:
        key = self._consent_key(ask)
        if key is None:
            return None
        return found.get(key) or self._table.get(key)


def _just_now(look: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(look["at"]) <= REPEAT


def _used(ask: Ask, found: Mapping[Key, Item], now: datetime) -> Used:
    day = thai_day(now)

    def counted(key: Key) -> int:
        item = found.get(key)
        return 0 if item is None else int(item.data["count"])

    shards = range(QUOTA_SHARDS)
    return Used(
        day={shard: counted(store.quota_key(ask.client, ask.service, day, shard)) for shard in shards},
        minute={shard: counted(store.rate_key(ask.client, ask.service, now, shard)) for shard in shards},
        volume=counted(store.volume_key(ask.client, ask.service, day)),
    )
