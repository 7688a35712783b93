"""The directory: who has joined, which systems and services they have, and what has been agreed.

Reads on the way of an exchange come from a short-lived memory of this process (`FRESH` seconds); what a cold process
does not know yet rides along in the exchange's own read, so a first call costs no more requests than a warm one.
Agreements are never remembered: a suspended one stops the very next call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeVar

from ...shared.errors import AlreadyThere, Fault, Stale, not_found
from ...shared.ids import new_token
from ...shared.journal import Event, Head, Journal, Once
from ...shared.storage import Change, Create, Item, Json, Key, Require, Table, Update, every
from .. import store
from ..contract import Contract
from ..ids import MemberId, ServiceId, SubsystemId
from ..model import Agreement, Member, Service, Subsystem
from .keys import Reason, recorded
from .rules import domain_faults, endpoint_faults, key_faults, refuse

FRESH = 30.0

Made = TypeVar("Made")
Fill = Callable[[Mapping[str, Any]], tuple[Mapping[str, Any], list[Fault]]]


class Directory:
    """Members, subsystems, services and agreements.

    Args:
        table: the room's table.
        journal: the room's journal.
        clock: tells the time.
    """

    def __init__(self, table: Table, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._clock = clock
        self._known: dict[Key, tuple[float, Item]] = {}
        self._models: dict[Key, tuple[Item, Any]] = {}
        self.fill: Fill = _as_it_is
        """Writes into a description what it only names: the codes of registers (`registers.schemas.filled`)."""
        self._contracts: dict[ServiceId, tuple[int, Contract]] = {}

    # -- reading ---------------------------------------------------------------------------------

    def unknown(self, *keys: Key) -> list[Key]:
        """Those keys that this process does not freshly remember."""
        return [key for key in dict.fromkeys(keys) if self._remembered(key) is None]

    def learn(self, found: Mapping[Key, Item]) -> None:
        """Remembers directory items that came along in another read."""
        until = self._clock().timestamp() + FRESH
        for key, item in found.items():
            if key.pk == store.DIRECTORY or key.pk.startswith("SERVICES#"):
                self._known[key] = (until, item)

    def forget(self, *keys: Key) -> None:
        """Reads these again next time: they were changed."""
        for key in keys:
            self._known.pop(key, None)

    def member(self, identifier: MemberId) -> Member | None:
        """The member, or None."""
        return self._made(store.member_key(identifier), lambda item: store.member_from(item.key, item.data["content"]))

    def member_now(self, identifier: MemberId) -> Member | None:
        """The member as it stands in the table."""
        item = self._table.get(store.member_key(identifier))
        return None if item is None else store.member_from(item.key, item.data["content"])

    def subsystem(self, identifier: SubsystemId) -> Subsystem | None:
        """The subsystem, or None."""
        return self._made(
            store.subsystem_key(identifier), lambda item: store.subsystem_from(item.key, item.data["content"])
        )

    def subsystem_now(self, identifier: SubsystemId) -> Subsystem | None:
        """The subsystem as it stands in the table: a key that was just taken out opens nothing any more."""
        item = self._table.get(store.subsystem_key(identifier))
        return None if item is None else store.subsystem_from(item.key, item.data["content"])

    def service(self, identifier: ServiceId) -> Service | None:
        """The service, or None."""
        return self._made(store.service_key(identifier), lambda item: store.service_from(item.data["content"]))

    def contract(self, identifier: ServiceId) -> Contract:
        """The service's description, ready to check answers.

        Raises:
            NotFound: no such service.
        """
        item = self._item(store.service_key(identifier))
        if item is None:
            raise not_found("บริการ", "service")
        known = self._contracts.get(identifier)
        if known is None or known[0] != item.version:
            known = (item.version, Contract(item.data["content"]["document"]))
            self._contracts[identifier] = known
        return known[1]

    def everyone(self) -> list[Member | Subsystem]:
        """All members, each before its subsystems, in the order of their ids."""
        return [
            store.member_from(item.key, item.data["content"])
            if item.key.sk.count("/") == 2
            else store.subsystem_from(item.key, item.data["content"])
            for item in every(self._table, store.DIRECTORY)
        ]

    def services(self, subsystem: SubsystemId) -> list[Service]:
        """All services of a subsystem."""
        return [store.service_from(item.data["content"]) for item in every(self._table, store.services_pk(subsystem))]

    def agreements_of(self, consumer: SubsystemId) -> list[Agreement]:
        """All agreements under which a subsystem may ask."""
        return [
            store.agreement_from(item.data["content"]) for item in every(self._table, store.agreements_pk(consumer))
        ]

    def agreements_with(self, provider: SubsystemId) -> list[Agreement]:
        """All agreements under which a subsystem is asked (through an index: may be a moment old)."""
        found = every(self._table, str(provider), index="by_agency")
        return [store.agreement_from(item.data["content"]) for item in found]

    # -- registering -----------------------------------------------------------------------------

    def register_member(self, member: Member, by: str) -> bool:
        """Adds or changes a member; True when something changed. Raises Invalid for a domain that is none."""
        refuse(domain_faults(member.domains))
        return self._register(store.member_key(member.id), lambda _: (store.member_json(member), []), by)

    def register_subsystem(self, subsystem: Subsystem, by: str) -> bool:
        """Adds or changes a subsystem of a registered member; True when something changed.

        Raises:
            Invalid: the member is unknown, a key is not a public P-256 key, or the endpoint is no http(s) address.
        """
        return self.change_subsystem(subsystem.id, lambda _: subsystem, by)

    def change_subsystem(
        self,
        identifier: SubsystemId,
        change: Callable[[Subsystem | None], Subsystem],
        by: str,
        *,
        once: Once | None = None,
        answer: Json | None = None,
        reason: Reason = "superseded",
    ) -> bool:
        """Makes of a subsystem (None: there is none yet) what `change` says, together with the records of its keys.

        Args:
            reason: why keys that are not there afterwards were taken out.

        Raises:
            Invalid: see `register_subsystem`.
            What `change` raises; Stale, Replayed, KeyReused.
        """
        key, member = store.subsystem_key(identifier), store.member_key(identifier.member)

        def content(there: Item | None) -> tuple[Json, list[Change]]:
            before = None if there is None else store.subsystem_from(key, there.data["content"])
            after = change(before)
            faults = [*key_faults(after.jwks), *endpoint_faults(after.endpoint)]
            if self.member(identifier.member) is None:
                faults.append(Fault("/id", "ยังไม่ได้ลงทะเบียนหน่วยงานนี้", "The member is not registered."))
            refuse(faults)
            old = {"keys": []} if before is None else before.jwks
            records = recorded(self._table, identifier, old, after.jwks, self._clock(), reason)
            return store.subsystem_json(after), [Require(member), *records]

        return self._register(key, content, by, once=once, answer=answer)

    def entry(
        self, key: Key, there: Item | None, content: Json, by: str, indexes: Mapping[str, Key] | None = None
    ) -> tuple[Change, tuple[str, Event]]:
        """The change and the event that make this the content of an entry, for a transaction of a caller's own."""
        head = Head() if there is None else Head(**there.data["head"])
        event, head = self._journal.happened(
            head, subject=key.sk, type=f"gdx.{_kind(key)}.registered", by=by, data={"content": content}
        )
        data = {"content": content, "head": asdict(head)}
        change: Change = (
            Create(Item(key, data, indexes=indexes or {})) if there is None else Update(there.next(data, indexes))
        )
        return change, (f"HISTORY#{key.pk}#{key.sk}", event)

    def _register(
        self,
        key: Key,
        content: Callable[[Item | None], tuple[Json, list[Change]]],
        by: str,
        indexes: Mapping[str, Key] | None = None,
        once: Once | None = None,
        answer: Json | None = None,
    ) -> bool:
        """Writes unless the same content stands there; two writers of the same content both succeed."""
        for _ in range(3):
            attempt = Once("", "", new_token(), claimed=False) if once is None else replace(once, token=new_token())
            there = self._journal.read(attempt, key).get(key)
            wanted, more = content(there)
            if there is not None and there.data["content"] == wanted:
                return False
            change, event = self.entry(key, there, wanted, by, indexes)
            try:
                self._journal.commit(attempt, [change, *more], [event], answer)
            except (AlreadyThere, Stale):
                continue
            self.forget(key)
            return True
        raise Stale("มีผู้แก้ไขรายการนี้พร้อมกัน โปรดลองใหม่", "Somebody is changing this too; try again.")

    def _remembered(self, key: Key) -> Item | None:
        known = self._known.get(key)
        return known[1] if known is not None and known[0] > self._clock().timestamp() else None

    def _item(self, key: Key) -> Item | None:
        item = self._remembered(key)
        if item is None:
            item = self._table.get(key)
            if item is not None:
                self.learn({key: item})
        return item

    def _made(self, key: Key, make: Callable[[Item], Made]) -> Made | None:
        """What an item stands for, made once for each reading of it."""
        item = self._item(key)
        if item is None:
            return None
        known = self._models.get(key)
        if known is None or known[0] is not item:
            known = self._models[key] = (item, make(item))
        made: Made = known[1]
        return made


def _as_it_is(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Fault]]:
    return document, []


def _kind(key: Key) -> str:
    if key.pk == store.DIRECTORY:
        return "member" if key.sk.count("/") == 2 else "subsystem"
    return "service" if key.pk.startswith("SERVICES#") else "agreement"
