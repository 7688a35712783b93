"""What became of the columns between two versions."""

from __future__ import annotations

from typing import Any

from chalicelib.opendata.versions.schema import Renamed, Retyped, SchemaDiff, difference


def columns(*named: str) -> list[dict[str, Any]]:
    """`name:type` or `name:type:era`."""
    made = []
    for each in named:
        name, kind, *era = each.split(":")
        made.append({"id": name, "type": kind, **({"era": era[0]} if era else {})})
    return made


def test_the_same_columns_are_no_difference() -> None:
    assert difference(columns("ปี:int8:BE", "จำนวน:int8"), columns("ปี:int8:BE", "จำนวน:int8")).same


def test_columns_come_go_and_get_other_types() -> None:
    found = difference(
        columns("ปี:int8:BE", "จำนวน:int8", "หมายเหตุ:text"), columns("ปี:int8", "จังหวัด:text", "จำนวน:numeric")
    )
    assert found == SchemaDiff(
        added=("จังหวัด",),
        removed=("หมายเหตุ",),
        retyped=(Retyped("ปี", "int8 BE", "int8"), Retyped("จำนวน", "int8", "numeric")),
    )


def test_another_name_in_the_same_place_with_the_same_type_is_a_new_name() -> None:
    found = difference(columns("a:text", "ยอด:int8", "c:text"), columns("a:text", "ยอดรวม:int8", "c:text"))
    assert found == SchemaDiff(renamed=(Renamed("ยอด", "ยอดรวม"),))


def test_another_type_or_count_in_the_same_place_is_another_column() -> None:
    assert difference(columns("a:text", "b:int8"), columns("a:text", "c:text")).added == ("c",)
    found = difference(columns("a:text", "b:int8"), columns("a:text", "c:int8", "d:int8"))
    assert (found.added, found.removed, found.renamed) == (("c", "d"), ("b",), ())


def test_a_column_that_only_moved_is_neither_new_nor_renamed() -> None:
    found = difference(columns("a:text", "b:int8", "c:text"), columns("c:text", "a:text", "b:int8"))
    assert found == SchemaDiff(moved=True)
    swapped = difference(columns("a:text", "b:text"), columns("b:text", "a:text"))
    assert swapped == SchemaDiff(moved=True)


def test_nothing_and_everything() -> None:
    assert difference([], []).same
    assert difference([], columns("a:text")).added == ("a",)
    assert difference(columns("a:text"), []).removed == ("a",)
