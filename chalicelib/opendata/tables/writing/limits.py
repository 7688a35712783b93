"""How much may lie over a base, and when rows are put together: pure.

A reader fetches every delta that it has not seen, so there are few of them (`FOLD`): the write that meets the last one
writes all of them anew as one. What readers carry in memory is bounded by `DUE`, from where a compaction is asked for,
and by `MOST`, from where writers wait for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.shared.errors import Unavailable

from ...live import Live

FOLD = 16
"""Deltas of a table; one more folds them."""
DUE_SIZE, DUE_ROWS = 4 << 20, 20_000
"""Bytes and rows over the base from which the rows are put together."""
DUE_AGE = timedelta(minutes=15)
"""How long a written row stays out of the versions that are kept."""
MOST_SIZE, MOST_ROWS = 32 << 20, 200_000
"""Bytes and rows over the base from which no more is written before the rows were put together."""
MAX_ROWS = 10_000_000
"""Of a table."""
WAIT = 10
"""Seconds after which a writer who was sent away may try again."""


def is_due(live: Live) -> bool:
    """Whether so much lies over the base that the rows are to be put together."""
    return live.size > DUE_SIZE or live.touched > DUE_ROWS


def is_old(live: Live, now: datetime) -> bool:
    """Whether something lies over the base for long."""
    return bool(live.since) and datetime.fromisoformat(live.since) + DUE_AGE <= now


def must_have_room(live: Live) -> None:
    """Sends a writer away where too much lies over the base.

    Raises:
        Unavailable: with the time after which to try again.
    """
    if live.size > MOST_SIZE or live.touched > MOST_ROWS:
        raise Unavailable(
            "มีข้อมูลรอรวมเข้าตารางนี้มากเกินไป โปรดส่งใหม่อีกครั้งในภายหลัง",
            "Too many rows wait to be put together with this table; send these again in a moment.",
            retry_after=WAIT,
        )
