"""Covert accesses that a law allows: committed in the log at once, hidden from the person until their time has come.

The log's entry of one says only when it was made, until when it stays hidden, and a salted commitment to the full
leaf. Nobody can leave it out or change it later, everybody can count them, and once the time has come anybody can
check the opening (leaf and salt) against the entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from ..rules import thai_day

OPENED = ""
"""Stands for all days that are over; sorts before every day."""


def hidden_until(entry: bytes) -> str | None:
    """Until when (ISO 8601) the access behind an entry of the log stays hidden; None for an ordinary one."""
    said = json.loads(entry)
    return str(said["until"]) if "sealed" in said else None


def counted(before: Mapping[str, int], entries: Iterable[bytes], now: datetime) -> dict[str, int]:
    """The counts of a head (see `store.Head.covert`) with these entries added; days that are over are put together."""
    today = thai_day(now).isoformat()
    added = [thai_day(datetime.fromisoformat(until)).isoformat() for until in map(hidden_until, entries) if until]
    counts: dict[str, int] = {}
    for day, number in [*before.items(), *((day, 1) for day in added)]:
        place = OPENED if day < today else day
        counts[place] = counts.get(place, 0) + number
    return counts
