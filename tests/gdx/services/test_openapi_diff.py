"""What counts as a change of a description, and for whom it is breaking."""

from __future__ import annotations

import time
from typing import Any

import pytest

from chalicelib.gdx.services.openapi_diff import changes_between
from chalicelib.gdx.services.words import RULES
from tests.gdx.services.schemas import (
    NUMBER,
    RETYPED,
    REWORDED,
    TEXT,
    WHOLE,
    Json,
    described,
    found,
    obj,
    operation,
    query,
)


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (TEXT, {**TEXT, "description": "words", "example": "x", "title": "t"}, []),
        (obj(a=TEXT), obj(a=TEXT, b=TEXT), ["request-field-added"]),
        (obj(a=TEXT), obj(["b"], a=TEXT, b=TEXT), ["request-field-added-required"]),
        (obj(a=TEXT), obj(["a"], a=TEXT), ["request-field-now-required"]),
        (obj(["a"], a=TEXT), obj(a=TEXT), ["request-field-now-optional"]),
        (obj(a=TEXT), obj(), ["request-field-removed"]),
        (obj(a=TEXT), {**obj(a=TEXT), "additionalProperties": False}, ["request-closed"]),
        ({**obj(a=TEXT), "additionalProperties": False}, obj(a=TEXT), ["request-opened"]),
        (NUMBER, WHOLE, ["request-type-narrowed"]),
        (WHOLE, NUMBER, ["request-type-widened"]),
        (TEXT, {"type": ["string", "null"]}, ["request-type-widened"]),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, ["request-enum-narrowed"]),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, ["request-enum-widened"]),
        ({"enum": ["a", "b"]}, {"const": "a"}, ["request-enum-narrowed"]),
        (TEXT, {**TEXT, "maxLength": 10}, ["request-constraint-tightened"]),
        ({**TEXT, "maxLength": 10}, {**TEXT, "maxLength": 9}, ["request-constraint-tightened"]),
        ({**TEXT, "maxLength": 10}, {**TEXT, "maxLength": 11}, ["request-constraint-loosened"]),
        ({**TEXT, "minLength": 1}, {**TEXT, "minLength": 2}, ["request-constraint-tightened"]),
        ({**TEXT, "pattern": "a"}, TEXT, ["request-constraint-loosened"]),
        ({**TEXT, "pattern": "a"}, {**TEXT, "pattern": "b"}, REWORDED),
        ({**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 1}, ["request-constraint-tightened"]),
        ({**NUMBER, "exclusiveMaximum": 5}, {**NUMBER, "maximum": 5}, ["request-constraint-loosened"]),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE}, RETYPED),
        ({"type": "array", "items": TEXT}, {"type": "array"}, ["request-type-widened"]),
        (TEXT, {"anyOf": [TEXT, {"type": "null"}]}, ["request-variant-added"]),
        ({"oneOf": [TEXT, WHOLE]}, TEXT, ["request-variant-removed"]),
        ({"oneOf": [TEXT, WHOLE]}, {"anyOf": [WHOLE, TEXT]}, []),
        ({"oneOf": [obj(["k"], k=TEXT), WHOLE]}, {"oneOf": [obj(k=TEXT), WHOLE]}, []),
        ({"allOf": [obj(a=TEXT), obj(b=TEXT)]}, obj(a=TEXT, b=TEXT), []),
        ({"allOf": [obj(a=TEXT), obj(b=TEXT)]}, obj(a=TEXT), ["request-field-removed"]),
        (TEXT, {**TEXT, "not": {"const": "x"}}, ["request-constraint-tightened"]),
        (obj(a={**TEXT, "readOnly": True}), obj(), []),
        (obj(["a"], a={**TEXT, "readOnly": True}), obj(a=TEXT), ["request-field-added"]),
        (True, False, ["request-type-narrowed"]),
    ],
)  # fmt: skip
def test_requests_may_only_get_wider(old: Any, new: Any, rules: list[str]) -> None:
    assert sorted(rule for rule, _ in found(described(old), described(new))) == sorted(rules)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (obj(a=TEXT), obj(a=TEXT, b=TEXT), [("answer-field-added", "/b")]),
        (obj(a=TEXT, b=TEXT), obj(a=TEXT), [("answer-field-removed", "/b")]),
        (obj(["a"], a=TEXT), obj(a=TEXT), [("answer-field-now-optional", "/a")]),
        (obj(a=TEXT), obj(["a"], a=TEXT), [("answer-field-now-required", "/a")]),
        (obj(a=TEXT), obj(a=WHOLE), [("answer-type-widened", "/a"), ("answer-type-narrowed", "/a")]),
        (obj(a=WHOLE), obj(a=NUMBER), [("answer-type-widened", "/a")]),
        (obj(a=TEXT), obj(a={"type": ["string", "null"]}), [("answer-type-widened", "/a")]),
        (obj(a={"enum": ["x"]}), obj(a={"enum": ["x", "y"]}), [("answer-enum-widened", "/a")]),
        (obj(a={"enum": ["x", "y"]}), obj(a={"enum": ["x"]}), [("answer-enum-narrowed", "/a")]),
        (obj(a={**TEXT, "maxLength": 5}), obj(a=TEXT), [("answer-constraint-loosened", "/a")]),
        (obj(a=TEXT), obj(a={**TEXT, "format": "date"}), [("answer-constraint-tightened", "/a")]),
        (obj(a=TEXT), {**obj(a=TEXT), "additionalProperties": False}, [("answer-closed", "")]),
        (
            obj(d={"type": "array", "items": obj(n=TEXT, m=TEXT)}),
            obj(d={"type": "array", "items": obj(n=TEXT)}),
            [("answer-field-removed", "/d/*/m")],
        ),
        (
            {"type": "object", "additionalProperties": obj(n=TEXT)},
            {"type": "object", "additionalProperties": obj()},
            [("answer-field-removed", "/*/n")],
        ),
        ({"type": "object", "additionalProperties": TEXT}, {"type": "object", "additionalProperties": False},
         [("answer-field-removed", "/*")]),
        ({"type": "object", "properties": {"a/b~c": TEXT}}, obj(), [("answer-field-removed", "/a~1b~0c")]),
        ({"oneOf": [obj(a=TEXT), WHOLE]}, {"oneOf": [obj(a=TEXT), WHOLE, TEXT]}, [("answer-variant-added", "")]),
        ({"oneOf": [obj(a=TEXT), WHOLE]}, {"oneOf": [obj(), WHOLE]}, [("answer-field-removed", "/a")]),
        (obj(a=TEXT), obj(a={"anyOf": [TEXT, {"type": "null"}]}), [("answer-variant-added", "/a")]),
        ({"type": "array", "prefixItems": [TEXT, WHOLE]}, {"type": "array", "prefixItems": [TEXT, TEXT]},
         [("answer-type-widened", "/*"), ("answer-type-narrowed", "/*")]),
    ],
)  # fmt: skip
def test_answers_may_only_get_narrower(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    assert found(described(None, old), described(None, new)) == expected


def with_parameters(*parameters: Json) -> Json:
    document = described()
    operation(document)["parameters"] = list(parameters)
    return document


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (with_parameters(), with_parameters(query()), ["parameter-added"]),
        (with_parameters(), with_parameters(query(required=True)), ["parameter-added-required"]),
        (with_parameters(query()), with_parameters(), ["parameter-removed"]),
        (with_parameters(query()), with_parameters(query(required=True)), ["parameter-now-required"]),
        (with_parameters(query(required=True)), with_parameters(query()), ["parameter-now-optional"]),
        (with_parameters(query()), with_parameters(query(schema=WHOLE)), RETYPED),
        (with_parameters(query()), with_parameters(query(explode=False)), ["parameter-style-changed"]),
        (with_parameters(query()), with_parameters(query(style="form", explode=True)), []),
        (with_parameters(query("X-A", **{"in": "header"})), with_parameters(query("x-a", **{"in": "header"})), []),
        (with_parameters(query("Accept", **{"in": "header"})), with_parameters(), []),
        (described(), described(TEXT), ["request-body-added-required"]),
        (described(TEXT), described(), ["request-body-removed"]),
    ],
)  # fmt: skip
def test_parameters_and_bodies(old: Json, new: Json, rules: list[str]) -> None:
    assert sorted(rule for rule, _ in found(old, new)) == sorted(rules)


def test_a_body_that_becomes_optional_or_mandatory() -> None:
    optional = described(TEXT)
    operation(optional)["requestBody"]["required"] = False
    assert found(described(TEXT), optional) == [("request-body-now-optional", None)]
    assert found(optional, described(TEXT)) == [("request-body-now-required", None)]
    assert found(described(), optional) == [("request-body-added", None)]


def test_media_types_and_statuses() -> None:
    other = described(TEXT, TEXT)
    for content in (operation(other)["requestBody"]["content"], operation(other)["responses"]["200"]["content"]):
        content["application/xml"] = content.pop("application/json")
    assert set(found(described(TEXT, TEXT), other)) == {
        ("request-media-removed", None),
        ("request-media-added", None),
        ("answer-media-removed", ""),
        ("answer-media-added", ""),
    }
    moved = described()
    operation(moved)["responses"]["201"] = operation(moved)["responses"].pop("200")
    assert found(described(), moved) == [("answer-status-removed", ""), ("answer-status-added", "")]
    family = described()
    operation(family)["responses"] = {"2XX": operation(family)["responses"]["200"], "404": {"description": "none"}}
    assert found(described(), family) == [("answer-status-added", "")]
    assert found(family, described()) == [("answer-status-removed", "")]


def test_operations_come_and_go_and_names_of_path_parameters_mean_nothing() -> None:
    def at(path: str) -> Json:
        name = path[path.find("{") + 1 : path.find("}")]
        document = described(paths={path: {"post": operation(described())}})
        document["paths"][path]["parameters"] = [{"name": name, "in": "path", "required": True, "schema": TEXT}]
        return document

    assert found(at("/a/{x}"), at("/a/{number}")) == []
    (gone, added) = changes_between(at("/a/{x}"), at("/b/{x}"))
    assert (gone.rule, gone.path, gone.pointer) == ("operation-removed", "/a/{x}", "/paths/~1a~1{x}/post")
    assert (added.rule, added.breaking) == ("operation-added", False)


def test_a_pointer_leads_to_the_place_even_through_references() -> None:
    def document(**properties: Any) -> Json:
        return described(
            None,
            {"$ref": "#/components/schemas/Outer"},
            components={"schemas": {"Outer": obj(p={"$ref": "#/components/schemas/P"}), "P": obj(**properties)}},
        )

    (change,) = changes_between(document(n=TEXT), document(n=WHOLE, m=TEXT))[:1]
    assert (change.field, change.pointer) == ("/p/n", "/components/schemas/P/properties/n")
    (change,) = changes_between(document(n=TEXT), document())
    assert change.pointer == "/components/schemas/P/properties/n" and "n" in change.en and "n" in change.th


def test_openapi_3_0_says_the_same_as_3_1() -> None:
    old = described(None, obj(a={"type": "string", "nullable": True}), openapi="3.0.3")
    new = described(None, obj(a={"type": ["string", "null"]}))
    assert found(old, new) == []
    bound = described({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, openapi="3.0.3")
    assert found(bound, described({"type": "integer", "exclusiveMinimum": 0})) == []


def test_schemas_within_themselves_end() -> None:
    def tree(**more: Any) -> Json:
        node = obj(name=TEXT, children={"type": "array", "items": {"$ref": "#/components/schemas/Node"}}, **more)
        return described(None, {"$ref": "#/components/schemas/Node"}, components={"schemas": {"Node": node}})

    assert found(tree(), tree()) == []
    assert found(tree(age=WHOLE), tree()) == [("answer-field-removed", "/age")]


def doubling(levels: int, keyword: str, leaf: Json = TEXT) -> Json:
    def level(at: int) -> Json:
        below = {"$ref": f"#/components/schemas/L{at + 1}"}
        return obj(a=below, b=below) if keyword == "properties" else {keyword: [below, below]}

    schemas = {f"L{at}": level(at) for at in range(levels)} | {f"L{levels}": leaf}
    return described(None, {"$ref": "#/components/schemas/L0"}, components={"schemas": schemas})


@pytest.mark.parametrize("keyword", ["properties", "allOf", "oneOf", "anyOf"])
def test_descriptions_made_to_be_slow_are_told_as_not_comparable(keyword: str) -> None:
    began = time.process_time()
    (change,) = changes_between(doubling(20, keyword), doubling(20, keyword, WHOLE))
    assert (change.rule, change.breaking, change.field) == ("operation-not-comparable", True, None)
    assert time.process_time() - began < 5


def test_what_is_the_same_is_looked_at_once_however_often_it_is_referred_to() -> None:
    assert found(doubling(20, "properties"), doubling(20, "properties")) == []


def test_what_is_said_beside_a_reference_is_compared_too() -> None:
    def document(**more: Any) -> Json:
        name = {"$ref": "#/components/schemas/Name"}
        return described(None, obj(a=name, b={**name, **more}), components={"schemas": {"Name": TEXT}})

    assert found(document(maxLength=5), document()) == [("answer-constraint-loosened", "/b")]
    assert found(document(description="a name"), document()) == []


def test_a_change_below_a_circle_is_found_wherever_the_circle_is_entered() -> None:
    def document(**more: Any) -> Json:
        node = obj(next={"$ref": "#/components/schemas/Node"}, **more)
        return described(
            None,
            obj(first={"$ref": "#/components/schemas/Node"}, second=obj(inner={"$ref": "#/components/schemas/Node"})),
            components={"schemas": {"Node": node}},
        )

    assert found(document(age=WHOLE), document()) == [
        ("answer-field-removed", "/first/age"),
        ("answer-field-removed", "/second/inner/age"),
    ]


def test_what_goes_in_a_circle_without_a_schema_is_not_comparable() -> None:
    itself = {"$ref": "#/components/schemas/A"}
    ring = described(None, itself, components={"schemas": {"A": itself}})
    assert [rule for rule, _ in found(ring, ring)] == ["operation-not-comparable"]


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "object", "properties": [], "required": True},
        {"allOf": {}, "oneOf": 1, "prefixItems": "x", "items": [TEXT]},
        {"type": "nonsense", "minLength": "1", "minimum": "0", "enum": "a"},
        {"$ref": "#/nowhere"},
        {"$ref": 1},
    ],
)
def test_schemas_that_make_no_sense_stop_nothing(odd: Any) -> None:
    changes_between(described(odd, odd), described(TEXT, TEXT))
    assert found(described(odd, odd), described(odd, odd)) == []


def test_every_rule_has_words_in_both_languages() -> None:
    for rule, words in RULES.items():
        assert words.th and words.en and rule.islower()
        assert any("฀" <= char <= "๿" for char in words.th)
