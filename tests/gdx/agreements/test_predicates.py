"""Verify-only answers: names as a clerk reads them, dates as registers write them, one boolean for all."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.agreements.predicates import matches, plain_date, plain_name
from chalicelib.gdx.model import Compare, Predicate
from chalicelib.shared.thai import buddhist_year, format_date


def holds(how: str, there: Any, claimed: Any) -> bool:
    return matches(Predicate("it", (Compare("/value", "it", how),)), {"value": there}, {"it": claimed})


SAME_NAMES = [
    ("มาลี", "มาลี"),
    ("นางสาวมาลี ศรีสมุทร", "มาลี  ศรีสมุทร"),
    ("น.ส. มาลี", "นางสาวมาลี"),
    ("นาง มาลี", "มาลี"),
    ("นายสมชาย", " สมชาย\u200b"),
    ("เด็กชายก้อง", "ด.ช.ก้อง"),
    ("เด็กหญิงแก้ว", "แก้ว"),
    ("แก้ว", "เเก้ว"),
    ("น้ำฝน", "น\u0e4d\u0e49\u0e32ฝน"),
    ("อำพล", "อ\u0e4d\u0e32พล"),
    ("Mr. Somchai Jaidee", "SOMCHAI\u00a0JAIDEE"),
    ("mrs malee", "Malee"),
    ("Miss Malee", "Ms. Malee"),
    ("José", "Jose\u0301"),
    ("นาย", "นาย"),
]
OTHER_NAMES = [
    ("มาลี", "มาลัย"),
    ("มาลี ศรีสมุทร", "มาลี"),
    ("Mrinal", "inal"),
    ("Missouri", "ouri"),
    ("น้ำ", "นำ"),
    ("", ""),
    ("  ", ""),
    ("มาลี", None),
    (None, None),
    (7, 7),
    ("ก" * 301, "ก" * 301),
]


@pytest.mark.parametrize(("there", "claimed"), SAME_NAMES)
def test_names_that_a_clerk_reads_as_the_same(there: str, claimed: str) -> None:
    assert holds("name", there, claimed)
    assert holds("name", claimed, there)


@pytest.mark.parametrize(("there", "claimed"), OTHER_NAMES)
def test_names_that_are_not_the_same(there: Any, claimed: Any) -> None:
    assert not holds("name", there, claimed)
    assert not holds("name", claimed, there)


SAME_DATES = [
    ("1982-05-17", "1982-05-17"),
    ("1982-05-17", "2525-05-17"),
    ("25250517", "1982-05-17"),
    (25250517, "1982-05-17"),
    (25250517, "17/05/2525"),
    ("๒๕๒๕๐๕๑๗", "17 พฤษภาคม พ.ศ. 2525"),
    ("25250517", "17 พ.ค. 2525"),
    ("25250500", "1982-05-00"),
    (25250000, "1982-00-00"),
    ("24730200", "1931-02-00"),
    ("1931-02-10", "2473-02-10"),
]
OTHER_DATES = [
    ("1982-05-17", "1982-05-18"),
    ("25250500", "1982-05-17"),
    ("1982-05-17", "25250500"),
    ("25250000", "25250500"),
    ("25250017", "25250017"),
    ("25251300", "25251300"),
    ("25250231", "25250231"),
    ("2525-02-30", "2525-02-30"),
    ("00000000", "00000000"),
    (0, 0),
    (True, True),
    ("17/05/1982", "17/05/1982"),
    ("yesterday", "yesterday"),
    ("", ""),
    (None, None),
    (["1982-05-17"], ["1982-05-17"]),
]


@pytest.mark.parametrize(("there", "claimed"), SAME_DATES)
def test_dates_that_are_the_same_day(there: Any, claimed: Any) -> None:
    assert holds("date", there, claimed)
    assert holds("date", claimed, there)


@pytest.mark.parametrize(("there", "claimed"), OTHER_DATES)
def test_dates_that_do_not_match(there: Any, claimed: Any) -> None:
    assert not holds("date", there, claimed)
    assert not holds("date", claimed, there)


def test_a_number_too_long_to_write_out_is_no_date() -> None:
    assert not holds("date", 10**5000, 10**5000)


@pytest.mark.parametrize(
    ("there", "claimed", "same"),
    [
        ("alive", "alive", True),
        (7, 7, True),
        (7, 7.0, True),
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        ("7", 7, False),
        ("Alive", "alive", False),
        ("", "", False),
        (None, None, False),
        ({}, {}, False),
        ([1], [1], False),
    ],
)
def test_exact_compares_scalars(there: Any, claimed: Any, same: bool) -> None:
    assert holds("exact", there, claimed) is same


PERSON = {"name": {"first": "นางสาวมาลี", "last": "ศรีสมุทร"}, "born": "25250517"}
IDENTITY = Predicate(
    "identity",
    (
        Compare("/name/first", "first_name", "name"),
        Compare("/name/last", "last_name", "name"),
        Compare("/born", "birth_date", "date"),
    ),
)
CLAIMS = {"first_name": "มาลี", "last_name": "ศรีสมุทร", "birth_date": "1982-05-17"}


def test_all_comparisons_together_give_one_boolean() -> None:
    assert matches(IDENTITY, PERSON, CLAIMS) is True
    for name in CLAIMS:
        assert matches(IDENTITY, PERSON, {**CLAIMS, name: "อื่น"}) is False
        assert matches(IDENTITY, PERSON, {at: value for at, value in CLAIMS.items() if at != name}) is False


def test_what_the_register_does_not_hold_never_matches() -> None:
    assert not matches(IDENTITY, {**PERSON, "born": None}, {**CLAIMS, "birth_date": None})
    assert not matches(IDENTITY, None, CLAIMS)
    assert not matches(IDENTITY, [PERSON], CLAIMS)


def test_a_predicate_without_comparisons_vouches_for_nothing() -> None:
    assert matches(Predicate("nothing", ()), PERSON, CLAIMS) is False


days = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@given(days, days)
@settings(max_examples=150)
def test_every_way_to_write_a_day_means_that_day(day: date, other: date) -> None:
    year = buddhist_year(day)
    ways: list[Any] = [
        day.isoformat(),
        f"{year}{day.month:02d}{day.day:02d}",
        int(f"{year}{day.month:02d}{day.day:02d}"),
        f"{year}-{day.month:02d}-{day.day:02d}",
        f"{day.day}/{day.month}/{year}",
        format_date(day, "th", thai_digits=True),
        format_date(day, "th", "short"),
    ]
    assert {plain_date(way) for way in ways} == {(year, day.month, day.day)}
    assert all(holds("date", way, other.isoformat()) is (day == other) for way in ways)


letters = st.text(st.characters(categories=("L", "Mn"), max_codepoint=0x0E7F), min_size=1, max_size=12)


@given(st.text(max_size=40))
@settings(max_examples=150)
def test_a_name_equals_itself_however_it_is_encoded(text: str) -> None:
    again = f" \u200b{unicodedata.normalize('NFD', text)} "
    assert plain_name(again) == plain_name(text)
    assert holds("name", text, again) is (plain_name(text) != "")


@given(letters, st.sampled_from(["นาย", "นาง", "นางสาว", "น.ส.", "Mr. ", "MISS "]))
@settings(max_examples=100)
def test_a_title_makes_no_other_person(name: str, title: str) -> None:
    bare = plain_name(name)
    if bare and not bare.startswith(("นาย", "นาง", "น.ส.", "สาว", "mr", "ms", "miss", "master")):
        assert holds("name", title + bare, bare)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
        max_leaves=5,
    ),
    st.sampled_from(["exact", "name", "date"]),
)
@settings(max_examples=200)
def test_any_json_is_answered_with_a_boolean(value: Any, how: str) -> None:
    assert holds(how, value, "1982-05-17") in (True, False)
    assert holds(how, "1982-05-17", value) in (True, False)
    assert holds(how, value, value) in (True, False)
