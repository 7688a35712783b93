"""The rows of a time span, walked partition by partition, a bounded piece at a time.

Rows lie in one partition per agreement (or system) and Thai day, so that no partition grows without end. A span is thus
a list of partitions; a page goes on where the one before ended, reads at most `MAX_QUERIES` of them, and may therefore
be short or even empty although more follows: `after` is None only at the very end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from ...shared.dataclass import dataclass
from ...shared.errors import Fault, Invalid
from ...shared.storage import Item, Table

MAX_QUERIES = 25
MAX_DAYS = 31


@dataclass(frozen=True)
class Source:
    """A partition of an index, and which of its rows are wanted."""

    index: str
    pk: str


@dataclass(frozen=True)
class Piece:
    """Some rows in order, and where to go on."""

    items: tuple[Item, ...]
    after: str | None


def days(begin: date, end: date) -> list[date]:
    """All days of a span, both ends included.

    Raises:
        Invalid: it ends before it begins, or is longer than `MAX_DAYS`.
    """
    if not 0 <= (end - begin).days < MAX_DAYS:
        raise Invalid(
            f"ช่วงวันต้องไม่กลับด้านและไม่เกิน {MAX_DAYS} วัน",
            f"The span must not end before it begins, nor be longer than {MAX_DAYS} days.",
            [Fault("query:to", f"ไม่เกิน {MAX_DAYS} วันหลังวันเริ่ม", f"At most {MAX_DAYS - 1} days after `from`.")],
        )
    return [begin + timedelta(days=step) for step in range((end - begin).days + 1)]


def read(
    table: Table, sources: Sequence[Source], after: str | None, limit: int, wanted: Callable[[Item], bool]
) -> Piece:
    """The next rows.

    Args:
        table: the room's table.
        sources: the partitions, in order.
        after: `Piece.after` of the piece before; never text that a caller made up.
        limit: rows that are looked at, at most.
        wanted: which of them count.
    """
    at, inside = (0, None) if after is None else json.loads(after)
    out: list[Item] = []
    looked = queries = 0
    while at < len(sources) and looked < limit and queries < MAX_QUERIES:
        page = table.query(sources[at].pk, index=sources[at].index, after=inside, limit=limit - looked)
        queries += 1
        looked += len(page.items)
        out += [item for item in page.items if wanted(item)]
        inside = page.after
        if inside is None:
            at += 1
    return Piece(tuple(out), None if at >= len(sources) else json.dumps([at, inside]))
