"""Rows of two versions compared by DuckDB: against a comparison in plain Python, and by cases from offices' files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.model import Table
from chalicelib.opendata.tables.engine.connection import Engine
from chalicelib.opendata.tables.ingest.types import quoted
from chalicelib.opendata.versions.comparing import MOST, Counted, Side, compare
from chalicelib.opendata.versions.schema import difference
from tests.support.memory_objects import MemoryObjects

SQL = {
    "text": "VARCHAR",
    "int8": "BIGINT",
    "numeric": "DECIMAL(18,3)",
    "float8": "DOUBLE",
    "date": "DATE",
    "bool": "BOOLEAN",
}


class Bench:
    """Tables made of rows, and what is different between them."""

    def __init__(self, folder: Path) -> None:
        self.objects = MemoryObjects()
        self.engine = Engine(self.objects, folder / "engine")
        self.folder = folder
        self.count = 0

    def table(self, columns: str, rows: Sequence[Sequence[Any]]) -> Table:
        import duckdb

        named = [each.split(":") for each in columns.split()]
        self.count += 1
        path = self.folder / f"{self.count}.parquet"
        with duckdb.connect() as connection:
            kinds = ", ".join(f"{quoted(name)} {SQL[kind]}" for name, kind, *_ in named)
            connection.execute(f"CREATE TABLE t ({kinds})")
            if rows:
                marks = ", ".join("?" for _ in named)
                connection.executemany(f"INSERT INTO t VALUES ({marks})", [list(row) for row in rows])  # noqa: S608 - marks alone
            connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        folder = f"tables/{self.count}"
        self.objects.put(f"{folder}/data.parquet", path.read_bytes(), media_type="x")
        made = tuple(
            {"id": name, "type": kind, more[0]: more[1]} if more else {"id": name, "type": kind}
            for name, kind, *more in named
        )
        return Table(1, "", folder, made, len(rows), path.stat().st_size)

    def compare(
        self, old: Table, new: Table, declared: Sequence[str] = (), most: int = MOST
    ) -> tuple[Counted, list[dict[str, Any]]]:
        found: list[dict[str, Any]] = []
        with self.engine.connect([old, new]) as opened:
            sides = [Side(opened.rows(table), table) for table in (old, new)]
            counted = compare(
                opened.connection, sides[0], sides[1], difference(old.shown, new.shown), declared, found.append, most
            )
        return counted, found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


PROVINCES = [("ตราด", 2566, 120), ("จันทบุรี", 2566, 310), ("ระยอง", 2566, 455), ("ชลบุรี", 2566, 980)]


def test_a_corrected_figure_is_one_changed_row(bench: Bench) -> None:
    old = bench.table("จังหวัด:text ปี:int8 จำนวน:int8", PROVINCES)
    new = bench.table("จังหวัด:text ปี:int8 จำนวน:int8", [*PROVINCES[:2], ("ระยอง", 2566, 545), PROVINCES[3]])
    counted, rows = bench.compare(old, new)
    assert counted == Counted(("จังหวัด",), "found", 0, 0, 1, 3, 1)
    assert rows == [
        {
            "kind": "changed",
            "from": 3,
            "to": 3,
            "key": {"จังหวัด": "ระยอง"},
            "before": {"จำนวน": 455},
            "after": {"จำนวน": 545},
        }
    ]


def test_rows_that_moved_are_the_same_rows(bench: Bench) -> None:
    old, new = (bench.table("จังหวัด:text ปี:int8 จำนวน:int8", rows) for rows in (PROVINCES, PROVINCES[::-1]))
    assert bench.compare(old, new) == (Counted(("จังหวัด",), "found", 0, 0, 0, 4, 0), [])


def test_a_running_number_does_not_hide_that_a_row_was_put_in(bench: Bench) -> None:
    old = bench.table("ลำดับ:int8 ชื่อ:text", [(1, "ก"), (2, "ข"), (3, "ค"), (4, "ง")])
    new = bench.table("ลำดับ:int8 ชื่อ:text", [(1, "ก"), (2, "ข"), (3, "ฃ"), (4, "ค"), (5, "ง")])
    counted, rows = bench.compare(old, new)
    # by the name, two rows have another running number; by that number, two would have another name
    assert (counted.key, counted.added, counted.removed) == (("ชื่อ",), 1, 0)
    assert [row["after"] for row in rows if row["kind"] == "added"] == [{"ลำดับ": 3, "ชื่อ": "ฃ"}]


def test_several_columns_together_tell_rows_apart(bench: Bench) -> None:
    rows = [(place, year, 1) for place in ("ตราด", "ระยอง") for year in (2565, 2566, 2567)]
    old = bench.table("จังหวัด:text ปี:int8 จำนวน:int8", rows)
    new = bench.table("จังหวัด:text ปี:int8 จำนวน:int8", [*rows[:-1], ("ระยอง", 2567, 2), ("ระยอง", 2568, 1)])
    counted, found = bench.compare(old, new)
    assert counted == Counted(("จังหวัด", "ปี"), "found", 1, 0, 1, 5, 2)
    assert [row["key"] for row in found] == [{"จังหวัด": "ระยอง", "ปี": 2567}, {"จังหวัด": "ระยอง", "ปี": 2568}]


def test_what_was_declared_counts_if_it_is_a_key(bench: Bench) -> None:
    old = bench.table("a:text b:int8", [("x", 1), ("y", 2)])
    new = bench.table("a:text b:int8", [("x", 2), ("y", 1)])
    assert bench.compare(old, new, ["b"])[0].key_from == "declared"
    assert [row["key"] for row in bench.compare(old, new, ["b"])[1]] == [{"b": 2}, {"b": 1}]
    twice = bench.table("a:text b:int8", [("x", 1), ("y", 1)])
    counted, _ = bench.compare(old, twice, ["b"])
    assert (counted.key, counted.key_from) == (("a",), "found")
    assert bench.compare(old, new, ["zz"])[0].key_from == "found"


def test_without_a_key_rows_are_counted_whole(bench: Bench) -> None:
    old = bench.table("a:text b:float8", [("x", 1.5), ("x", 1.5), ("x", 1.5), (None, None)])
    new = bench.table("a:text b:float8", [("x", 1.5), ("x", 1.5), ("y", None), (None, None)])
    counted, rows = bench.compare(old, new)
    assert counted == Counted((), "none", 1, 1, 0, 3, 2)
    assert [(row["kind"], row["before"], row["after"]) for row in rows] == [
        ("added", None, {"a": "y", "b": None}),
        ("removed", {"a": "x", "b": 1.5}, None),
    ]


def test_a_type_that_is_another_is_no_other_value(bench: Bench) -> None:
    old = bench.table("a:text b:int8 c:int8", [("x", 1, 7), ("y", 2, 8)])
    new = bench.table("a:text b:numeric c:text", [("x", 1, "7"), ("y", 2.5, "8")])
    counted, rows = bench.compare(old, new)
    assert (counted.changed, counted.unchanged) == (1, 1)
    assert rows[0]["before"] == {"b": 2}
    assert rows[0]["after"] == {"b": 2.5}


def test_a_renamed_column_is_compared_and_a_new_one_is_not(bench: Bench) -> None:
    old = bench.table("a:text ยอด:int8", [("x", 1), ("y", 2)])
    new = bench.table("a:text ยอดรวม:int8 หมายเหตุ:text", [("x", 1, ""), ("y", 2, "")])
    # two columns took the place of one: none is a new name of it
    assert bench.compare(old, new)[0].changed == 0
    renamed = bench.table("a:text ยอดรวม:int8", [("x", 1), ("y", 3)])
    counted, rows = bench.compare(old, renamed)
    assert counted.changed == 1
    assert (rows[0]["before"], rows[0]["after"]) == ({"ยอดรวม": 2}, {"ยอดรวม": 3})


def test_columns_made_of_others_are_not_compared_again(bench: Bench) -> None:
    old = bench.table("ชื่อ:text ปี:int8 ปีค.ศ.:int8:twin_of:ปี", [("x", 2566, 2023)])
    new = bench.table("ชื่อ:text ปี:int8 ปีค.ศ.:int8:twin_of:ปี", [("x", 2567, 2024)])
    _, rows = bench.compare(old, new)
    assert rows[0]["after"] == {"ปี": 2567}


def test_nothing_in_common_is_all_new(bench: Bench) -> None:
    old, new = bench.table("a:text", [("x",), ("y",)]), bench.table("b:int8 c:int8", [(1, 2)])
    assert bench.compare(old, new) == (Counted((), "none", 1, 2, 0, 0, 0), [])


def test_empty_tables(bench: Bench) -> None:
    old, new = bench.table("a:text", []), bench.table("a:text", [("x",)])
    assert bench.compare(old, new)[0].added == 1
    assert bench.compare(new, old)[0].removed == 1
    assert bench.compare(old, old)[0].unchanged == 0


def test_names_and_values_are_never_sql(bench: Bench) -> None:
    evil = "\"x'--"
    old = bench.table(f"{evil}:text n:int8 c0:int8 _n:int8", [("'; DROP TABLE d; --", 1, 1, 1), ("b", 1, 1, 1)])
    new = bench.table(f"{evil}:text n:int8 c0:int8 _n:int8", [("'; DROP TABLE d; --", 2, 1, 1), ("b", 1, 1, 1)])
    counted, rows = bench.compare(old, new)
    assert counted.changed == 1
    assert rows[0]["key"] == {evil: "'; DROP TABLE d; --"}


def test_more_rows_than_are_listed_are_counted(bench: Bench) -> None:
    old = bench.table("a:int8 b:int8", [(number, 0) for number in range(10)])
    new = bench.table("a:int8 b:int8", [(number, 1) for number in range(10)])
    counted, rows = bench.compare(old, new, most=3)
    assert (counted.changed, counted.listed, len(rows)) == (10, 3, 3)


ROWS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["ก", "ข", None]), st.integers(0, 2)), max_size=8)


@settings(max_examples=10, deadline=None)
@given(ROWS, ROWS)
def test_counts_are_those_of_plain_python(tmp_path_factory: pytest.TempPathFactory, a: Any, b: Any) -> None:
    bench = Bench(tmp_path_factory.mktemp("rows"))
    old, new = bench.table("k:int8 t:text v:int8", a), bench.table("k:int8 t:text v:int8", b)
    counted, rows = bench.compare(old, new)
    if counted.key:
        places = [("k", "t", "v").index(name) for name in counted.key]
        first, second = ({tuple(row[p] for p in places): row for row in side} for side in (a, b))
        assert len(first) == len(a) and len(second) == len(b)
        expected = (len(second.keys() - first.keys()), len(first.keys() - second.keys()))
        changed = sum(first[key] != second[key] for key in first.keys() & second.keys())
        assert (counted.added, counted.removed, counted.changed) == (*expected, changed)
    else:
        one, two = Counter(a), Counter(b)
        assert (counted.added, counted.removed) == ((two - one).total(), (one - two).total())
    assert counted.unchanged == len(b) - counted.added - counted.changed
    assert len(rows) == counted.added + counted.removed + counted.changed
