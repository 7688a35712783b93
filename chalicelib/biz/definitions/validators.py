"""JSON Schemas compiled to judge answers and conditions, each within the bounds that lint counted. Pure.

Compiled validators are kept per schema object, because compiling costs more than judging.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.shared.thai import is_juristic_id, is_national_id

from . import patterns

if TYPE_CHECKING:
    from .parts import Schema

MAX_ITEMS = 1000
"""Entries of a list that are looked into; a longer list is a fault, whatever is in it."""

HOLD_SCHEMAS = ("properties", "$defs")
LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMAS = ("additionalProperties", "items", "contains", "not", "if", "then", "else")
"""Where schemas stand within a schema: by name, in lists, and directly."""


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, instance: Any) -> bool:
        """Whether the instance satisfies the schema."""
        ...

    def iter_errors(self, instance: Any) -> Iterable[Any]:
        """Every violation."""
        ...


_compiled: dict[int, tuple[Schema, Validator]] = {}


def validator(schema: Schema) -> Validator:
    """The compiled schema; nothing outside of it can be referred to (empty registry, no retrieval)."""
    known = _compiled.get(id(schema))
    if known is not None and known[0] is schema:
        return known[1]
    from jsonschema import Draft202012Validator, validators  # 110 ms: only requests that judge answers pay
    from referencing import Registry

    extend: Any = validators.extend  # untyped in jsonschema
    known_words = Draft202012Validator.VALIDATORS
    words = {
        "pattern": _pattern,
        **{word: _bounded(known_words[word]) for word in ("items", "contains", "uniqueItems")},
    }
    plain = _without_names(schema)
    made: Validator = extend(Draft202012Validator, words)(plain, registry=Registry(), format_checker=_formats())
    if len(_compiled) > 2000:
        _compiled.clear()
    _compiled[id(schema)] = (schema, made)  # the schema is kept too, so that its id cannot be used again
    return made


def holds(schema: Schema | None, instance: Any) -> bool:
    """Whether a condition holds; no condition always does."""
    return schema is None or validator(schema).is_valid(instance)


def _without_names(schema: Any) -> Any:
    """The schema without `$schema` and `$id` in it, as a code list's schema brings them along.

    Either would change how what is below is judged: by the plain validator of that dialect, without our bounds; and
    with a $ref relative to another place than the one that lint looked at.
    """
    if not isinstance(schema, dict):
        return schema
    made = {word: value for word, value in schema.items() if word not in ("$schema", "$id")}
    for word in HOLD_SCHEMAS:
        if isinstance(made.get(word), dict):
            made[word] = {name: _without_names(child) for name, child in made[word].items()}
    for word in LISTS_OF_SCHEMAS:
        if isinstance(made.get(word), list):
            made[word] = [_without_names(child) for child in made[word]]
    return {word: _without_names(value) if word in SCHEMAS else value for word, value in made.items()}


def item_bound(schema: Mapping[str, Any]) -> int:
    """How many entries of a list are looked into under this schema."""
    most = schema.get("maxItems")
    return int(most) if isinstance(most, int | float) and 0 <= most <= MAX_ITEMS else MAX_ITEMS


def _bounded(keyword: Any) -> Any:
    """A keyword of lists that does not look into a list longer than its bound: what is sent costs no more than that."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        from jsonschema import ValidationError

        if isinstance(instance, list) and len(instance) > item_bound(schema):
            yield ValidationError("too many entries", validator="maxItems", validator_value=item_bound(schema))
        else:
            yield from keyword(validator, value, instance, schema) or ()

    return check


def _pattern(_: Any, pattern: str, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """By RE2, and only for texts that may be so long: see `patterns`."""
    from jsonschema import ValidationError

    if isinstance(instance, str):
        longest = schema.get("maxLength", patterns.MAX_TEXT)
        if len(instance) > longest or not patterns.matches(pattern, instance):
            yield ValidationError("pattern")


def _formats() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    checker.checks("date")(_is_date)
    checker.checks("national-id")(lambda value: not isinstance(value, str) or is_national_id(value))
    checker.checks("juristic-id")(lambda value: not isinstance(value, str) or is_juristic_id(value))
    return checker


FORMATS = frozenset({"date", "national-id", "juristic-id"})
"""The formats that are really checked; lint refuses any other, since an unchecked format is a false promise."""


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return len(value) == 10 and dt.date.fromisoformat(value) is not None
    except ValueError:
        return False
