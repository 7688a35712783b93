"""What holds for the comparison of any two descriptions: nothing breaks by itself, and no planted break is missed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.contract import document_hash, faults_of
from chalicelib.gdx.services.model import Change
from chalicelib.gdx.services.openapi_diff import changes_between
from tests.gdx.exchange import SEED
from tests.gdx.services.schemas import NUMBER, TEXT, WHOLE, Json, described, obj, operation, query

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


KEYWORDS = st.sampled_from(
    [
        *("type", "properties", "required", "items", "prefixItems", "allOf", "oneOf", "anyOf", "enum", "const", "$ref"),
        *("additionalProperties", "minimum", "exclusiveMinimum", "maxLength", "minItems", "readOnly", "not", "if", "a"),
    ]
)
WORDS = st.sampled_from(["string", "object", "array", "a", "#", "#/paths", "#/components/schemas/A", "https://x.test"])
NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS, inner, max_size=4),
    max_leaves=12,
)


@given(old=NONSENSE, new=NONSENSE, shared=NONSENSE)
@settings(max_examples=150, deadline=None)
def test_no_schema_whatever_it_says_stops_the_comparison(old: Any, new: Any, shared: Any) -> None:
    components = {"schemas": {"A": shared}}
    before = described(old, old or True, components=components)
    after = described(new, new or True, components=components)
    operation(before)["parameters"] = [query(schema=old), old]
    operation(after)["parameters"] = [query(schema=new), new]
    for change in changes_between(before, after):
        assert change.th and change.en and change.pointer.startswith("/")
    again = changes_between(before, copy.deepcopy(before))
    assert {change.rule for change in again} <= {"operation-not-comparable"}


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
