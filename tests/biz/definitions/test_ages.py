"""How old whoever applies must be: counted to the day, on a date that a register gave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.biz.definitions import ages, lint
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.shared import ages as shared_ages

from ..samples import small, text

DAYS = some.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def service(**changes: Any) -> dict[str, Any]:
    """The small definition for people of 20 years or more."""
    made = small(**changes)
    form = made["form"]
    form["schema"]["properties"]["born"] = {"type": "string", "format": "date"}
    form["steps"][0]["fields"].append("/born")
    form["hints"]["/born"] = {"label": text()}
    made["prefill"] = [
        {
            "pointer": "/born", "service": "TH/CENTRAL/DOPA/civil/person", "path": "/lookup",
            "request": {"pid": "$pid"}, "select": "/birth_date", "lock": True, "purpose": text(), "legal_basis": "test",
        }
    ]  # fmt: skip
    made["ages"] = [
        {"pointer": "/born", "least": 20, "text": text("ยี่สิบปี", "20 years"), "source": "test", "verified": "no"}
    ]
    return made


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("2006-11-25", "2026-11-25", 20),
        ("2006-11-26", "2026-11-25", 19),
        ("2006-11-24", "2026-11-25", 20),
        ("2004-02-29", "2024-02-28", 19),
        ("2004-02-29", "2024-02-29", 20),
        ("2005-03-01", "2025-02-28", 19),
        ("2004-02-29", "2025-02-28", 20),
        ("2004-02-29", "2025-03-01", 21),
        ("2026-11-25", "2026-11-25", 0),
    ],
)
def test_years_are_counted_to_the_day(born: str, on: str, years: int) -> None:
    assert shared_ages.years(dt.date.fromisoformat(born), dt.date.fromisoformat(on)) == years


@given(DAYS, DAYS)
def test_an_age_grows_with_each_birthday_and_never_shrinks(born: dt.date, on: dt.date) -> None:
    years = shared_ages.years(born, on)
    assert 0 <= shared_ages.years(born, on + dt.timedelta(days=1)) - years <= 1
    assert shared_ages.years(born, on + dt.timedelta(days=366)) >= years + 1


@pytest.mark.parametrize(("born", "pointers"), [("2006-11-25", []), ("2006-11-26", ["/answers/born"])])
def test_whoever_is_too_young_is_told_at_the_field(born: str, pointers: list[str]) -> None:
    definition = ServiceDefinition.model_validate(service())
    found = ages.faults(definition, {"words": "x", "width": 1, "born": born}, dt.date(2026, 11, 25))
    assert [(fault.pointer, fault.en) for fault in found] == [(pointer, "20 years") for pointer in pointers]


@pytest.mark.parametrize("answers", [{}, {"born": None}, {"born": "yesterday"}, {"born": 20061125}])
def test_what_is_no_date_is_left_to_the_form(answers: dict[str, Any]) -> None:
    assert ages.faults(ServiceDefinition.model_validate(service()), answers, dt.date(2026, 11, 25)) == []


def test_a_typed_birth_date_proves_nothing() -> None:
    assert lint.examine(service())[1] == []
    typed = service()
    typed["prefill"][0]["lock"] = False
    assert [str(problem) for problem in lint.examine(typed)[1]] == [
        "/ages/0: /born must be fetched from a register (prefill with lock)"
    ]


def test_an_age_needs_a_date_of_the_form() -> None:
    wrong = service()
    wrong["ages"][0]["pointer"] = "/words"
    assert [str(problem) for problem in lint.examine(wrong)[1]] == ["/ages/0: /words is no date of the form"]
