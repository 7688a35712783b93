"""Where the rows of the outbox lie: open ones by the time of their next send, those that were given up apart."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from .storage import Key

OPEN = "open"
SHARDS = 4
DEAD = "DEAD"
"""The partition of what was given up, in the same index."""
RESEND_AFTER, RESEND_AT_LATEST = 60, 3600
"""Seconds before an open row is sent again: doubled with each send, so that a receiver who is away is not pestered."""
GIVE_UP_AFTER = 30
"""Sends (about a day) after which the sweep leaves a row to an operator (`Journal.revive`)."""
MOST_COUNTED = 100
"""Of the rows that were given up: more of them are read by an operator alone, not each minute."""


def pause_before(send: int) -> int:
    """Seconds between the send before and this one (the first is made by the command itself)."""
    doublings = max(send - 2, 0)
    return min(RESEND_AFTER << doublings, RESEND_AT_LATEST)


def outbox_key(event_id: str) -> Key:
    """Where the outbox row of an event lies."""
    return Key(f"OUT#{event_id}", "1")


def place(event_id: str, sent: datetime, sends: int) -> Key:
    """Where an open row lies: by the time of its next send, so that the sweep reads what is due and nothing else."""
    due = sent + timedelta(seconds=pause_before(sends + 1))
    return Key(open_partition(_shard(event_id)), f"{moment(due)}#{event_id}")


def moment(at: datetime) -> str:
    """A time as it sorts in the index."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def open_partition(shard: int) -> str:
    """One part of the open rows."""
    return f"OPEN#{shard}"


def _shard(event_id: str) -> int:
    return hashlib.sha256(event_id.encode()).digest()[0] % SHARDS
