"""Results of a query as JSON: names and types of its columns as CKAN has them, and values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

_TYPES: Mapping[str, str] = {
    **dict.fromkeys(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"], "int8"),
    **dict.fromkeys(["HUGEINT", "UHUGEINT", "UBIGINT", "BIGNUM", "DECIMAL"], "numeric"),
    **dict.fromkeys(["FLOAT", "DOUBLE"], "float8"),
    **dict.fromkeys(["VARCHAR", "UUID", "BLOB", "BIT", "NULL"], "text"),
    **dict.fromkeys(["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"], "timestamp"),
    **dict.fromkeys(["TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"], "timestamptz"),
    **dict.fromkeys(["TIME", "TIME WITH TIME ZONE"], "time"),
    "BOOLEAN": "bool",
    "DATE": "date",
    "INTERVAL": "interval",
}
_NESTED = re.compile(r"STRUCT|MAP|UNION|VARIANT|.*\[\d*\]")


def field_type(duck: str) -> str:
    """CKAN's (PostgreSQL's) name of a DuckDB type; `json` for lists, structs and maps."""
    if _NESTED.match(duck):
        return "json"
    return _TYPES.get(duck.partition("(")[0], "text")


def field_names(names: Sequence[str]) -> list[str]:
    """The names of columns, each once: a record has a name once, so the second `n` is `n_1`."""
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        number, free = 0, name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        found.append(free)
    return found


def plain(value: Any) -> Any:
    """A value as JSON has it: ISO texts for times, a text for what JSON has no number for."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value).replace("nan", "NaN").replace("inf", "Infinity")
        case Decimal():
            return _number(value)
        case datetime():
            return value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return "\\x" + bytes(value).hex()
        case Mapping():
            return {str(plain(name)): plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case UUID():
            return str(value)
        case _:
            return str(value)


def _number(value: Decimal) -> int | float | str:
    """A number that keeps all digits, else their text."""
    if value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return int(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)


def record_size(names: Sequence[str], values: Sequence[Any]) -> int:
    """Bytes of a row as a record of an answer."""
    return (
        len(json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, separators=(",", ":")).encode()) + 1
    )
