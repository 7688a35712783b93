"""Is a JSON Schema of a definition safe and complete? Bounded in time whatever is thrown at it. Pure.

Judging an instance costs at most `work` keyword evaluations: every `$ref` leads to a schema that was looked at, none
leads back to itself, and lists longer than their bound are refused without looking into them (`validators`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass

from . import patterns
from .problems import Problem, at
from .validators import FORMATS, HOLD_SCHEMAS, LISTS_OF_SCHEMAS, MAX_ITEMS, SCHEMAS, item_bound

if TYPE_CHECKING:
    from .parts import Schema

MAX_DEPTH = 24
MAX_NODES = 3000
MAX_UNFOLDED_DEPTH = 48
"""How deeply schemas may nest when each $ref is put in place: the validator's own recursion."""
MAX_WORK = 20_000
"""Keyword evaluations that judging one instance may take."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_KEYWORDS = frozenset({
    "$schema", "$id", "$defs", "$ref", "$comment", "title", "description", "default", "examples", "type", "enum",
    "const", "properties", "required", "additionalProperties", "minProperties", "maxProperties", "dependentRequired",
    "items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems", "minimum",
    "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format",
    "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
})  # fmt: skip
_LONG_LISTS = ("items", "contains", "uniqueItems")
_PATTERN_WORK = 10


def problems(schema: Any, where: str, *, closed: bool = False) -> list[Problem]:
    """Every reason for which the schema cannot be published; `closed` for answers, which may hold nothing unknown.

    Args:
        schema: what an agency wrote.
        where: JSON Pointer of the schema within the definition.
        closed: whether each object must say additionalProperties: false.
    """
    if not isinstance(schema, dict):
        return [Problem(where, "a schema must be an object")]
    if pointers.depth(schema, MAX_DEPTH) > MAX_DEPTH:
        return [Problem(where, f"nests deeper than {MAX_DEPTH}")]
    found: list[Problem] = []
    paths: set[str] = set()
    for number, (path, node) in enumerate(_walk(schema, "")):
        if number >= MAX_NODES:
            return [*found, Problem(where, f"has more than {MAX_NODES} parts")]
        paths.add(path)
        found.extend(_node(where, path, node, closed))
    found.extend(_references(schema, where, paths))
    if found:
        return found
    found.extend(_cycles(schema, where))
    return found or _meta(schema, where) or list(_too_much(schema, where))


def properties(schema: Schema, prefix: str = "") -> Iterator[tuple[str, Schema]]:
    """Every named property of an object schema with its pointer, through nested objects and repeated parts.

    A property of the entries of a list has `*` in its pointer: /workers/*/name.
    """
    for name, inner in schema.get("properties", {}).items():
        pointer = prefix + pointers.join([name])
        yield pointer, inner if isinstance(inner, dict) else {}
        if isinstance(inner, dict):
            yield from properties(inner, pointer)
            if is_repeated(inner):
                yield from properties(inner["items"], pointer + "/*")


def is_repeated(schema: Schema) -> bool:
    """Whether a property is a repeated part: a list of objects with named properties."""
    entry = schema.get("items")
    return isinstance(entry, dict) and bool(entry.get("properties"))


def work(schema: Any) -> int:
    """The most keyword evaluations that judging one instance can take; MAX_WORK + 1 stands for any more.

    The schema must be free of cycles.

    Raises:
        RecursionError: it nests deeper than MAX_UNFOLDED_DEPTH when each $ref is put in place.
    """
    return _Unfolding(schema).cost(schema, 0)[0]


@dataclass
class _Unfolding:
    """A schema with each $ref put in place, without building it: a $ref is worked out once."""

    root: Any
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def cost(self, node: Any, depth: int) -> tuple[int, int]:
        """(evaluations, height) of a node at that depth."""
        if depth > MAX_UNFOLDED_DEPTH:
            raise RecursionError
        if not isinstance(node, dict):
            return 1, 1
        steps, height = len(node) + 1, 0
        for keyword, times, child in _children(node):
            cost, tall = self._of_reference(child, depth + 1) if keyword == "$ref" else self.cost(child, depth + 1)
            steps, height = steps + cost * times, max(height, tall)
        enumerated = node.get("enum")
        steps += len(enumerated) if isinstance(enumerated, list) else 0
        steps += _PATTERN_WORK if "pattern" in node else 0
        steps += item_bound(node) ** 2 // 10 if node.get("uniqueItems") else 0
        return min(steps, MAX_WORK + 1), height + 1

    def _of_reference(self, reference: Any, depth: int) -> tuple[int, int]:
        known = self._known.get(str(reference))
        if known is None:
            known = self._known[str(reference)] = self.cost(pointers.find(self.root, str(reference)[1:]), depth)
        if depth + known[1] > MAX_UNFOLDED_DEPTH + 1:
            raise RecursionError
        return known


def _children(node: dict[str, Any]) -> Iterator[tuple[str, int, Any]]:
    """(keyword, how often it is applied, schema) of each schema that judging this node applies."""
    for keyword in (*SCHEMAS, "$ref"):
        if keyword in node:
            yield keyword, item_bound(node) if keyword in _LONG_LISTS else 1, node[keyword]
    for keyword in LISTS_OF_SCHEMAS:
        if isinstance(node.get(keyword), list):
            yield from ((keyword, 1, child) for child in node[keyword])
    if isinstance(node.get("properties"), dict):
        yield from (("properties", 1, child) for child in node["properties"].values())


def _walk(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, schema
    if not isinstance(schema, dict):
        return
    for keyword in HOLD_SCHEMAS:
        inner = schema.get(keyword)
        if isinstance(inner, dict):
            for name, child in inner.items():
                yield from _walk(child, path + at(keyword, name))
    for keyword in LISTS_OF_SCHEMAS:
        inner = schema.get(keyword)
        if isinstance(inner, list):
            for number, child in enumerate(inner):
                yield from _walk(child, path + at(keyword, number))
    for keyword in SCHEMAS:
        if keyword in schema:
            yield from _walk(schema[keyword], path + at(keyword))


def _node(where: str, path: str, node: Any, closed: bool) -> Iterator[Problem]:
    place = where + path
    if isinstance(node, bool):
        return
    if not isinstance(node, dict):
        yield Problem(place, "a schema must be an object or true/false")
        return
    for keyword in node:
        if keyword not in _KEYWORDS:
            yield Problem(place + at(keyword), f"keyword '{keyword}' is not supported")
    if node.get("$schema", DIALECT) != DIALECT:
        yield Problem(place + at("$schema"), f"only JSON Schema 2020-12 is read ({DIALECT})")
    if not isinstance(node.get("additionalProperties", False), bool):
        yield Problem(place + at("additionalProperties"), "must be true or false; name the properties")
    if "pattern" in node:
        longest = node.get("maxLength")
        bound = longest if isinstance(longest, int) else patterns.MAX_TEXT
        yield from (Problem(place + at("pattern"), said) for said in patterns.problems(node["pattern"], bound))
    if "format" in node and node["format"] not in tuple(FORMATS):
        named = f"format '{node['format']}' is not checked by anything; use {', '.join(sorted(FORMATS))}"
        yield Problem(place + at("format"), named)
    if node.get("type") == "string" and not node.keys() & {"maxLength", "enum", "const", "format"}:
        yield Problem(place, "a text needs maxLength")
    if node.get("type") == "array" and "maxItems" not in node:
        yield Problem(place, "a list needs maxItems")
    most = node.get("maxItems")
    if isinstance(most, int | float) and most > MAX_ITEMS:
        yield Problem(place + at("maxItems"), f"a list may have at most {MAX_ITEMS} entries")
    if closed and "properties" in node and node.get("additionalProperties") is not False:
        yield Problem(place, "an object needs additionalProperties: false")


def _references(schema: Schema, where: str, paths: set[str]) -> Iterator[Problem]:
    for path, node in _walk(schema, ""):
        if not isinstance(node, dict) or "$ref" not in node:
            continue
        reference, place = node["$ref"], where + path + at("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            yield Problem(place, "$ref leads outside; only '#/...' is allowed")
        elif pointers.find(schema, reference[1:]) is pointers.MISSING:
            yield Problem(place, f"$ref '{reference}' leads nowhere")
        elif reference[1:] not in paths:
            yield Problem(place, f"$ref '{reference}' leads to what is no schema")


def _cycles(schema: Schema, where: str) -> Iterator[Problem]:
    """A $ref that reaches itself would let nesting, and so validation, go on without end."""
    edges: dict[str, set[str]] = {}
    for path, node in _walk(schema, ""):
        if isinstance(node, dict) and "$ref" in node:
            for holder in [path, *_ancestors(path)]:
                edges.setdefault(holder, set()).add(node["$ref"][1:])
    done: set[str] = set()
    for start in edges:
        seen: set[str] = set()
        queue = list(edges[start])
        while queue:
            place = queue.pop()
            if place == start:
                yield Problem(where + start, "$ref leads back to itself")
                return
            if place not in seen and place not in done:
                seen.add(place)
                queue.extend(edges.get(place, ()))
        done.add(start)


def _ancestors(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _meta(schema: Schema, where: str) -> list[Problem]:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
    except SchemaError as error:
        place = where + pointers.join(list(error.absolute_path))
        return [Problem(place, f"{error.validator} of JSON Schema 2020-12 broken")]
    return []


def _too_much(schema: Schema, where: str) -> Iterator[Problem]:
    try:
        steps = work(schema)
    except RecursionError:
        yield Problem(where, f"nests deeper than {MAX_UNFOLDED_DEPTH} when each $ref is put in place")
        return
    if steps > MAX_WORK:
        yield Problem(
            where,
            f"judging one answer could take more than {MAX_WORK} steps; give lists a smaller maxItems or fewer $ref",
        )
