"""The legal clock of a case: what an action writes into the ledger, and what follows for the due date. Pure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.shared import clock_ledger
from chalicelib.shared.clock_ledger import ClockView, Entry, Term
from chalicelib.shared.workdays import Calendar, thai_date

if TYPE_CHECKING:
    from ..definitions.model import ServiceDefinition
    from ..definitions.parts import ClockEffect
    from ..laws import LawPack
    from ..model import Case
    from .rules import Book


def term(definition: ServiceDefinition) -> Term:
    """How long the agency may take."""
    return Term(days=definition.sla.days, basis=definition.sla.basis, rolls_forward=definition.sla.rolls_forward)


def told(
    ledger: tuple[Entry, ...],
    effect: ClockEffect,
    law: LawPack,
    calendar: Calendar,
    now: dt.datetime,
    *,
    filing: bool,
) -> tuple[Entry, ...]:
    """The ledger after an action with that effect.

    A filing counts from its legal receipt (the next office time, if it came at night), an agency's act from now.
    Nothing is written where nothing changes: a stop of a clock that never ran, a resume of one that never paused.
    """
    state = clock_ledger.state_of(ledger)
    idle = {"stop": ("not_started", "stopped"), "resume": ("running",)}
    if effect == "none" or state in idle.get(effect, ()):
        return ledger
    at = calendar.legal_receipt(now).legal_received_at if filing else now
    if ledger:
        # an officer at work before the office opens acts on what legally arrives only then
        at = max(at, ledger[-1].at)
    rule = law.clock[effect]
    return clock_ledger.append(ledger, Entry(kind=effect, at=at, reason=rule.reason, law=rule.law))


def view(case: Case, book: Book, on: dt.date) -> ClockView:
    """The clock as of that day."""
    return clock_ledger.view(case.ledger, term(book.definition), book.calendar, on)


def dated(case: Case, book: Book, now: dt.datetime) -> Case:
    """The case with its due day, and the day after which the sweep must next look at it.

    While an applicant mends a list, nobody owes reasons; when a late case comes back, the term for the next ones
    begins anew.
    """
    today = thai_date(now)
    seen = view(case, book, today)
    running = seen.state == "running"
    due = seen.due if seen.state in ("running", "stopped") else None
    owed = case.reasons_by
    if running and owed is not None and case.next_check is None:
        owed = max(owed, today + between_reasons(book))
    # a due day that moved (after a pause) takes an earlier lateness back only if it now lies ahead
    return case.model_copy(
        update={
            "due": due,
            "next_check": (owed or due) if running else None,
            "reasons_by": None if seen.state == "stopped" else owed,
            "overdue": seen.overdue or case.overdue,
        }
    )


def late(case: Case, book: Book, today: dt.date) -> Case:
    """The case marked as late, to be looked at again when written reasons are next owed (LFA 2558 s.10).

    The first ones are owed within seven days of the due day. A day that passed without any is counted in
    `reasons_missed`, and the next seven days begin.
    """
    every, missed = between_reasons(book), 0
    owed = case.reasons_by or (case.due or today) + every
    while owed < today:
        owed, missed = owed + every, missed + 1
    return case.model_copy(
        update={
            "overdue": True,
            "reasons_by": owed,
            "next_check": owed,
            "reasons_missed": case.reasons_missed + missed,
        }
    )


def explained(case: Case, book: Book, today: dt.date) -> Case:
    """The late case after written reasons were given today: the next ones are owed within seven days of these."""
    owed = today + between_reasons(book)
    return case.model_copy(
        update={"overdue": True, "reasons_by": owed, "next_check": owed, "reasons_given": case.reasons_given + 1}
    )


def between_reasons(book: Book) -> dt.timedelta:
    """How long one written explanation of lateness lasts."""
    return dt.timedelta(days=book.law.late_notice_every_days.days)
