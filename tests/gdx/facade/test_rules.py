"""Mapping values: what goes where, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.facade.model import Assign, Mapping, Rename
from chalicelib.gdx.facade.rules import assembled, be_digits, fitting, named, renamed
from chalicelib.gdx.ids import ServiceId
from chalicelib.gdx.refusals import InvalidBody

NAMES = st.text("abcXYZ_", min_size=1, max_size=6)


def mapping(code: str = "m", **changes: Any) -> Mapping:
    given_: dict[str, Any] = {
        "agency": "dopa",
        "code": code,
        "method": "GET",
        "path": "a/b",
        "service": ServiceId.parse("TH/CENTRAL/DOPA/civil/person"),
        "service_method": "POST",
        "service_path": "/lookup",
        "body": {},
    }
    return Mapping(**{**given_, **changes})


@pytest.mark.parametrize(
    ("iso", "buddhist"),
    [
        ("1982-05-17", "25250517"),
        ("1982-05-00", "25250500"),
        ("1982-00-00", "25250000"),
        ("1940-02-01", "24820201"),
        ("1940-04-01", "24830401"),
        ("1982-13-01", None),
        ("1982-02-30", None),
        ("17/05/1982", None),
        (None, None),
        (19820517, None),
    ],
)
def test_a_date_as_the_gateway_writes_it(iso: Any, buddhist: str | None) -> None:
    assert be_digits(iso) == buddhist


def test_what_is_no_date_stays_as_it_is() -> None:
    renames = (Rename("/d", "/D", "be_date"), Rename("/e", "/E", "be_date_text"))
    assert renamed({"d": "unknown", "e": "1982-05-17"}, renames) == {"D": "unknown", "E": "25250517"}


def test_the_most_particular_mapping_wins() -> None:
    plain = mapping("plain")
    named_ = mapping("named", path="a/{x}")
    exact = mapping("exact", when=(("ServiceID", "001"),))
    every = [named_, plain, exact]

    def won(path: str, **parameters: str) -> tuple[str, dict[str, str]] | None:
        found = fitting(every, "GET", path.split("/"), parameters)
        return None if found is None else (found[0].code, found[1])

    assert won("a/b", ServiceID="001") == ("exact", {})
    assert won("a/b", ServiceID="002") == ("plain", {})
    assert won("a/c") == ("named", {"x": "c"})
    assert won("a/b/c") is None
    assert fitting(every, "POST", ["a", "b"], {}) is None


def test_a_template_keeps_its_constants() -> None:
    wanted = mapping(
        body={"scope": {"kind": "basic"}, "n": 1},
        assign=(
            Assign("/CitizenID", "/pid"),
            Assign("/Level", "/scope/level", "integer"),
            Assign("/Extra", "/scope/extra", "json", required=False),
        ),
    )
    body = assembled(wanted, {"CitizenID": "1", "Level": "3"})
    assert body == {"scope": {"kind": "basic", "level": 3}, "n": 1, "pid": "1"}
    assert wanted.body == {"scope": {"kind": "basic"}, "n": 1}


@pytest.mark.parametrize(
    ("parameters", "places"),
    [
        ({}, ["query:CitizenID", "query:Level"]),
        ({"CitizenID": ["x"], "Level": "3"}, ["query:CitizenID"]),
        ({"CitizenID": "1", "Level": "three"}, ["query:Level"]),
        ({"CitizenID": True, "Level": 3}, ["query:CitizenID"]),
    ],
)
def test_every_wrong_parameter_is_named(parameters: dict[str, Any], places: list[str]) -> None:
    wanted = mapping(assign=(Assign("/CitizenID", "/pid"), Assign("/Level", "/level", "integer")))
    with pytest.raises(InvalidBody) as refused:
        assembled(wanted, parameters)
    assert [fault.pointer for fault in refused.value.faults] == places


def test_the_whole_of_the_parameters_may_be_the_body() -> None:
    assert assembled(mapping(assign=(Assign("", "", "json"),)), {"a": {"b": 1}}) == {"a": {"b": 1}}


def test_claims_are_text() -> None:
    assert named((("name", "/FirstName"), ("born", "/Date")), {"FirstName": "ก", "Date": 25250517}) == {
        "name": "ก",
        "born": "25250517",
    }
    with pytest.raises(InvalidBody):
        named((("name", "/FirstName"),), {"FirstName": None})


def test_arrays_keep_their_order_and_lose_their_gaps() -> None:
    answer = {"list": [{"n": "a", "t": 1}, {"t": 2}, {"n": "c"}]}
    renames = (Rename("/list/*/n", "/List/*/Name"), Rename("/list/*/t", "/List/*/Type"))
    assert renamed(answer, renames) == {"List": [{"Name": "a", "Type": 1}, {"Type": 2}, {"Name": "c"}]}
    assert renamed(answer, renames[:1]) == {"List": [{"Name": "a"}, {"Name": "c"}]}
    assert renamed({"list": []}, renames) == {}


@settings(max_examples=60)
@given(st.dictionaries(NAMES, st.integers() | st.text(max_size=5), max_size=6))
def test_renaming_forth_and_back_is_nothing(record: dict[str, Any]) -> None:
    forth = tuple(Rename(f"/{name}", f"/in/{at}") for at, name in enumerate(record))
    back = tuple(Rename(f"/in/{at}", f"/{name}") for at, name in enumerate(record))
    assert renamed(renamed(record, forth), back) == record


@settings(max_examples=60)
@given(
    st.recursive(
        st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner)
    ),
    st.dictionaries(NAMES, NAMES, min_size=1, max_size=4),
)
def test_renaming_invents_nothing(record: Any, names: dict[str, str]) -> None:
    """Whatever the provider answers: only the targets come out, with values that stood at the sources."""
    out = renamed(record, tuple(Rename(f"/{source}", f"/{target}") for source, target in names.items()))
    assert set(out) <= set(names.values())
    for target, value in out.items():
        assert any(record.get(source) == value for source, to in names.items() if to == target)
