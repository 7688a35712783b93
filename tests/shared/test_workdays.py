"""The government calendar: counts per year, worked examples of the legal clock, receipt times."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import (
    BANGKOK,
    AgencyDay,
    Basis,
    Calendar,
    CalendarEnds,
    CalendarYear,
    TimeWithoutZone,
    thai_date,
)

calendar = Calendar.load()
_days = st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2031, 6, 30))


@pytest.mark.parametrize(
    ("year", "workdays"),
    [(2020, 240), (2021, 240), (2022, 238), (2023, 239), (2024, 243), (2025, 240), (2026, 241), (2027, 243)],
)
def test_each_year_has_its_known_number_of_working_days(year: int, workdays: int) -> None:
    days = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    assert sum(calendar.is_workday(day) for day in days if day.year == year) == workdays


@pytest.mark.parametrize(
    "day", ["2020-05-11", "2021-05-10", "2022-05-13", "2023-05-17", "2024-05-10", "2025-05-09", "2026-05-13"]
)
def test_royal_ploughing_day_closes_government_offices(day: str) -> None:
    found = calendar.holiday(dt.date.fromisoformat(day))
    assert found is not None
    assert found.kind == "government"


@pytest.mark.parametrize("day", ["2023-05-01", "2024-05-01", "2026-05-01", "2022-05-02", "2027-05-03"])
def test_government_offices_work_on_labour_day_and_its_substitute(day: str) -> None:
    assert calendar.is_workday(dt.date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2023-12-29", "2024-12-30", "2023-05-05", "2023-07-31"])
def test_special_days_of_the_cabinet_carry_their_confirmation(day: str) -> None:
    found = calendar.holiday(dt.date.fromisoformat(day))
    assert found is not None
    assert (found.kind, found.verified) == ("cabinet_special", True)
    assert "cabinet" in found.source


@pytest.mark.parametrize(
    ("start", "days", "basis", "due", "off"),
    [
        ("2026-04-09", 7, "working", "2026-04-23", ["2026-04-13", "2026-04-14", "2026-04-15"]),
        ("2026-12-04", 5, "working", "2026-12-15", ["2026-12-07", "2026-12-10"]),
    ],
)
def test_terms_of_working_days(start: str, days: int, basis: Basis, due: str, off: list[str]) -> None:
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(due)
    assert calendar.due_date(first, days, basis) == last
    assert [found.date.isoformat() for found in calendar.days_off_between(first, last)] == off


def test_a_term_of_calendar_days_rolls_to_a_working_day_only_where_the_law_says_so() -> None:
    start = dt.date(2026, 4, 9)
    assert calendar.due_date(start, 30, "calendar", rolls_forward=False) == dt.date(2026, 5, 9)  # a Saturday
    assert calendar.due_date(start, 30, "calendar") == dt.date(2026, 5, 11)


def test_an_open_year_says_so() -> None:
    assert not calendar.year(2027).complete
    assert "cabinet" in calendar.year(2027).note.en
    assert calendar.is_provisional(dt.date(2026, 12, 1), dt.date(2027, 1, 4))
    assert not calendar.is_provisional(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    doubtful = calendar.holiday(dt.date(2023, 1, 3))
    assert doubtful is not None
    assert doubtful.doubt


def test_no_year_is_called_verified_before_someone_compared_it_with_the_gazette() -> None:
    assert not any(calendar.year(year).verified for year in range(2020, 2032))


def test_beyond_its_years_the_calendar_refuses_to_guess() -> None:
    for ask in (
        lambda: calendar.is_workday(dt.date(2032, 1, 3)),
        lambda: calendar.is_workday(dt.date(2019, 12, 31)),
        lambda: calendar.add_workdays(dt.date(2031, 12, 30), 5),
        lambda: calendar.due_date(dt.date(2031, 12, 1), 31, "calendar"),
        lambda: calendar.holidays_between(dt.date(2031, 1, 1), dt.date(2032, 1, 1)),
        lambda: calendar.workdays_between(dt.date(2031, 12, 1), dt.date(2032, 1, 5)),
        lambda: calendar.is_provisional(dt.date(2031, 12, 1), dt.date(2032, 1, 5)),
    ):
        with pytest.raises(CalendarEnds):
            ask()


def test_days_are_counted_forward_only() -> None:
    for basis in ("working", "calendar"):
        with pytest.raises(ValueError, match="forward"):
            calendar.due_date(dt.date(2026, 1, 5), -1, basis)


@pytest.mark.parametrize(
    ("received", "legal"),
    [
        ("2026-11-25T08:30:00+07:00", "2026-11-25T08:30:00+07:00"),  # at the opening
        ("2026-11-25T16:30:00+07:00", "2026-11-25T16:30:00+07:00"),  # at the closing
        ("2026-11-25T16:30:01+07:00", "2026-11-26T08:30:00+07:00"),  # after hours
        ("2026-11-25T06:00:00+07:00", "2026-11-25T08:30:00+07:00"),  # early
        ("2026-11-25T18:00:00+00:00", "2026-11-26T08:30:00+07:00"),  # already the next day in Thailand
        ("2026-11-27T20:00:00+07:00", "2026-11-30T08:30:00+07:00"),  # Friday night
        ("2026-04-10T17:00:00+07:00", "2026-04-16T08:30:00+07:00"),  # before Songkran
        ("2026-12-10T10:00:00+07:00", "2026-12-11T08:30:00+07:00"),  # Constitution Day
    ],
)
def test_outside_office_hours_a_filing_counts_from_the_next_office_time(received: str, legal: str) -> None:
    receipt = calendar.legal_receipt(dt.datetime.fromisoformat(received))
    assert receipt.received_at == dt.datetime.fromisoformat(received)
    assert receipt.legal_received_at == dt.datetime.fromisoformat(legal)
    assert receipt.rule == "e-act-2565.s10"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TimeWithoutZone):
        calendar.legal_receipt(dt.datetime.fromisoformat("2026-11-25T10:00:00"))
    assert thai_date(dt.datetime(2026, 11, 25, 18, 0, tzinfo=dt.UTC)) == dt.date(2026, 11, 26)


def test_an_agency_may_be_closed_or_open_alone() -> None:
    name, source = Text(th="วันท้องถิ่น", en="Local day"), "agency notice"
    agency, other = "TH/LOCAL/LAEMNGOP", "TH/CENTRAL/DOPA"
    closed = AgencyDay(agency=agency, date=dt.date(2026, 11, 25), closed=True, name=name, source=source)
    opened = AgencyDay(agency=agency, date=dt.date(2026, 12, 10), closed=False, name=name, source=source)
    years = [calendar.year(2026)]
    holidays = calendar.holidays_between(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    mine = Calendar(years, holidays, [closed, opened]).for_agency(agency)
    theirs = Calendar(years, holidays, [closed, opened]).for_agency(other)
    assert (mine.is_workday(closed.date), mine.is_workday(opened.date)) == (False, True)
    assert (theirs.is_workday(closed.date), theirs.is_workday(opened.date)) == (True, False)


def test_a_day_may_be_a_weekend_in_a_calendar_without_holidays() -> None:
    bare = Calendar([CalendarYear(year=2026, verified=False, complete=False, note=Text(th="ว่าง", en="bare"))], [])
    assert bare.add_workdays(dt.date(2026, 11, 27), 1) == dt.date(2026, 11, 30)


@given(_days, st.integers(0, 60))
def test_adding_and_counting_working_days_agree(day: dt.date, count: int) -> None:
    due = calendar.add_workdays(day, count)
    assert calendar.workdays_between(day, due) == count
    assert due == day or calendar.is_workday(due)
    assert calendar.next_workday(due) == calendar.add_workdays(day, count + 1)


@given(_days, st.integers(0, 60))
def test_a_rolled_due_date_is_the_first_working_day_not_before_the_raw_one(day: dt.date, count: int) -> None:
    raw = calendar.due_date(day, count, "calendar", rolls_forward=False)
    due = calendar.due_date(day, count, "calendar")
    assert calendar.is_workday(due)
    assert due >= raw
    assert calendar.workdays_between(raw, due) == (0 if due == raw else 1)


@given(st.builds(dt.datetime.combine, _days, st.times(), st.just(BANGKOK)))
def test_legal_receipt_is_in_office_hours_never_early_and_settled(at: dt.datetime) -> None:
    legal = calendar.legal_receipt(at).legal_received_at
    assert legal >= at
    assert calendar.is_workday(thai_date(legal))
    assert calendar.legal_receipt(legal).legal_received_at == legal
