"""Each shipped right against cases worked out by hand, at the very edges of its rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.citizen.entitlements.catalogue import shipped
from chalicelib.citizen.entitlements.judging import Judgement, judge

TODAY = "2026-11-30"


def told(right: str, on: str, facts: dict[str, Any]) -> Judgement:
    day = dt.date.fromisoformat(on)
    definition = shipped().version(right, 1)
    assert definition is not None
    return judge(definition, facts, day)


NEWBORN: dict[str, Any] = {
    "child_born": "2026-11-11",
    "child_nationality": "THA",
    "child_status": "alive",
    "child_house": "A",
    "own_house": "A",
    "asker_is_mother": True,
    "asker_is_father": False,
    "in_institution": False,
    "grant_status": "none",
}


@pytest.mark.parametrize(
    ("members", "income", "result"),
    [
        (1, 100_000, "entitled"),  # 100,000 / 1 = 100,000: equality qualifies
        (1, 100_001, "not_entitled"),
        (3, 300_000, "entitled"),  # 300,000 / 3 = 100,000
        (3, 300_001, "not_entitled"),  # 100,000.33
        (3, 299_999, "entitled"),  # 99,999.67
        (7, 700_000, "entitled"),  # 700,000 / 7 = 100,000
        (7, 700_001, "not_entitled"),  # 100,000.14
        (4, 0, "entitled"),
    ],
)
def test_newborn_by_income(members: int, income: int, result: str) -> None:
    found = told("newborn-grant", TODAY, {**NEWBORN, "register_members": members, "register_income": income})
    assert found.result == result
    assert found.amount == ("600" if result == "entitled" else None)


@pytest.mark.parametrize(
    ("born", "on", "result", "rule"),
    [
        ("2015-09-30", "2016-11-30", "not_entitled", "born-from"),  # one day too early
        ("2015-10-01", "2016-11-30", "entitled", "entitled"),  # the first day
        ("2015-10-01", "2021-09-30", "entitled", "entitled"),  # five years and 364 days
        ("2015-10-01", "2021-10-01", "not_entitled", "age"),  # the sixth birthday
        ("2020-11-30", "2026-11-29", "entitled", "entitled"),
        ("2020-11-30", "2026-11-30", "not_entitled", "age"),
        ("2020-02-29", "2026-02-28", "entitled", "entitled"),  # a leap day: six on 1 March
        ("2020-02-29", "2026-03-01", "not_entitled", "age"),
        ("2026-11-30", "2026-11-30", "entitled", "entitled"),  # born today
    ],
)
def test_newborn_by_birth_date(born: str, on: str, result: str, rule: str) -> None:
    facts = {**NEWBORN, "child_born": born, "register_members": 2, "register_income": 120_000}
    found = told("newborn-grant", on, facts)
    assert (found.result, found.rule) == (result, rule)


def test_newborn_insured_or_not_is_no_question() -> None:
    definition = shipped().version("newborn-grant", 1)
    assert definition is not None
    assert not [source.service for source in definition.inputs.values() if "/SSO/" in source.service]
    assert "insured" in definition.not_asked[0].en


@pytest.mark.parametrize(
    ("born", "monthly"),
    [
        ("1966-12-01", None),  # 59 years and 364 days
        ("1966-11-30", "600"),
        ("1956-12-01", "600"),  # 69 years and 364 days
        ("1956-11-30", "700"),
        ("1946-12-01", "700"),
        ("1946-11-30", "800"),
        ("1936-12-01", "800"),
        ("1936-11-30", "1000"),
        ("1926-11-30", "1000"),
    ],
)
def test_old_age_by_age(born: str, monthly: str | None) -> None:
    facts = {"born": born, "nationality": "THA", "allowance_status": "none", "state_pension": False}
    found = told("old-age-allowance", TODAY, facts)
    assert (found.result, found.amount) == ("not_entitled" if monthly is None else "entitled", monthly)


def test_prasit_on_the_eve_of_his_birthday_and_on_it() -> None:
    facts = {"born": "1966-12-05", "nationality": "THA", "allowance_status": "none", "state_pension": False}
    assert told("old-age-allowance", "2026-12-04", facts).rule == "age"
    assert told("old-age-allowance", "2026-12-05", facts).result == "entitled"


@pytest.mark.parametrize(
    ("born", "until", "result", "monthly"),
    [
        ("2008-12-01", "2027-01-01", "entitled", "1000"),  # 17 years and 364 days
        ("2008-11-30", "2027-01-01", "entitled", "800"),  # eighteen today
        ("1974-04-22", "2026-11-30", "entitled", "800"),  # the card's last day
        ("1974-04-22", "2026-11-29", "not_entitled", None),  # the card ran out yesterday
    ],
)
def test_disability_by_age_and_card(born: str, until: str, result: str, monthly: str | None) -> None:
    facts = {
        "card_status": "valid",
        "card_until": until,
        "born": born,
        "nationality": "THA",
        "allowance_status": "none",
    }
    found = told("disability-allowance", TODAY, facts)
    assert (found.result, found.amount) == (result, monthly)


@pytest.mark.parametrize(
    ("ended", "on", "months", "rule"),
    [
        ("2026-10-31", "2026-11-30", 87, "go-on-under-39"),
        ("2026-10-31", "2027-04-30", 87, "go-on-under-39"),  # the last day
        ("2026-10-31", "2027-05-01", 87, "may-join-40"),  # one day late
        ("2026-09-30", "2027-03-31", 12, "go-on-under-39"),  # 1 October to 31 March
        ("2026-09-30", "2027-04-01", 12, "may-join-40"),
        ("2026-08-31", "2027-02-28", 12, "go-on-under-39"),
        ("2026-08-31", "2027-03-01", 12, "may-join-40"),
        ("2026-10-31", "2026-11-30", 12, "go-on-under-39"),  # twelve months are enough
        ("2026-10-31", "2026-11-30", 11, "covered-too-few-months"),
    ],
)
def test_social_security_after_a_job(ended: str, on: str, months: int, rule: str) -> None:
    facts = {
        "section": "33",
        "insured_status": "ended",
        "ended_on": ended,
        "months_paid": months,
        "born": "1991-08-19",
    }
    found = told("social-security", on, facts)
    assert (found.result, found.rule) == ("entitled", rule)


@pytest.mark.parametrize(("on", "most"), [("2025-12-31", "750"), ("2026-01-01", "875")])
def test_social_security_tells_the_ceiling_of_the_day(on: str, most: str) -> None:
    found = told("social-security", on, {"section": "33", "insured_status": "active", "months_paid": 3})
    assert found.result == "already" and f"at most {most} baht" in found.headline.en


@pytest.mark.parametrize(
    ("born", "result"),
    [
        ("2011-11-30", "entitled"),  # fifteen today
        ("2011-12-01", "not_entitled"),
        ("1960-12-01", "entitled"),  # sixty-five
        ("1960-11-30", "not_entitled"),  # sixty-six today
    ],
)
def test_social_security_of_those_who_never_were_insured(born: str, result: str) -> None:
    facts = {"section": "none", "insured_status": "none", "months_paid": 0, "born": born}
    assert told("social-security", TODAY, facts).result == result


@pytest.mark.parametrize(
    ("scheme", "result"),
    [("UCS", "already"), ("OFC", "already"), ("SSS", "already"), ("LGO", "already"), ("ABC", "unknown")],
)
def test_health_cover_by_code(scheme: str, result: str) -> None:
    assert told("health-cover", TODAY, {"scheme": scheme, "hospital": "โรงพยาบาลตราด"}).result == result


def test_health_cover_without_a_scheme_hangs_on_nationality() -> None:
    assert told("health-cover", TODAY, {"scheme": "none", "nationality": "THA"}).result == "entitled"
    assert told("health-cover", TODAY, {"scheme": "none"}).missing == {"nationality"}


def test_credit_report_is_told_as_it_stands() -> None:
    facts = {"score": 655, "grade": "EE", "as_of": "2026-10-31", "open_accounts": 1, "overdue_accounts": 1}
    found = told("credit-bureau", TODAY, facts)
    assert found.result == "entitled" and "655" in found.headline.th and "31 ตุลาคม พ.ศ. 2569" in found.headline.th
    assert [step.outcome for step in found.steps if step.rule == "overdue"] == ["holds"]
