"""Mappings from legacy calls to services: registered by the provider that answers them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from ...shared.errors import AlreadyThere, Fault, Invalid, NotAllowed, Stale, not_found
from ...shared.ids import new_token
from ...shared.journal import Head, Journal, Once
from ...shared.storage import Change, Create, Item, Json, Key, Remove, Require, Table, Update, every
from .. import store as room
from ..directory import FRESH, Directory
from ..ids import INSTANCE, MemberId, SubsystemId
from . import store
from .model import Mapping
from .rules import mapping_faults

MAX_MAPPINGS = 200
"""Mappings of one agency; they are read together."""
MAX_KNOWN = 500
"""Agencies that a process remembers; a caller may name agencies that are not there."""


class Mappings:
    """What legacy calls mean.

    Args:
        table: the room's table.
        journal: the room's journal.
        directory: knows the services.
        clock: tells the time.
    """

    def __init__(self, table: Table, journal: Journal, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._directory = directory
        self._clock = clock
        self._known: dict[str, tuple[float, list[Mapping]]] = {}

    def of(self, agency: str) -> list[Mapping]:
        """An agency's mappings, remembered by this process for `FRESH` seconds."""
        now = self._clock().timestamp()
        known = self._known.get(agency)
        if known is None or known[0] <= now:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            known = (now + FRESH, self.now(agency))
            self._known[agency] = known
        return known[1]

    def now(self, agency: str) -> list[Mapping]:
        """An agency's mappings as they stand in the table."""
        found = every(self._table, store.mappings_pk(agency), prefix=store.MAP)
        return [store.mapping_from(item.data["mapping"]) for item in found]

    def register(self, mapping: Mapping, provider: SubsystemId | None, by: str) -> bool:
        """Adds or changes a mapping; True when something changed.

        An agency's segment of `/ws` belongs to the member that first registers there, and a provider may begin only
        the one that its member's code spells; an operator may register anywhere.

        Args:
            mapping: the mapping.
            provider: who registers, or None for an operator.
            by: label of the caller.

        Raises:
            NotAllowed: another provider's service, or another member's segment.
            Invalid: see the faults.
            Stale: somebody registers there at the same time.
        """
        member = mapping.service.subsystem.member
        # in the sandbox live calls are tried as they are mapped: nobody there registers any
        if provider is not None and (provider != mapping.service.subsystem or member.instance != INSTANCE):
            raise _not_yours()
        owner = self._table.get(store.owner_key(mapping.agency))
        if provider is not None and _owner(owner, mapping.agency, member) != str(member):
            raise _not_yours()
        service = self._directory.service(mapping.service)
        others = self.now(mapping.agency)
        faults = mapping_faults(mapping, others, service is not None and service.subject is not None)
        if service is None:
            faults.append(Fault("/service", "ไม่พบบริการนี้", "No such service is registered."))
        if len(others) >= MAX_MAPPINGS and all(other.code != mapping.code for other in others):
            faults.append(Fault("", "จำนวนรายการเต็ม", f"At most {MAX_MAPPINGS} mappings of one agency."))
        if faults:
            raise Invalid("ลงทะเบียนไม่ได้ โปรดแก้ไขตามรายการ", "It cannot be registered; see errors.", faults)
        key = store.mapping_key(mapping.agency, mapping.code)
        there, content = self._table.get(key), store.mapping_json(mapping)
        if there is not None and there.data["mapping"] == content:
            return False
        changes: list[Change] = [Require(room.service_key(mapping.service))]
        if owner is None:
            changes.append(Create(Item(store.owner_key(mapping.agency), {"member": str(member)})))
        else:
            changes.append(Require(owner.key, owner.version))
        self._commit(there, key, content, "registered", by, changes)
        return True

    def withdraw(self, agency: str, code: str, provider: SubsystemId | None, by: str) -> None:
        """Takes a mapping out.

        Raises:
            NotFound: no such mapping, or it is another provider's.
        """
        key = store.mapping_key(agency, code)
        there = self._table.get(key)
        if there is None or provider not in (None, store.mapping_from(there.data["mapping"]).service.subsystem):
            raise not_found("รายการนี้", "mapping")
        self._commit(there, key, None, "withdrawn", by, [])

    def _commit(
        self, there: Item | None, key: Key, content: Json | None, what: str, by: str, changes: list[Change]
    ) -> None:
        # the chain of events outlives the mapping: a withdrawn one that comes back goes on where it ended
        history = f"HISTORY#{key.pk}#{key.sk}"
        head_key = Key(history, "HEAD")
        last = self._table.get(head_key)
        head = Head() if last is None else Head(**last.data)
        event, head = self._journal.happened(
            head, subject=key.sk, type=f"gdx.facade.{what}", by=by, data={"at": key.pk, "mapping": content}
        )
        data = asdict(head)
        noted = Create(Item(head_key, data)) if last is None else Update(last.next(data))
        change: Change
        if content is None:
            change = Remove(key, None if there is None else there.version)
        elif there is None:
            change = Create(Item(key, {"mapping": content}))
        else:
            change = Update(there.next({"mapping": content}))
        once = Once(event.id, "", new_token(), claimed=False)
        try:
            self._journal.commit(once, [change, noted, *changes], [(history, event)])
        except (AlreadyThere, Stale):
            raise Stale("มีผู้แก้ไขรายการนี้พร้อมกัน โปรดลองใหม่", "Somebody is changing this too; try again.") from None
        self._known.pop(key.pk.partition("#")[2], None)


def _owner(owner: Item | None, agency: str, member: MemberId) -> str:
    if owner is not None:
        return str(owner.data["member"])
    return str(member) if agency == member.code.lower() else ""


def _not_yours() -> NotAllowed:
    return NotAllowed(
        "ลงทะเบียนได้เฉพาะบริการของระบบตนเอง ภายใต้ชื่อหน่วยงานของตนเอง",
        "A provider registers calls of its own services, below its own member's name.",
    )
