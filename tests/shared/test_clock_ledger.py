"""The legal clock: worked examples, refusals, and an independent recomputation day by day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.clock_ledger import ClockRefuses, Entry, EntryKind, Term, append, view
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import BANGKOK, Calendar, CalendarEnds

calendar = Calendar.load()
SEVEN_WORKING = Term(days=7, basis="working")
WHY = Text(th="เหตุ", en="reason")


def entry(kind: EntryKind, day: str | dt.date) -> Entry:
    day = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return Entry(kind=kind, at=dt.datetime.combine(day, dt.time(9), BANGKOK), reason=WHY, law="lfa-2558.s8")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_worked_example_over_songkran() -> None:
    found = view([entry("start", "2026-04-09")], SEVEN_WORKING, calendar, day("2026-04-16"))
    assert (found.state, found.due) == ("running", day("2026-04-23"))
    assert (found.days_used, found.days_left, found.overdue) == (2, 5, False)
    assert [off.date.isoformat() for off in found.days_off] == ["2026-04-13", "2026-04-14", "2026-04-15"]


def test_the_worked_example_in_december() -> None:
    found = view([entry("start", "2026-12-04")], Term(days=5, basis="working"), calendar, day("2026-12-04"))
    assert found.due == day("2026-12-15")
    assert [off.date.isoformat() for off in found.days_off] == ["2026-12-07", "2026-12-10"]


def test_the_worked_example_in_calendar_days() -> None:
    ledger = [entry("start", "2026-04-09")]
    raw = Term(days=30, basis="calendar", rolls_forward=False)
    assert view(ledger, raw, calendar, day("2026-04-09")).due == day("2026-05-09")
    assert view(ledger, Term(days=30, basis="calendar"), calendar, day("2026-04-09")).due == day("2026-05-11")


def test_a_clock_that_has_not_started_owes_nothing() -> None:
    found = view([], SEVEN_WORKING, calendar, day("2026-04-09"))
    assert (found.state, found.due, found.days_left, found.overdue) == ("not_started", None, 7, False)


def test_a_pause_stops_the_count_and_moves_the_due_day() -> None:
    ledger = [entry("start", "2026-11-02"), entry("pause", "2026-11-04")]
    paused = view(ledger, SEVEN_WORKING, calendar, day("2026-11-13"))
    assert (paused.paused, paused.due, paused.days_used, paused.overdue) == (True, None, 2, False)
    resumed = view([*ledger, entry("resume", "2026-11-16")], SEVEN_WORKING, calendar, day("2026-11-18"))
    assert (resumed.due, resumed.days_used, resumed.days_left) == (day("2026-11-23"), 4, 3)


def test_a_pause_within_one_day_costs_nothing() -> None:
    start = entry("start", "2026-11-02")
    ledger = [start, entry("pause", "2026-11-04"), entry("resume", "2026-11-04")]
    on = day("2026-11-10")
    assert view(ledger, SEVEN_WORKING, calendar, on).due == view([start], SEVEN_WORKING, calendar, on).due


def test_a_pause_on_the_due_day_carries_it_to_the_resumption() -> None:
    ledger = [entry("start", "2026-11-02"), entry("pause", "2026-11-11"), entry("resume", "2026-11-18")]
    assert view(ledger, SEVEN_WORKING, calendar, day("2026-11-18")).overdue is False
    late = view(ledger, SEVEN_WORKING, calendar, day("2026-11-19"))
    assert (late.due, late.overdue, late.days_used) == (day("2026-11-18"), True, 8)


def test_a_pause_after_the_due_day_does_not_forgive_it() -> None:
    ledger = [entry("start", "2026-11-02"), entry("pause", "2026-11-12")]
    found = view(ledger, SEVEN_WORKING, calendar, day("2026-11-13"))
    assert (found.paused, found.due, found.overdue) == (True, day("2026-11-11"), True)


def test_a_stopped_clock_keeps_what_it_had_reached() -> None:
    ledger = [entry("start", "2026-11-02"), entry("stop", "2026-11-05")]
    found = view(ledger, SEVEN_WORKING, calendar, day("2026-12-30"))
    assert (found.state, found.stopped_on) == ("stopped", day("2026-11-05"))
    assert (found.days_used, found.due, found.overdue) == (3, day("2026-11-11"), False)
    ledger = [entry("start", "2026-11-02"), entry("stop", "2026-11-12")]
    assert view(ledger, SEVEN_WORKING, calendar, day("2026-12-30")).overdue is True


def test_a_clock_that_starts_tomorrow_already_has_its_due_day() -> None:
    found = view([entry("start", "2026-11-26")], SEVEN_WORKING, calendar, day("2026-11-25"))
    assert (found.state, found.due, found.days_used) == ("running", day("2026-12-08"), 0)


def test_a_due_day_in_an_open_year_is_provisional_and_beyond_the_calendar_refused() -> None:
    assert view([entry("start", "2026-12-28")], SEVEN_WORKING, calendar, day("2026-12-28")).provisional
    assert not view([entry("start", "2026-11-02")], SEVEN_WORKING, calendar, day("2026-11-02")).provisional
    with pytest.raises(CalendarEnds):
        view([entry("start", "2031-12-28")], SEVEN_WORKING, calendar, day("2031-12-28"))


@pytest.mark.parametrize(
    "kinds",
    [["pause"], ["resume"], ["stop"], ["start", "start"], ["start", "resume"], ["start", "pause", "pause"],
     ["start", "stop", "resume"], ["start", "stop", "stop"], ["start", "pause", "start"]],
)  # fmt: skip
def test_entries_that_do_not_follow_are_refused(kinds: list[EntryKind]) -> None:
    ledger = tuple(entry(kind, "2026-11-02") for kind in kinds[:-1])
    with pytest.raises(ClockRefuses):
        append(ledger, entry(kinds[-1], "2026-11-03"))


def test_time_does_not_run_backwards() -> None:
    ledger = append((), entry("start", "2026-11-02"))
    with pytest.raises(ClockRefuses, match="earlier"):
        append(ledger, entry("pause", "2026-11-01"))
    assert len(append(ledger, entry("pause", "2026-11-02"))) == 2


terms = st.builds(
    Term, days=st.integers(1, 40), basis=st.sampled_from(["working", "calendar"]), rolls_forward=st.booleans()
)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Entry, ...]:
    at = draw(st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2026, 6, 30)))
    ledger = [entry("start", at)]
    for _ in range(draw(st.integers(0, 6))):
        at += dt.timedelta(days=draw(st.integers(0, 14)))
        ledger.append(entry("resume" if ledger[-1].kind == "pause" else "pause", at))
    if draw(st.booleans()):
        ledger.append(entry("stop", at + dt.timedelta(days=draw(st.integers(0, 14)))))
    return tuple(ledger)


def by_hand(ledger: tuple[Entry, ...], term: Term, on: dt.date) -> tuple[int, dt.date | None]:
    """Days used and due day, by walking the calendar one day at a time with a pencil."""
    events = [(found.kind, found.at.date()) for found in ledger]
    day = events[0][1]
    stop = next((at for kind, at in events if kind == "stop"), on)
    used, used_by, due, standing_still = 0, {day: 0}, None, False
    for _ in range(400):
        for kind, at in events:
            if at == day and kind in ("pause", "resume"):
                standing_still = kind == "pause"
        may_end_here = not term.rolls_forward or calendar.is_workday(day)
        if due is None and used >= term.days and not standing_still and may_end_here:
            due = day
        day += dt.timedelta(days=1)
        if not standing_still and (term.basis == "calendar" or calendar.is_workday(day)):
            used += 1
        used_by[day] = used
    return used_by[min(on, stop)], due


@given(ledgers(), terms, st.integers(0, 120))
def test_anyone_computes_the_same_by_hand(ledger: tuple[Entry, ...], term: Term, later: int) -> None:
    on = ledger[0].at.date() + dt.timedelta(days=later)
    found = view(ledger, term, calendar, on)
    used, due = by_hand(ledger, term, on)
    assert (found.days_used, found.due) == (used, due)
    reached = min(on, found.stopped_on or on)
    assert found.overdue == (due is not None and reached > due)
    assert found.days_left == max(0, term.days - used)


@given(ledgers(), terms)
def test_a_longer_ledger_never_brings_the_due_day_forward(ledger: tuple[Entry, ...], term: Term) -> None:
    on = ledger[0].at.date()
    full = view(ledger, term, calendar, on)
    for length in range(1, len(ledger)):
        shorter = view(ledger[:length], term, calendar, on)
        if shorter.due is not None and full.due is not None:
            assert shorter.due <= full.due
