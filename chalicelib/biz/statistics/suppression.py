"""The licensing figures with everything hidden that could show somebody (`chalicelib.shared.suppression`); pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chalicelib.shared.suppression import K, Relation, suppressed

from .model import COUNTS, Count, Place, Row
from .rules import tree_of

Cell = tuple[Place, Count]

PARTS: tuple[tuple[Count, tuple[Count, ...]], ...] = (
    ("received", ("granted", "refused", "withdrawn")),
    ("received", ("returned_once", "returned_more")),
    ("received", ("overdue",)),
    ("returned_more", ("omissions",)),
)
"""Counts that together are never more than another one of the same row."""


def at_least(cell: Cell) -> float:
    """A row is there because something was received, so that count is at least 1."""
    return 1.0 if cell[1] == "received" else 0.0


def protected(rows: Sequence[Row], k: int = K) -> list[Row]:
    """The rows with everything hidden that must be."""
    values: dict[Cell, int] = {(row.place, name): row.counts[name] for row in rows for name in COUNTS}
    hidden = suppressed(values, relations(row.place for row in rows), k, at_least)
    return [_without(row, frozenset(name for name in COUNTS if (row.place, name) in hidden)) for row in rows]


def _without(row: Row, hidden: frozenset[Count]) -> Row:
    told = hidden.isdisjoint({"received", "granted", "refused"})
    return replace(
        row, hidden=hidden, median_days=row.median_days if told else None, p90_days=row.p90_days if told else None
    )


def relations(places: Iterable[Place]) -> list[Relation[Cell]]:
    """Everything that a reader knows of how the cells hang together."""
    there = set(places)
    tree = tree_of(place for place in there if place.agency)
    sums = [
        Relation((whole, name), tuple((part, name) for part in parts), equal=True)
        for whole, parts in tree.items()
        for name in COUNTS
    ]
    within = [
        Relation((place, whole), tuple((place, part) for part in parts), equal=False)
        for place in sorted(there)
        for whole, parts in PARTS
    ]
    return [*sums, *within]
