"""Do the schemas of two fields go together? Pure.

`apart` finds that no value suits both: then a question that is asked once could never be answered for both. `strays`
finds that some value of the first does not suit the second: too much for what is filled in and locked, because nobody
could mend it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeGuard

from ..definitions import lint_schema
from ..definitions.parts import Schema
from ..definitions.validators import holds

_KINDS = ("object", "array", "string", "number", "boolean", "null")
_RANGES = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    *((least, most) for least in ("minimum", "exclusiveMinimum") for most in ("maximum", "exclusiveMaximum")),
)


def apart(one: Schema, other: Schema) -> str | None:
    """Why no value suits both; None when some may."""
    kinds = _kinds(one) & _kinds(other)
    if not kinds:
        return f"{_named(one)} there, {_named(other)} here"
    values = _values(one)
    if values is None:
        one, other, values = other, one, _values(other)
    if values is not None:
        both = [value for value in values if holds(_alone(other), value)]
        return None if both else "none of the choices is one here"
    for least, most in _RANGES:
        for low, high in ((one, other), (other, one)):
            bottom, top = low.get(least), high.get(most)
            if not _number(bottom) or not _number(top):
                continue
            if bottom > top or (bottom == top and "exclusiveM" in least + most):
                return f"{least} {bottom} on one side, {most} {top} on the other"
    return next(_apart_within(one, other), None)


def _apart_within(one: Schema, other: Schema) -> Iterator[str]:
    """Parts: what one side knows and the other, closed, does not; what both know and never agrees."""
    mine, theirs = one.get("properties", {}), other.get("properties", {})
    if not mine and not theirs:
        return
    for name in sorted(set(one.get("required", ())) - theirs.keys()):
        if other.get("additionalProperties") is False:
            yield f"'{name}' is a must on one side and unknown on the other"
    for name in sorted(set(other.get("required", ())) - mine.keys()):
        if one.get("additionalProperties") is False:
            yield f"'{name}' is a must on one side and unknown on the other"
    for name in sorted(mine.keys() & theirs.keys()):
        if isinstance(mine[name], dict) and isinstance(theirs[name], dict):
            found = apart(mine[name], theirs[name])
            if found is not None:
                yield f"'{name}': {found}"


def strays(one: Schema, other: Schema) -> str | None:
    """Why some value of the first may not suit the second; None when every one does."""
    if not _kinds(one) <= _kinds(other):
        return f"{_named(one)} there, {_named(other)} here"
    values = _values(one)
    if values is not None:
        bad = [value for value in values if not holds(_alone(other), value)]
        return "some of the choices are none here" if bad else None
    if _values(other) is not None:
        return "only given choices suit here"
    for least, sign in (("minimum", 1), ("exclusiveMinimum", 1), ("minLength", 1), ("maximum", -1), ("maxLength", -1)):
        if least in other and not (_number(one.get(least)) and sign * one[least] >= sign * other[least]):
            return f"{least} is {other[least]} here and {one.get(least, 'not bounded')} there"
    for word in ("pattern", "format", "multipleOf", "properties", "items"):
        if word in other and one.get(word) != other[word]:
            return f"{word} is another there"
    if _kinds(one) == {"number"} and other.get("type") == "integer" and one.get("type") != "integer":
        return "any number there, a whole one here"
    return None


def at(schema: Schema, pointer: str) -> Schema | None:
    """The schema of a field, or None where there is no such field."""
    return dict(lint_schema.properties(schema)).get(pointer)


def _kinds(schema: Schema) -> set[str]:
    told = schema.get("type")
    if told is None:
        values = _values(schema)
        if values is not None:
            return {_kind(value) for value in values}
        return {"object"} if "properties" in schema else set(_KINDS)
    names = {told} if isinstance(told, str) else set(told)
    return {"number" if name == "integer" else name for name in names}


def _kind(value: Any) -> str:
    for kind, types in (("boolean", bool), ("number", int | float), ("string", str), ("array", list), ("object", dict)):
        if isinstance(value, types):
            return kind
    return "null"


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _named(schema: Schema) -> str:
    return " or ".join(sorted(_kinds(schema)))


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _alone(schema: Schema) -> Schema | None:
    """The schema for trying values on it; one that refers elsewhere is not tried, since its root is not here."""
    return None if '"$ref"' in json.dumps(schema) else schema
