"""Is a JSON Schema of a definition safe and complete? Bounded in time whatever is thrown at it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from . import pointers
from .forms import FORMATS
from .model import Schema

MAX_DEPTH = 24
MAX_NODES = 3000
MAX_PATTERN = 200
MAX_TEXT = 1000

_KEYWORDS = frozenset({
    "$schema", "$id", "$defs", "$ref", "$comment", "title", "description", "default", "examples", "type", "enum",
    "const", "properties", "required", "additionalProperties", "unevaluatedProperties", "propertyNames",
    "minProperties", "maxProperties", "dependentRequired", "items", "prefixItems", "contains", "minContains",
    "maxContains", "minItems", "maxItems", "uniqueItems", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format", "allOf", "anyOf", "oneOf",
    "not", "if", "then", "else",
})  # fmt: skip
_HOLD_SCHEMAS = ("properties", "$defs")
_LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = (
    "additionalProperties", "unevaluatedProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
)  # fmt: skip

MAX_WAYS = 10_000_000
"""How many ways a pattern may have to match one text: the product of the freedom of all its repeats."""

_CLASS_OR_ESCAPE = re.compile(r"\[(?:[^\]\\]|\\.)*\]|\\.")
_INNERMOST_GROUP = re.compile(r"\(([^()]*)\)")
_QUANTIFIER = re.compile(r"[*+?]|\{([0-9]*)(,?)([0-9]*)\}")
_ESCAPED_CLASS = re.compile(r"(?<!\\)(?:\\\\)*\\([dDwWsS1-9])")


def problems(schema: Any, where: str, *, closed: bool = False) -> list[str]:
    """Every reason for which the schema cannot be published; `closed` for answers, which may hold nothing unknown."""
    if not isinstance(schema, dict):
        return [f"{where}: a schema must be an object"]
    if pointers.depth(schema, MAX_DEPTH) > MAX_DEPTH:
        return [f"{where}: nests deeper than {MAX_DEPTH}"]
    found: list[str] = []
    for number, (path, node) in enumerate(_walk(schema, where)):
        if number >= MAX_NODES:
            return [*found, f"{where}: has more than {MAX_NODES} parts"]
        found.extend(_node(path, node, schema, closed))
    if found:
        return found
    found.extend(_cycles(schema, where))
    return found or _meta(schema, where)


def properties(schema: Schema, prefix: str = "") -> Iterator[tuple[str, Schema]]:
    """Every named property of an object schema with its pointer, through nested objects."""
    for name, inner in schema.get("properties", {}).items():
        pointer = prefix + pointers.join([name])
        yield pointer, inner
        if isinstance(inner, dict):
            yield from properties(inner, pointer)


def _walk(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, schema
    if not isinstance(schema, dict):
        return
    for keyword in _HOLD_SCHEMAS:
        inner = schema.get(keyword)
        if isinstance(inner, dict):
            for name, child in inner.items():
                yield from _walk(child, f"{path}/{keyword}/{name}")
    for keyword in _LISTS_OF_SCHEMAS:
        inner = schema.get(keyword)
        if isinstance(inner, list):
            for number, child in enumerate(inner):
                yield from _walk(child, f"{path}/{keyword}/{number}")
    for keyword in _SCHEMAS:
        if keyword in schema:
            yield from _walk(schema[keyword], f"{path}/{keyword}")


def _node(path: str, node: Any, root: Schema, closed: bool) -> Iterator[str]:
    if isinstance(node, bool):
        return
    if not isinstance(node, dict):
        yield f"{path}: a schema must be an object or true/false"
        return
    for keyword in node:
        if keyword not in _KEYWORDS:
            yield f"{path}: keyword '{keyword}' is not supported"
    if "$ref" in node:
        yield from _reference(path, node["$ref"], root)
    if "pattern" in node:
        longest = node.get("maxLength")
        yield from _pattern(f"{path}/pattern", node["pattern"], longest if isinstance(longest, int) else MAX_TEXT)
    if "format" in node and node["format"] not in FORMATS:
        yield f"{path}: format '{node['format']}' is not checked by anything; use {', '.join(sorted(FORMATS))}"
    if node.get("type") == "string" and not node.keys() & {"maxLength", "enum", "const", "format"}:
        yield f"{path}: a text needs maxLength"
    if node.get("type") == "array" and "maxItems" not in node:
        yield f"{path}: a list needs maxItems"
    if closed and "properties" in node and node.get("additionalProperties") is not False:
        yield f"{path}: an object needs additionalProperties: false"


def _reference(path: str, reference: Any, root: Schema) -> Iterator[str]:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        yield f"{path}: $ref leads outside; only '#/...' is allowed"
    elif pointers.find(root, reference[1:]) is pointers.MISSING:
        yield f"{path}: $ref '{reference}' leads nowhere"


def _pattern(path: str, pattern: Any, longest: int) -> Iterator[str]:
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        yield f"{path}: a pattern is a text of at most {MAX_PATTERN} characters"
        return
    for escaped in _ESCAPED_CLASS.findall(pattern):
        if escaped == "d":
            yield f"{path}: '\\d' also matches Thai digits; write [0-9]"
        elif escaped.isdigit():
            yield f"{path}: a back reference can take forever"
        else:
            yield f"{path}: '\\{escaped}' differs between engines; write the characters"
    if "(?" in pattern.replace("(?:", ""):
        yield f"{path}: look-around and inline flags are not allowed"
    shape = _CLASS_OR_ESCAPE.sub("x", pattern).replace("(?:", "(")
    if _repeats_within_a_repeat(shape):
        yield f"{path}: a repeated group that repeats or chooses inside can take forever"
    elif _ways(shape, longest) > MAX_WAYS:
        yield f"{path}: so many repeats can take forever; bound them, or give a smaller maxLength"
    if not (pattern.startswith("^") and pattern.endswith("$")):
        yield f"{path}: a pattern must be anchored with ^ and $"
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        yield f"{path}: not a regular expression"


def _repeats_within_a_repeat(shape: str) -> bool:
    """Whether a group that may match in several ways is itself repeated: (a+)+, (a|b)*, ((a?)b){5}."""
    while (group := _INNERMOST_GROUP.search(shape)) is not None:
        free = any(sign in "*+?{|V" for sign in group[1])
        following = shape[group.end() : group.end() + 1]
        if free and following and following in "*+{":
            return True
        shape = shape[: group.start()] + ("V" if free else "x") + shape[group.end() :]
    return False


def _ways(shape: str, longest: int) -> int:
    """An upper bound of the ways to match: each repeat multiplies by the lengths it may take."""
    ways = 1
    for found in _QUANTIFIER.finditer(shape):
        if found[0] == "?":
            ways *= 2
        elif found[0] in "*+" or (found[2] and not found[3]):
            ways *= max(longest, 2)
        elif found[2]:
            ways *= max(1, min(int(found[3]), longest) - int(found[1] or 0) + 1)
        if ways > MAX_WAYS:
            break
    return ways


def _cycles(schema: Schema, where: str) -> Iterator[str]:
    """A $ref that reaches itself would let nesting, and so validation, go on without end."""
    edges: dict[str, set[str]] = {}
    for path, node in _walk(schema, ""):
        if isinstance(node, dict) and "$ref" in node:
            target = node["$ref"][1:]
            for holder in [path, *_ancestors(path)]:
                edges.setdefault(holder, set()).add(target)
    for start in edges:
        seen: set[str] = set()
        queue = list(edges[start])
        while queue:
            place = queue.pop()
            if place == start:
                yield f"{where}{start}: $ref leads back to itself"
                return
            if place not in seen:
                seen.add(place)
                queue.extend(edges.get(place, ()))


def _ancestors(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _meta(schema: Schema, where: str) -> list[str]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [f"{where}{pointers.join(list(error.absolute_path))}: {error.validator} of JSON Schema 2020-12 broken"]
    return []
