"""When an office serves: hours, holidays, lead times; by tables and by trying everything."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.appointments.model import Desk, Office
from chalicelib.citizen.appointments.rules import bookable, checked_office, next_due, reminder, starts
from chalicelib.shared.errors import Invalid
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import BANGKOK, Calendar

CALENDAR = Calendar.load()
AGENCY = "TH/LOCAL/LAEMNGOP"
WORD = Text(th="ก", en="K")
MORNING: dict[str, Any] = {"weekdays": [1, 2, 3, 4, 5], "opens": "08:30", "closes": "12:00"}


def desk(**changes: Any) -> Desk:
    given = {"id": "dd", "name": WORD, "about": WORD, "minutes": 30, "places": 2, "windows": [MORNING], **changes}
    return Desk.model_validate(given)


def office(*desks: Desk, **changes: Any) -> Office:
    return Office(name=WORD, address=WORD, category="health", desks=desks or (desk(),), **changes)


def thai(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


@pytest.mark.parametrize(
    ("day", "count"),
    [
        ("2026-12-01", 7),
        ("2026-12-05", 0),
        ("2026-12-06", 0),
        ("2026-12-07", 0),
        ("2026-12-08", 7),
        ("2026-12-10", 0),
        ("2026-12-11", 0),
        ("2099-12-01", 0),
    ],
)
def test_a_day_has_its_times_unless_the_government_or_the_office_is_closed(day: str, count: int) -> None:
    """5 December 2026 is a Saturday and its substitute the 7th; the 10th is Constitution Day; the 11th closed here."""
    closed = (dt.date(2026, 12, 11),)
    found = starts(office(closed=closed), desk(), dt.date.fromisoformat(day), CALENDAR)
    assert len(found) == count
    if found:
        assert (found[0].time(), found[-1].time()) == (dt.time(8, 30), dt.time(11, 30))


def test_the_last_appointment_ends_before_the_office_closes() -> None:
    found = starts(office(), desk(minutes=40), dt.date(2026, 12, 1), CALENDAR)
    assert [each.strftime("%H:%M") for each in found] == ["08:30", "09:10", "09:50", "10:30", "11:10"]


@settings(max_examples=60)
@given(
    now=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 6, 1)),
    lead=st.integers(0, 200),
    ahead=st.integers(1, 90),
    minutes=st.integers(5, 200),
)
def test_whatever_is_offered_is_neither_too_soon_nor_too_far_nor_on_a_day_off(
    now: dt.datetime, lead: int, ahead: int, minutes: int
) -> None:
    moment = now.replace(tzinfo=BANGKOK)
    one = desk(lead_hours=lead, ahead_days=ahead, minutes=minutes)
    found = bookable(office(), one, AGENCY, moment.date(), moment, CALENDAR)
    assert found == sorted(set(found))
    for each in found:
        assert dt.timedelta(hours=lead) <= each - moment <= dt.timedelta(days=ahead)
        assert CALENDAR.is_workday(each.date()) and each + dt.timedelta(minutes=minutes) <= each.replace(
            hour=12, minute=0
        )


@pytest.mark.parametrize(
    ("desks", "pointer"),
    [
        ([desk(), desk()], "/desks/1/id"),
        ([desk(windows=[{**MORNING, "closes": "08:45"}])], "/desks/0/windows/0/closes"),
        ([desk(windows=[{**MORNING, "closes": "08:00"}])], "/desks/0/windows/0/closes"),
        ([desk(windows=[MORNING, {**MORNING, "opens": "11:30", "closes": "15:00"}])], "/desks/0/windows/1"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_the_place(desks: list[Desk], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_office(office(*desks))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_windows_that_touch_do_not_overlap() -> None:
    afternoon = {**MORNING, "opens": "12:00", "closes": "15:00"}
    assert checked_office(office(desk(windows=[MORNING, afternoon])))


@pytest.mark.parametrize(
    ("now", "due", "reminded"),
    [
        ("2026-12-01 10:00", "2026-12-07 09:00", False),
        ("2026-12-07 08:59", "2026-12-07 09:00", False),
        ("2026-12-07 09:00", "2026-12-08 09:00", True),
        ("2026-12-08 07:00", "2026-12-08 09:00", True),
    ],
)
def test_the_reminder_is_the_morning_before_unless_that_is_past(now: str, due: str, reminded: bool) -> None:
    start = thai("2026-12-08 08:30")
    assert reminder(start) == thai("2026-12-07 09:00")
    assert next_due(start, 30, thai(now), reminded=False) == (thai(due), reminded)
