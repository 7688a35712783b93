"""When an office serves, and what becomes of an appointment by the clock. Pure."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.workdays import BANGKOK, Calendar, CalendarEnds

from .model import Desk, Office, Slot

HOLD = dt.timedelta(minutes=10)
REMIND_AT = dt.time(9)
"""Thai time of the day before."""
SHOWN = dt.timedelta(days=14)
"""Days of one answer about free times."""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of a reference: no letter that is taken for another (Crockford's base 32)."""


def checked_office(office: Office) -> Office:
    """The description, if it may stand.

    Raises:
        Invalid: a window that closes before one appointment fits in, windows that overlap, or a service named twice.
    """
    faults = list[Fault]()
    ids = [desk.id for desk in office.desks]
    for number, desk in enumerate(office.desks):
        if desk.id in ids[:number]:
            faults.append(Fault(f"/desks/{number}/id", "มีบริการรหัสนี้แล้ว", "There is a service with this id already."))
        faults += _faults_of(desk, number)
    if faults:
        raise Invalid("คำอธิบายสำนักงานไม่ถูกต้อง", "The description of the office is not valid.", faults)
    return office


def _faults_of(desk: Desk, number: int) -> Iterator[Fault]:
    taken: dict[int, list[tuple[int, int]]] = {}
    for place, window in enumerate(desk.windows):
        opens, closes = _minutes(window.opens), _minutes(window.closes)
        where = f"/desks/{number}/windows/{place}"
        if closes - opens < desk.minutes:
            yield Fault(f"{where}/closes", "เวลาไม่พอสำหรับหนึ่งนัด", "Not one appointment fits in.")
            continue
        held = [taken.setdefault(weekday, []) for weekday in window.weekdays]
        if any(opens < end and start < closes for times in held for start, end in times):
            yield Fault(where, "ช่วงเวลาซ้อนกัน", "It overlaps another window of one of its days.")
        for times in held:
            times.append((opens, closes))


def starts(office: Office, desk: Desk, day: dt.date, calendar: Calendar) -> list[dt.datetime]:
    """The times of one day, in order; none when the agency or the office is closed, or its calendar ends before."""
    try:
        open_today = calendar.is_workday(day)
    except CalendarEnds:
        return []
    if not open_today or day in office.closed:
        return []
    found = []
    for window in desk.windows:
        if day.isoweekday() in window.weekdays:
            opens, closes = _minutes(window.opens), _minutes(window.closes)
            found += list(range(opens, closes - desk.minutes + 1, desk.minutes))
    midnight = dt.datetime.combine(day, dt.time(), BANGKOK)
    return [midnight + dt.timedelta(minutes=each) for each in sorted(found)]


def bookable(
    office: Office, desk: Desk, agency: str, first: dt.date, now: dt.datetime, calendar: Calendar
) -> list[dt.datetime]:
    """The times from a day on that may be booked now: not too soon, not too far ahead, at most two weeks of them."""
    earliest = now + dt.timedelta(hours=desk.lead_hours)
    latest = now + dt.timedelta(days=desk.ahead_days)
    last = latest.astimezone(BANGKOK).date()
    if first > last:
        return []
    day = max(first, earliest.astimezone(BANGKOK).date())
    last = min(first + SHOWN, last)
    found = []
    own = calendar.for_agency(agency)
    while day <= last:
        found += [each for each in starts(office, desk, day, own) if earliest <= each <= latest]
        day += dt.timedelta(days=1)
    return found


def free(times: list[dt.datetime], desk: Desk, taken: Mapping[dt.datetime, int]) -> list[Slot]:
    """The times with the places that are left."""
    return [Slot(each, max(desk.places - taken.get(each, 0), 0)) for each in times]


def reminder(start: dt.datetime) -> dt.datetime:
    """When a person is reminded: the morning of the day before."""
    day = start.astimezone(BANGKOK).date() - dt.timedelta(days=1)
    return dt.datetime.combine(day, REMIND_AT, BANGKOK)


def next_due(start: dt.datetime, minutes: int, now: dt.datetime, *, reminded: bool) -> tuple[dt.datetime, bool]:
    """When a booked appointment must next be looked at, and whether the reminder is behind it.

    Whoever books after the morning of the day before knows it well enough.
    """
    remind = reminder(start)
    if not reminded and now < remind:
        return remind, False
    return start + dt.timedelta(minutes=minutes), True


def new_reference() -> str:
    """Six letters that name nobody; a second one of a day and time is refused when it is written."""
    return "".join(secrets.choice(LETTERS) for _ in range(6))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
