"""Values as callers send them, made into those of a column; nothing is guessed and nothing is lost.

A value in a delta is JSON: a number for int8 and float8, the digits as text for numeric, ISO 8601 for dates and times.
What a client sends as text for a typed column is read as PostgreSQL reads it, because the loaders of CKAN send all
values as text; an empty text there is no value. A date is what it says: 2567 is a year of the Common Era.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("text", "varchar", "character varying", "char", "string", "uuid"), "text"),
    **dict.fromkeys(("int", "int2", "int4", "int8", "integer", "smallint", "bigint", "serial", "bigserial"), "int8"),
    **dict.fromkeys(("numeric", "decimal"), "numeric"),
    **dict.fromkeys(("float", "float4", "float8", "real", "double", "double precision"), "float8"),
    **dict.fromkeys(("bool", "boolean"), "bool"),
    "date": "date",
    **dict.fromkeys(("timestamp", "timestamp without time zone", "datetime"), "timestamp"),
    **dict.fromkeys(("timestamptz", "timestamp with time zone"), "timestamptz"),
}
"""Names of types that PostgreSQL and CKAN's clients know, and ours for them."""

DUCK: Mapping[str, str] = {
    "text": "VARCHAR", "int8": "BIGINT", "float8": "DOUBLE", "bool": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMPTZ",
}  # fmt: skip
"""Types of DuckDB; a numeric column has the digits that its values need."""

SIGNIFICANT = 15
"""Digits of a numeric value: a JSON number (a double) gives all of them back."""
MAX_TEXT = 1 << 20
"""Characters of one value."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]00:00(:00(\.0{1,6})?)?)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?")
_ZONED = re.compile(_MOMENT.pattern + r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?")
_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")
_TRUE, _FALSE = frozenset({"true", "t", "yes", "y", "on", "1"}), frozenset({"false", "f", "no", "n", "off", "0"})


class BadValue(ValueError):
    """A value that its column does not take."""


def taken(given: Any, kind: str) -> Any:
    """A value as it is kept in a column of this type.

    Raises:
        BadValue.
    """
    if given is None or (kind != "text" and isinstance(given, str) and not given.strip()):
        return None
    if isinstance(given, Mapping | list):
        raise BadValue
    try:
        return _TAKE[kind](given)
    except (ValueError, InvalidOperation, OverflowError):
        raise BadValue from None


def kept(value: Any, kind: str) -> Any:
    """A value that was read from a table, as it is kept in a delta."""
    if value is None or kind in ("text", "int8", "float8", "bool"):
        return value
    if kind == "timestamptz":  # read as text: DuckDB needs a library more to make a datetime of it
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return _digits(value) if kind == "numeric" else value.isoformat()


def shown(value: Any, kind: str) -> Any:
    """A kept value as `records` show it."""
    if value is None or kind != "numeric":
        return value
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


def guessed(values: Sequence[Any]) -> str:
    """The type of a column that nobody described: what JSON says of all its values. Texts stay texts."""
    kinds = {type(each) for each in values if each is not None}
    if kinds == {bool}:
        return "bool"
    if kinds == {int} and all(abs(each) < 1 << 63 for each in values if each is not None):
        return "int8"
    if kinds and kinds <= {int, float} and all(abs(each) <= 1 << 53 for each in values if isinstance(each, int)):
        return "float8"
    return "text"


def duck(kind: str, values: Sequence[Any] = ()) -> str:
    """DuckDB's type for a column of these kept values."""
    if kind != "numeric":
        return DUCK[kind]
    whole, scale = 1, 0
    for each in values:
        if each is not None:
            before, _, after = each.lstrip("-").partition(".")
            whole, scale = max(whole, len(before)), max(scale, len(after))
    return f"DECIMAL({max(whole + scale, SIGNIFICANT)},{scale})"


def _text(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float):
        return _digits(Decimal(repr(_finite(given))))
    text = str(given)
    if len(text) > MAX_TEXT or _BAD_TEXT.search(text):
        raise BadValue
    return text


def _int8(given: Any) -> int:
    if isinstance(given, bool):
        raise BadValue
    if isinstance(given, float):
        if not given.is_integer() or abs(given) > 1 << 53:
            raise BadValue
        return int(given)
    if isinstance(given, str) and not _INTEGER.fullmatch(given.strip()):
        raise BadValue
    number = int(given)
    if not -(1 << 63) <= number < 1 << 63:
        raise BadValue
    return number


def _numeric(given: Any) -> str:
    if isinstance(given, bool):
        raise BadValue
    text = repr(_finite(given)) if isinstance(given, float) else str(given).strip()
    if not _DECIMAL.fullmatch(text):
        raise BadValue
    return _digits(Decimal(text))


def _digits(number: Decimal) -> str:
    """Plain digits without zeros that say nothing: the one form of this value."""
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    whole, _, fraction = plain.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > SIGNIFICANT or len((whole + fraction).strip("0")) > SIGNIFICANT or len(fraction) > 18:
        raise BadValue
    return "0" if plain in ("-0", "") else plain


def _float8(given: Any) -> float:
    if isinstance(given, bool) or (isinstance(given, int) and abs(given) > 1 << 53):
        raise BadValue
    if isinstance(given, str) and not _DECIMAL.fullmatch(given.strip()):
        raise BadValue
    return _finite(float(given))


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise BadValue
    return number


def _bool(given: Any) -> bool:
    word = str(given).strip().lower()
    if isinstance(given, float) or word not in _TRUE | _FALSE:
        raise BadValue
    return word in _TRUE


def _date(given: Any) -> str:
    if not isinstance(given, str) or not _DATE.fullmatch(given.strip()):
        raise BadValue
    return date.fromisoformat(given.strip()[:10]).isoformat()


def _timestamp(given: Any) -> str:
    if not isinstance(given, str) or not _MOMENT.fullmatch(given.strip()):
        raise BadValue
    return datetime.fromisoformat(given.strip()).isoformat()


def _timestamptz(given: Any) -> str:
    if not isinstance(given, str) or not _ZONED.fullmatch(given.strip()):
        raise BadValue
    moment = datetime.fromisoformat(given.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


_TAKE = {
    "text": _text, "int8": _int8, "numeric": _numeric, "float8": _float8, "bool": _bool, "date": _date,
    "timestamp": _timestamp, "timestamptz": _timestamptz,
}  # fmt: skip
