"""Answers judged: words, pointers, formats, merge patches."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.definitions import forms
from chalicelib.biz.definitions.model import ServiceDefinition, Validity
from chalicelib.biz.licences import rules as licences
from chalicelib.biz.licences.model import NO_END
from chalicelib.shared import pointers

from ..samples import definition, small


def judged(answers: Any, **changes: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.en) for fault in forms.judge(definition(**changes), answers)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"words": "x", "width": 0}, [("/answers/width", "'Width' must be at least 1.")]),
        ({"words": "x", "width": 1001}, [("/answers/width", "'Width' must be at most 1000.")]),
        ({"words": "x", "width": "2"}, [("/answers/width", "'Width' must be of type integer.")]),
        ({"words": "x", "width": True}, [("/answers/width", "'Width' must be of type integer.")]),
        ({"words": "", "width": 1}, [("/answers/words", "'Words' must have at least 1 characters.")]),
        ({"width": 1}, [("/answers/words", "'Words' is missing.")]),
        (
            {"words": "x", "width": 1, "3990100001013": 1},
            [("/answers", "There are fields that the form does not ask for.")],
        ),
        ([], [("/answers", "'The form' must be of type object.")]),
    ],
)
def test_faults_say_what_to_mend_and_repeat_nothing(answers: Any, expected: list[tuple[str, str]]) -> None:
    assert judged(answers) == expected


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        ("date", "2026-02-28", "2026-02-30"),
        ("date", "2024-02-29", "20240229"),
        ("national-id", "3990100001013", "3990100001014"),
        ("juristic-id", "0105569999981", "3990100001013"),
    ],
)
def test_formats_are_really_checked(format: str, good: str, bad: str) -> None:
    made = small(form__schema__properties__words={"type": "string", "format": format})
    service = ServiceDefinition.model_validate(made)
    assert forms.judge(service, {"words": good, "width": 1}) == []
    assert [fault.pointer for fault in forms.judge(service, {"words": bad, "width": 1})] == ["/answers/words"]
    assert [fault.pointer for fault in forms.judge(service, {"words": 5, "width": 1})] == ["/answers/words"]


@pytest.mark.parametrize("value", ["12345\n", "๑๒๓๔๕", "123456", " 12345"])
def test_a_pattern_means_the_whole_text(value: str) -> None:
    schema = {"type": "string", "maxLength": 10, "pattern": "^[0-9]{5}$"}
    assert judged({"words": value, "width": 1}, form__schema__properties__words=schema) == [
        ("/answers/words", "'Words' does not have the right form.")
    ]


def test_faults_are_bounded() -> None:
    schema = small()["form"]["schema"]
    names = [f"f{number}" for number in range(500)]
    schema["properties"] |= {name: {"type": "integer"} for name in names}
    answers = {"words": "x", "width": 1} | dict.fromkeys(names, "x")
    assert len(judged(answers, form__schema=schema)) == forms.MAX_FAULTS


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(target: Any, patch: Any, expected: Any) -> None:
    assert pointers.merge(target, patch) == expected


@given(st.lists(st.text(max_size=4), min_size=1, max_size=4), st.integers())
def test_what_was_put_is_found(tokens: list[str], value: int) -> None:
    pointer = pointers.join(tokens)
    assert pointers.parts(pointer) == tokens
    assert pointers.find(pointers.put({}, pointer, value), pointer) == value


def test_pointers_into_lists_and_nowhere() -> None:
    document = {"a": [{"b": 1}], "": 2}
    assert pointers.find(document, "/a/0/b") == 1
    assert pointers.find(document, "") == document
    for nowhere in ("/a/1", "/a/-1", "/a/٠", "/b", "/a/0/b/c"):
        assert pointers.find(document, nowhere) is pointers.MISSING
    for bad in ("", "/a/b"):
        with pytest.raises(ValueError, match=r"put|value"):
            pointers.put({"a": 5}, bad, 1)


@pytest.mark.parametrize(
    ("issued", "years", "days", "last"),
    [
        (dt.date(2026, 11, 25), 1, 0, dt.date(2027, 11, 24)),
        (dt.date(2028, 2, 29), 1, 0, dt.date(2029, 2, 28)),
        (dt.date(2026, 1, 1), 1, 0, dt.date(2026, 12, 31)),
        (dt.date(2026, 1, 1), 0, 30, dt.date(2026, 1, 30)),
    ],
)
def test_the_last_day_of_validity(issued: dt.date, years: int, days: int, last: dt.date) -> None:
    rule = Validity(years=years, days=days, source="test", verified="design")
    assert licences.valid_until(issued, rule) == last


@pytest.mark.parametrize(
    ("begins", "ends", "years", "last", "words"),
    [
        (dt.date(2026, 1, 1), "year_end", 0, dt.date(2026, 12, 31), "ถึงวันที่ 31 ธันวาคม"),
        (dt.date(2026, 12, 31), "year_end", 0, dt.date(2026, 12, 31), "ถึงวันที่ 31 ธันวาคม"),
        (dt.date(2028, 2, 29), "year_end", 1, dt.date(2029, 12, 31), "1 ปี ถึงวันที่ 31 ธันวาคม"),
        (dt.date(2026, 11, 25), "never", 0, NO_END, "ไม่มีกำหนดหมดอายุ"),
    ],
)
def test_validity_to_the_end_of_a_year_or_without_an_end(
    begins: dt.date, ends: Any, years: int, last: dt.date, words: str
) -> None:
    rule = Validity(ends=ends, years=years, source="test", verified="design")
    assert licences.valid_until(begins, rule) == last
    assert rule.words().th == words
