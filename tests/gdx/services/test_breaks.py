"""Which agreements a change touches, and what they are told."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Agreement, Compare, Endpoint, Predicate, Purpose
from chalicelib.gdx.services.breaks import TOLD, breaking, overlap, reason, touches
from chalicelib.gdx.services.model import Change
from chalicelib.gdx.xroad.paths import matches
from tests.gdx.exchange import OFFICE, PERSON


def agreement(**changes: Any) -> Agreement:
    given: dict[str, Any] = {
        "id": "a",
        "consumer": SubsystemId.parse(OFFICE),
        "service": ServiceId.parse(PERSON),
        "endpoints": (Endpoint("POST", "/lookup"),),
        "fields": ("/name", "/address/province", "/children/*/name"),
        "purposes": (Purpose("p", "ก", "p"),),
        "legal_basis": ("ก", "l"),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "daily_quota": 1,
    }
    return Agreement(**{**given, **changes})


def change(field: str | None = None, *, method: str = "POST", path: str = "/lookup", breaking: bool = True) -> Change:
    return Change("r", "changed", breaking, "/paths", method, path, field, f"ก{field}", f"k{field}.")


@pytest.mark.parametrize(
    ("field", "touched"),
    [
        (None, True),
        ("", True),
        ("/name", True),
        ("/name/first", True),
        ("/names", False),
        ("/address", True),
        ("/address/province", True),
        ("/address/district", False),
        ("/children", True),
        ("/children/*", True),
        ("/children/*/name", True),
        ("/children/*/pid", False),
        ("/*", True),
        ("/*/x", True),
        ("/phone", False),
    ],
)
def test_a_field_touches_what_lies_in_it_and_what_it_lies_in(field: str | None, touched: bool) -> None:
    assert touches(change(field), agreement()) is touched


@pytest.mark.parametrize(
    ("endpoint", "method", "path", "touched"),
    [
        (Endpoint("POST", "/lookup"), "POST", "/lookup", True),
        (Endpoint("POST", "/lookup"), "GET", "/lookup", False),
        (Endpoint("*", "/lookup"), "GET", "/lookup", True),
        (Endpoint("*", "**"), "GET", "/any/where", True),
        (Endpoint("*", "/lookup"), "POST", "/other", False),
    ],
)
def test_only_operations_of_the_agreement_are_touched(
    endpoint: Endpoint, method: str, path: str, touched: bool
) -> None:
    assert touches(change(method=method, path=path), agreement(endpoints=(endpoint,))) is touched


def test_predicates_live_on_fields_too() -> None:
    compare = Predicate("same-name", (Compare("/birth_date", "birth_date", "date"),))
    only = agreement(fields=(), predicates=(compare,))
    assert touches(change("/birth_date"), only) and not touches(change("/name"), only)


def test_only_breaking_changes_break() -> None:
    changes = [change("/name", breaking=False), change("/name"), change("/phone")]
    assert breaking(changes, agreement()) == [changes[1]]


def test_a_reason_names_the_first_places_and_counts_the_rest() -> None:
    th, en = reason([change(f"/f{at}") for at in range(TOLD + 2)])
    assert "POST /lookup, /paths" in th and "POST /lookup, /paths" in en
    assert "/f2" in en and "/f3" not in en
    assert "อีก 2 รายการ" in th and "And 2 more." in en
    assert "And" not in reason([change("/name")])[1]


@pytest.mark.parametrize(
    ("glob", "template", "met"),
    [
        ("/lookup", "/lookup", True),
        ("/lookup", "/lookups", False),
        ("/*", "/{id}", True),
        ("/*", "/{id}/x", False),
        ("/**", "/{id}/x", True),
        ("**", "/{id}/x", True),
        ("/C-17", "/{number}", True),
        ("/C-17", "/{number}.json", False),
        ("/a/*.json", "/a/{id}", True),
        ("/a/*", "/b/{id}", False),
        ("/a/\\*", "/a/*", True),
        ("/a/\\*", "/a/b", False),
        ("/x/*/y", "/{a}/z/{b}", True),
        ("", "", True),
        ("/", "", False),
    ],
)
def test_globs_and_templates_that_mean_a_common_path(glob: str, template: str, met: bool) -> None:
    assert overlap(glob, template) is met


SEGMENTS = st.lists(st.sampled_from(["a", "b", "ab", "{x}", "a{x}"]), min_size=1, max_size=3)
GLOBS = st.lists(st.sampled_from(["a", "b", "ab", "*", "a*", "**"]), min_size=1, max_size=3)
VALUES = st.lists(st.sampled_from(["a", "b", "ab", "c"]), min_size=6, max_size=6)


@given(segments=SEGMENTS, globs=GLOBS, values=VALUES)
@settings(max_examples=200, deadline=None)
def test_no_path_that_both_cover_is_missed(segments: list[str], globs: list[str], values: list[str]) -> None:
    template, glob = "/" + "/".join(segments), "/" + "/".join(globs)
    filled = iter(values)
    path = re.sub(r"\{x\}", lambda _: next(filled), template)
    if matches(glob, path):
        assert overlap(glob, template)
