"""The state of a table that is written row by row: what was written since its rows were last put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.shared.dataclass import dataclass


@dataclass(frozen=True)
class Delta:
    """What one write (or several, folded) did to the rows; an immutable object in the bucket (`tables.writing.delta`).

    Attributes:
        key: where it lies.
        size: bytes.
        rows: rows that it holds, and rows that it takes away one by one.
        at: of the first write in it, ISO 8601.
    """

    key: str
    size: int
    rows: int
    at: str


@dataclass(frozen=True)
class Live:
    """A table that is written by the API. Its rows are those of the resource's current file version, its base, with
    `deltas` laid over them, the later over the earlier.

    Attributes:
        columns: as `model.Table.columns`; may be more or fewer than the base has.
        key: names of the columns that tell one row from all others; () where nothing does.
        rows: how many there are now.
        next_id: the `_id` of the next new row; an `_id` is never given twice.
        deltas: the oldest first.
        sealed: so many of the first deltas are being put together, and are left as they are by who folds.
        dropped: columns that were taken away, whose values the base or a delta still holds.
        aliases, indexes: as given; aliases name the table in no other place, and every column is searched without one.
        folded: when deltas last went out of use, ISO 8601; their objects stay for those who read just now.
    """

    columns: tuple[Mapping[str, Any], ...]
    key: tuple[str, ...]
    rows: int
    next_id: int
    deltas: tuple[Delta, ...] = ()
    sealed: int = 0
    dropped: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    folded: str = ""

    @property
    def size(self) -> int:
        """Bytes of all deltas."""
        return sum(each.size for each in self.deltas)

    @property
    def touched(self) -> int:
        """Rows that the deltas hold or take away."""
        return sum(each.rows for each in self.deltas)

    @property
    def since(self) -> str:
        """When the oldest write happened that is not in the base yet; "" where none is."""
        return self.deltas[0].at if self.deltas else ""


def live_of(data: Mapping[str, Any] | None) -> Live | None:
    """As it lies in the table."""
    if data is None:
        return None
    texts = {name: tuple(data[name]) for name in ("columns", "key", "dropped", "aliases", "indexes")}
    return Live(**{**data, **texts, "deltas": tuple(Delta(**each) for each in data["deltas"])})


def as_data(live: Live) -> dict[str, Any]:
    """As it is kept."""
    return asdict(live)
