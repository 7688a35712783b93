"""Needed, not needed, or still open: by questions that depend on each other, and never taken back."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.definitions.guide import Question
from chalicelib.biz.definitions.partial import UNKNOWN
from chalicelib.biz.guide import answers as reading
from chalicelib.biz.guide.rules import Asked, Verdict, decide, questions, stand
from chalicelib.biz.guide.vocabulary import shared

from ..samples import text
from .samples import guided

OWN = {"text": text("มีเวทีหรือไม่", "Is there a stage?"), "kind": "yes_no"}
SERVICE = guided()
HALL = guided(
    "music-hall",
    questions=["business", "stage", "seats"],
    asks={
        "stage": OWN,
        "seats": {
            "text": text("ที่นั่งกี่ที่", "How many seats?"),
            "kind": "number",
            "asked_if": {"required": ["stage"], "properties": {"stage": {"const": True}}},
        },
    },
    needed={
        "anyOf": [
            {"required": ["seats"], "properties": {"seats": {"minimum": 100}}},
            {"required": ["business"], "properties": {"business": {"contains": {"const": "alcohol"}}}},
        ]
    },
)


def verdict(answers: dict[str, Any], service: Any = SERVICE) -> Verdict:
    asked = questions(shared(), [service])
    found = decide(service, asked, stand(asked, answers))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("answers", "needed", "by"),
    [
        ({}, None, ("business",)),
        ({"business": ["food"]}, None, ("area_m2", "in_market")),
        ({"business": ["food"], "area_m2": 240}, None, ("in_market",)),
        ({"business": ["food"], "area_m2": 240, "in_market": False}, True, ("business", "area_m2", "in_market")),
        # one reason is enough for a no, and nothing more is asked
        ({"business": ["food"], "area_m2": 200}, False, ("area_m2",)),
        ({"business": ["food"], "in_market": True}, False, ("in_market",)),
        ({"business": ["goods"]}, False, ("business",)),
        ({"business": []}, False, ("business",)),
        # an answer to what is not asked counts for nothing, and nor does one of which that is not known yet
        ({"business": ["goods"], "area_m2": 240, "in_market": False}, False, ("business",)),
        ({"area_m2": 240, "in_market": False}, None, ("business",)),
        ({"area_m2": 100}, None, ("business",)),
    ],
)
def test_what_is_said_by_some_answers(answers: dict[str, Any], needed: bool | None, by: tuple[str, ...]) -> None:
    assert verdict(answers) == Verdict(needed, by)


@pytest.mark.parametrize(
    ("answers", "needed", "by"),
    [
        ({}, None, ("business", "music-hall.stage")),
        ({"business": ["alcohol"]}, True, ("business",)),
        ({"business": ["food"]}, None, ("music-hall.stage",)),
        ({"business": ["food"], "music-hall.stage": True}, None, ("music-hall.seats",)),
        ({"business": ["food"], "music-hall.stage": False}, False, ("business", "music-hall.stage")),
        ({"music-hall.stage": True, "music-hall.seats": 100}, True, ("music-hall.seats",)),
        ({"business": ["food"], "music-hall.seats": 100}, None, ("music-hall.stage",)),
    ],
)
def test_a_service_may_ask_questions_of_its_own(
    answers: dict[str, Any], needed: bool | None, by: tuple[str, ...]
) -> None:
    assert verdict(answers, HALL) == Verdict(needed, by)


def test_own_questions_of_the_same_code_are_two_questions() -> None:
    other = guided("dance-hall", questions=["stage"], asks={"stage": OWN}, needed={"required": ["stage"]})
    asked = questions(shared(), [HALL, other])
    assert {"music-hall.stage", "dance-hall.stage"} <= asked.keys()
    standing = stand(asked, {"music-hall.stage": True})
    found = decide(other, asked, standing)
    assert found is not None
    assert found.needed is None


def test_answers_that_do_not_count_are_known_by_name() -> None:
    asked = questions(shared(), [SERVICE])
    standing = stand(asked, {"business": ["goods"], "rooms": 3, "where": "elsewhere"})
    assert standing.ignored == ("rooms",)
    assert standing.because["rooms"] == frozenset({"business"})
    assert stand(asked, {"rooms": 3}).waits["rooms"] == frozenset({"business"})


def test_of_a_service_that_asks_what_is_not_asked_any_more_nothing_is_said() -> None:
    later = guided(questions=["business", "moon"])
    asked = questions(shared(), [later])
    assert decide(later, asked, stand(asked, {"business": ["food"]})) is None
    silent = SERVICE.model_copy(update={"guide": None})
    assert decide(silent, asked, stand(asked, {})) is None


SERVICES = [SERVICE, HALL]
ASKED: dict[str, Asked] = questions(shared(), SERVICES)


def answer_to(question: Question) -> st.SearchStrategy[Any]:
    values = [choice.value for choice in question.choices]
    return {
        "yes_no": st.booleans(),
        "choice": st.sampled_from(values or [""]),
        "choices": st.lists(st.sampled_from(values or [""]), unique=True),
        "number": st.sampled_from([0, 99, 100, 200, 201]),
    }[question.kind]


USED = ("business", "area_m2", "in_market", "where", "music-hall.stage", "music-hall.seats")
WHOLE = st.fixed_dictionaries({name: answer_to(ASKED[name].question) for name in USED})


@given(whole=WHOLE, order=st.permutations(USED))
def test_nothing_is_taken_back_when_more_is_answered(whole: dict[str, Any], order: list[str]) -> None:
    """In whatever order people answer, a yes stays a yes and a no a no, and at the end nothing is open."""
    assert all(reading.fault(ASKED[name].question, value, "") is None for name, value in whole.items())
    said: dict[str, bool] = {}
    for number in range(len(order) + 1):
        standing = stand(ASKED, {name: whole[name] for name in order[:number]})
        for service in SERVICES:
            found = decide(service, ASKED, standing)
            assert found is not None
            if found.needed is None:
                assert service.id not in said
                assert found.by, "what is open says what decides it"
                assert all(standing.values[name] is UNKNOWN and name not in standing.waits for name in found.by)
            else:
                assert said.setdefault(service.id, found.needed) is found.needed
                assert all(standing.values[name] is not UNKNOWN for name in found.by)
    assert len(said) == len(SERVICES)


@given(whole=WHOLE)
def test_who_answers_only_what_is_asked_comes_to_an_end(whole: dict[str, Any]) -> None:
    answers: dict[str, Any] = {}
    for _ in itertools.count():
        standing = stand(ASKED, answers)
        found = [decide(service, ASKED, standing) for service in SERVICES]
        wanted = {name for each in found if each is not None and each.needed is None for name in each.by}
        if not wanted:
            break
        assert not wanted & answers.keys(), "nothing is asked twice"
        answers |= {name: whole[name] for name in wanted}
    everything = stand(ASKED, whole)
    assert [each and each.needed for each in found] == [
        each and each.needed for each in (decide(service, ASKED, everything) for service in SERVICES)
    ], "what was not asked would have changed nothing"
