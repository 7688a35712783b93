"""Takes in how a provider describes a service, and does what follows from it.

One transaction holds the service, its new version and document, its card, the event, and the suspension of the
agreements that the change breaks. Where there are more of those than a transaction can hold, or one came into force
while this was written, the event leads to the rest (`finish`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from ...shared.dataclass import dataclass
from ...shared.errors import AlreadyThere, Fault, Stale
from ...shared.journal import Event, Journal, Once
from ...shared.storage import Change as Write
from ...shared.storage import Create, Item, Require, Table, every
from .. import store as rooms
from ..contract import document_hash, faults_of
from ..directory import Directory
from ..ids import ServiceId
from ..mask import BadPointer, steps
from ..model import Agreement, AgreementState, Service
from . import store
from .absences import Absences
from .breaks import breaking, reason
from .model import Change, Version
from .openapi_diff import changes_between
from .shelf import Shelf, attempt, contended, refuse

AT_ONCE = 15
"""Agreements that are suspended in the very transaction; each takes four of its hundred items."""

Reasons = Mapping[str, tuple[str, str]]
"""Agreement id -> why it is suspended (Thai, English)."""


class Agreements(Protocol):
    """What this needs of agreements (`agreements.standing.Standing`)."""

    def of_service(self, service: ServiceId) -> list[Agreement]:
        """Those about a service that have not ended."""
        ...

    def suspension_changes(
        self, service: ServiceId, broken: Reasons, by: str
    ) -> tuple[list[Write], list[tuple[str, Event]]]:
        """What suspends some of them, as part of a transaction."""
        ...

    def suspend_broken(self, service: ServiceId, broken: Reasons, by: str) -> int:
        """Suspends any number of them; safe to repeat."""
        ...


@dataclass(frozen=True)
class Described:
    """What came of a description.

    Attributes:
        service: as it stands then, or would stand.
        changed: False when exactly this stood there before.
        changes: from the version before; empty for a first one.
        suspended: agreements that are, or would be, suspended.
    """

    service: Service
    changed: bool
    changes: tuple[Change, ...] = ()
    suspended: tuple[tuple[Agreement, tuple[str, str]], ...] = ()


class Services:
    """The services of the exchange as their providers describe them.

    Args:
        directory: which subsystems there are; forgets what is changed here.
        agreements: what a change may break.
        table, journal, clock: the room's.
    """

    def __init__(
        self,
        directory: Directory,
        agreements: Agreements,
        table: Table,
        journal: Journal,
        clock: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._agreements = agreements
        self._table = table
        self._clock = clock
        self.shelf = Shelf(table, journal)
        self.absences = Absences(self.shelf, directory, clock)

    # -- describing ------------------------------------------------------------------------------

    def describe(
        self,
        service: Service,
        by: str,
        *,
        once: Once | None = None,
        answer: Callable[[Described], Any] | None = None,
        dry_run: bool = False,
    ) -> Described:
        """Registers a service, or a new description of one. What is not described (notice, maintenance) stays.

        Args:
            service: as described; its version and hash are set here.
            by: who describes it.
            once: the caller's attempt, where there is one.
            answer: makes what a repeat is answered.
            dry_run: tells what would happen and writes nothing.

        Raises:
            Invalid: the subsystem is unknown or the description cannot be used.
            Stale: somebody else keeps changing it.
            Replayed, KeyReused: see `Journal.read`.
        """
        document, unfilled = self._directory.fill(service.document)
        service = replace(service, document=document)
        refuse([*unfilled, *_faults(service)])
        for _ in range(3):
            this = attempt(once)
            key, system = rooms.service_key(service.id), rooms.subsystem_key(service.id.subsystem)
            found = self.shelf.journal.read(this, key, system)
            if system not in found:
                refuse([Fault("/id", "ยังไม่ได้ลงทะเบียนระบบนี้", "The subsystem is not registered.")])
            there = found.get(key)
            described = self._described(service, there)
            if dry_run or not described.changed:
                return described
            try:
                self._write(described, there, by, this, None if answer is None else answer(described))
            except (AlreadyThere, Stale):
                continue
            self._directory.forget(key)
            return described
        raise contended()

    def _described(self, service: Service, there: Item | None) -> Described:
        proposed = replace(service, document_hash=document_hash(service.document))
        if there is None:
            return Described(replace(proposed, version=1), changed=True)
        before = rooms.service_from(there.data["content"])
        proposed = replace(proposed, version=before.version, maintenance=before.maintenance)
        if service.notice is None:
            proposed = replace(proposed, notice=before.notice)
        if proposed.document_hash == before.document_hash:
            return Described(proposed, changed=proposed != before)
        changes = changes_between(before.document, service.document)
        suspended = self._broken(service.id, changes, frozenset({proposed.document_hash}))
        return Described(replace(proposed, version=before.version + 1), True, tuple(changes), tuple(suspended))

    def _broken(
        self, service: ServiceId, changes: Sequence[Change], agreed: frozenset[str]
    ) -> list[tuple[Agreement, tuple[str, str]]]:
        """The agreements in force that the changes break; those that agree to one of these descriptions are not."""
        if not any(change.breaking for change in changes):
            return []
        return [
            (agreement, reason(touching))
            for agreement in self._agreements.of_service(service)
            if agreement.state is AgreementState.FINALIZED and agreement.document_hash not in agreed
            if (touching := breaking(changes, agreement))
        ]

    def _write(self, described: Described, there: Item | None, by: str, once: Once, answer: Any) -> None:
        service, now = described.service, self._clock().isoformat(timespec="seconds")
        first = dict(_reasons(described.suspended[:AT_ONCE]))
        suspending, suspended = self._agreements.suspension_changes(service.id, first, by) if first else ([], [])
        count = sum(change.breaking for change in described.changes)
        details = {"version": service.version, "hash": service.document_hash, "breaking": count}
        own, event = self.shelf.step(service, there, "described", by, details)
        writes: list[Write] = [*own, Require(rooms.subsystem_key(service.id.subsystem)), *suspending]
        before = None if there is None else rooms.service_from(there.data["content"]).version
        if before != service.version:
            version = Version(service.version, service.document_hash, now, by, count, service.document)
            writes += [
                Create(Item(store.version_key(service.id, service.version), store.version_json(version))),
                Create(Item(store.description_key(service.id, service.version), {"document": dict(service.document)})),
            ]
        self.shelf.journal.commit(once, writes, [event, *suspended], answer)

    def now(self, service: ServiceId) -> tuple[Service, int]:
        """The service as it stands in the table, with the version of its item; raises NotFound."""
        return self.shelf.now(service)

    def finish(self, event: Event) -> None:
        """Suspends what a described version broke and its own transaction did not reach; safe to repeat.

        An agreement that came into force upon this version or a later one is not broken by it.
        """
        if event.type != "gdx.service.described" or not event.data["breaking"]:
            return
        service, number = ServiceId.parse(event.subject), int(event.data["version"])
        later = every(self._table, store.versions_pk(service))
        agreed = frozenset(item.data["hash"] for item in later if item.data["number"] >= number)
        changes = changes_between(*(self.shelf.document(service, each) for each in (number - 1, number)))
        broken = self._broken(service, changes, agreed)
        if broken:
            self._agreements.suspend_broken(service, dict(_reasons(broken)), event.by)


def _reasons(broken: Sequence[tuple[Agreement, tuple[str, str]]]) -> list[tuple[str, tuple[str, str]]]:
    return [(agreement.id, why) for agreement, why in broken]


def _faults(service: Service) -> list[Fault]:
    faults = faults_of(service.document)
    if service.subject is not None:
        try:
            steps(service.subject)
        except BadPointer:
            faults.append(Fault("/subject", "ไม่ใช่ JSON Pointer", "Not a JSON Pointer (RFC 6901)."))
    return faults
