"""`filters` of CKAN's DataStore, 2.11 and 2.12 alike, as a condition.

    {"a": 1, "b": [1, 2], "c": null}                 all of them; a list is any of its values
    {"a": {"gte": 1, "lt": 9}, "b": [3, {"gt": 7}]}  comparisons; in a list, any of them
    {"$or": [{...}, {...}], "$and": [...]}           nested; a list of filters on top is `$or`
    {"$$name": 1}                                    the column `$name`

What a filter names is looked up among the columns, what it says becomes a value of the column's type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .conditions import ROW_ID, AllOf, AnyOf, Compare, Condition, Missing, OneOf, Operator
from .typed import typed

MAX_VALUES = 1_000
MAX_DEPTH = 10
MAX_OPERATIONS = 100
OPERATORS: Mapping[str, Operator] = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class BadFilter(ValueError):
    """A filter that cannot be asked; the text says why, in CKAN's words where it has some."""


def parse(given: Any, types: Mapping[str, str]) -> Condition | None:
    """The condition that these filters are, None where they ask for nothing.

    Args:
        given: as sent; on GET the text of a JSON object.
        types: of the columns by their names; `_id` is understood besides.

    Raises:
        BadFilter.
    """
    if given in (None, "", {}, []):
        return None
    return _Filters(types).whole(as_object(given), 1)


def as_object(value: Any) -> Any:
    """GET carries objects as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


class _Filters:
    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = {**types, ROW_ID: "int8"}
        self._operations = 0

    def whole(self, given: Any, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise BadFilter(f"Filters may be nested {MAX_DEPTH} deep at most")
        if isinstance(given, list) and all(isinstance(each, Mapping) for each in given):
            return self._any(given, depth)
        if not isinstance(given, Mapping):
            raise BadFilter("Must be a JSON object or a list of them")
        parts = tuple(self._entry(name, wanted, depth) for name, wanted in given.items())
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _any(self, given: list[Any], depth: int) -> Condition:
        parts = tuple(self.whole(each, depth + 1) for each in given)
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def _entry(self, name: str, wanted: Any, depth: int) -> Condition:
        if name in ("$and", "$or"):
            if not isinstance(wanted, list) or not wanted or not all(isinstance(each, Mapping) for each in wanted):
                raise BadFilter(f"{name} takes a list of filters")
            self._count(len(wanted))
            if name == "$or":
                return self._any(wanted, depth)
            return AllOf(tuple(self.whole(each, depth + 1) for each in wanted))
        if name.startswith("$$"):
            name = name[1:]
        kind = self._types.get(name)
        if kind is None:
            raise BadFilter(f'invalid value "{shown(name)}"')
        self._count(1)
        return self._column(name, kind, wanted)

    def _column(self, name: str, kind: str, wanted: Any) -> Condition:
        if isinstance(wanted, Mapping):
            if not wanted:
                raise BadFilter(f'"{name}" takes at least one comparison')
            self._count(len(wanted) - 1)
            parts = [self._operation(name, kind, operator, value) for operator, value in wanted.items()]
            return parts[0] if len(parts) == 1 else AllOf(tuple(parts))
        if not isinstance(wanted, list):
            return self._equal(name, kind, [wanted])
        scalars = [each for each in wanted if not isinstance(each, Mapping)]
        nested = [self._column(name, kind, each) for each in wanted if isinstance(each, Mapping)]
        if not nested:
            return self._equal(name, kind, scalars)
        self._count(len(nested))
        return AnyOf((*([self._equal(name, kind, scalars)] if scalars else []), *nested))

    def _operation(self, name: str, kind: str, operator: Any, value: Any) -> Condition:
        if operator == "in" and isinstance(value, list):
            return self._equal(name, kind, value)
        if operator not in OPERATORS:
            raise BadFilter(f'"{name}" takes the comparisons {", ".join((*OPERATORS, "in"))}')
        if operator == "eq":
            return self._equal(name, kind, [value])
        return Compare(name, OPERATORS[operator], self._typed(name, kind, value))

    def _equal(self, name: str, kind: str, wanted: list[Any]) -> Condition:
        if not wanted or len(wanted) > MAX_VALUES:
            raise BadFilter(f"a column takes 1 to {MAX_VALUES} values")
        values = tuple(self._typed(name, kind, value) for value in wanted if value is not None)
        found: Condition = Missing(name)
        if values:
            found = Compare(name, "=", values[0]) if len(values) == 1 else OneOf(name, values)
            if len(values) < len(wanted):
                found = AnyOf((found, Missing(name)))
        return found

    def _typed(self, name: str, kind: str, value: Any) -> Any:
        try:
            return typed(value, kind)
        except (ValueError, OverflowError):
            raise BadFilter(f'"{name}" takes values of type {kind}') from None

    def _count(self, operations: int) -> None:
        self._operations += operations
        if self._operations > MAX_OPERATIONS:
            raise BadFilter(f"Filters may have {MAX_OPERATIONS} operations at most")


def shown(name: Any) -> str:
    """A column name as CKAN repeats it, but short and in one line: what was sent may be anything."""
    return "".join(letter for letter in str(name)[:60] if letter.isprintable())
