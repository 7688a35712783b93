"""A question to a table: the parameters of CKAN's `datastore_search`, checked against the table's columns.

Nothing of what a caller sends becomes SQL text: columns are looked up among the known ones, values are bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ..model import Table
from ..rules import Rejected

MAX_LIMIT = 32_000
DEFAULT_LIMIT = 100
MAX_VALUES = 1_000
ROW_ID = "_id"

_KNOWN = frozenset(
    {
        "id", "resource_id", "filters", "fields", "sort", "limit", "offset", "records_format", "include_total",
        "total_estimation_threshold", "version", "as_of",
    }
)  # fmt: skip
_NOT_YET = ("q", "distinct", "plain", "language", "full_text")
_SORT = re.compile(r'\s*(?:"([^"]+)"|(.+?))(?:\s+(asc|desc))?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A checked question.

    Attributes:
        filters: (column, accepted values) pairs, all of which must hold; None among the values means empty.
        columns: what to show, in order; `_id` may be among them.
        sort: (column, descending) pairs.
        echo: the given inputs, as CKAN repeats them in the result.
    """

    filters: tuple[tuple[str, tuple[Any, ...]], ...]
    columns: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    limit: int
    offset: int
    records_format: str
    include_total: bool
    echo: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """True when rows are wanted in file order without a filter: their numbers are known without looking."""
        return not self.filters and not self.sort


def resource_of(given: Mapping[str, Any]) -> str:
    """The id of the resource asked about (`id` is an alias).

    Raises:
        Rejected.
    """
    found = given.get("resource_id") or given.get("id")
    if not found:
        raise Rejected({"resource_id": ["Missing value"]})
    if not isinstance(found, str):
        raise Rejected({"resource_id": ["Must be a Unicode string value"]})
    return found


def parse(given: Mapping[str, Any], table: Table) -> Question:
    """The question that these parameters ask of a table.

    Raises:
        Rejected: with CKAN's messages.
    """
    types = {column["id"]: column["type"] for column in table.columns}
    messages: dict[str, list[str]] = {}
    unknown = sorted(given.keys() - _KNOWN - set(_NOT_YET))
    if unknown:
        messages["__junk"] = ["The input field was not expected."]
    for name in _NOT_YET:
        if given.get(name) not in (None, "", False, "false", "False"):
            messages[name] = ["Not supported by this DataStore yet"]
    filters = _filters(given.get("filters"), types, messages)
    usual = (ROW_ID, *(column["id"] for column in table.shown))
    shown = _fields(given.get("fields"), usual, types, messages)
    sort = _sort(given.get("sort"), types, messages)
    limit = min(_number("limit", given.get("limit"), DEFAULT_LIMIT, messages), MAX_LIMIT)
    offset = _number("offset", given.get("offset"), 0, messages)
    form = given.get("records_format") or "objects"
    if form not in ("objects", "lists"):
        messages["records_format"] = ["Value must be one of ['objects', 'lists']"]
    include_total = str(given.get("include_total", True)).lower() not in ("false", "0", "no")
    if messages:
        raise Rejected(messages)
    echo = {name: given[name] for name in ("filters", "sort", "offset") if given.get(name) not in (None, "")}
    if "offset" in echo:
        echo["offset"] = offset
    if "filters" in echo:
        echo["filters"] = _object(given["filters"])
    if given.get("fields"):
        echo["fields"] = None  # shown as the described fields; see the service
    return Question(filters, shown, sort, limit, offset, str(form), include_total, echo)


def _object(value: Any) -> Any:
    """GET carries objects as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _filters(
    given: Any, types: Mapping[str, str], messages: dict[str, list[str]]
) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    if given in (None, "", {}):
        return ()
    parsed = _object(given)
    if not isinstance(parsed, Mapping):
        messages["filters"] = ["Must be a JSON object"]
        return ()
    found: list[tuple[str, tuple[Any, ...]]] = []
    for column, wanted in parsed.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        if column != ROW_ID and column not in types:
            messages.setdefault("filters", []).append(f'invalid value "{_shown(column)}"')
        elif not values or len(values) > MAX_VALUES:
            messages.setdefault("filters", []).append(f"a column takes 1 to {MAX_VALUES} values")
        else:
            kind = "int8" if column == ROW_ID else types[column]
            try:
                found.append((column, tuple(_value(value, kind) for value in values)))
            except (ValueError, InvalidOperation, OverflowError):
                messages.setdefault("filters", []).append(f'"{column}" takes values of type {kind}')
    return tuple(found)


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not a scalar")
    text = str(value).strip()
    match kind:
        case "int8":
            number = int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None
            if number is None:
                raise ValueError("not an integer")
            return number
        case "numeric":
            if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text):
                raise ValueError("not a number")
            return Decimal(text)
        case "float8":
            if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,17})?", text):
                raise ValueError("not a number")
            return float(text)
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.fromisoformat(text).replace(tzinfo=None)
        case _:
            return str(value)


def _fields(
    given: Any, usual: tuple[str, ...], types: Mapping[str, str], messages: dict[str, list[str]]
) -> tuple[str, ...]:
    if given in (None, "", []):
        return usual
    names = [part.strip() for part in given.split(",")] if isinstance(given, str) else given
    if not isinstance(names, list):
        messages["fields"] = ["Must be a list of field names"]
        return ()
    bad = [name for name in names if name != ROW_ID and (not isinstance(name, str) or name not in types)]
    if bad:
        messages["fields"] = [f'invalid value "{_shown(name)}"' for name in bad]
        return ()
    return tuple(dict.fromkeys(names))


def _sort(given: Any, types: Mapping[str, str], messages: dict[str, list[str]]) -> tuple[tuple[str, bool], ...]:
    if given in (None, "", []):
        return ()
    clauses = given.split(",") if isinstance(given, str) else given
    found: dict[str, bool] = {}
    for clause in clauses if isinstance(clauses, list) else [clauses]:
        match = _SORT.fullmatch(clause) if isinstance(clause, str) else None
        column = (match[1] or match[2]) if match else None
        if match is None or column is None or (column != ROW_ID and column not in types):
            messages.setdefault("sort", []).append(f'invalid value "{_shown(column or clause)}"')
        else:
            found.setdefault(column, (match[3] or "asc").lower() == "desc")
    return tuple(found.items())


def _number(name: str, given: Any, default: int, messages: dict[str, list[str]]) -> int:
    if given in (None, ""):
        return default
    text = str(given)
    if isinstance(given, bool) or not re.fullmatch(r"-?[0-9]{1,18}", text):
        messages[name] = ["Invalid integer"]
        return default
    if int(text) < 0:
        messages[name] = ["Must be a natural number"]
        return default
    return int(text)


def _shown(name: Any) -> str:
    """A column name as CKAN repeats it, but short and in one line: what was sent may be anything."""
    return "".join(letter for letter in str(name)[:60] if letter.isprintable())
