"""The days on which government offices work, and the due dates and receipt times that follow from them.

The calendar is data (`data/government_calendar.json`), frozen by `scripts/freeze_calendar.py` and then kept
by hand: the cabinet adds special days at short notice. A year that is still open says so (`complete: false`),
and a question beyond the last year is refused with `CalendarEnds`: a due date is never guessed.

Law: Civil and Commercial Code s.193/3 and 193/8, Administrative Procedure Act B.E. 2539 s.64, Electronic
Performance Act B.E. 2565 s.10 (section numbers unverified: compare with the gazetted text).
"""

import datetime as dt
import functools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.shared.thai import Text

Basis = Literal["working", "calendar"]
HolidayKind = Literal["public", "in_lieu", "cabinet_special", "government", "agency"]

BANGKOK = dt.timezone(dt.timedelta(hours=7), "Asia/Bangkok")
"""Thai time: a fixed +07:00 (no daylight saving), so that no time zone database is needed in Lambda."""

OFFICE_OPENS = dt.time(8, 30)
OFFICE_CLOSES = dt.time(16, 30)
RECEIPT_RULE = "e-act-2565.s10"

_ONE_DAY = dt.timedelta(days=1)
_SATURDAY = 5
_DATA = Path(__file__).parent / "data" / "government_calendar.json"


class CalendarEnds(ValueError):
    """Raised when a date lies outside the calendar's years; `year` is the one that is missing."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the government calendar holds no year {year}")
        self.year = year


class TimeWithoutZone(ValueError):
    """Raised when an instant has no time zone: it cannot be placed on a Thai working day."""


class Holiday(BaseModel):
    """A day on which government offices are closed although it may be a weekday."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    date: dt.date
    name: Text
    kind: HolidayKind
    source: str = Field(description="Where the day comes from")
    verified: bool = Field(default=False, description="Whether a second source confirms the day")
    doubt: str | None = Field(default=None, description="Why the day may be wrong")


class CalendarYear(BaseModel):
    """How far one year of the calendar may be trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    year: int
    verified: bool = Field(description="Whether the year was compared with the Royal Gazette")
    complete: bool = Field(description="Whether the cabinet's special days of the year are known")
    note: Text


class AgencyDay(BaseModel):
    """A day on which one agency differs from the rest of government: closed alone, or open alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    agency: str = Field(description="Member id of the agency, for instance TH/LOCAL/LAEMNGOP")
    date: dt.date
    closed: bool
    name: Text
    source: str


class LegalReceipt(BaseModel):
    """When a filing arrived, and when the law says that it arrived."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    received_at: dt.datetime = Field(description="Entry into the system")
    legal_received_at: dt.datetime = Field(description="The same, moved to the next office time if need be")
    rule: str = Field(description="The rule that was applied")


class Calendar:
    """The working days of Thai government offices, or of one agency."""

    def __init__(
        self,
        years: Iterable[CalendarYear],
        holidays: Iterable[Holiday],
        agency_days: Iterable[AgencyDay] = (),
    ) -> None:
        self._years = {year.year: year for year in years}
        self._agency_days = tuple(agency_days)
        self._holidays = {holiday.date: holiday for holiday in sorted(holidays, key=lambda found: found.date)}

    @staticmethod
    @functools.cache
    def load() -> "Calendar":
        """The calendar that is shipped with this code; read once in a process."""
        data = json.loads(_DATA.read_text(encoding="utf-8"))
        return Calendar(
            [CalendarYear.model_validate(year) for year in data["years"]],
            [Holiday.model_validate(day) for day in data["holidays"]],
            [AgencyDay.model_validate(day) for day in data["agency_days"]],
        )

    def for_agency(self, agency: str) -> "Calendar":
        """The calendar of one agency: its own closed days are added, its own open days taken out."""
        holidays = dict(self._holidays)
        for day in self._agency_days:
            if day.agency != agency:
                continue
            if day.closed:
                holidays[day.date] = Holiday(date=day.date, name=day.name, kind="agency", source=day.source)
            else:
                holidays.pop(day.date, None)
        return Calendar(self._years.values(), holidays.values())

    def year(self, year: int) -> CalendarYear:
        """What is known about one year; raises CalendarEnds when the calendar does not hold it."""
        found = self._years.get(year)
        if found is None:
            raise CalendarEnds(year)
        return found

    def is_provisional(self, first: dt.date, last: dt.date) -> bool:
        """Whether a year between the two dates still waits for the cabinet's special days: dates may move."""
        years = [self.year(year) for year in range(first.year, last.year + 1)]  # a list: every year is looked up
        return not all(year.complete for year in years)

    def holiday(self, day: dt.date) -> Holiday | None:
        """The holiday on that day, if there is one; raises CalendarEnds outside the calendar."""
        self.year(day.year)
        return self._holidays.get(day)

    def is_workday(self, day: dt.date) -> bool:
        """Whether government offices work on that day; raises CalendarEnds outside the calendar."""
        return self.holiday(day) is None and day.weekday() < _SATURDAY

    def next_workday(self, day: dt.date) -> dt.date:
        """The first working day after that day."""
        return self._first_workday_from(day + _ONE_DAY)

    def add_workdays(self, day: dt.date, count: int) -> dt.date:
        """The count-th working day after that day, which itself is not counted (Code s.193/3)."""
        if count < 0:
            raise ValueError("working days are counted forward only")
        for _ in range(count):
            day = self.next_workday(day)
        return day

    def workdays_between(self, first: dt.date, last: dt.date) -> int:
        """How many working days lie after `first` up to and including `last`; 0 when `last` is not later."""
        return sum(self.is_workday(day) for day in days_after(first, last))

    def holidays_between(self, first: dt.date, last: dt.date) -> tuple[Holiday, ...]:
        """The holidays from `first` to `last`, both included, in order; those on weekends too."""
        for year in range(first.year, last.year + 1):
            self.year(year)
        return tuple(found for day, found in self._holidays.items() if first <= day <= last)

    def days_off_between(self, first: dt.date, last: dt.date) -> tuple[Holiday, ...]:
        """The holidays after `first`, up to and including `last`, that cost a working day."""
        return tuple(
            found
            for found in self.holidays_between(first, last)
            if found.date > first and found.date.weekday() < _SATURDAY
        )

    def due_date(self, start: dt.date, days: int, basis: Basis, *, rolls_forward: bool = True) -> dt.date:
        """The last day of a term of `days` that begins on `start`; the first day is not counted.

        With `rolls_forward` a calendar term that ends on a day off ends on the next working day, as for a
        private party (Code s.193/8); without it the raw last day stands, as for an officer's own duty
        (Administrative Procedure Act s.64, second paragraph).
        """
        if basis == "working":
            return self.add_workdays(start, days)
        if days < 0:
            raise ValueError("days are counted forward only")
        due = start + dt.timedelta(days=days)
        return self.roll_forward(due) if rolls_forward else due

    def roll_forward(self, day: dt.date) -> dt.date:
        """That day if it is a working day, else the next working day."""
        return self._first_workday_from(day)

    def legal_receipt(self, received_at: dt.datetime) -> LegalReceipt:
        """When a filing counts as received: at once, or when the office next opens (E-Act s.10).

        Office hours are 08:30 to 16:30, both included, in Thai time. Raises TimeWithoutZone and CalendarEnds.
        """
        local = thai_time(received_at)
        day, clock = local.date(), local.time()
        if self.is_workday(day) and OFFICE_OPENS <= clock <= OFFICE_CLOSES:
            legal = local
        else:
            opening = day if self.is_workday(day) and clock < OFFICE_OPENS else self.next_workday(day)
            legal = dt.datetime.combine(opening, OFFICE_OPENS, BANGKOK)
        return LegalReceipt(received_at=received_at, legal_received_at=legal, rule=RECEIPT_RULE)

    def _first_workday_from(self, day: dt.date) -> dt.date:
        while not self.is_workday(day):
            day += _ONE_DAY
        return day


def thai_time(instant: dt.datetime) -> dt.datetime:
    """The instant on a Thai clock; raises TimeWithoutZone for a time that could be anywhere."""
    if instant.tzinfo is None:
        raise TimeWithoutZone("the instant has no time zone")
    return instant.astimezone(BANGKOK)


def thai_date(instant: dt.datetime) -> dt.date:
    """The day of the instant in Thailand."""
    return thai_time(instant).date()


def days_after(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every day after `first` up to and including `last`."""
    while first < last:
        first += _ONE_DAY
        yield first
