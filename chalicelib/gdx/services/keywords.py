"""Keywords of JSON Schema as values that can be compared; what makes no sense counts as not said."""

from __future__ import annotations

import json
from typing import Any

ALL_TYPES = frozenset({"null", "boolean", "object", "array", "integer", "number", "string"})
LOWER = ("minLength", "minItems", "minProperties")
UPPER = ("maxLength", "maxItems", "maxProperties")


def listed(value: Any) -> list[Any]:
    """A list, or an empty one where something else stands."""
    return value if isinstance(value, list) else []


def texts(value: Any) -> frozenset[str]:
    """The texts in a list."""
    return frozenset(each for each in listed(value) if isinstance(each, str))


def types(given: Any) -> frozenset[str]:
    """The types that `type` allows; `number` includes `integer`."""
    if given is None:
        return ALL_TYPES
    named = texts(given if isinstance(given, list) else [given]) & ALL_TYPES
    return named | {"integer"} if "number" in named else named


def values(schema: dict[str, Any]) -> frozenset[str] | None:
    """Canonical texts of the only values that `enum` and `const` allow, or None."""
    found: frozenset[str] | None = None
    if isinstance(schema.get("enum"), list):
        found = frozenset(map(_canonical, schema["enum"]))
    if "const" in schema:
        only = frozenset({_canonical(schema["const"])})
        found = only if found is None else found & only
    return found


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def lower(schema: dict[str, Any]) -> dict[str, Any]:
    """Lower bounds by keyword; `minimum` as (value, whether it is excluded itself)."""
    found = {name: schema[name] for name in LOWER if _number(schema.get(name)) and schema[name] > 0}
    minimum, beyond = schema.get("minimum"), schema.get("exclusiveMinimum")
    bounds = [(minimum, beyond is True)] if _number(minimum) else []  # OpenAPI 3.0: a flag beside `minimum`
    bounds += [(beyond, True)] if _number(beyond) else []
    return {**found, "minimum": max(bounds)} if bounds else found


def upper(schema: dict[str, Any]) -> dict[str, Any]:
    """Upper bounds by keyword; `maximum` as (value, whether it is allowed itself)."""
    found = {name: schema[name] for name in UPPER if _number(schema.get(name))}
    maximum, beyond = schema.get("maximum"), schema.get("exclusiveMaximum")
    # ordered so that the smaller tuple is the stricter bound
    bounds = [(maximum, beyond is not True)] if _number(maximum) else []
    bounds += [(beyond, False)] if _number(beyond) else []
    return {**found, "maximum": min(bounds)} if bounds else found
