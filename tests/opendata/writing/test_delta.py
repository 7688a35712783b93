"""Writes laid over one another."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.tables.writing.delta import WIDE, Overlay, holds, joined, ranges_of

IDS = st.integers(1, 30)
RANGES = st.lists(st.tuples(IDS, IDS).map(lambda pair: (min(pair), max(pair))), max_size=6)


@given(RANGES)
def test_joined_ranges_hold_the_same_ids_and_do_not_touch(ranges: list[tuple[int, int]]) -> None:
    found = joined(ranges)
    ids = {each for first, last in ranges for each in range(first, last + 1)}
    assert {each for first, last in found for each in range(first, last + 1)} == ids
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))
    assert {each for each in range(40) if holds(found, each)} == ids


@given(st.sets(IDS))
def test_ids_are_ranges(ids: set[int]) -> None:
    assert {each for first, last in ranges_of(ids) for each in range(first, last + 1)} == ids


@given(st.lists(st.tuples(st.dictionaries(IDS, st.tuples(st.text(max_size=2))), RANGES), max_size=6))
def test_the_later_write_stands_over_the_earlier(
    writes: list[tuple[dict[int, tuple[str]], list[tuple[int, int]]]],
) -> None:
    overlay, rows, gone = Overlay(("a",)), dict[int, tuple[str]](), set[int]()
    for written, ranges in writes:
        overlay.lay(("a",), written, ranges)
        lost = {each for first, last in ranges for each in range(first, last + 1)}
        gone |= lost
        rows = {each: row for each, row in rows.items() if each not in lost} | written
    assert overlay.rows == rows
    assert {each for each in range(40) if overlay.is_gone(each)} == gone - rows.keys()


def test_a_write_of_other_columns_is_taken_by_name() -> None:
    overlay = Overlay(("b", "c", "a"))
    overlay.lay(("a", "old", "b"), {1: ("x", "gone", "y")}, [])
    assert overlay.rows == {1: ("y", None, "x")}


def test_a_long_range_weighs_nothing_and_a_short_one_each_of_its_ids() -> None:
    assert Overlay((), {}, [(1, WIDE * 50), (WIDE * 60, WIDE * 60 + 4)]).count == 5
