"""What is hidden cannot be computed: a reader who tries every table that fits is never sure of a small count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.offers.files import listed
from chalicelib.citizen.offers.model import FIGURES, Figure, Group
from chalicelib.citizen.offers.tables import (
    COUNTS,
    SUMS,
    Place,
    Row,
    at_least,
    counts_of,
    hidden_places,
    protected,
    relations,
    rows_of,
)
from chalicelib.shared.suppression import K, bounds

PROVINCES, COLUMNS = ("10", "23", "90"), (("F", "60-69"), ("M", "60-69"), ("M", "70-79"))
GROUPS = [Group(province, band, sex) for province in PROVINCES for sex, band in COLUMNS]  # type: ignore[arg-type] # they are


def only(waiting: int) -> dict[Figure, int]:
    return {name: waiting if name == "waiting" else 0 for name in FIGURES}


counts = st.fixed_dictionaries({name: st.integers(0, 9) for name in FIGURES})
tables = st.dictionaries(st.sampled_from(GROUPS), counts, max_size=9)
SMALL = [group for group in GROUPS if group.province != "90" and group.band == "60-69"]
small_tables = st.dictionaries(st.sampled_from(SMALL), st.integers(0, 9).map(only), min_size=1, max_size=4)


@given(counts)
def test_the_counts_of_a_row_add_up(figures: dict[Figure, int]) -> None:
    found = counts_of(figures)
    assert tuple(found) == COUNTS
    for whole, parts in SUMS:
        assert found[whole] == sum(found[part] for part in parts)
    assert found["eligible"] == sum(figures.values())


@settings(max_examples=30, deadline=None)
@given(tables)
def test_every_total_is_the_sum_of_what_it_says(groups: dict[Group, dict[Figure, int]]) -> None:
    rows = {row.place: row.counts for row in rows_of(groups)}
    for place, found in rows.items():
        within = [
            counts_of(figures)
            for group, figures in groups.items()
            if place.province in ("", group.province)
            and place.sex in ("", group.sex)
            and place.band in ("", group.band)
        ]
        assert found == {name: sum(each[name] for each in within) for name in COUNTS}
    for relation in relations(rows):
        assert rows[relation.whole[0]][relation.whole[1]] == sum(rows[place][name] for place, name in relation.parts)


@settings(max_examples=30, deadline=None)
@given(tables)
def test_what_is_published_is_true_and_never_small(groups: dict[Group, dict[Figure, int]]) -> None:
    rows = rows_of(groups)
    shown = protected(rows)
    assert [(row.place, row.counts) for row in shown] == [(row.place, row.counts) for row in rows]
    for row in shown:
        assert row.hidden or all(count == 0 or count >= K for count in row.counts.values())
    closed = {row.place.province for row in shown if row.hidden and row.place.band and row.place.province}
    for row in shown:
        if row.place.province in closed and row.place.band:
            assert row.hidden, "the groups of a province are hidden together"


@settings(max_examples=25, deadline=None)
@given(tables)
def test_a_reader_by_bounds_cannot_narrow_a_small_count(groups: dict[Group, dict[Figure, int]]) -> None:
    rows = {row.place: row.counts for row in rows_of(groups)}
    hidden = hidden_places([Row(place, found) for place, found in rows.items()])
    values = {(place, name): found[name] for place, found in rows.items() for name in COUNTS}
    read = bounds(values, {(place, name) for place in hidden for name in COUNTS}, relations(rows), at_least)
    for cell, value in values.items():
        if 0 < value < K:
            assert read[cell][1] - read[cell][0] >= K


def fits(rows: Mapping[Place, int | None]) -> Iterator[dict[Place, int]]:
    """Every table of groups that gives what was published (None: not told), each count at most `MOST`."""
    provinces = sorted({place.province for place in rows if place.province and not place.band})
    columns = sorted({(place.sex, place.band) for place in rows if place.band and not place.province})
    leaves = [Place(province, sex, band) for province in provinces for sex, band in columns]
    sums = [(place, [leaf for leaf in leaves if _within(leaf, place)]) for place in rows if place not in leaves]
    wanted = {place: count for place, count in rows.items() if count is not None}

    def go(number: int, so_far: dict[Place, int]) -> Iterator[dict[Place, int]]:
        for place, parts in sums:
            if place in wanted:
                known = [so_far[leaf] for leaf in parts if leaf in so_far]
                if sum(known) > wanted[place] or (len(known) == len(parts) and sum(known) < wanted[place]):
                    return
        if number == len(leaves):
            yield so_far
            return
        leaf = leaves[number]
        tried = [wanted[leaf]] if leaf in wanted else range(MOST + 1)
        for count in tried:
            yield from go(number + 1, {**so_far, leaf: count})

    for table in go(0, {}):
        whole = {place: sum(table[leaf] for leaf in parts) for place, parts in sums}
        if all(whole[place] > 0 for place in whole):  # a total is listed because somebody is in it
            yield {**table, **whole}


MOST = 12


def _within(leaf: Place, place: Place) -> bool:
    return all(part in ("", own) for own, part in zip(leaf, place, strict=True))


@settings(max_examples=20, deadline=None)
@given(small_tables)
def test_a_reader_who_tries_everything_is_never_sure(groups: dict[Group, dict[Figure, int]]) -> None:
    """One figure alone: those of a row are hidden together, and the sums of each hang together by themselves."""
    shown = protected(rows_of({group: figures for group, figures in groups.items() if figures["waiting"]}))
    told = {row.place: None if row.hidden else row.counts["waiting"] for row in shown}
    small = [row for row in shown if 0 < row.counts["waiting"] < K]
    seen: dict[Place, set[int]] = {row.place: set() for row in small}
    for table in fits(told):
        for place in seen:
            seen[place].add(table[place])
        if all(found and max(found) - min(found) >= K for found in seen.values()):
            break
    for row in small:
        everything_is_hidden = all(each.hidden for each in shown)
        assert everything_is_hidden or max(seen[row.place]) - min(seen[row.place]) >= K, (row, told)


def test_a_file_does_not_tell_which_groups_of_a_closed_province_are_empty() -> None:
    groups = {
        Group("23", "60-69", "F"): only(3),
        Group("23", "60-69", "M"): only(40),
        Group("10", "60-69", "F"): only(30),
        Group("10", "60-69", "M"): only(50),
        Group("90", "60-69", "F"): only(20),
    }
    shown = listed(protected(rows_of(groups)))
    assert not [row for row in shown if row.place.province == "23" and row.place.band]
    hidden = {row.place.province for row in protected(rows_of(groups)) if row.hidden and row.place.band}
    assert "23" in hidden and len(hidden) >= 2, "one closed province alone would be the difference of the rest"


def test_a_large_table_keeps_most_of_its_totals() -> None:
    groups = {Group(f"{number:02d}", "60-69", sex): only(20 + number) for number in range(10, 87) for sex in ("F", "M")}
    groups[Group("95", "60-69", "F")] = only(2)
    shown = protected(rows_of(groups))
    provinces = [row for row in shown if row.place.province and not row.place.band]
    assert sum(row.hidden for row in provinces) == 2, "the small one and one more"
    assert not [row for row in shown if not row.place.province and row.hidden]


@pytest.mark.parametrize("groups", [{}, {Group("23", "60-69", "F"): only(0)}])
def test_nobody_makes_no_table(groups: dict[Group, dict[Figure, int]]) -> None:
    assert rows_of(groups) == []
