"""What is hidden cannot be computed: a reader who tries every table that fits is never sure of a hidden cell."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.statistics.model import COUNTS, Count, Place, Row
from chalicelib.biz.statistics.suppression import Cell, at_least, protected, relations
from chalicelib.shared.suppression import K, Relation, bounds, suppressed

LEAVES = [Place("s1", "a1", "10"), Place("s1", "a2", "11"), Place("s2", "a1", "10"), Place("s2", "a3", "12")]


def row(place: Place, **counts: int) -> Row:
    return Row(place, {name: counts.get(name, 0) for name in COUNTS}, median_days=3.0, p90_days=9)


def with_totals(leaves: list[Row]) -> list[Row]:
    """The leaves with the totals that `rules.rows_of` would make."""
    found = {each.place: each for each in leaves}
    services = sorted({each.place.service for each in leaves})
    for service in services:
        parts = [each for each in leaves if each.place.service == service]
        if len(parts) > 1:
            found[Place(service)] = row(Place(service), **_sum(parts))
    if len(services) > 1:
        found[Place()] = row(Place(), **_sum(leaves))
    return [found[place] for place in sorted(found)]


def _sum(rows: list[Row]) -> dict[str, int]:
    return {name: sum(each.counts[name] for each in rows) for name in COUNTS}


@st.composite
def leaf(draw: st.DrawFn, place: Place) -> Row:
    """A row as cases could have made it."""
    received = draw(st.integers(1, 30))
    granted = draw(st.integers(0, received))
    refused = draw(st.integers(0, received - granted))
    withdrawn = draw(st.integers(0, received - granted - refused))
    once = draw(st.integers(0, received))
    more = draw(st.integers(0, received - once))
    return row(
        place,
        received=received,
        granted=granted,
        refused=refused,
        withdrawn=withdrawn,
        returned_once=once,
        returned_more=more,
        overdue=draw(st.integers(0, received)),
        omissions=draw(st.integers(0, more)),
    )


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Tables of one to four leaves."""
    places = draw(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=4, unique=True))
    return with_totals([draw(leaf(place)) for place in sorted(places)])


def published(rows: list[Row]) -> dict[Cell, int]:
    return {(each.place, name): each.counts[name] for each in rows for name in COUNTS if name not in each.hidden}


@settings(max_examples=60, deadline=None)
@given(tables())
def test_small_cells_are_hidden_and_the_rest_is_true(rows: list[Row]) -> None:
    shown = protected(rows)
    for before, after in zip(rows, shown, strict=True):
        assert before.counts == after.counts
        small = {name for name, count in before.counts.items() if 0 < count < K}
        assert small <= after.hidden
        if after.hidden & {"received", "granted", "refused"}:
            assert (after.median_days, after.p90_days) == (None, None)
    assert protected(rows) == shown


@settings(max_examples=60, deadline=None)
@given(tables())
def test_the_reader_by_bounds_finds_no_hidden_cell_closer_than_k(rows: list[Row]) -> None:
    shown = protected(rows)
    values = {(each.place, name): each.counts[name] for each in shown for name in COUNTS}
    hidden = set(values) - set(published(shown))
    read = bounds(values, hidden, relations(each.place for each in shown), at_least)
    for cell, (low, high) in read.items():
        assert low <= values[cell] <= high
        assert cell not in hidden or high - low >= K


MOST = 9
"""The exact reader tries counts up to this one."""


def fitting(free: list[Cell], known: Mapping[Cell, int], rules: list[Relation[Cell]]) -> Iterator[dict[Cell, int]]:
    """Every table that fits what is published, by trying all counts of the hidden cells that are no totals."""
    for tried in itertools.product(range(MOST + 1), repeat=len(free)):
        whole = {**known, **dict(zip(free, tried, strict=True))}
        if all(whole[cell] >= 1 for cell in free if cell[1] == "received") and _holds(whole, rules):
            yield whole


def _holds(whole: dict[Cell, int], rules: list[Relation[Cell]]) -> bool:
    for rule in rules:
        total = sum(whole[part] for part in rule.parts)
        if rule.equal and whole.setdefault(rule.whole, total) != total:
            return False
        if not rule.equal and total > whole[rule.whole]:
            return False
    return True


def never_sure(leaves: list[Row], columns: tuple[Count, ...]) -> None:
    rows = with_totals(leaves)
    sums = [each for each in relations(row.place for row in rows) if each.equal and each.whole[1] in columns]
    rules = sorted(sums, key=lambda each: each.whole[0], reverse=True)  # totals of services before the grand total
    if "granted" in columns:
        rules += [Relation((each.place, "received"), ((each.place, "granted"),), equal=False) for each in rows]
    values = {(each.place, name): each.counts[name] for each in rows for name in columns}
    hidden = suppressed(values, rules, K, at_least)
    known = {cell: value for cell, value in values.items() if cell not in hidden}
    possible: dict[Cell, set[int]] = {cell: set() for cell in hidden}
    for whole in fitting([cell for cell in hidden if cell[0].agency], known, rules):
        for cell in hidden:
            possible[cell].add(whole[cell])
    for cell, found in possible.items():
        assert values[cell] in found
        assert len(found) > 1, (cell, values, known)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, MOST), min_size=1, max_size=4))
def test_whoever_tries_every_table_is_never_sure_of_a_count(counts: list[int]) -> None:
    never_sure([row(place, received=count) for place, count in zip(LEAVES, counts, strict=False)], ("received",))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, MOST), st.integers(0, MOST)), min_size=1, max_size=2))
def test_nor_of_a_part_of_it(counts: list[tuple[int, int]]) -> None:
    leaves = [
        row(place, received=received, granted=min(granted, received))
        for place, (received, granted) in zip(LEAVES, counts, strict=False)
    ]
    never_sure(leaves, ("received", "granted"))


def test_one_small_part_of_a_total_takes_another_with_it() -> None:
    rows = with_totals([row(LEAVES[0], received=3), row(LEAVES[1], received=20)])
    shown = {each.place: each.hidden for each in protected(rows)}
    assert [("received" in shown[place]) for place in (LEAVES[0], LEAVES[1], Place("s1"))] in (
        [True, True, False],
        [True, False, True],
    )


def test_two_small_parts_that_leave_too_little_room_take_a_third() -> None:
    # 1 + 1 = 2: both would be known, for a row is there only because something was received
    rows = with_totals([row(LEAVES[0], received=1), row(LEAVES[1], received=1)])
    assert all("received" in each.hidden for each in protected(rows))


def test_a_part_that_the_whole_of_its_row_gives_away_is_protected() -> None:
    # 10 received, 9 refused: the one granted would be known
    (shown,) = protected([row(LEAVES[0], received=10, granted=1, refused=9)])
    assert "granted" in shown.hidden and shown.hidden & {"refused", "received"}


@pytest.mark.parametrize("received", [0, 5, 100])
def test_nothing_is_hidden_without_need(received: int) -> None:
    (shown,) = protected([row(LEAVES[0], received=received)])
    assert shown.hidden == frozenset()


def test_a_whole_country_is_done_in_little_work() -> None:
    leaves = [
        row(
            Place(f"s{number % 5}", f"a{number:04d}", "10"),
            received=number % 40 + 1,
            granted=min(number % 7, number % 40 + 1),
        )
        for number in range(3000)
    ]
    shown = protected(with_totals(leaves))
    assert len(shown) == 3006
    assert sum(len(each.hidden) for each in shown) > 0
