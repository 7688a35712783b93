"""A licence's life after it was issued: status by officers, what its calendar brings, its file for whom it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.shared.errors import AlreadyThere, NotAllowed, Stale, not_found
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.web import as_json
from chalicelib.shared.workdays import thai_date

from ..noun import Procedure
from ..office import QUEUE, Office
from ..roles import SYSTEM
from ..store import licence_key
from . import due, rules, views
from .words import words_of

if TYPE_CHECKING:
    from chalicelib.shared.identity import Caller
    from chalicelib.shared.storage import Change, Create
    from chalicelib.shared.thai import Text

    from ..definitions.model import ServiceDefinition
    from ..model import Case
    from .model import Licence, LicenceStatus
    from .views import LicenceCard, LicenceFile

_EVENT = {
    "suspended": "suspended",
    "revoked": "revoked",
    "valid": "reinstated",
    "replaced": "replaced",
    "cancelled": "cancelled",
}
_DONE: dict[Procedure, str] = {"renew": "renewed", "amend": "replaced", "replace": "replaced", "cancel": "cancelled"}


def issuing(office: Office, licence: Licence, definition: ServiceDefinition, *, by: str) -> list[Change]:
    """What a new licence adds to the transaction that issues it: itself, its words, the beginning of its history."""
    event, head = office.parts.journal.happened(
        licence.head, subject=licence.no, type="biz.licence.issued", by=by, data=_data(licence)
    )
    reminders = definition.credential.validity.reminders
    look_at = due.next_look(licence, reminders, licence.issued_on)
    begun = licence.model_copy(update={"head": head, "look_at": look_at})
    return [*office.store.new_licence(begun, words_of(licence.public)), *_rows(office, begun, event)]


def succeeding(office: Office, before: Licence, after: Licence, case: Case, *, by: str) -> list[Change]:
    """What is done to the licence that a case is about, for the transaction that carries the case out.

    Its holder learns of it by the case; only where another director of the company filed that one, by the licence.
    """
    event, head = office.parts.journal.happened(
        before.head,
        subject=after.no,
        type=f"biz.licence.{_DONE[case.procedure]}",
        by=by,
        data={**_data(after), "case": case.id, "by": after.replaced_by},
        queue=QUEUE if before.owner != case.owner else None,
    )
    saved = after.model_copy(update={"head": head})
    return [office.store.changed_licence(saved), *_flipped(office, before, saved), *_rows(office, saved, event)]


def _flipped(office: Office, before: Licence, after: Licence) -> list[Change]:
    if before.status == after.status:
        return []
    return [office.store.flip(after, before.status == "valid", rules.STATUS[after.status])]


def _rows(office: Office, licence: Licence, event: Event) -> list[Create]:
    return office.parts.journal.rows(licence_key(licence.no).pk, event)


class Keeper:
    """Holds the file of every licence."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def set_status(
        self,
        once: Once,
        caller: Caller,
        no: str,
        status: LicenceStatus,
        reasons: Text,
        until: dt.date | None = None,
    ) -> LicenceCard:
        """Suspend (until that day, or until it is lifted), reinstate or revoke; every verifier sees it at once.

        Raises:
            NotFound: no such licence, or another agency's.
            NotAllowed: the officer's own licence (Administrative Procedure Act s.13).
            WrongState, Invalid: see `rules.changed`.
        """
        office = self._office
        found = office.parts.journal.read(once, licence_key(_looked_up(no)))
        licence = office.store.licence(found.get(licence_key(no)))
        if licence.agency != caller.agency:
            raise not_found("ใบอนุญาต", "licence")
        if licence.owner == caller.id:
            raise NotAllowed("เจ้าหน้าที่จะพิจารณาใบอนุญาตของตนเองไม่ได้", "An officer may not act on their own licence.")
        definition = self._definition(licence)
        changed = rules.changed(licence, status, reasons, office.now(), until)
        shown = views.card(changed, definition, office.today(), office.live(licence.service))
        self._save(once, licence, changed, [_EVENT[status]], by=caller.label, answer=shown)
        return shown

    def file(self, caller: Caller, no: str) -> LicenceFile:
        """A licence with its reasons and its history: for its holder and for officers of its agency.

        Raises:
            NotFound: no such licence, or somebody else's.
        """
        office = self._office
        licence = office.store.find_licence(_looked_up(no))
        if licence.owner != caller.id and licence.agency != caller.agency:
            raise not_found("ใบอนุญาต", "licence")
        history = office.parts.journal.history(licence_key(no).pk)
        return views.file(licence, self._definition(licence), office.today(), office.live(licence.service), history)

    def sweep(self, now: dt.datetime) -> int:
        """Every minute: remind holders, tell them of the end, lift suspensions whose time is over; returns how many.

        A licence is looked at on the day it names and told once: what is told and the next day of looking are one
        transaction, bound to the version that was read.
        """
        today, done = thai_date(now), 0
        for licence in self._office.store.licences_due(today):
            reminders = self._definition(licence).credential.validity.reminders
            come = due.due(licence, reminders, today)
            changed, told = licence, list[str]()
            if come.lifted:
                changed = rules.changed(licence, "valid", rules.OVER, now)
                told.append("reinstated")
            if come.expired:
                told.append("expired")
            elif come.days_left is not None:
                told.append("expiring")
            try:
                self._save(Once(new_id(), "", new_token(), claimed=False), licence, changed, told, by=SYSTEM)
            except Stale:
                continue  # an officer, or another sweep, was faster: the next sweep looks again
            done += 1
        return done

    def _save(
        self,
        once: Once,
        before: Licence,
        after: Licence,
        told: Sequence[str],
        *,
        by: str,
        answer: LicenceCard | None = None,
    ) -> None:
        office, head, events = self._office, before.head, list[tuple[str, Event]]()
        for name in told:
            event, head = office.parts.journal.happened(
                head, subject=after.no, type=f"biz.licence.{name}", by=by, data=_data(after), queue=QUEUE
            )
            events.append((licence_key(after.no).pk, event))
        reminders = self._definition(after).credential.validity.reminders
        waits = before.look_at if by != SYSTEM and after.status not in rules.ENDS else None
        if waits is None or waits > office.today():  # else the sweep has yet to tell what has come due
            waits = due.next_look(after, reminders, office.today())
        saved = after.model_copy(update={"head": head, "look_at": waits})
        changes: list[Change] = [office.store.changed_licence(saved), *_flipped(office, before, saved)]
        try:
            office.parts.journal.commit(once, changes, events, None if answer is None else as_json(answer))
        except AlreadyThere:  # another officer was faster, and their place in the status list is in the way of ours
            raise Stale(
                "ใบอนุญาตเปลี่ยนแปลงไปแล้ว โปรดอ่านข้อมูลล่าสุดก่อน", "The licence has changed meanwhile; read it again."
            ) from None

    def _definition(self, licence: Licence) -> ServiceDefinition:
        return self._office.catalogue.version(licence.service, licence.service_version)


def _looked_up(no: str) -> str:
    if not rules.plausible(no):
        raise not_found("ใบอนุญาต", "licence")
    return no


def _data(licence: Licence) -> dict[str, str]:
    return {"licence": licence.no, "service": licence.service, "agency": licence.agency}
