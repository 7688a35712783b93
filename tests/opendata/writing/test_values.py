"""Values as clients send them, and back."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.tables.writing import values
from chalicelib.opendata.tables.writing.delta import packed, unpacked
from chalicelib.opendata.tables.writing.merging import put, readable


@pytest.mark.parametrize(
    ("given_value", "kind", "kept"),
    [
        (None, "int8", None),
        ("", "int8", None),
        ("  ", "date", None),
        ("", "text", ""),
        (12, "text", "12"),
        (0.1, "text", "0.1"),
        (True, "text", "true"),
        ("007", "text", "007"),
        (7, "int8", 7),
        ("-7", "int8", -7),
        (7.0, "int8", 7),
        (-(1 << 63), "int8", -(1 << 63)),
        (1, "numeric", "1"),
        ("489303800.50", "numeric", "489303800.5"),
        (0.1, "numeric", "0.1"),
        (1e-7, "numeric", "0.0000001"),
        ("-0.0", "numeric", "0"),
        ("1e3", "numeric", "1000"),
        ("13.75", "float8", 13.75),
        (3, "float8", 3.0),
        ("t", "bool", True),
        (0, "bool", False),
        ("2567-01-02", "date", "2567-01-02"),
        ("2024-01-02T00:00:00", "date", "2024-01-02"),
        ("2024-01-02", "timestamp", "2024-01-02T00:00:00"),
        ("2024-01-02 03:04", "timestamp", "2024-01-02T03:04:00"),
        ("2024-01-02T03:04:05.25", "timestamp", "2024-01-02T03:04:05.250000"),
        ("2024-01-02T03:04:05+07:00", "timestamptz", "2024-01-01T20:04:05+00:00"),
    ],
)
def test_what_is_taken(given_value: Any, kind: str, kept: Any) -> None:
    found = values.taken(given_value, kind)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("given_value", "kind"),
    [
        ("a\x00", "text"),
        ("\ud800", "text"),
        ({"a": 1}, "text"),
        ([1], "text"),
        ("x" * (values.MAX_TEXT + 1), "text"),
        (1 << 63, "int8"),
        (1.5, "int8"),
        ("1.0", "int8"),
        ("๑๒", "int8"),
        (True, "int8"),
        ("1,234", "numeric"),
        ("1234567890123456.7", "numeric"),
        ("9" * 40, "numeric"),
        ("1e99", "numeric"),
        ("nan", "numeric"),
        (False, "numeric"),
        ("inf", "float8"),
        (math.inf, "float8"),
        ((1 << 53) + 1, "float8"),
        ("maybe", "bool"),
        (1.0, "bool"),
        ("02/01/2567", "date"),
        ("2024-02-30", "date"),
        ("2024-01-02T10:00:00", "date"),
        (20240102, "date"),
        ("2024-W01-1", "date"),
        ("2024-01-02T25:00:00", "timestamp"),
        ("2024-01-02T03:04:05Z", "timestamp"),
        ("yesterday", "timestamptz"),
    ],
)
def test_what_is_refused(given_value: Any, kind: str) -> None:
    with pytest.raises(values.BadValue):
        values.taken(given_value, kind)


@pytest.mark.parametrize(
    ("given_values", "kind"),
    [
        ([], "text"),
        ([None], "text"),
        ([1, None, 2], "int8"),
        ([1, 2.5], "float8"),
        ([True, False], "bool"),
        ([True, 1], "text"),
        (["1", "2"], "text"),
        ([1, "2"], "text"),
        ([1 << 80], "text"),
        ([{"a": 1}], "text"),
    ],
)
def test_a_column_that_nobody_described_is_what_json_says(given_values: list[Any], kind: str) -> None:
    assert values.guessed(given_values) == kind


WRITTEN = {
    "text": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
    "int8": st.integers(-(1 << 63), (1 << 63) - 1),
    "numeric": st.decimals(-(10**9), 10**9, places=4).map(str),
    "float8": st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda each: abs(each) < 1e300),
    "bool": st.booleans(),
    "date": st.dates().map(date.isoformat),
    "timestamp": st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(datetime.isoformat),
    "timestamptz": st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda each: each.isoformat() + "Z"),
}


@settings(max_examples=10, deadline=None)
@given(st.lists(st.fixed_dictionaries({kind: st.none() | strategy for kind, strategy in WRITTEN.items()}), max_size=5))
def test_values_come_back_from_a_delta_and_from_duckdb(records: list[dict[str, Any]]) -> None:
    kept = [tuple(values.taken(record[kind], kind) for kind in WRITTEN) for record in records]
    columns, rows, gone = unpacked(packed(list(WRITTEN), dict(enumerate(kept, start=1)), [(7, 9)]))
    assert (columns, list(rows.values()), gone) == (tuple(WRITTEN), kept, [(7, 9)])
    with duckdb.connect() as connection:
        put(connection, "over", [(kind, kind) for kind in WRITTEN], list(rows), list(rows.values()))
        chosen = ", ".join(readable(kind, kind) for kind in WRITTEN)
        found = connection.execute(f"SELECT {chosen} FROM over ORDER BY _id").fetchall()  # noqa: S608 - names are ours
    back = [tuple(values.kept(value, kind) for value, kind in zip(row, WRITTEN, strict=True)) for row in found]
    assert back == kept
