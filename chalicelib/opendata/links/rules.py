"""What an answer means, and when to look again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from .model import Link, State

EVERY = timedelta(days=7)
MIRROR_EVERY = timedelta(days=1)
PAUSES = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""After the first failure, the second ...; the last one from then on."""
LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TOLD = 200
"""Characters of a header that are kept."""


def state_of(status: int) -> State:
    """What a status means."""
    if 200 <= status < 300 or status == 304:
        return "ok"
    if status in (404, 410):
        return "gone"
    return "away" if status in LATER else "refused"


def pause(link: Link) -> timedelta:
    """How long after a look the next one comes."""
    if link.failures:
        return PAUSES[min(link.failures, len(PAUSES)) - 1]
    return MIRROR_EVERY if link.mirror else EVERY


def answered(link: Link, status: int, headers: Mapping[str, str], now: datetime) -> Link:
    """The link after an answer; `headers` by their names in lower case."""
    at, state = now.isoformat(timespec="seconds"), state_of(status)
    if state != "ok":
        return replace(link, state=state, status=status, at=at, failures=link.failures + 1)
    there = replace(link, state=state, status=status, at=at, seen=at, failures=0)
    if status == 304:
        return there
    told = replace(
        there,
        media_type=headers.get("content-type", "").split(";")[0].strip().lower()[:TOLD],
        size=_size(headers),
        etag=headers.get("etag", "")[:TOLD],
        modified=headers.get("last-modified", "")[:TOLD],
    )
    return replace(told, changed=at) if _is_other(link, told) else told


def unanswered(link: Link, state: State, now: datetime) -> Link:
    """The link after a look that got no answer."""
    at = now.isoformat(timespec="seconds")
    return replace(link, state=state, status=0, at=at, failures=link.failures + 1)


def _size(headers: Mapping[str, str]) -> int:
    """Bytes of the whole: of an answer in part, those that stand behind the stroke (RFC 9110 section 14.4)."""
    told = headers.get("content-range", "").rpartition("/")[2] or headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else -1


def _is_other(before: Link, after: Link) -> bool:
    """Whether something else is there than before, as far as the server tells."""
    if not before.seen:
        return True
    if before.etag and after.etag:
        return before.etag != after.etag
    if before.modified and after.modified:
        return before.modified != after.modified
    return before.size != after.size
