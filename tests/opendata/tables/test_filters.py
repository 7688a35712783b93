"""Filters of CKAN's two dialects, as conditions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.opendata.tables.engine import filters
from chalicelib.opendata.tables.engine.conditions import AllOf, AnyOf, Compare, Condition, Missing, OneOf

TYPES = {
    "n": "int8", "x": "numeric", "f": "float8", "d": "date", "t": "timestamp", "z": "timestamptz", "b": "bool",
    "ตำบล": "text", "$a": "text",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "condition"),
    [
        (None, None),
        ({}, None),
        ([], None),
        ({"n": "1"}, Compare("n", "=", 1)),
        ({"n": ["1", 2]}, OneOf("n", (1, 2))),
        ({"n": 2.0}, Compare("n", "=", 2)),
        ({"n": None}, Missing("n")),
        ({"n": [1, None]}, AnyOf((Compare("n", "=", 1), Missing("n")))),
        ({"x": "1.50"}, Compare("x", "=", Decimal("1.50"))),
        ({"f": 100.5}, Compare("f", "=", 100.5)),
        ({"d": {"gte": "2026-11-25", "lt": "2026-11-26"}},
         AllOf((Compare("d", ">=", date(2026, 11, 25)), Compare("d", "<", date(2026, 11, 26))))),
        ({"t": "2026-11-25T01:02:03"}, Compare("t", "=", datetime(2026, 11, 25, 1, 2, 3))),
        ({"z": "2026-11-25T07:00:00+07:00"}, Compare("z", "=", datetime(2026, 11, 25, tzinfo=UTC))),
        ({"b": "yes"}, Compare("b", "=", True)),
        ({"ตำบล": 5}, Compare("ตำบล", "=", "5")),
        ({"ตำบล": "' OR 1=1"}, Compare("ตำบล", "=", "' OR 1=1")),
        ({"$$a": "x"}, Compare("$a", "=", "x")),
        ({"_id": {"gt": 7}}, Compare("_id", ">", 7)),
        ({"n": {"in": [1, 2]}}, OneOf("n", (1, 2))),
        ({"n": [1, {"gt": 5}]}, AnyOf((Compare("n", "=", 1), Compare("n", ">", 5)))),
        ({"$or": [{"n": 1}, {"n": 2}]}, AnyOf((Compare("n", "=", 1), Compare("n", "=", 2)))),
        ([{"n": 1}, {"b": True}], AnyOf((Compare("n", "=", 1), Compare("b", "=", True)))),
        ([{"n": 1}, {}], AnyOf((Compare("n", "=", 1), AllOf(())))),
        ({"n": 1, "$and": [{"b": True}]}, AllOf((Compare("n", "=", 1), AllOf((Compare("b", "=", True),))))),
        ('{"n": 1}', Compare("n", "=", 1)),
    ],
)  # fmt: skip
def test_what_a_filter_means(given: Any, condition: Condition | None) -> None:
    assert filters.parse(given, TYPES) == condition


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {"n": 1}
    for _ in range(levels):
        found = {"$or": [found, {"n": 2}]}
    return found


def test_filters_are_as_deep_and_many_as_ckan_takes() -> None:
    assert filters.parse(deep(9), TYPES)
    assert filters.parse({"$or": [{"n": n} for n in range(50)]}, TYPES)


@pytest.mark.parametrize(
    "bad",
    [
        {"n": "๑"}, {"f": "nan"}, {"f": "inf"}, {"x": "1e5"}, {"t": "yesterday"}, {"n": True}, {"ตำบล": [[]]},
        {"n": []},
        {"b": "perhaps"}, {"d": "2026-13-01"}, {"n": {}}, {"n": {"like": 1}}, {"n": {"gt": None}}, {"n": {"gt": [1]}},
        {"n": {"in": 1}}, {"nope": 1}, {"$nope": []}, {"$or": {"n": 1}}, {"$or": []}, {"$and": [1]}, [1], "x", 7,
        {"n": list(range(1_001))}, {"$or": [{"n": n} for n in range(51)]}, {"ตำบล": "\ud800"}, {"ตำบล": "ก" * 10_001},
        deep(10), {"n": 10**18},
    ],
)  # fmt: skip
def test_a_bad_filter_is_refused_without_its_value(bad: Any) -> None:
    with pytest.raises(filters.BadFilter) as refused:
        filters.parse(bad, TYPES)
    assert "yesterday" not in str(refused.value) and len(str(refused.value)) < 200
