"""The signboard tax as shipped: hand-computed sums, the least for each sign, quarters, lateness, documents."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.definitions import computed
from chalicelib.biz.definitions.procedures import Base
from chalicelib.biz.licences.rules import valid_until
from tests.biz.town import MALEE, Town
from tests.biz.walk import Walk

from .shipped import answers, base, faults, service, total, uploads

SIGN = "signboard-tax"
LAST = "2026-12-31"


def sign(
    width: int, height: int, kind: str = "thai_only", moving: bool = False, since: str = "earlier_year"
) -> dict[str, Any]:
    return {
        "text": "ครัวกลาง", "kind": kind, "moving": moving, "width_cm": width, "height_cm": height, "shown_since": since,
    }  # fmt: skip


def declared(*signs: dict[str, Any]) -> dict[str, Any]:
    return answers(SIGN) | {"signs": list(signs)}


@pytest.mark.parametrize(
    ("one", "baht"),
    [
        (sign(300, 100, "mixed"), "1560.00"),
        (sign(300, 100), "300.00"),
        (sign(60, 80), "200.00"),
        (sign(20, 25, "no_thai"), "200.00"),  # exactly 500 cm2: one unit, 50, so the least
        (sign(3, 167, "no_thai"), "200.00"),  # 501 cm2: two units, 100
        (sign(50, 40, "no_thai"), "200.00"),  # 2,000 cm2: four units are the least
        (sign(3, 667, "no_thai"), "250.00"),  # 2,001 cm2: five
        (sign(1, 1, "no_thai", moving=True), "200.00"),
        (sign(200, 100), "200.00"),  # 20,000 cm2 of Thai letters: 40 units of 5
        (sign(20001, 1), "205.00"),
        (sign(100, 100, moving=True), "200.00"),  # 20 units of 10
        (sign(10001, 1, moving=True), "210.00"),
        (sign(100, 100, "mixed"), "520.00"),
        (sign(100, 100, "mixed", moving=True), "1040.00"),
        (sign(100, 100, "no_thai"), "1000.00"),
        (sign(100, 100, "no_thai", moving=True), "1040.00"),
        (sign(10000, 10000, "no_thai", moving=True), "10400000.00"),
        (sign(300, 100, "mixed", since="jan_mar"), "1560.00"),
        (sign(300, 100, "mixed", since="apr_jun"), "1170.00"),
        (sign(300, 100, "mixed", since="jul_sep"), "780.00"),
        (sign(300, 100, "mixed", since="oct_dec"), "390.00"),
        (sign(60, 80, since="oct_dec"), "50.00"),  # a quarter of the least
        (sign(20001, 1, since="apr_jun"), "153.75"),
    ],
)
def test_one_sign(one: dict[str, Any], baht: str) -> None:
    assert total(SIGN, declared(one)) == {"tax": baht}


def test_each_sign_pays_for_itself_and_the_totals_are_shown() -> None:
    three = declared(sign(20, 25), sign(3, 167), sign(300, 100))
    assert total(SIGN, three) == {"tax": "700.00"}
    made = computed.worked_out(service(SIGN), three)
    assert (made["sign_count"], made["total_area_cm2"], made["total_units"]) == (3, 31001, 63)


@pytest.mark.parametrize(
    ("on", "surcharge"),
    [
        ("2026-11-02", "0.00"), ("2026-12-31", "0.00"),
        ("2027-01-01", "0.00"), ("2027-03-31", "0.00"), ("2027-04-01", "156.00"), ("2027-12-31", "156.00"),
    ],
)  # fmt: skip
def test_the_next_year_is_declared_by_the_end_of_march(on: str, surcharge: str) -> None:
    last_year = declared(sign(300, 100, "mixed", since="oct_dec"))
    found = total(SIGN, last_year, dt.date.fromisoformat(on), "renew", base(last_year, LAST))
    assert found == {"tax_year": "1560.00", "surcharge": surcharge}


def test_the_last_day_of_march_counts_in_a_leap_year_too() -> None:
    last_year, licence = declared(sign(300, 100)), base(declared(sign(300, 100)), "2027-12-31")
    for on, surcharge in ((dt.date(2028, 3, 31), "0.00"), (dt.date(2028, 4, 1), "30.00")):
        assert total(SIGN, last_year, on, "renew", licence)["surcharge"] == surcharge


_RATES = {
    ("thai_only", False): 5, ("thai_only", True): 10, ("mixed", False): 26, ("mixed", True): 52,
    ("no_thai", False): 50, ("no_thai", True): 52,
}  # fmt: skip
_SHARES = {"earlier_year": 4, "jan_mar": 4, "apr_jun": 3, "jul_sep": 2, "oct_dec": 1}


def independently(signs: Sequence[dict[str, Any]], *, quarters: bool) -> Fraction:
    """The tax by another way: whole numbers and fractions, no formula of the definition."""
    sum_ = Fraction(0)
    for each in signs:
        units = math.ceil(Fraction(each["width_cm"] * each["height_cm"], 500))
        year = max(200, units * _RATES[each["kind"], each["moving"]])
        sum_ += year * Fraction(_SHARES[each["shown_since"]] if quarters else 4, 4)
    return sum_


signs = st.lists(
    st.builds(
        sign,
        st.integers(1, 10000),
        st.integers(1, 10000),
        st.sampled_from(["thai_only", "mixed", "no_thai"]),
        st.booleans(),
        st.sampled_from(sorted(_SHARES)),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(signs, st.dates(dt.date(2026, 11, 2), dt.date(2027, 12, 31)))
def test_any_signs_cost_what_an_independent_computation_says(some: list[dict[str, Any]], on: dt.date) -> None:
    said = declared(*some)
    assert Fraction(total(SIGN, said)["tax"]) == independently(some, quarters=True)
    year = independently(some, quarters=False)
    late = on > dt.date(2027, 3, 31)
    found = total(SIGN, said, on, "renew", base(said, LAST))
    assert (Fraction(found["tax_year"]), Fraction(found["surcharge"])) == (year, year / 10 if late else 0)


def test_photographs_are_asked_of_every_sign_and_next_year_of_the_changed_ones_only() -> None:
    there = declared(sign(300, 100))
    licence: Base = base(there, LAST)
    assert uploads(SIGN, there) == {"sign_photo"}
    assert uploads(SIGN, there, "renew", licence) == set()
    assert uploads(SIGN, declared(sign(301, 100)), "renew", licence) == {"changed_sign_photo"}
    agent = there | {"contact": {"phone": "0800000001", "by_agent": True, "agent_name": "นางสาวดวงใจ ดีงาม"}}
    assert uploads(SIGN, agent) == {"sign_photo", "power_of_attorney"}


@pytest.mark.parametrize("count", [1, 20])
def test_as_many_signs_as_the_declaration_holds(count: int) -> None:
    assert faults(SIGN, declared(*[sign(20, 25)] * count)) == set()


def test_one_sign_more_than_that_is_told() -> None:
    assert faults(SIGN, declared(*[sign(20, 25)] * 21)) == {"/signs"}


def test_it_holds_until_the_end_of_the_year() -> None:
    rule = service(SIGN).credential.validity
    for day in (dt.date(2027, 1, 1), dt.date(2027, 3, 31), dt.date(2027, 12, 31)):
        assert valid_until(day, rule) == dt.date(2027, 12, 31)


def test_what_no_authority_says_is_not_called_verified() -> None:
    tables = service(SIGN).tables
    verified = {name for name, (row,) in tables.items() if row.is_verified}
    shares = {"share_apr_jun", "share_jul_sep", "share_oct_dec"}
    assert verified == {"thai", "thai_moving", "least", "late", *shares}
    assert tables.keys() - verified == {"mixed", "mixed_moving", "no_thai", "no_thai_moving"}
    assert all(row.name is not None for (row,) in tables.values())


@pytest.mark.parametrize(
    ("filed", "total_baht"), [("2026-12-15", "300.00"), ("2027-02-10", "300.00"), ("2027-04-01", "330.00")]
)
def test_next_years_evidence_holds_for_next_year_whenever_it_is_filed(filed: str, total_baht: str) -> None:
    town = Town()
    walk = Walk(town, service(SIGN))
    old = walk.licence_of(walk.through("new"))
    assert town.ok(None, "GET", f"/verify/{old}")["valid_until"] == LAST
    town.at = dt.datetime.combine(dt.date.fromisoformat(filed), dt.time(3), dt.UTC)
    case = walk.through("renew", old)
    assert town.ok(MALEE, "GET", f"/applications/{case}")["quote"]["total_baht"] == total_baht
    shown = town.ok(None, "GET", f"/verify/{walk.licence_of(case)}")
    status = "not_yet_valid" if filed < "2027" else "valid"
    assert (shown["status"], shown["valid_until"]) == (status, "2027-12-31")
    assert shown["claims"]["signs"] == 1


@pytest.mark.parametrize(("on", "allowed"), [("2026-10-31", False), ("2026-11-01", True)])
def test_next_year_is_declared_from_november(on: str, allowed: bool) -> None:
    town = Town()
    town.at = dt.datetime(2026, 10, 1, 3, tzinfo=dt.UTC)
    walk = Walk(town, service(SIGN))
    no = walk.licence_of(walk.through("new"))
    town.at = dt.datetime.combine(dt.date.fromisoformat(on), dt.time(3), dt.UTC)
    answer = town.call(MALEE, "POST", "/applications", json={"procedure": "renew", "licence": no})
    assert answer.status == (201 if allowed else 409)
