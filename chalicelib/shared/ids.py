"""Ids: sortable by time, unguessable, safe in addresses and keys."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime


def new_id() -> str:
    """32 hex characters: 12 of milliseconds since 1970 (so ids sort by time) and 20 random ones (80 bits)."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def new_token() -> str:
    """A token of one attempt; fits DynamoDB's ClientRequestToken (36 characters)."""
    return secrets.token_hex(16)


def utc_now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)
