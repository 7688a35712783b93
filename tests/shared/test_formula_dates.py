"""Dates and unknown facts in formulas: ages, periods by the Civil and Commercial Code, and what is not known yet."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared import ages
from chalicelib.shared.expressions import BadExpression, Evaluation, NotKnown

ON = dt.date(2026, 11, 30)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def value(expression: Any, **facts: Any) -> Any:
    return Evaluation({}, {}, ON, facts).value(expression)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("1966-11-30", "2026-11-30", 60),
        ("1966-12-01", "2026-11-30", 59),
        ("2020-11-11", "2026-11-10", 5),
        ("2020-11-11", "2026-11-11", 6),
        ("2020-02-29", "2026-02-28", 5),
        ("2020-02-29", "2026-03-01", 6),
        ("2020-02-29", "2024-02-29", 4),
        ("2026-12-01", "2026-11-30", -1),
    ],
)
def test_whole_years(born: str, on: str, years: int) -> None:
    assert value({"age": [born, on]}) == Decimal(years)


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [("2026-10-31", "2026-11-30", 0), ("2026-10-30", "2026-11-30", 1), ("2026-01-15", "2027-01-14", 11)],
)
def test_whole_months(born: str, on: str, months: int) -> None:
    assert value({"age_months": [born, on]}) == Decimal(months)


@pytest.mark.parametrize(
    ("day", "number", "last"),
    [
        ("2026-10-31", 6, "2027-04-30"),  # 1 November to 30 April
        ("2026-09-30", 6, "2027-03-31"),  # 1 October to 31 March
        ("2026-08-31", 6, "2027-02-28"),  # 1 September to the last of February
        ("2026-08-30", 6, "2027-02-28"),  # from 31 August; February has no 31st, so it ends with the month
        ("2027-08-30", 6, "2028-02-29"),
        ("2026-10-15", 6, "2027-04-15"),
        ("2026-11-30", 1, "2026-12-31"),
        ("2026-12-31", 12, "2027-12-31"),
    ],
)
def test_the_last_day_of_a_period_of_months(day: str, number: int, last: str) -> None:
    assert value({"last_day": [day, number]}) == last


@given(DAYS, st.integers(1, 240))
def test_a_period_of_months_is_as_long_as_its_months(day: dt.date, number: int) -> None:
    last = ages.last_day(day, number)
    assert 28 * number <= (last - day).days <= 31 * number
    assert ages.last_day(day, number + 1) > last


@given(DAYS, DAYS)
def test_days_between_turn_round(first: dt.date, last: dt.date) -> None:
    there = value({"days_between": [first.isoformat(), last.isoformat()]})
    assert there == Decimal((last - first).days) == -value({"days_between": [last.isoformat(), first.isoformat()]})


@given(DAYS, st.integers(0, 120))
def test_nobody_grows_younger(born: dt.date, later: int) -> None:
    day = born + dt.timedelta(days=later * 300)
    assert 0 <= ages.years(born, day) <= ages.years(born, day + dt.timedelta(days=1))


@pytest.mark.parametrize(
    "expression",
    [
        {"age": ["2026-02-30", "2026-11-30"]},
        {"age": ["2026-01-01"]},
        {"age": [1, 2]},
        {"days_between": ["yesterday", "2026-11-30"]},
        {"last_day": ["2026-11-30", 1.5]},
        {"last_day": ["2026-11-30", 1_000_000]},
        {"last_day": ["2026-11-30"]},
        {"last_day": [True, 1]},
    ],
)
def test_what_is_no_date_is_refused(expression: Any) -> None:
    with pytest.raises(BadExpression):
        value(expression)


def test_an_unknown_fact_is_not_a_misspelt_one() -> None:
    with pytest.raises(NotKnown) as unknown:
        value({">": [{"fact": "income"}, 1]}, income=None)
    assert unknown.value.facts == {"income"}
    with pytest.raises(BadExpression) as misspelt:
        value({">": [{"fact": "incom"}, 1]}, income=None)
    assert not isinstance(misspelt.value, NotKnown)


@pytest.mark.parametrize(
    ("operation", "arguments", "expected"),
    [
        ("and", [None, False], False),
        ("and", [False, None], False),
        ("and", [True, True], True),
        ("or", [None, True], True),
        ("or", [True, None], True),
        ("or", [False, False], False),
    ],
)
def test_what_is_known_may_decide_beside_what_is_not(operation: str, arguments: list[Any], expected: bool) -> None:
    facts = {f"f{number}": argument for number, argument in enumerate(arguments)}
    assert value({operation: [{"fact": name} for name in facts]}, **facts) is expected


@pytest.mark.parametrize(("operation", "other"), [("and", True), ("or", False)])
def test_what_hangs_on_the_unknown_names_all_of_it(operation: str, other: bool) -> None:
    with pytest.raises(NotKnown) as unknown:
        value({operation: [{"fact": "a"}, {"fact": "b"}, other]}, a=None, b=None)
    assert unknown.value.facts == {"a", "b"}


def test_facts_are_texts_truths_and_numbers() -> None:
    assert value({"fact": "a"}, a="THA") == "THA"
    assert value({"fact": "a"}, a=True) is True
    assert value({"+": [{"fact": "a"}, {"fact": "b"}]}, a=1, b=Decimal("0.5")) == Decimal("1.5")
