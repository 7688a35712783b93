"""From counters to the published table of a right's month, with everything hidden that could show somebody; pure.

Rows of one right and month:

    all                     everybody
    a province              of everybody
    a sex                   of everybody
    a sex and an age band   of those of that sex
    a province, sex, band   of those of that province, and of that sex and band

A row in which any count is from 1 to K - 1 is hidden whole. The rows of one province's groups are hidden together, so
what is unknown there is a whole block, of which a reader knows nothing but the sums at its sides; for such blocks and
for trees of sums the reader by bounds (`shared.suppression`) is as sharp as any (see decision 0046). Where a small
count could be told closer than K, more rows are hidden, the smallest first, until none can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.suppression import K, Relation, bounds

from .model import Figure, Group

Count = Literal["eligible", "told", "waiting", "took_up", "refused", "lapsed", "untold", "alone", "missed"]
COUNTS: tuple[Count, ...] = (
    "eligible", "told", "waiting", "took_up", "refused", "lapsed", "untold", "alone", "missed",
)  # fmt: skip
ALL = ""
"""In a place: everybody."""

SUMS: tuple[tuple[Count, tuple[Count, ...]], ...] = (
    ("eligible", ("told", "untold", "alone")),
    ("told", ("waiting", "took_up", "refused", "lapsed")),
    ("missed", ("untold", "lapsed")),
)
"""Counts of a row that are the sum of others."""

_FIGURE: Mapping[Count, Figure] = {
    "waiting": "waiting", "took_up": "taken_up", "refused": "refused",
    "lapsed": "lapsed", "untold": "untold", "alone": "alone",
}  # fmt: skip


class Place(NamedTuple):
    """What a row is about; "" stands for all."""

    province: str = ALL
    sex: str = ALL
    band: str = ALL


Cell = tuple[Place, Count]


@dataclass(frozen=True)
class Row:
    """One row of a right's month."""

    place: Place
    counts: Mapping[Count, int]
    hidden: bool = False


def counts_of(figures: Mapping[Figure, int]) -> dict[Count, int]:
    """The counts of a row, from where its offers stand."""
    found: dict[Count, int] = {name: figures[figure] for name, figure in _FIGURE.items()}
    for whole, parts in reversed(SUMS):
        found[whole] = sum(found[part] for part in parts)
    return {name: found[name] for name in COUNTS}


def rows_of(groups: Mapping[Group, Mapping[Figure, int]]) -> list[Row]:
    """All rows of a right's month."""
    sums: dict[Place, dict[Count, int]] = {}
    for group, figures in groups.items():
        counts = counts_of(figures)
        if not counts["eligible"]:
            continue
        for place in _places(group):
            there = sums.setdefault(place, dict.fromkeys(COUNTS, 0))
            for name, count in counts.items():
                there[name] += count
    columns = [place for place in sums if place.band and not place.province]
    for province in {place.province for place in sums if place.province}:
        for column in columns:  # a group without anybody is hidden with its block: else its absence would tell
            sums.setdefault(Place(province, column.sex, column.band), dict.fromkeys(COUNTS, 0))
    return [Row(place, sums[place]) for place in sorted(sums)]


def _places(group: Group) -> Iterator[Place]:
    yield Place()
    yield Place(province=group.province)
    yield Place(sex=group.sex)
    yield Place(sex=group.sex, band=group.band)
    yield Place(group.province, group.sex, group.band)


def wholes_of(places: Iterable[Place]) -> list[tuple[Place, list[Place]]]:
    """Totals, and the rows of which each is the sum; a total with several divisions stands there once for each."""
    there = sorted(set(places))
    leaves = [place for place in there if place.province and place.band]
    provinces = [place for place in there if place.province and not place.band]
    sexes = [place for place in there if place.sex and not place.province and not place.band]
    columns = [place for place in there if place.band and not place.province]
    wholes = [
        (Place(), provinces),
        (Place(), sexes),
        *((sex, [each for each in columns if each.sex == sex.sex]) for sex in sexes),
        *((place, [each for each in leaves if each.province == place.province]) for place in provinces),
        *((each, [leaf for leaf in leaves if (leaf.sex, leaf.band) == (each.sex, each.band)]) for each in columns),
    ]
    return [(whole, parts) for whole, parts in wholes if parts]


def relations(places: Iterable[Place]) -> list[Relation[Cell]]:
    """Everything that a reader knows of how the cells hang together."""
    there = sorted(set(places))
    across = [
        Relation((whole, name), tuple((part, name) for part in parts), equal=True)
        for whole, parts in wholes_of(there)
        for name in COUNTS
    ]
    within = [
        Relation((place, whole), tuple((place, part) for part in parts), equal=True)
        for place in there
        for whole, parts in SUMS
    ]
    return [*across, *within]


def at_least(cell: Cell) -> float:
    """A total is there because somebody is in it; the groups of a province are listed only where none is hidden."""
    place, name = cell
    return 1.0 if name == "eligible" and not (place.province and place.band) else 0.0


def protected(rows: Sequence[Row], k: int = K) -> list[Row]:
    """The rows with those hidden that must be."""
    hidden = hidden_places(rows, k)
    return [Row(row.place, row.counts, row.place in hidden) for row in rows]


def hidden_places(rows: Sequence[Row], k: int = K) -> set[Place]:
    """The rows to hide."""
    counts = {row.place: row.counts for row in rows}
    values: dict[Cell, int] = {(place, name): of[name] for place, of in counts.items() for name in COUNTS}
    small = [cell for cell, value in values.items() if 0 < value < k]
    known, kin = relations(counts), _kin(counts)
    hidden = _whole_blocks({place for place, _ in small}, counts)
    while True:
        read = bounds(values, {(place, name) for place in hidden for name in COUNTS}, known, at_least)
        weak = {cell[0] for cell in small if read[cell][1] - read[cell][0] < k}
        broadest = min((_depth(place) for place in weak), default=0)  # what hides a total often hides its parts
        chosen = (_next(place, hidden, counts, kin) for place in weak if _depth(place) == broadest)
        more = {found for found in chosen if found is not None}
        if not more:
            return hidden
        hidden = _whole_blocks(hidden | more, counts)


def _whole_blocks(hidden: set[Place], counts: Mapping[Place, object]) -> set[Place]:
    """With one group of a province, or the province itself, all its groups are hidden."""
    blocks = {place.province for place in hidden if place.province}
    return hidden | {place for place in counts if place.band and place.province in blocks}


def _next(
    place: Place,
    hidden: set[Place],
    counts: Mapping[Place, Mapping[Count, int]],
    kin: Mapping[Place, set[Place]],
) -> Place | None:
    """One more row to hide for one that can be read too well: the one with which the least is lost.

    First what stands in a sum with it and is not nothing, then anything.
    """

    def lost(each: Place) -> tuple[bool, bool, int, Place]:
        block = Place(each.province) if each.province else each
        return each == Place(), not counts[each]["eligible"], counts[block]["eligible"], each

    open_places = [each for each in counts if each not in hidden]
    near = [each for each in open_places if each in kin[place] and counts[each]["eligible"]]
    return min(near or open_places, key=lost, default=None)


def _depth(place: Place) -> int:
    """How many of province, sex and band a row names."""
    return sum(map(bool, place))


def _kin(places: Iterable[Place]) -> dict[Place, set[Place]]:
    """The rows that stand in one sum with each."""
    there = list(places)
    found: dict[Place, set[Place]] = {place: set() for place in there}
    for whole, parts in wholes_of(there):
        together = {whole, *parts}
        for place in together:
            found[place] |= together
    return found
