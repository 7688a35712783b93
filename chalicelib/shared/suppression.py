"""Which cells of a table may not be published, so that nobody can be found in it; pure.

Primary: a count from 1 to K - 1 is hidden. Complementary: the table is then read as its sharpest reader would, who
knows what every total is the sum of and which counts are parts of which. For each hidden cell that leaves a lowest and
a highest value; where these lie closer than K, one published neighbour more is hidden, the smallest first, and the
table is read again. It ends, because at last nothing is published.

The reading is by bounds: each relation narrows its cells until nothing moves. What is not told by the table itself,
such as yesterday's edition of it, is not known to this reader; see decision 0032.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from .dataclass import dataclass

K = 5
"""The smallest count that is published, 0 aside."""

Cell = TypeVar("Cell", bound=tuple[Any, ...])
"""Names one cell of a table; sortable, so that the same table is always hidden in the same way."""
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Relation(Generic[Cell]):
    """A whole and its parts: equal to their sum, or at least that."""

    whole: Cell
    parts: tuple[Cell, ...]
    equal: bool


def _nothing(_: object) -> float:
    return 0.0


def suppressed(
    values: Mapping[Cell, int],
    known: Sequence[Relation[Cell]],
    k: int = K,
    least: Callable[[Cell], float] = _nothing,
) -> set[Cell]:
    """The cells to hide.

    Args:
        values: the table.
        known: everything that a reader knows of how its cells hang together.
        k: the smallest count that is published, 0 aside.
        least: what a reader knows to be a cell's lowest value even where it is hidden.
    """
    touching: dict[Cell, list[Relation[Cell]]] = {cell: [] for cell in values}
    for relation in known:
        for cell in (relation.whole, *relation.parts):
            touching[cell].append(relation)
    hidden = {cell for cell, value in values.items() if 0 < value < k}
    while True:
        read = bounds(values, hidden, known, least)
        weak = [cell for cell in hidden if read[cell][1] - read[cell][0] < k]
        if not weak:
            return hidden
        more = _next(weak, hidden, touching, values)
        if not more:
            return hidden
        hidden |= more


def _next(
    weak: Sequence[Cell],
    hidden: Collection[Cell],
    touching: Mapping[Cell, Sequence[Relation[Cell]]],
    values: Mapping[Cell, int],
) -> set[Cell]:
    """One more cell to hide for each that can be read too well: its smallest published neighbour.

    Where all neighbours are hidden already it goes on with theirs, and at last with any cell.
    """
    smallest: dict[int, Cell | None] = {}

    def of(cells: Iterable[Cell]) -> set[Cell]:
        found = set[Cell]()
        for cell in cells:
            near = []
            for relation in touching[cell]:
                if id(relation) not in smallest:
                    published = [each for each in (relation.whole, *relation.parts) if each not in hidden]
                    smallest[id(relation)] = _smallest(published, values)
                near.append(smallest[id(relation)])
            chosen = _smallest([each for each in near if each is not None], values)
            if chosen is not None:
                found.add(chosen)
        return found

    last = _smallest([cell for cell in values if cell not in hidden], values)
    return of(weak) or of(hidden) or (set() if last is None else {last})


def _smallest(cells: Collection[Cell], values: Mapping[Cell, int]) -> Cell | None:
    """What is lost least: the smallest count; a 0 hides nothing, so it goes last."""
    return min(cells, key=lambda cell: (values[cell] == 0, values[cell], cell), default=None)


def bounds(
    values: Mapping[Cell, int],
    hidden: Collection[Cell],
    known: Sequence[Relation[Cell]],
    least: Callable[[Cell], float] = _nothing,
) -> dict[Cell, Bounds]:
    """What a reader can say of each cell: its lowest and its highest value."""
    read: dict[Cell, Bounds] = {
        cell: (least(cell), math.inf) if cell in hidden else (float(value), float(value))
        for cell, value in values.items()
    }
    open_relations = [each for each in known if _has_hidden(each, hidden)]
    moved = True
    while moved:
        moved = False
        for relation in open_relations:
            moved |= _narrow(read, relation)
    return read


def _has_hidden(relation: Relation[Cell], hidden: Collection[Cell]) -> bool:
    return relation.whole in hidden or any(part in hidden for part in relation.parts)


def _narrow(read: dict[Cell, Bounds], relation: Relation[Cell]) -> bool:
    """Narrows the cells of one relation; whether anything moved."""
    low = sum(read[part][0] for part in relation.parts)
    finite = sum(read[part][1] for part in relation.parts if read[part][1] != math.inf)
    endless = sum(read[part][1] == math.inf for part in relation.parts)
    whole_low, whole_high = read[relation.whole]
    moved = _set(read, relation.whole, low, finite if relation.equal and not endless else math.inf)
    for part in relation.parts:
        own_low, own_high = read[part]
        others = endless - (own_high == math.inf)
        others_high = math.inf if others else finite - (0 if own_high == math.inf else own_high)
        at_least = whole_low - others_high if relation.equal else 0.0
        moved |= _set(read, part, at_least, whole_high - (low - own_low))
    return moved


def _set(read: dict[Cell, Bounds], cell: Cell, low: float, high: float) -> bool:
    now = read[cell]
    then = (max(now[0], low), min(now[1], high))
    read[cell] = then
    return then != now
