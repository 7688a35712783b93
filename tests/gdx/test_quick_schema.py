"""What the compiled check calls valid, jsonschema calls valid; and plain good answers never need jsonschema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from chalicelib.gdx.quick_schema import compiled

WORDS = st.sampled_from(["", "a", "ab", "๑", "1"])
NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 2, -1, 1.0, 1.5]) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
COUNTS = st.integers(0, 2)
TYPES = st.sampled_from(["object", "array", "string", "null", "boolean", "integer", "number"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "enum": st.lists(WORDS | st.none() | st.sampled_from([1, True, 1.0]), min_size=1, max_size=3),
            "const": WORDS | st.none() | st.booleans() | st.sampled_from([0, 1]),
            "pattern": st.sampled_from(["^a", "[0-9]", "^$"]),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "$ref": st.sampled_from(["#/schema", "#/other"]),
            "minimum": st.sampled_from([0, 1, 1.5]),
            "maximum": st.sampled_from([0, 1, 1.5]),
            "minLength": COUNTS,
            "maxLength": COUNTS,
            "minItems": COUNTS,
            "maxItems": COUNTS,
            "minProperties": COUNTS,
            "maxProperties": COUNTS,
            "description": st.just("says nothing"),
            "x-gdx-register": st.just("provinces"),
        },
    )


SCHEMAS: st.SearchStrategy[Any] = st.recursive(st.booleans() | st.just({}), _schemas, max_leaves=4)


@settings(max_examples=300)
@given(SCHEMAS, SCHEMAS, st.lists(VALUES, min_size=1, max_size=5))
def test_its_yes_is_the_yes_of_jsonschema(schema: Any, other: Any, values: list[Any]) -> None:
    document = {"schema": schema, "other": other}
    check = compiled(document, "/schema")
    if check is None:
        return
    judge = Draft202012Validator({**document, "$ref": "#/schema"}, registry=Registry())
    for value in values:
        try:
            said = check(value)
        except RecursionError:
            continue  # a schema that is nothing but a reference to itself
        if said:
            assert judge.is_valid(value)


PERSON = {
    "type": "object",
    "properties": {
        "pid": {"type": "string", "pattern": "^[0-9]{13}$", "description": "ละเว้นคำอธิบาย"},
        "sex": {"enum": ["M", "F", None]},
        "age": {"type": "integer", "minimum": 0},
        "children": {"type": "array", "items": {"$ref": "#/person"}, "maxItems": 2},
    },
    "required": ["pid"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"pid": "1234567890123", "sex": None, "age": 0, "children": [{"pid": "1234567890124"}]}, True),
        ({"pid": "1234567890123", "age": 1.0}, False),
        ({"pid": "1234567890123", "age": True}, False),
        ({"pid": "1234567890123", "more": 1}, False),
        ({"pid": "๑234567890123"}, False),
        ({"pid": "1234567890123", "children": [{}]}, False),
        ({"pid": "1234567890123", "children": [{"pid": "1234567890124"}] * 3}, False),
        ({}, False),
        ([], False),
    ],
)
def test_a_plain_schema_is_judged_at_once(value: Any, said: bool) -> None:
    check = compiled({"person": PERSON}, "/person")
    assert check is not None and check(value) is said


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {}},
        {"oneOf": [{}]},
        {"enum": [1]},
        {"patternProperties": {}},
        {"$ref": "#/nowhere"},
        {"$ref": "https://elsewhere.example/"},
        {"pattern": "("},
        {"properties": {"a": {"if": {}}}},
        {"$id": "#/schema"},
        False,
    ],
)
def test_a_schema_that_is_not_plain_is_left_to_jsonschema(schema: Any) -> None:
    assert compiled({"schema": schema}, "/schema") is None


def test_a_value_too_deep_ends_in_an_error_not_in_a_yes() -> None:
    check = compiled({"schema": {"items": {"$ref": "#/schema"}}}, "/schema")
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert check is not None
    with pytest.raises(RecursionError):
        check(value)
