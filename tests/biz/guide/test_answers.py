"""Answers as JSON and as links tell them, and in words."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.biz.definitions.guide import Question
from chalicelib.biz.guide import answers as reading
from chalicelib.biz.guide.vocabulary import shared

QUESTIONS = shared().questions


@pytest.mark.parametrize(
    ("code", "value", "words"),
    [
        ("where", "laem_ngop", ""),
        ("where", "moon", "is answered by one of: laem_ngop, elsewhere."),
        ("where", ["laem_ngop"], "is answered by one of"),
        ("business", [], ""),
        ("business", ["food", "alcohol"], ""),
        ("business", "food", "is answered by a list"),
        ("business", ["food", "food"], "without repeats"),
        ("business", [["food"]], "is answered by a list"),
        ("business", ["food"] * 10_000, "without repeats"),
        ("in_market", True, ""),
        ("in_market", 1, "is answered by true or false."),
        ("in_market", "yes", "is answered by true or false."),
        ("area_m2", 0, ""),
        ("area_m2", 12.5, ""),
        ("area_m2", -1, "is answered by a number from 0 to 100,000."),
        ("area_m2", True, "is answered by a number"),
        ("area_m2", float("nan"), "is answered by a number"),
        ("area_m2", 10**400, "is answered by a number"),
        ("area_m2", "12", "is answered by a number"),
        ("area_m2", None, "is answered by a number"),
        ("rooms", 2.5, "is answered by a whole number."),
        ("rooms", 2.0, ""),
    ],
)
def test_what_is_wrong_is_told_and_not_repeated(code: str, value: Any, words: str) -> None:
    found = reading.fault(QUESTIONS[code], value, f"/answers/{code}")
    if not words:
        assert found is None
        return
    assert found is not None
    assert words in found.en
    assert QUESTIONS[code].text.th in found.th
    assert "moon" not in found.th + found.en


@pytest.mark.parametrize(
    ("code", "given", "value"),
    [
        ("business", ["food", "alcohol"], ["food", "alcohol"]),
        ("business", ["food,alcohol"], ["food", "alcohol"]),
        ("business", ["food", "", "food"], ["food"]),
        ("business", ["none"], []),
        ("business", ["food", "none"], ["food", "none"]),
        ("business", [""], None),
        ("where", ["elsewhere", "laem_ngop"], "laem_ngop"),
        ("in_market", ["yes"], True),
        ("in_market", ["false"], False),
        ("in_market", ["perhaps"], "perhaps"),
        ("area_m2", ["1,250"], 1250),
        ("area_m2", [" ๒๔๐.๕ "], 240.5),
        ("area_m2", ["  "], None),
        ("area_m2", ["large"], "large"),
        ("area_m2", ["1e5"], "1e5"),
        ("area_m2", ["-3"], "-3"),
    ],
)
def test_an_address_is_read_as_people_write(code: str, given: list[str], value: Any) -> None:
    assert reading.from_address(QUESTIONS[code], given) == value


@pytest.mark.parametrize(
    ("code", "value"),
    [("business", ["food", "alcohol"]), ("business", []), ("where", "elsewhere"), ("in_market", False), ("rooms", 12)],
)
def test_a_link_says_what_was_answered(code: str, value: Any) -> None:
    assert reading.from_address(QUESTIONS[code], [reading.to_address(QUESTIONS[code], value)]) == value


def test_answers_in_words() -> None:
    def said(code: str, value: Any) -> tuple[str, str]:
        found = reading.in_words(QUESTIONS[code], value)
        return found.th, found.en

    assert said("area_m2", 1250.5) == ("1,250.5 ตารางเมตร", "1,250.5 square metres")
    assert said("in_market", False) == ("ไม่ใช่", "No")
    assert said("business", []) == ("ไม่มีข้อใดตรง", "None of these")
    assert (
        said("business", ["goods", "alcohol"])[1]
        == "Sell other goods, also on the internet; Sell spirits, beer or wine"
    )
    assert said("where", "elsewhere") == ("ที่อื่น", "Somewhere else")
    plain = Question.model_validate({"text": {"th": "กี่คน", "en": "How many?"}, "kind": "number"})
    assert reading.in_words(plain, 3).en == "3"


def test_who_lives_elsewhere_is_told_what_that_means() -> None:
    assert "ask there" in reading.notes(QUESTIONS["where"], "elsewhere")[0].en
    assert reading.notes(QUESTIONS["where"], "laem_ngop") == []
