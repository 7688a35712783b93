"""Running cases of an agency taken over to a newer version of their service, where it costs their applicants nothing.

First tried (`dry_run`), then done: one case per transaction, each with an event in its history. Cases that wait for
their applicant are not looked at; they stay with their version.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.errors import Fault, NotAllowed, Stale, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once

from ..cases import clock
from ..cases.rules import Book
from ..model import Case
from ..office import Office, Told, acted_on
from . import migration, views
from .model import ServiceDefinition
from .views import MigrationItem, MigrationPage

_OWN = Fault("", "เจ้าหน้าที่ดำเนินการกับคำขอของตนเองไม่ได้", "An officer may not act on their own application.")
_NOT_OFFERED = Fault("/procedures", "ฉบับใหม่ไม่มีคำขอประเภทนี้", "The newer version does not offer this procedure.")
_CHANGED = Fault("", "คำขอถูกแก้ไขระหว่างนั้น โปรดลองอีกครั้ง", "The application changed meanwhile; try again.")


class Migrations:
    """Moves cases between versions."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def run(
        self, caller: Caller, service: str, version: int, after: str | None, limit: int, *, dry_run: bool
    ) -> tuple[MigrationPage, str | None]:
        """One page of the agency's queue: which cases of the service may be moved, and why others may not.

        Args:
            caller: an officer of the agency whose service it is.
            service, version: where to.
            after, limit: which part of the queue.
            dry_run: only tell; else those that may be moved are.

        Raises:
            NotFound: there is no such version.
            NotAllowed: the service is another agency's.
            WrongState: the version is not in force today.
        """
        office = self._office
        definition = office.catalogue.version(service, version)
        if definition.agency != caller.agency:
            raise NotAllowed("บริการนี้เป็นของหน่วยงานอื่น", "The service belongs to another agency.")
        if not definition.is_live(office.today()):
            raise WrongState("ฉบับนี้ยังไม่มีผลใช้บังคับ หรือสิ้นผลแล้ว", "This version is not in force today.")
        found, following = office.store.queue(definition.agency, after, limit)
        items = [
            self._one(caller, case, definition, dry_run)
            for case in found
            if case.service == service and case.service_version < version
        ]
        page = MigrationPage(service=service, version=version, dry_run=dry_run, items=items, next=None)
        return page, following

    def _one(self, caller: Caller, case: Case, definition: ServiceDefinition, dry_run: bool) -> MigrationItem:
        office, now = self._office, self._office.now()
        old = office.book(case)
        if not definition.offers(case.procedure):
            return _item(case, [_NOT_OFFERED])
        seen = definition.of(case.procedure)
        new = Book(seen, office.catalogue.law(definition), old.calendar, case.procedure)
        moved = migration.moved(case, new)
        reasons = [_OWN] if case.owner == caller.id or acted_on(case, caller.id) else []
        if case.state in seen.workflow.states:
            moved = clock.dated(moved, new, now)
        reasons += migration.hindrances(case, old, new, moved.due, now)
        done = False
        if not reasons and not dry_run:
            told = Told(
                "application.migrated",
                {"from_version": case.service_version, "to_version": definition.version},
                heard=False,
            )
            try:
                office.save(Once(new_id(), "", new_token(), claimed=False), moved, [told], by=caller.label)
                done = True
            except Stale:
                reasons = [_CHANGED]
        return _item(case, reasons, moved=done)


def _item(case: Case, reasons: Sequence[Fault], *, moved: bool = False) -> MigrationItem:
    return MigrationItem(
        case=case.id,
        from_version=case.service_version,
        may_move=not reasons,
        moved=moved,
        reasons=[views.ReasonView(pointer=one.pointer, message_th=one.th, message_en=one.en) for one in reasons],
    )
