"""What one write did, as an object in the bucket, and many of them laid over one another.

A delta is gzipped JSON, column by column: `ids`, `columns` with their `values` (as `values.taken` keeps them), and
`gone`, ranges of ids that were taken away before its rows were put. Rows are whole: a write that changed one value of a
row has read the others, so that whoever reads needs only the latest of each.

JSON and not Parquet, because writes are small: one row is packed in 0.04 ms into 178 bytes, against 7 ms and 1.1 kB
(and 21 ms for a DuckDB to write with); docs/decisions/0052 has the figures.
"""

from __future__ import annotations

import gzip
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from chalicelib.shared.dataclass import dataclass

Row = tuple[Any, ...]
Range = tuple[int, int]
"""First and last id."""


@dataclass
class Overlay:
    """Rows that stand over those of a base.

    Attributes:
        columns: names, in the order of the rows' values.
        rows: by `_id`.
        gone: ids of the base that are no more, in order and apart from one another.
    """

    columns: tuple[str, ...]
    rows: dict[int, Row] = field(default_factory=dict)
    gone: list[Range] = field(default_factory=list)

    def lay(self, columns: Sequence[str], rows: Mapping[int, Row], gone: Sequence[Range]) -> None:
        """Lays one more write over these."""
        if gone:
            lost = joined(gone)
            self.gone = joined([*self.gone, *lost])
            self.rows = {each: row for each, row in self.rows.items() if not holds(lost, each)}
        if tuple(columns) == self.columns:
            self.rows.update(rows)
            return
        places = [columns.index(name) if name in columns else None for name in self.columns]
        for each, row in rows.items():
            self.rows[each] = tuple(None if place is None else row[place] for place in places)

    def is_gone(self, id: int) -> bool:
        """Whether the row was taken away."""
        return id not in self.rows and holds(self.gone, id)

    @property
    def count(self) -> int:
        """How many entries readers must carry: rows, and ids that are gone one by one."""
        return len(self.rows) + sum(last - first + 1 for first, last in self.gone if last - first < WIDE)


WIDE = 1_000
"""A range of this many ids or more is told as a range, not id by id."""


def packed(columns: Sequence[str], rows: Mapping[int, Row], gone: Sequence[Range]) -> bytes:
    """A delta as it lies in the bucket."""
    values = [list(column) for column in zip(*rows.values(), strict=True)] if rows else [[] for _ in columns]
    told = {"columns": list(columns), "ids": list(rows), "values": values, "gone": gone}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 6, mtime=0)


def unpacked(content: bytes) -> tuple[tuple[str, ...], dict[int, Row], list[Range]]:
    """Columns, rows and what is gone of a delta."""
    told = json.loads(gzip.decompress(content))
    rows = dict(zip(told["ids"], zip(*told["values"], strict=True), strict=True)) if told["ids"] else {}
    return tuple(told["columns"]), rows, [(first, last) for first, last in told["gone"]]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same ids in as few ranges as there can be, in order."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def ranges_of(ids: Iterable[int]) -> list[Range]:
    """Ids as ranges."""
    return joined((each, each) for each in ids)


def holds(ranges: Sequence[Range], id: int) -> bool:
    """Whether an id is in one of these ranges, which are in order."""
    place = bisect_right(ranges, (id, 1 << 63)) - 1
    return place >= 0 and ranges[place][0] <= id <= ranges[place][1]
