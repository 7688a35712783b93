"""The legal clock of a case: an append-only ledger of entries, and the view that anyone can compute from it.

Nobody stores a due date that cannot be explained. The ledger says when the clock started, paused, resumed and
stopped, and by which law; the rest (due date, days used and left, days off on the way, overdue) is computed
from the entries and the calendar alone.

How days are counted. The day on which the clock starts or resumes is not counted (Civil and Commercial Code
s.193/3); the day on which it pauses or stops is. So with the basis `working` the counted days are the working
days of (start, pause], (resume, pause] and so on, and with `calendar` all of their days. A pause that begins
on or before the due day carries the due day at least to the day of resumption.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import Basis, Calendar, Holiday, days_after, thai_date

EntryKind = Literal["start", "pause", "resume", "stop"]
ClockState = Literal["not_started", "running", "paused", "stopped"]

_NEXT: dict[ClockState, dict[EntryKind, ClockState]] = {
    "not_started": {"start": "running"},
    "running": {"pause": "paused", "stop": "stopped"},
    "paused": {"resume": "running", "stop": "stopped"},
    "stopped": {},
}


class ClockRefuses(ValueError):
    """Raised when an entry does not follow from the ledger: wrong order, or earlier than its predecessor."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Term(_Frozen):
    """How long the law, or the agency's public manual, allows."""

    days: int = Field(ge=1, le=3650, description="Number of days")
    basis: Basis = Field(description="Whether working days or calendar days are counted")
    rolls_forward: bool = Field(
        default=True,
        description="Whether a last day on a day off moves to the next working day (Code s.193/8); "
        "false where the officer's own duty ends on the raw day (Administrative Procedure Act s.64)",
    )


class Entry(_Frozen):
    """One thing that happened to the clock, and why."""

    kind: EntryKind
    at: AwareDatetime = Field(description="Legal instant of the event, after any move to office hours")
    reason: Text = Field(description="Why, for the applicant to read")
    law: str = Field(min_length=1, description="Rule that allows it, for instance lfa-2558.s8")


class ClockView(_Frozen):
    """What the ledger means on one day."""

    state: ClockState
    on: dt.date = Field(description="The day for which this was computed")
    term: Term
    started_on: dt.date | None = None
    stopped_on: dt.date | None = None
    due: dt.date | None = Field(default=None, description="Last day of the term; none while a pause holds it open")
    days_used: int = Field(default=0, description="Counted days up to the day of the view, or of the stop")
    days_left: int = Field(description="Days of the term that are not used yet")
    days_off: tuple[Holiday, ...] = Field(default=(), description="Holidays on weekdays up to the due day")
    overdue: bool = Field(default=False, description="Whether the due day has passed, or had at the stop")
    provisional: bool = Field(default=False, description="Whether the calendar may still change")

    @property
    def paused(self) -> bool:
        """Whether the clock stands still, waiting for the applicant."""
        return self.state == "paused"


def state_of(entries: Sequence[Entry]) -> ClockState:
    """The state after all entries; raises ClockRefuses when they do not follow from one another."""
    state: ClockState = "not_started"
    for number, entry in enumerate(entries):
        following = _NEXT[state].get(entry.kind)
        if following is None:
            raise ClockRefuses(f"a clock that is {state} cannot {entry.kind}")
        if number and entry.at < entries[number - 1].at:
            raise ClockRefuses("an entry cannot be earlier than the one before it")
        state = following
    return state


def append(entries: Sequence[Entry], entry: Entry) -> tuple[Entry, ...]:
    """The ledger with one more entry; raises ClockRefuses when it does not follow. Nothing is taken out."""
    longer = (*entries, entry)
    state_of(longer)
    return longer


def view(entries: Sequence[Entry], term: Term, calendar: Calendar, on: dt.date) -> ClockView:
    """Compute the clock for the day `on`, a day in Thailand (`workdays.thai_date` of now).

    All entries count, also one that lies after `on` (a filing at night starts its clock the next working
    day). Raises ClockRefuses for a ledger that does not follow, CalendarEnds when the way leads beyond the
    calendar.
    """
    state = state_of(entries)
    if not entries:
        return ClockView(state=state, on=on, term=term, days_left=term.days)
    started_on, last = thai_date(entries[0].at), thai_date(entries[-1].at)
    stopped_on = last if state == "stopped" else None
    pauses = _pauses(entries)
    due = _due(started_on, pauses, term, calendar)
    reached = on if stopped_on is None else min(on, stopped_on)
    used = sum(_counts(day, pauses, term, calendar) for day in days_after(started_on, reached))
    end = max(due or last, last, started_on)
    return ClockView(
        state=state,
        on=on,
        term=term,
        started_on=started_on,
        stopped_on=stopped_on,
        due=due,
        days_used=used,
        days_left=max(0, term.days - used),
        days_off=calendar.days_off_between(started_on, due or max(reached, last)),
        overdue=due is not None and reached > due,
        provisional=calendar.is_provisional(started_on, end),
    )


class _Pause(_Frozen):
    """The clock stood still after `first`, up to and including `last`; no `last` while nothing ended it."""

    first: dt.date
    last: dt.date | None


def _pauses(entries: Sequence[Entry]) -> tuple[_Pause, ...]:
    # A stop leaves its pause open: the term was not running, so no due day can be named for it.
    found: list[_Pause] = []
    for entry in entries:
        day = thai_date(entry.at)
        if entry.kind == "pause":
            found.append(_Pause(first=day, last=None))
        elif entry.kind == "resume":
            found[-1] = _Pause(first=found[-1].first, last=day)
    return tuple(found)


def _counts(day: dt.date, pauses: Sequence[_Pause], term: Term, calendar: Calendar) -> bool:
    if any(pause.first < day and (pause.last is None or day <= pause.last) for pause in pauses):
        return False
    return term.basis == "calendar" or calendar.is_workday(day)


def _due(started_on: dt.date, pauses: Sequence[_Pause], term: Term, calendar: Calendar) -> dt.date | None:
    """The last day of the term, walking pause by pause; None when an open pause holds it."""
    start, left = started_on, term.days
    for pause in pauses:
        due = _end(start, left, term, calendar)
        if due < pause.first:
            return due
        if pause.last is None:
            return None
        left = max(0, left - _length(start, pause.first, term, calendar))
        start = pause.last
    return _end(start, left, term, calendar)


def _end(start: dt.date, left: int, term: Term, calendar: Calendar) -> dt.date:
    # With nothing left the last day is the start itself, which may be a day off whatever the basis.
    due = calendar.due_date(start, left, term.basis, rolls_forward=False)
    return calendar.roll_forward(due) if term.rolls_forward else due


def _length(first: dt.date, last: dt.date, term: Term, calendar: Calendar) -> int:
    return calendar.workdays_between(first, last) if term.basis == "working" else max(0, (last - first).days)
