"""Values as a caller sends them, in the type of the column that they are compared with."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_TRUE, _FALSE = frozenset({"true", "t", "yes", "y", "on", "1"}), frozenset({"false", "f", "no", "n", "off", "0"})
MAX_TEXT = 10_000


def typed(given: Any, kind: str) -> Any:
    """A scalar of JSON, or its text, as a value of this column type.

    Raises:
        ValueError: it is none.
    """
    if isinstance(given, dict | list | tuple) or given is None:
        raise ValueError("not a scalar")
    text = ("true" if given else "false") if isinstance(given, bool) else str(given).strip()
    match kind:
        case "int8":
            return int(_matching(_INTEGER, text).partition(".")[0])
        case "numeric":
            return Decimal(_matching(_DECIMAL, text))
        case "float8":
            number = float(text)
            if number in (float("inf"), float("-inf")) or number != number:
                raise ValueError("not a number")
            return number
        case "bool":
            if text.lower() not in _TRUE | _FALSE:
                raise ValueError("neither true nor false")
            return text.lower() in _TRUE
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return _moment(text).replace(tzinfo=None)
        case "timestamptz":
            return _moment(text)
    text = text if isinstance(given, bool) else str(given)
    if len(text) > MAX_TEXT:
        raise ValueError("too long")
    text.encode()  # half a surrogate pair is no text
    return text


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError("not a number")
    return text


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
