"""What may be asked of an activity stream: which part, what kinds, with how much."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..rules import Rejected, flag

DEFAULT, MOST = 31, 100
"""Activities of one answer, as CKAN."""
DEEPEST = 1_000
"""How far `offset` leads; further back `before` does, which needs no counting."""
LOOKED_AT = 2_000
"""Entries that one answer looks at in the end, also where the caller may see few of them."""


@dataclass(frozen=True)
class Window:
    """A part of a stream.

    Attributes:
        before, after: ISO 8601; only what happened between them. "" is open.
        kinds: CKAN's activity types that are wanted; None: all.
        unwanted: those that are not.
        data: whether the whole dataset as it was is told, or its name and title.
    """

    limit: int = DEFAULT
    offset: int = 0
    before: str = ""
    after: str = ""
    kinds: frozenset[str] | None = None
    unwanted: frozenset[str] = frozenset()
    data: bool = True

    def wants(self, kind: str, at: str) -> bool:
        """Whether something of this kind at this time belongs to the part."""
        if (self.before and at >= self.before) or (self.after and at <= self.after):
            return False
        return kind not in self.unwanted and (self.kinds is None or kind in self.kinds)

    def ends(self, at: str) -> bool:
        """Whether nothing at this time or before it belongs to the part."""
        return bool(self.after) and at <= self.after


def window(given: Mapping[str, Any], *, limit: int | None, offset: int) -> Window:
    """The part that these parameters ask for; `before` and `after` are seconds since 1970, or ISO 8601.

    Raises:
        Rejected.
    """
    messages: dict[str, list[str]] = {}
    if offset > DEEPEST:
        messages["offset"] = [f"Must be at most {DEEPEST}; go on with before"]
    moments = {name: _moment(given.get(name), name, messages) for name in ("before", "after")}
    kinds, unwanted = (_kinds(given.get(name), name, messages) for name in ("activity_types", "exclude_activity_types"))
    if kinds is not None and unwanted is not None:
        messages["activity_types"] = ["Cannot be used together with `exclude_activity_types"]
    if messages:
        raise Rejected(messages)
    return Window(
        limit=min(DEFAULT if limit is None else limit, MOST),
        offset=offset,
        before=moments["before"],
        after=moments["after"],
        kinds=kinds,
        unwanted=unwanted or frozenset(),
        data=flag(given.get("include_data", True)) is not False,
    )


def _moment(value: object, name: str, messages: dict[str, list[str]]) -> str:
    if value in (None, ""):
        return ""
    text = str(value)
    try:
        moment = _of_seconds(float(text)) if _is_number(text) else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        messages[name] = ["Must be seconds since 1970, or a date and time (ISO 8601)"]
        return ""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and text.isascii()
    except ValueError:
        return False


def _of_seconds(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _kinds(value: object, name: str, messages: dict[str, list[str]]) -> frozenset[str] | None:
    if value in (None, "", []):
        return None
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or len(listed) > 50 or not all(isinstance(each, str) for each in listed):
        messages[name] = ["Must be a list of activity types"]
        return None
    return frozenset(listed)
