"""The part of a stream that is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.activity.asking import DEEPEST, Window, window
from chalicelib.opendata.rules import Rejected

AT = "2026-11-25T03:00:00.000000+00:00"


@pytest.mark.parametrize(
    "value", [1795575600, "1795575600", "1795575600.0", "2026-11-25T03:00:00", "2026-11-25T10:00:00+07:00"]
)
def test_a_moment_is_seconds_or_iso(value: object) -> None:
    assert window({"before": value}, limit=None, offset=0) == Window(before=AT)


def test_the_part_lies_between_its_ends() -> None:
    part = window({"after": AT, "activity_types": ["new package"]}, limit=500, offset=3)
    assert (part.limit, part.offset) == (100, 3)
    assert part.ends(AT)
    assert not part.wants("new package", AT)
    assert part.wants("new package", AT.replace("03:", "04:"))
    assert not part.wants("changed package", AT.replace("03:", "04:"))
    assert not window({"exclude_activity_types": "new package"}, limit=1, offset=0).wants("new package", AT)


@pytest.mark.parametrize(
    ("given", "offset", "field"),
    [
        ({"before": "yesterday"}, 0, "before"),
        ({"after": 10**30}, 0, "after"),
        ({"after": "nan"}, 0, "after"),
        ({"activity_types": [1]}, 0, "activity_types"),
        ({"activity_types": ["a"], "exclude_activity_types": ["b"]}, 0, "activity_types"),
        ({}, DEEPEST + 1, "offset"),
    ],
)
def test_what_is_no_part_is_refused(given: dict[str, object], offset: int, field: str) -> None:
    with pytest.raises(Rejected) as refused:
        window(given, limit=None, offset=offset)
    assert list(refused.value.messages) == [field]


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.lists(st.integers())))
def test_anything_is_a_moment_or_refused(value: object) -> None:
    try:
        window({"before": value}, limit=None, offset=0)
    except Rejected as refused:
        assert list(refused.messages) == ["before"]
