"""What a definition may say to the guide, and in what words a mistake is told."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.biz.definitions import lint
from chalicelib.biz.guide.vocabulary import RESERVED, shared

from ..samples import small, text
from .samples import FOOD, GUIDE, guided

OWN = {"text": text("มีเวทีหรือไม่", "Is there a stage?"), "kind": "yes_no"}


def told(**changes: Any) -> list[str]:
    return [str(problem) for problem in lint.problems(guided(**changes))]


def needed(**properties: Any) -> dict[str, Any]:
    return {"required": ["business"], "properties": {**FOOD, **properties}}


def test_a_guide_that_comes_out_as_its_cases_say_may_be_published() -> None:
    assert told() == []


def test_the_shared_questions_hold_what_is_asked_of_own_ones() -> None:
    """The same rules, with the shared questions taken for a service's own."""
    questions = shared().questions
    assert not questions.keys() & RESERVED
    earlier: set[str] = set()
    for code, question in questions.items():
        assert bool(question.choices) == (question.kind in ("choice", "choices")), code
        assert set((question.asked_if or {}).get("properties", {})) <= earlier, code
        assert (question.unit is not None) == (question.kind == "number"), code
        assert question.help is not None, code
        earlier.add(code)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"questions": ["business", "area_m2", "in_market", "moon"]}, "/guide/questions: there is no question 'moon'"),
        ({"questions": ["business", "business", "area_m2", "in_market"]}, "'business' is there twice"),
        ({"questions": [*GUIDE["questions"], "guests"]}, "'guests' decides nothing"),
        ({"needed": needed(guests={"minimum": 3})}, "/guide/needed/properties/guests: 'guests' is not among"),
        ({"needed": {**needed(), "required": ["rooms"]}}, "/guide/needed/required: 'rooms' is not among"),
        ({"needed": needed(area_m2={"const": "big"})}, "compares 'area_m2' with what is no answer to it"),
        ({"needed": needed(business={"contains": {"const": "fodo"}})}, "compares 'business' with what is no answer"),
        ({"needed": needed(in_market={"enum": ["yes"]})}, "compares 'in_market' with what is no answer to it"),
        ({"needed": {**needed(), "additionalProperties": False}}, "the guide does not read 'additionalProperties'"),
        ({"needed": {**needed(), "minProperties": 1}}, "the guide does not read 'minProperties'"),
        ({"needed": {"allOf": [{"not": {"maxProperties": 1}}]}}, "/guide/needed/allOf/0/not/maxProperties: the guide"),
        ({"needed": {"type": "array", "maxItems": 1}}, "/guide/needed/type: the answers are an object"),
        ({"needed": {"$ref": "https://evil.example/x"}}, "$ref leads outside"),
        ({"needed": {"$defs": {"a": {}}, "properties": {"business": {"$ref": "#/$defs/a"}}}}, "follows no $ref"),
        ({"needed": needed(business={"type": "array", "items": {"type": "string", "maxLength": 9}})}, "a list needs"),
        ({"because": text("Large", "Large")}, "/guide/because/th: has no Thai letter"),
        # own questions
        ({"asks": {"business": OWN}}, "/guide/asks/business: is a question, or a word, that all services share"),
        ({"asks": {"lang": OWN}}, "/guide/asks/lang: is a question, or a word, that all services share"),
        ({"asks": {"stage": OWN}}, "/guide/asks/stage: is never asked"),
        ({"asks": {"stage": {**OWN, "most": 3}}}, "only a number has unit, most and whole"),
        ({"asks": {"stage": {**OWN, "kind": "choice"}}}, "/guide/asks/stage/choices: a question of the kind 'choice'"),
        (
            {"asks": {"stage": {**OWN, "kind": "choice", "choices": [{"value": "none", "label": text()}] * 2}}},
            "/guide/asks/stage/choices: 'none' is there twice",
        ),
        (
            {"asks": {"stage": {**OWN, "asked_if": {"properties": {"later": {"const": True}}}}, "later": OWN}},
            "/guide/asks/stage/asked_if/properties/later: 'later' is not among the shared questions",
        ),
        # what is filled in
        ({"prefills": {"moon": "/width"}}, "/guide/prefills: there is no question 'moon'"),
        ({"prefills": {"rooms": "/height"}}, "/guide/prefills/rooms: /height is no field of the schema"),
        ({"prefills": {"area_m2": "/width"}}, "/width takes no answer of the kind 'number' that 'area_m2' has"),
        ({"prefills": {"in_market": "/words"}}, "/words takes no answer of the kind 'yes_no'"),
        # cases
        ({"tests": []}, "/guide/tests: at least one case must be needed"),
        ({"tests": GUIDE["tests"][:1]}, "/guide/tests: at least one case must be not needed"),
        ({"tests": [*GUIDE["tests"], {"answers": {"moon": 1}, "needed": False}]}, "/guide/tests/3: there is no"),
        (
            {"tests": [*GUIDE["tests"], {"answers": {"business": "food"}, "needed": False}]},
            "/guide/tests/3: 'business': 'What will you do?' is answered by a list, without repeats, out of: food,",
        ),
        (
            {"tests": [*GUIDE["tests"], {"answers": {"business": ["food"], "area_m2": 240}, "needed": True}]},
            "/guide/tests/3: leaves open what is needed; answer also in_market",
        ),
        (
            {"tests": [*GUIDE["tests"], {"answers": {"business": ["goods"], "area_m2": 240}, "needed": False}]},
            "/guide/tests/3: answers 'area_m2', which is not asked in this case",
        ),
        (
            {"tests": [*GUIDE["tests"], {"answers": {"business": ["goods"]}, "needed": True}]},
            "/guide/tests/3: the guide says not needed",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(changes: dict[str, Any], expected: str) -> None:
    assert expected in "\n".join(told(**changes))


def test_a_field_that_a_register_fills_is_not_filled_by_the_guide() -> None:
    rule = {
        "pointer": "/width",
        "service": "TH/CENTRAL/DOPA/civil/person",
        "path": "/lookup",
        "request": {"pid": "$pid"},
        "select": "/width",
        "lock": True,
        "purpose": text(),
        "legal_basis": "test",
    }
    assert "what a state register says" in "\n".join(told(prefills={"rooms": "/width"}, prefill=[rule]))
    assert told(prefills={"rooms": "/width"}, prefill=[{**rule, "lock": False}]) == []


def test_an_own_question_is_asked_after_those_that_it_depends_on() -> None:
    asks = {
        "stage": OWN,
        "seats": {**OWN, "asked_if": {"required": ["stage"], "properties": {"stage": {"const": True}}}},
    }
    changes: dict[str, Any] = {
        "asks": asks,
        "questions": ["business", "stage", "seats"],
        "needed": {"required": ["seats"], "properties": {"seats": {"const": True}, "stage": {}, "business": {}}},
        "tests": [
            {"answers": {"stage": True, "seats": True}, "needed": True},
            {"answers": {"stage": False}, "needed": False},
        ],
    }
    assert told(**changes) == []


@pytest.mark.parametrize(
    "guide",
    [
        None,
        [],
        "x",
        {**GUIDE, "needed": True},
        {**GUIDE, "needed": {"properties": {"business": {"properties": []}}}},
        {**GUIDE, "needed": {"required": "business"}},
        {**GUIDE, "needed": {"properties": {"business": {"contains": {"pattern": "(a+)+$"}}}}},
        {**GUIDE, "needed": {"allOf": [{"allOf": [{"allOf": [{}] * 50}] * 50}] * 50}},
        {**GUIDE, "needed": {"properties": {"business": {"uniqueItems": True}, "area_m2": {"enum": [{}] * 19000}}}},
        {**GUIDE, "asks": {f"q{number}": OWN for number in range(3000)}},
        {**GUIDE, "tests": [{"answers": {"business": [["food"]], "area_m2": {"a": []}}, "needed": True}] * 50},
        {**GUIDE, "tests": GUIDE["tests"] * 50},
    ],
)  # fmt: skip
def test_whatever_is_sent_is_judged_and_not_believed(guide: Any) -> None:
    definition, found = lint.examine(small(guide=guide))
    assert found or (definition is not None and definition.guide is None)
