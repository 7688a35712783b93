"""Takes in how a provider describes a service, and does what follows from it.

One transaction holds the service, its new version and document, its card, the event, and the suspension of the
agreements that the change breaks. Where there are more of those than a transaction can hold, or one came into force
while this was written, the event leads to the rest (`finish`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from ...shared.errors import AlreadyThere, Fault, Invalid, Stale, not_found
from ...shared.ids import new_id, new_token
from ...shared.journal import Event, Head, Journal, Once
from ...shared.storage import Change as Write
from ...shared.storage import Create, Item, Require, Table, Update, every
from .. import store as rooms
from ..contract import document_hash, faults_of
from ..directory import Directory
from ..ids import ServiceId
from ..mask import BadPointer, steps
from ..model import Agreement, AgreementState, Service, Window
from . import store
from .breaks import breaking, reason
from .model import Change, Version
from .openapi_diff import changes_between

AT_ONCE = 15
"""Agreements that are suspended in the very transaction; each takes four of its hundred items."""

QUEUE = "gdx-events"
"""Where it is told: to `finish`, and to consumers that asked for it."""

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
        self._journal = journal
        self._clock = clock

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
        _refuse([*unfilled, *_faults(service)])
        for _ in range(3):
            attempt = _attempt(once)
            key, system = rooms.service_key(service.id), rooms.subsystem_key(service.id.subsystem)
            found = self._journal.read(attempt, key, system)
            if system not in found:
                _refuse([Fault("/id", "ยังไม่ได้ลงทะเบียนระบบนี้", "The subsystem is not registered.")])
            there = found.get(key)
            described = self._described(service, there)
            if dry_run or not described.changed:
                return described
            try:
                self._write(described, there, by, attempt, None if answer is None else answer(described))
            except (AlreadyThere, Stale):
                continue
            self._directory.forget(key)
            return described
        raise _contended()

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
        change, event = self._next(service, there, "described", by, details)
        writes: list[Write] = [change, Require(rooms.subsystem_key(service.id.subsystem)), *suspending]
        writes.append(self._card(service))
        before = None if there is None else rooms.service_from(there.data["content"]).version
        if before != service.version:
            version = Version(service.version, service.document_hash, now, by, count, service.document)
            writes += [
                Create(Item(store.version_key(service.id, service.version), store.version_json(version))),
                Create(Item(store.description_key(service.id, service.version), {"document": dict(service.document)})),
            ]
        self._journal.commit(once, writes, [event, *suspended], answer)

    def _next(
        self,
        service: Service,
        there: Item | None,
        what: str,
        by: str,
        details: Mapping[str, Any],
    ) -> tuple[Write, tuple[str, Event]]:
        head = Head() if there is None else Head(**there.data["head"])
        event, head = self._journal.happened(
            head,
            subject=str(service.id),
            type=f"gdx.service.{what}",
            by=by,
            data=dict(details),
            queue=None if there is None else QUEUE,  # nobody waits for what was not there yet
        )
        data = {"content": rooms.service_json(service), "head": asdict(head)}
        key = rooms.service_key(service.id)
        change: Write = Create(Item(key, data)) if there is None else Update(there.next(data))
        return change, (store.history_pk(service.id), event)

    def _card(self, service: Service) -> Write:
        key, data = store.card_key(service.id), store.card_json(service)
        there = self._table.get(key)
        return Create(Item(key, data)) if there is None else Update(there.next(data))

    def finish(self, event: Event) -> None:
        """Suspends what a described version broke and its own transaction did not reach; safe to repeat.

        An agreement that came into force upon this version or a later one is not broken by it.
        """
        if event.type != "gdx.service.described" or not event.data["breaking"]:
            return
        service, number = ServiceId.parse(event.subject), int(event.data["version"])
        later = every(self._table, store.versions_pk(service))
        agreed = frozenset(item.data["hash"] for item in later if item.data["number"] >= number)
        changes = changes_between(*(self.document(service, each) for each in (number - 1, number)))
        broken = self._broken(service, changes, agreed)
        if broken:
            self._agreements.suspend_broken(service, dict(_reasons(broken)), event.by)

    # -- being away ------------------------------------------------------------------------------

    def set_notice(self, once: Once, service: ServiceId, notice: tuple[str, str] | None, by: str) -> Service:
        """Switches a service off with the provider's words (Thai, English), or on again; nothing passes meanwhile.

        Raises:
            NotFound, Stale, Replayed, KeyReused.
        """
        details = {"off": notice is not None}
        return self._set(once, service, lambda there: replace(there, notice=notice), "noticed", by, details)

    def plan(self, once: Once, service: ServiceId, windows: Sequence[Window], by: str) -> Service:
        """Plans when a service is away, in place of what was planned before.

        Raises:
            NotFound, Stale, Replayed, KeyReused.
            Invalid: a window ends before it begins, is over, or overlaps another.
        """
        _refuse(_window_faults(windows, self._clock()))
        ordered = tuple(sorted(windows, key=lambda window: window.begins))
        details = {"windows": [[each.begins.isoformat(), each.ends.isoformat()] for each in ordered]}
        return self._set(once, service, lambda there: replace(there, maintenance=ordered), "planned", by, details)

    def _set(
        self,
        once: Once,
        identifier: ServiceId,
        change: Callable[[Service], Service],
        what: str,
        by: str,
        details: Mapping[str, Any],
    ) -> Service:
        key = rooms.service_key(identifier)
        for _ in range(3):
            attempt = _attempt(once)
            there = self._journal.read(attempt, key).get(key)
            if there is None:
                raise not_found("บริการ", "service")
            before = rooms.service_from(there.data["content"])
            after = change(before)
            if after == before:
                return after
            write, event = self._next(after, there, what, by, details)
            try:
                self._journal.commit(attempt, [write], [event], {"id": str(identifier)})
            except Stale:
                continue
            self._directory.forget(key)
            return after
        raise _contended()

    # -- reading ---------------------------------------------------------------------------------

    def now(self, service: ServiceId) -> tuple[Service, int]:
        """The service as it stands in the table, with the version of its item; raises NotFound."""
        item = self._table.get(rooms.service_key(service))
        if item is None:
            raise not_found("บริการ", "service")
        return rooms.service_from(item.data["content"]), item.version

    def versions(self, service: ServiceId) -> list[Version]:
        """All versions of a service, the newest first, without documents; raises NotFound for no such service."""
        found = [store.version_from(item) for item in every(self._table, store.versions_pk(service))]
        if not found:
            raise not_found("บริการ", "service")
        return found[::-1]

    def version(self, service: ServiceId, number: int) -> Version:
        """One version with its document; raises NotFound."""
        keys = (store.version_key(service, number), store.description_key(service, number))
        found = self._table.get_many(keys)
        if len(found) != len(keys):
            raise not_found("รุ่นของบริการนี้", "version of this service")
        return store.version_from(found[keys[0]], found[keys[1]].data["document"])

    def document(self, service: ServiceId, number: int) -> Mapping[str, Any]:
        """The document of one version; raises NotFound."""
        return self.version(service, number).document

    def diff(self, service: ServiceId, old: int, new: int) -> list[Change]:
        """What changed from one version to another; raises NotFound."""
        return changes_between(self.document(service, old), self.document(service, new))


def _attempt(once: Once | None) -> Once:
    """An attempt with a token of its own: a token stands for one set of changes."""
    if once is None:
        return Once(new_id(), "", new_token(), claimed=False)
    return replace(once, token=new_token())


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


def _window_faults(windows: Sequence[Window], now: datetime) -> list[Fault]:
    faults = []
    for at, window in enumerate(windows):
        if window.ends <= window.begins:
            faults.append(Fault(f"/windows/{at}/until", "สิ้นสุดก่อนเริ่ม", "It ends before it begins."))
        elif window.ends <= now:
            faults.append(Fault(f"/windows/{at}/until", "ผ่านไปแล้ว", "It is over already."))
        if any(other.begins < window.ends and window.begins < other.ends for other in windows[:at]):
            faults.append(Fault(f"/windows/{at}", "ซ้อนกับช่วงเวลาอื่น", "It overlaps another window."))
    return faults


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Invalid("ลงทะเบียนไม่ได้ โปรดแก้ไขตามรายการ", "It cannot be registered; see errors.", faults)


def _contended() -> Stale:
    return Stale("มีผู้แก้ไขรายการนี้พร้อมกัน โปรดลองใหม่", "Somebody is changing this too; try again.")
