"""One JSON Schema as the comparison sees it: references followed, `allOf` merged, alternatives told apart.

A schema is a conjunction of constraints. Those that can be compared piece by piece (types, properties, bounds...) have
a place of their own in `Shape`; every other keyword is kept as text in `others`, where only "same or not" can be said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Literal, NamedTuple

from chalicelib.shared.dataclass import dataclass

from . import keywords

Direction = Literal["request", "answer"]

MAX_DEPTH = 24
"""How many references and `allOf` deep one schema is looked into."""
MAX_LOOKS = 20_000
"""Schemas that are looked at for one operation; a description that needs more is made to be slow."""
MAX_IN_ALL = 60_000
"""Schemas that are looked at in one comparison, about two seconds' work; what is the same is looked at once."""

MAX_FORMS = 32
"""Alternatives of one schema; each old one is compared with each new one."""

MERGED = "x-merged"
"""Marks a schema that stands in no document: its pointer is that of one of its parts."""

_PLACED = frozenset(
    {
        *("$ref", "allOf", "oneOf", "anyOf", "type", "enum", "const", "properties", "required", "items", "prefixItems"),
        *(
            "additionalProperties",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            *keywords.LOWER,
            *keywords.UPPER,
        ),
    }
)
_ANNOTATIONS = frozenset(
    {
        *("title", "description", "default", "example", "examples", "deprecated", "externalDocs", "xml", "$comment"),
        *("discriminator", "readOnly", "writeOnly", "nullable", "$defs", "definitions", "$anchor", "$id", "$schema"),
    }
)


class TooComplex(Exception):
    """The schemas would take too long to compare."""


class Place(NamedTuple):
    """A schema and where it stands in its document."""

    schema: Any
    pointer: str


ANYTHING = Place(True, "")


@dataclass(frozen=True)
class Shape:
    """What one schema demands.

    Attributes:
        types: of `ALL_TYPES`; `number` includes `integer`.
        values: canonical texts of the only values allowed, or None for any.
        properties, required, further: of an object; `further` is the schema of what has no name here.
        first, items: of an array: the schemas of its first items, and of the rest.
        lower, upper: keyword -> bound; `minimum` and `maximum` as (value, whether it is excluded itself).
        others: (keyword, canonical text) of everything that is only compared as a whole.
        groups: alternatives (`oneOf`, `anyOf`), one of each group.
    """

    pointer: str
    types: frozenset[str] = keywords.ALL_TYPES
    values: frozenset[str] | None = None
    properties: Mapping[str, Place] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    further: Place = ANYTHING
    first: tuple[Place, ...] = ()
    items: Place = ANYTHING
    lower: Mapping[str, Any] = field(default_factory=dict)
    upper: Mapping[str, Any] = field(default_factory=dict)
    others: frozenset[tuple[str, str]] = frozenset()
    groups: tuple[tuple[Place, ...], ...] = ()


class Schemas:
    """The schemas of one document.

    Args:
        document: the whole description, without OpenAPI 3.0's `nullable` (`contract.plain`).
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._looks = self._in_all = 0

    def begin(self) -> None:
        """Another operation is looked at from here on."""
        self._in_all += self._looks
        self._looks = 0

    def at(self, pointer: str) -> Any:
        """What a pointer names, or None."""
        value: Any = self._document
        for token in pointer.split("/")[1:]:
            if not isinstance(value, dict):
                return value[int(token)] if isinstance(value, list) and token.isdecimal() else None
            value = value.get(token.replace("~1", "/").replace("~0", "~"))
        return value

    def followed(self, place: Place) -> Place:
        """The place that a `$ref` (one after the other) leads to; itself where there is none."""
        for _ in range(MAX_DEPTH):
            reference = place.schema.get("$ref") if isinstance(place.schema, dict) else None
            if not isinstance(reference, str) or not reference.startswith("#"):
                return place
            place = Place(self.at(reference[1:]), reference[1:])
        raise TooComplex

    def named(self, place: Place) -> str:
        """The pointer that stands for a schema: where its `$ref` leads to, unless it says more than that."""
        for _ in range(MAX_DEPTH):
            schema = place.schema
            reference = schema.get("$ref") if isinstance(schema, dict) else None
            if (
                not isinstance(reference, str)
                or not reference.startswith("#")
                or schema.keys() - {"$ref"} - _ANNOTATIONS
            ):
                return place.pointer
            place = Place(self.at(reference[1:]), reference[1:])
        raise TooComplex

    def alternatives(self, place: Place, direction: Direction) -> list[Shape]:
        """The forms that a value may have, each as one shape; several only for one `oneOf` or `anyOf`."""
        shape = self._shape(place, direction, 0)
        if len(shape.groups) != 1:
            texts = frozenset(("oneOf", self._text([part.schema for part in group], 0)) for group in shape.groups)
            return [replace(shape, groups=(), others=shape.others | texts)]
        alone = replace(shape, groups=())
        found = []
        for branch in shape.groups[0]:
            for inner in self.alternatives(branch, direction):
                found.append(replace(self._both(alone, inner), pointer=inner.pointer))
                if len(found) > MAX_FORMS:
                    raise TooComplex
        return found

    def _shape(self, place: Place, direction: Direction, depth: int) -> Shape:
        self._look(depth)
        schema, pointer = place
        if schema is False:
            return Shape(pointer, types=frozenset())
        if not isinstance(schema, dict):
            return Shape(pointer)
        shape = self._own(schema, pointer, direction)
        if isinstance(schema.get("$ref"), str) and schema["$ref"].startswith("#"):
            target = Place(self.at(schema["$ref"][1:]), schema["$ref"][1:])
            shape = replace(self._both(shape, self._shape(target, direction, depth + 1)), pointer=target.pointer)
        for at, part in enumerate(keywords.listed(schema.get("allOf"))):
            shape = self._both(shape, self._shape(Place(part, f"{pointer}/allOf/{at}"), direction, depth + 1))
        return shape

    def _own(self, schema: dict[str, Any], pointer: str, direction: Direction) -> Shape:
        hidden = "readOnly" if direction == "request" else "writeOnly"
        named = schema.get("properties")
        properties = {
            name: Place(part, f"{pointer}/properties/{escaped(name)}")
            for name, part in (named.items() if isinstance(named, dict) else ())
            if not self._marked(part, hidden)
        }
        gone = (named.keys() if isinstance(named, dict) else set()) - properties.keys()
        items = schema.get("items", True)
        values = keywords.values(schema)
        return Shape(
            pointer,
            types=keywords.types(schema.get("type")),
            values=values,
            properties=properties,
            required=keywords.texts(schema.get("required")) - gone,
            further=Place(schema.get("additionalProperties", True), f"{pointer}/additionalProperties"),
            first=tuple(
                Place(part, f"{pointer}/prefixItems/{at}")
                for at, part in enumerate(keywords.listed(schema.get("prefixItems")))
            ),
            items=Place(items, f"{pointer}/items"),
            lower=keywords.lower(schema),
            upper=keywords.upper(schema),
            others=frozenset(self._others(schema)),
            groups=tuple(
                tuple(Place(part, f"{pointer}/{name}/{at}") for at, part in enumerate(schema[name]))
                for name in ("oneOf", "anyOf")
                if keywords.listed(schema.get(name))
            ),
        )

    def _look(self, depth: int) -> None:
        self._looks += 1
        if depth > MAX_DEPTH or self._looks > MAX_LOOKS or self._in_all > MAX_IN_ALL:
            raise TooComplex

    def _marked(self, schema: Any, mark: str) -> bool:
        found = self.followed(Place(schema, "")).schema
        return isinstance(found, dict) and found.get(mark) is True

    def _others(self, schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name, value in schema.items():
            if name in _PLACED or name in _ANNOTATIONS or name.startswith("x-") or name in ("then", "else"):
                continue
            if name == "if":
                value = [value, schema.get("then"), schema.get("else")]
            if name == "uniqueItems" and value is False:
                continue
            yield name, self._text(value, 0)

    def _text(self, value: Any, depth: int) -> str:
        return json.dumps(self._spelled_out(value, depth), sort_keys=True, ensure_ascii=False)

    def _spelled_out(self, value: Any, depth: int) -> Any:
        """With what references point at; a reference within itself stays as it is written."""
        self._look(0)
        if depth > MAX_DEPTH:
            return "..."
        if isinstance(value, list):
            return [self._spelled_out(part, depth + 1) for part in value]
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            return [reference, self._spelled_out(self.at(reference[1:]), depth + 8)]
        return {name: self._spelled_out(part, depth + 1) for name, part in value.items()}

    @staticmethod
    def _both(one: Shape, other: Shape) -> Shape:
        """What demands the two together."""
        values = one.values if other.values is None else other.values
        if one.values is not None and other.values is not None:
            values = one.values & other.values
        properties = dict(one.properties)
        for name, place in other.properties.items():
            properties[name] = _together(properties[name], place) if name in properties else place
        lower, upper = dict(one.lower), dict(one.upper)
        for name, bound in other.lower.items():
            lower[name] = max(lower.get(name, bound), bound)
        for name, bound in other.upper.items():
            upper[name] = min(upper.get(name, bound), bound)
        return Shape(
            one.pointer,
            types=one.types & other.types,
            values=values,
            properties=properties,
            required=one.required | other.required,
            further=_together(one.further, other.further),
            first=one.first or other.first,
            items=_together(one.items, other.items),
            lower=lower,
            upper=upper,
            others=one.others | other.others,
            groups=one.groups + other.groups,
        )


def escaped(token: str) -> str:
    """One reference token of a JSON Pointer (RFC 6901 §3)."""
    return token.replace("~", "~0").replace("/", "~1")


def _together(one: Place, other: Place) -> Place:
    if one.schema is True or one == other:
        return other
    if other.schema is True:
        return one
    if one.schema is False or other.schema is False:
        return Place(False, one.pointer)
    both = [{"$ref": f"#{one.pointer}"}, {"$ref": f"#{other.pointer}"}]
    return Place({"allOf": both, MERGED: True}, one.pointer)
