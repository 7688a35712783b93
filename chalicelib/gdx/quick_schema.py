"""A JSON Schema compiled once, to say quickly of a value that it is surely valid.

`jsonschema` is the judge of every answer, and walks the schema anew for every value: some 20 microseconds for each
part of an answer, which for a long list is most of what an exchange costs. Nearly all answers are good. So a schema
made of the plain keywords below becomes a function whose True is final (it means what JSON Schema 2020-12 means);
its False only means "ask jsonschema". A schema with any other keyword is not compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Check = Callable[[Any], bool]

_SAYS_NOTHING = frozenset(
    {
        "title",
        "description",
        "default",
        "deprecated",
        "example",
        "examples",
        "externalDocs",
        "format",
        "nullable",
        "readOnly",
        "writeOnly",
        "xml",
        "$comment",
        "$defs",
    }
)
"""Keywords that never make a value invalid (`format` is an annotation; `nullable` was rewritten before)."""

# exactly these classes come out of json.loads; a float that is a whole number is left to jsonschema
_CLASSES: Mapping[str, frozenset[type]] = {
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "string": frozenset({str}),
    "null": frozenset({type(None)}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
}
_NUMBERS = _CLASSES["number"]


_TEXT = frozenset({"type", "pattern"})
_OBJECT = frozenset({"type", "required", "properties"})
"""Keywords that are checked together, where they stand together: what most values are made of."""


class _NotPlain(Exception):
    """The schema holds something that is not compiled."""


def compiled(document: Any, pointer: str) -> Check | None:
    """The check of the schema at a JSON Pointer of a document, or None when it is not plain.

    References must stay in the document (`#/...`). A check may raise RecursionError, where the schema or the value is
    too deep for it.
    """
    try:
        return _Compiler(document).at(pointer)
    except (_NotPlain, re.error, RecursionError, AttributeError, KeyError, TypeError):
        return None  # the last three: no JSON Schema at all; jsonschema will say so


class _Compiler:
    def __init__(self, document: Any) -> None:
        self._document = document
        self._made: dict[str, Check] = {}

    def at(self, pointer: str) -> Check:
        """The check of what lies there; while it is being made, one that finds it when called (schemas may recur)."""
        if pointer not in self._made:
            self._made[pointer] = lambda value: self._made[pointer](value)
            self._made[pointer] = self._schema(self._found(pointer))
        return self._made[pointer]

    def _found(self, pointer: str) -> Any:
        value = self._document
        for token in pointer.split("/")[1:]:
            step = token.replace("~1", "/").replace("~0", "~")
            if not isinstance(value, dict) or step not in value or "%" in token:
                raise _NotPlain
            value = value[step]
        return value

    def _schema(self, schema: Any) -> Check:
        if schema is True:
            return _anything
        if not isinstance(schema, dict):
            raise _NotPlain
        checks = []
        together: frozenset[str] = frozenset()
        if schema.get("type") == "string" and "pattern" in schema:
            checks.append(_text_like(schema["pattern"]))
            together = _TEXT
        elif schema.get("type") == "object":
            checks.append(self._object_with(schema))
            together = _OBJECT
        for keyword, given in schema.items():
            if keyword in together:
                continue
            if keyword == "$ref":
                checks.append(self._reference(given))
            elif keyword in _KEYWORDS:
                checks.append(_KEYWORDS[keyword](self, given, schema))
            elif keyword not in _SAYS_NOTHING and not keyword.startswith("x-"):
                raise _NotPlain
        return _all_of(checks)

    def _reference(self, given: Any) -> Check:
        if not isinstance(given, str) or not given.startswith("#/"):
            raise _NotPlain
        made = self.at(given[1:])
        return lambda value: made(value)

    def _object_with(self, schema: Mapping[str, Any]) -> Check:
        required = tuple(schema.get("required", ()))
        parts = [(name, self._schema(part)) for name, part in schema.get("properties", {}).items()]

        def check(value: Any) -> bool:
            if type(value) is not dict:
                return False
            for name in required:
                if name not in value:
                    return False
            for name, part in parts:  # noqa: SIM110 - a generator for all() takes twice as long, for each part
                if name in value and not part(value[name]):
                    return False
            return True

        return check

    def types(self, given: Any, _: Mapping[str, Any]) -> Check:
        names = [given] if isinstance(given, str) else given
        classes: frozenset[type] = frozenset().union(*(_CLASSES[name] for name in names))
        if len(classes) == 1:
            (only,) = classes
            return lambda value: type(value) is only
        return lambda value: type(value) in classes

    def properties(self, given: Any, _: Mapping[str, Any]) -> Check:
        parts = [(name, self._schema(part)) for name, part in given.items()]

        def check(value: Any) -> bool:
            if type(value) is dict:
                for name, part in parts:
                    if name in value and not part(value[name]):
                        return False
            return True

        return check

    def additional(self, given: Any, schema: Mapping[str, Any]) -> Check:
        known = schema.get("properties", {}).keys()
        if given is False:
            return lambda value: type(value) is not dict or value.keys() <= known
        part = self._schema(given)
        return lambda value: type(value) is not dict or all(part(value[name]) for name in value.keys() - known)

    def required(self, given: Any, _: Mapping[str, Any]) -> Check:
        names = frozenset(given)
        return lambda value: type(value) is not dict or value.keys() >= names

    def items(self, given: Any, _: Mapping[str, Any]) -> Check:
        part = self._schema(given)

        def check(value: Any) -> bool:
            if type(value) is list:
                for item in value:
                    if not part(item):
                        return False
            return True

        return check

    def one_of_words(self, given: Any, _: Mapping[str, Any]) -> Check:
        words = frozenset(entry for entry in given if isinstance(entry, str) or entry is None)
        if len(words) != len(given):
            raise _NotPlain  # 1, 1.0 and True are equal in Python and not in JSON Schema
        return lambda value: type(value) in (str, type(None)) and value in words

    def constant(self, given: Any, schema: Mapping[str, Any]) -> Check:
        return self.one_of_words([given], schema)

    def pattern(self, given: Any, _: Mapping[str, Any]) -> Check:
        search = re.compile(given).search
        return lambda value: type(value) is not str or search(value) is not None

    def every(self, given: Any, _: Mapping[str, Any]) -> Check:
        return _all_of([self._schema(part) for part in given])

    def some(self, given: Any, _: Mapping[str, Any]) -> Check:
        parts = [self._schema(part) for part in given]
        return lambda value: any(part(value) for part in parts)


def _anything(_: Any) -> bool:
    return True


def _text_like(pattern: str) -> Check:
    search = re.compile(pattern).search
    return lambda value: type(value) is str and search(value) is not None


def _all_of(checks: Sequence[Check]) -> Check:
    if not checks:
        return _anything
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value: first(value) and second(value)

    def check(value: Any) -> bool:
        for each in checks:  # noqa: SIM110 - a generator for all() takes twice as long, and this runs for each part
            if not each(value):
                return False
        return True

    return check


def _bound(classes: frozenset[type], measure: Callable[[Any], Any], holds: Callable[[Any, Any], bool]) -> Any:
    def keyword(_: _Compiler, given: Any, __: Mapping[str, Any]) -> Check:
        if type(given) not in _NUMBERS:
            raise _NotPlain
        return lambda value: type(value) not in classes or holds(measure(value), given)

    return keyword


def _itself(value: Any) -> Any:
    return value


def _at_least(found: Any, given: Any) -> bool:
    return bool(found >= given)


def _at_most(found: Any, given: Any) -> bool:
    return bool(found <= given)


_KEYWORDS: Mapping[str, Callable[[_Compiler, Any, Mapping[str, Any]], Check]] = {
    "type": _Compiler.types,
    "required": _Compiler.required,
    "properties": _Compiler.properties,
    "additionalProperties": _Compiler.additional,
    "items": _Compiler.items,
    "enum": _Compiler.one_of_words,
    "const": _Compiler.constant,
    "pattern": _Compiler.pattern,
    "allOf": _Compiler.every,
    "anyOf": _Compiler.some,
    "minimum": _bound(_NUMBERS, _itself, _at_least),
    "maximum": _bound(_NUMBERS, _itself, _at_most),
    "minLength": _bound(_CLASSES["string"], len, _at_least),
    "maxLength": _bound(_CLASSES["string"], len, _at_most),
    "minItems": _bound(_CLASSES["array"], len, _at_least),
    "maxItems": _bound(_CLASSES["array"], len, _at_most),
    "minProperties": _bound(_CLASSES["object"], len, _at_least),
    "maxProperties": _bound(_CLASSES["object"], len, _at_most),
}
