"""The directory: who has joined, which systems and services they have, and what has been agreed.

Reads on the way of an exchange come from a short-lived memory of this process (`FRESH` seconds); what a cold process
does not know yet rides along in the exchange's own read, so a first call costs no more requests than a warm one.
Agreements are never remembered: a suspended one stops the very next call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from ...shared.errors import AlreadyThere, Fault, Stale, not_found
from ...shared.ids import new_token
from ...shared.journal import Head, Journal, Once
from ...shared.storage import Create, Item, Json, Key, Require, Table, Update, every
from .. import store
from ..contract import Contract, faults_of
from ..ids import MemberId, ServiceId, SubsystemId
from ..mask import BadPointer, steps
from ..model import Agreement, Member, Service, Subsystem
from ..rules import agreement_faults
from .rules import domain_faults, endpoint_faults, key_faults, refuse

FRESH = 30.0


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
        item = self._item(store.member_key(identifier))
        return None if item is None else store.member_from(item.key, item.data["content"])

    def subsystem(self, identifier: SubsystemId) -> Subsystem | None:
        """The subsystem, or None."""
        item = self._item(store.subsystem_key(identifier))
        return None if item is None else store.subsystem_from(item.key, item.data["content"])

    def subsystem_now(self, identifier: SubsystemId) -> Subsystem | None:
        """The subsystem as it stands in the table: a key that was just taken out opens nothing any more."""
        item = self._table.get(store.subsystem_key(identifier))
        return None if item is None else store.subsystem_from(item.key, item.data["content"])

    def service(self, identifier: ServiceId) -> Service | None:
        """The service, or None."""
        item = self._item(store.service_key(identifier))
        return None if item is None else store.service_from(item.data["content"])

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
        return self._register(store.member_key(member.id), store.member_json(member), by)

    def register_subsystem(self, subsystem: Subsystem, by: str) -> bool:
        """Adds or changes a subsystem of a registered member; True when something changed.

        Raises:
            Invalid: the member is unknown, a key is not a public P-256 key, or the endpoint is no http(s) address.
        """
        faults = [*key_faults(subsystem.jwks), *endpoint_faults(subsystem.endpoint)]
        if self.member(subsystem.id.member) is None:
            faults.append(Fault("/id", "ยังไม่ได้ลงทะเบียนหน่วยงานนี้", "The member is not registered."))
        refuse(faults)
        required = [Require(store.member_key(subsystem.id.member))]
        return self._register(store.subsystem_key(subsystem.id), store.subsystem_json(subsystem), by, required)

    def register_service(self, service: Service, by: str) -> bool:
        """Adds or changes a service of a registered subsystem; True when something changed.

        Raises:
            Invalid: the subsystem is unknown or the description cannot be used.
        """
        document, faults = self.fill(service.document)
        service = replace(service, document=document)
        faults += faults_of(document)
        if self.subsystem(service.id.subsystem) is None:
            faults.append(Fault("/id", "ยังไม่ได้ลงทะเบียนระบบนี้", "The subsystem is not registered."))
        if service.subject is not None:
            try:
                steps(service.subject)
            except BadPointer:
                faults.append(Fault("/subject", "ไม่ใช่ JSON Pointer", "Not a JSON Pointer (RFC 6901)."))
        refuse(faults)
        required = [Require(store.subsystem_key(service.id.subsystem))]
        return self._register(store.service_key(service.id), store.service_json(service), by, required)

    def register_agreement(self, agreement: Agreement, by: str) -> bool:
        """Adds or changes the agreement between a consumer and a service; True when something changed.

        Raises:
            Invalid: a party is unknown or the terms make no sense.
        """
        faults = agreement_faults(agreement, self.service(agreement.service))
        if self.subsystem(agreement.consumer) is None:
            faults.append(Fault("/consumer", "ไม่พบระบบผู้ขอข้อมูล", "The consumer is not registered."))
        refuse(faults)
        key = store.agreement_key(agreement.consumer, agreement.service)
        place = Key(str(agreement.service.subsystem), f"{agreement.service}#{agreement.consumer}")
        required = [Require(store.subsystem_key(agreement.consumer)), Require(store.service_key(agreement.service))]
        return self._register(key, store.agreement_json(agreement), by, required, {"by_agency": place})

    def _register(
        self,
        key: Key,
        content: Json,
        by: str,
        required: Sequence[Require] = (),
        indexes: Mapping[str, Key] | None = None,
    ) -> bool:
        """Writes unless the same content stands there; two writers of the same content both succeed."""
        for _ in range(3):
            there = self._table.get(key)
            if there is not None and there.data["content"] == content:
                return False
            head = Head() if there is None else Head(**there.data["head"])
            history = f"HISTORY#{key.pk}#{key.sk}"
            event, head = self._journal.happened(
                head, subject=key.sk, type=f"gdx.{_kind(key)}.registered", by=by, data={"content": content}
            )
            data = {"content": content, "head": asdict(head)}
            change = (
                Create(Item(key, data, indexes=indexes or {})) if there is None else Update(there.next(data, indexes))
            )
            once = Once(event.id, "", new_token(), claimed=False)
            try:
                self._journal.commit(once, [change, *required], [(history, event)])
            except (AlreadyThere, Stale):
                continue
            self._known.pop(key, None)
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


def _as_it_is(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Fault]]:
    return document, []


def _kind(key: Key) -> str:
    if key.pk == store.DIRECTORY:
        return "member" if key.sk.count("/") == 2 else "subsystem"
    return "service" if key.pk.startswith("SERVICES#") else "agreement"
