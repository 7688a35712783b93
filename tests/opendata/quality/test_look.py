"""What is to be mended in a table: each check by hand, with its boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from chalicelib.opendata.quality.look import checks_of, look
from chalicelib.opendata.tables.ingest.model import Built, BuiltTable

TYPES = {"text": "VARCHAR", "int8": "BIGINT", "date": "DATE"}


def found(*columns: tuple[str, str, Sequence[Any]]) -> list[tuple[str, str, int, list[int]]]:
    """Of columns (name, type, values): code, column, rows and the first of them."""
    with duckdb.connect() as connection:
        shape = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind, _ in columns)
        connection.execute(f"CREATE TABLE t ({shape})")
        rows = list(zip(*(values for _, _, values in columns), strict=True))
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608 - bound
        described = [{"id": name, "type": kind} for name, kind, _ in columns]
        return [(c["code"], c.get("column", ""), c["rows"], c["at"]) for c in look(connection, "t", described)]


NUMBER = list(range(20))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([("a", "text", [*map(str, range(19)), "ไม่มี"])], [("odd_values", "a", 1, [20])]),
        ([("a", "text", ["1,234"] * 1 + [*map(str, range(17)), "x", "y"])], [("odd_values", "a", 2, [19, 20])]),
        ([("a", "text", [*map(str, range(17)), "x", "y", "z"])], []),  # 85 % is a column of texts
        ([("a", "text", ["ก", "ข"])], []),
        ([("ปี", "int8", [2566, 2566, 2023, 2567]), ("n", "int8", [1, 2, 3, 4])], [("mixed_years", "ปี", 1, [3])]),
        ([("ปีงบประมาณ", "int8", [2566, 2567]), ("n", "int8", [1, 2])], []),
        ([("year", "int8", [2022, 2023])], []),
        ([("จำนวน", "int8", [2566, 2023])], []),  # no years
        ([("d", "date", [date(2566, 1, 1), date(2023, 1, 1)])], [("dates_out_of_range", "d", 1, [1])]),
        ([("d", "date", [date(1800, 1, 1), date(2199, 12, 31)])], []),
        ([("d", "date", [date(1799, 12, 31), date(2200, 1, 1)])], [("dates_out_of_range", "d", 2, [1, 2])]),
        (
            [("a", "text", ["x", "y", "x", "x"]), ("n", "int8", [1, 2, 1, 1])],
            [("duplicate_rows", "", 2, [3, 4])],
        ),
        ([("a", "text", ["x", None, None]), ("n", "int8", [1, None, None])], []),  # blank rows are told elsewhere
        (
            [("รหัส", "int8", [*range(19), 18]), ("n", "int8", NUMBER)],
            [("duplicate_keys", "รหัส", 1, [20])],
        ),
        ([("รหัส", "int8", [1, 2] * 10), ("n", "int8", NUMBER)], []),  # it classifies
        ([("a", "int8", [1])], []),
        ([("n", "int8", [1, 1]), ("h", "int8", [1, 1]), ("filled", "int8", [1, 2])], []),
    ],
)  # fmt: skip
def test_checks(columns: list[tuple[str, str, Sequence[Any]]], expected: list[Any]) -> None:
    assert found(*columns) == expected


def test_only_the_first_rows_are_named() -> None:
    assert found(("d", "date", [date(2566, 1, 1)] * 9), ("n", "int8", list(range(9)))) == [
        ("dates_out_of_range", "d", 9, [1, 2, 3, 4, 5])
    ]


def test_places_that_are_none_are_told_by_row_without_their_names() -> None:
    misfits = [{"value": "กรุงแทพ", "row": 7, "rows": 2}, {"value": "x", "row": 3, "rows": 1}]
    columns = {
        "จังหวัด": {"means": "province_name", "misfits": misfits},
        "ปี": {"means": "year_be", "misfits": misfits},
    }
    report = {
        "checks": [{"code": "odd_values", "column": "a", "rows": 1, "at": [1]}],
        "recognised": {"columns": columns},
    }
    made = BuiltTable("ตาราง", Path("x"), (), 9, {}, report)
    assert checks_of(Built((made,))) == [
        {"code": "odd_values", "column": "a", "rows": 1, "at": [1]},
        {"code": "unknown_places", "column": "จังหวัด", "rows": 3, "at": [3, 7]},
    ]
    assert [each["table"] for each in checks_of(Built((made, made)))] == ["ตาราง"] * 4
    assert "กรุงแทพ" not in str(checks_of(Built((made,))))
