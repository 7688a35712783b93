"""Bodies and queries made from the schemas that are published: good ones, and such as have one thing wrong.

Everything comes from a `random.Random`, so that a seed names a case; only texts that must match a pattern are made by
Hypothesis, a few per pattern and always the same ones.
"""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from scripts.openapi import TARGET

Json = Any
DOCUMENT: Mapping[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))
HERE = "urn:klang:openapi"
_REGISTRY: Registry[Any] = Registry().with_resource(HERE, DRAFT202012.create_resource(DOCUMENT))
SAMPLES = 6
"""Texts that are made for each pattern."""
DEEP = 6
"""How far a schema that contains itself is followed."""
KNOWN: Mapping[str, Json] = {
    "pid": "1990100002021", "national_id": "1990100002021", "owner": "1990100002021", "to": "1990100002021",
    "juristic_id": "0105569999981", "sha256": "0" * 64, "url": "https://a.example/x", "media_type": "text/csv",
    "email": "somebody@mail.example", "phone": "0800000001", "purpose": "premises-inspection",
    "redirect_uri": "https://a.example/back", "service": "food-establishment-licence",
}  # fmt: skip
"""Values of fields whose rules no schema can say, by name: check digits, registered names."""
WORDS = ("x", "ทดสอบ", "ข้อความ ที่มีช่องว่าง", "a-b", "0", "𝕏", "e\u0301", "a" * 40, "<b>x</b>", "' OR 1=1 --", "../..")


@functools.cache
def _matching(pattern: str) -> tuple[str, ...]:
    found: list[str] = []

    @settings(max_examples=SAMPLES, database=None, derandomize=True, deadline=None)
    @given(st.from_regex(pattern, fullmatch=True))
    def collect(text: str) -> None:
        found.append(text.rstrip("\n"))

    collect()
    return tuple(dict.fromkeys(found))


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Checks against a schema of the published description; what it refers to is found there and nowhere else."""
    return Draft202012Validator(_anchored(schema), registry=_REGISTRY)


def _anchored(schema: Any) -> Any:
    """The same with references into the description, wherever the schema is read."""
    if isinstance(schema, Mapping):
        return {
            key: f"{HERE}{part}" if key == "$ref" and str(part).startswith("#") else _anchored(part)
            for key, part in schema.items()
        }
    return [_anchored(part) for part in schema] if isinstance(schema, list) else schema


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without a reference at its top."""
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


class Maker:
    """Makes values.

    Args:
        seed: names everything that will be made.
        sparse: leaves out what may be left out.
    """

    def __init__(self, seed: int | str, *, sparse: bool = False) -> None:
        self.random = random.Random(seed)
        self._sparse = sparse

    def value(self, schema: Mapping[str, Any], name: str = "", depth: int = 0) -> Json:
        """A value that the schema takes."""
        schema = resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        for key in ("anyOf", "oneOf"):
            if key in schema:
                options = [each for each in schema[key] if depth < DEEP or resolved(each).get("type") != "object"]
                return self.value(self.random.choice(options or schema[key]), name, depth + 1)
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "string":
                return self._text(schema, name)
            case "integer" | "number" as kind:
                return self._number(schema, kind)
            case "boolean":
                return self.random.random() < 0.5
            case "null":
                return None
        return self.random.choice([1, "x", None, True, [], {"a": 1}])

    def _object(self, schema: Mapping[str, Any], depth: int) -> Json:
        needed = schema.get("required", ())
        made = {
            name: self.value(part, name, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in needed or (depth < DEEP and not self._sparse and self.random.random() < 0.6)
        }
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping) and depth < DEEP:
            names = schema.get("propertyNames", {})
            least = max(int(schema.get("minProperties", 0)), 0 if self._sparse else 1)
            for _ in range(least):
                made[str(self.value(names, "") if names else self.random.choice(WORDS[:4]))] = self.value(
                    more, "", depth + 1
                )
        return made

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> Json:
        least = int(schema.get("minItems", 0))
        most = min(int(schema.get("maxItems", least + 2)), least + 2)
        count = least if self._sparse or depth >= DEEP else self.random.randint(least, most)
        if "prefixItems" in schema:
            return [self.value(part, name, depth + 1) for part in schema["prefixItems"]]
        return [self.value(schema.get("items", {}), name, depth + 1) for _ in range(count)]

    def _text(self, schema: Mapping[str, Any], name: str) -> str:
        known = KNOWN.get(name)
        if known is not None and validator(schema).is_valid(known) and self.random.random() < 0.7:
            return str(known)
        if "pattern" in schema:
            fitting = [text for text in _matching(schema["pattern"]) if validator(schema).is_valid(text)]
            if fitting:
                return self.random.choice(fitting)
        match schema.get("format"):
            case "date":
                return self.random.choice(["2026-12-31", "2027-01-01", "1990-02-28"])
            case "date-time":
                return self.random.choice(["2026-12-31T10:00:00Z", "2027-01-01T00:00:00+07:00"])
        least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 60))
        text = self.random.choice(WORDS)
        return (text * (least // len(text) + 1))[: max(least, min(most, len(text)))]

    def _number(self, schema: Mapping[str, Any], kind: str) -> int | float:
        low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 1_001) - 1)
        whole = self.random.choice([int(low), int(high), self.random.randint(int(low), int(max(low, high)))])
        return whole if kind == "integer" or self.random.random() < 0.5 else float(whole)

    # -- what has one thing wrong

    def broken(self, schema: Mapping[str, Any]) -> Json:
        """A value that the schema does not take: a good one with one part spoilt. None if none was found."""
        judge = validator(schema)
        for _ in range(8):
            value = json.loads(json.dumps(self.value(schema)))
            spoilt = self._spoilt(value)
            if not judge.is_valid(spoilt):
                return spoilt
        return self.random.choice([[], "x", 7, None, True])

    def _spoilt(self, value: Json) -> Json:
        places = [(), *_places(value)]
        place = self.random.choice(places)
        if not place:
            return self._other(value)
        inside = value
        for step in place[:-1]:
            inside = inside[step]
        match self.random.randrange(4):
            case 0 if isinstance(inside, dict):
                del inside[place[-1]]
            case 1 if isinstance(inside, dict):
                inside[f"{place[-1]}_"] = 1
            case _:
                inside[place[-1]] = self._other(inside[place[-1]])
        return value

    def _other(self, value: Json) -> Json:
        others: list[Json] = [
            None, "", "x" * 100_000, -1, 10**30, 1.5, True, [], {}, [value], {"x": value}, "\u0000", "๑๒๓", "null",
        ]  # fmt: skip
        return self.random.choice([other for other in others if type(other) is not type(value) or other != value])


def _places(value: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        found.append((*path, step))
        found.extend(_places(part, (*path, step)))
    return found
