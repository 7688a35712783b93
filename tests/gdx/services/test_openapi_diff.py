"""What counts as a change of a description, and for whom it is breaking."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.contract import document_hash, faults_of
from chalicelib.gdx.services.model import Change
from chalicelib.gdx.services.openapi_diff import changes_between
from chalicelib.gdx.services.words import RULES
from tests.gdx.exchange import SEED

Json = dict[str, Any]


def described(question: Any = None, answer: Any = None, **changes: Any) -> Json:
    """A service with one operation; `question` and `answer` are the schemas of what goes in and what comes out."""
    operation: Json = {
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": answer or {}}}}}
    }
    if question is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": question}}}
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"post": operation}}, **changes}


def found(old: Any, new: Any) -> list[tuple[str, str | None]]:
    return [(change.rule, change.field) for change in changes_between(old, new)]


def obj(required: list[str] | None = None, **properties: Any) -> Json:
    return {"type": "object", "properties": properties, "required": required or []}


RETYPED = ["request-type-narrowed", "request-type-widened"]
REWORDED = ["request-constraint-loosened", "request-constraint-tightened"]
TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}


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


def operation(document: Json) -> Json:
    inside: Json = document["paths"]["/a"]["post"]
    return inside


def with_parameters(*parameters: Json) -> Json:
    document = described()
    operation(document)["parameters"] = list(parameters)
    return document


def query(name: str = "q", **changes: Any) -> Json:
    return {"name": name, "in": "query", "schema": TEXT, **changes}


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


def doubling(levels: int, keyword: str) -> Json:
    def level(at: int) -> Json:
        below = {"$ref": f"#/components/schemas/L{at + 1}"}
        return obj(a=below, b=below) if keyword == "properties" else {keyword: [below, below]}

    schemas = {f"L{at}": level(at) for at in range(levels)} | {f"L{levels}": TEXT}
    return described(None, {"$ref": "#/components/schemas/L0"}, components={"schemas": schemas})


@pytest.mark.parametrize("keyword", ["properties", "allOf", "oneOf", "anyOf"])
def test_descriptions_made_to_be_slow_are_told_as_not_comparable(keyword: str) -> None:
    began = time.monotonic()
    (change,) = changes_between(doubling(20, keyword), doubling(20, keyword))
    assert (change.rule, change.breaking, change.field) == ("operation-not-comparable", True, None)
    assert time.monotonic() - began < 5


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


# ---- properties


SCHEMAS = st.recursive(
    st.sampled_from([TEXT, WHOLE, NUMBER, {"type": "boolean"}, {"enum": ["a", "b"]}, {**TEXT, "maxLength": 5}]),
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item}, inner),
        st.builds(
            lambda names, parts, needed: obj(sorted(set(names) & set(needed)), **dict(zip(names, parts, strict=False))),
            st.lists(st.sampled_from("abcd"), unique=True, min_size=1, max_size=3),
            st.lists(inner, min_size=3, max_size=3),
            st.lists(st.sampled_from("abcd")),
        ),
        st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=2, max_size=2)),
    ),
    max_leaves=6,
)
OBJECTS = SCHEMAS.map(lambda schema: obj(["top"], top=schema, other=TEXT))


@given(question=SCHEMAS, answer=SCHEMAS)
@settings(max_examples=60, deadline=None)
def test_a_description_and_itself_are_the_same(question: Any, answer: Any) -> None:
    document = described(question, answer)
    assert changes_between(document, copy.deepcopy(document)) == []
    assert document_hash(document) == document_hash(json.loads(json.dumps(document, indent=1)))


def _drop_answer_field(document: Json) -> None:
    del answer_of(document)["properties"]["top"]


def _loosen_answer_field(document: Json) -> None:
    answer_of(document)["required"] = []


def _null_in_answer(document: Json) -> None:
    answer_of(document)["properties"]["other"] = {"type": ["string", "null"]}


def _need_more(document: Json) -> None:
    question_of(document)["required"] = ["top", "brand_new"]


def _close(document: Json) -> None:
    question_of(document)["additionalProperties"] = False


def _shorten(document: Json) -> None:
    question_of(document)["properties"]["other"] = {**TEXT, "maxLength": 1}


def _narrow_enum(document: Json) -> None:
    question_of(document)["properties"]["other"] = {**TEXT, "enum": ["x"]}


def _drop_status(document: Json) -> None:
    operation(document)["responses"] = {"202": operation(document)["responses"]["200"]}


def _drop_operation(document: Json) -> None:
    document["paths"] = {"/b": document["paths"]["/a"]}


def _need_parameter(document: Json) -> None:
    operation(document)["parameters"] = [query(required=True)]


def question_of(document: Json) -> Json:
    inside: Json = operation(document)["requestBody"]["content"]["application/json"]["schema"]
    return inside


def answer_of(document: Json) -> Json:
    inside: Json = operation(document)["responses"]["200"]["content"]["application/json"]["schema"]
    return inside


BREAKING: dict[Callable[[Json], None], tuple[str, str | None]] = {
    _drop_answer_field: ("answer-field-removed", "/top"),
    _loosen_answer_field: ("answer-field-now-optional", "/top"),
    _null_in_answer: ("answer-type-widened", "/other"),
    _need_more: ("request-field-now-required", None),
    _close: ("request-closed", None),
    _shorten: ("request-constraint-tightened", None),
    _narrow_enum: ("request-enum-narrowed", None),
    _drop_status: ("answer-status-removed", ""),
    _drop_operation: ("operation-removed", None),
    _need_parameter: ("parameter-added-required", None),
}


@pytest.mark.parametrize("mutation", BREAKING, ids=lambda mutation: mutation.__name__)
@given(question=OBJECTS, answer=OBJECTS)
@settings(max_examples=15, deadline=None)
def test_every_planted_break_is_found(mutation: Callable[[Json], None], question: Any, answer: Any) -> None:
    old = described(question, answer)
    new = copy.deepcopy(old)
    mutation(new)
    broken = [(change.rule, change.field) for change in changes_between(old, new) if change.breaking]
    assert broken == [BREAKING[mutation]]
    assert [change.rule for change in changes_between(new, new)] == []


@given(question=OBJECTS, answer=OBJECTS, extra=SCHEMAS)
@settings(max_examples=30, deadline=None)
def test_what_only_adds_breaks_nothing(question: Any, answer: Any, extra: Any) -> None:
    old = described(question, answer)
    new = copy.deepcopy(old)
    question_of(new)["properties"]["extra"] = extra
    answer_of(new)["properties"]["extra"] = extra
    operation(new)["parameters"] = [query()]
    new["paths"]["/b"] = new["paths"]["/a"]
    changes = changes_between(old, new)
    assert {change.rule for change in changes if change.path == "/a"} == {
        "request-field-added",
        "answer-field-added",
        "parameter-added",
    }
    assert not any(change.breaking for change in changes)


def test_the_seed_s_descriptions_can_be_compared() -> None:
    for entry in SEED["services"]:
        assert faults_of(entry["document"]) == [] and changes_between(entry["document"], entry["document"]) == []


def test_breaking_changes_come_first() -> None:
    old, new = described(obj(a=TEXT), obj(a=TEXT)), described(obj(a=TEXT, b=TEXT), obj(b=TEXT))
    order: list[Change] = changes_between(old, new)
    assert [change.breaking for change in order] == [True, False, False]
