"""Texts that everybody reads, and the steps of a request."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.requests import rules
from chalicelib.opendata.requests.model import Request, State
from chalicelib.opendata.requests.rules import STATES, STEPS, Hand, check_step, personal
from chalicelib.shared.errors import Invalid, NotAllowed, WrongState
from chalicelib.shared.thai import check_digit

ALL: frozenset[Hand] = frozenset({"author", "editor", "steward", "publisher"})


def request(state: State) -> Request:
    return Request("r", "t", "d", "p", "", "o", "citizen:me", "2026-01-01", "2026-01-01", state)


def test_the_states_are_the_national_ones() -> None:
    assert set(STATES) == set(get_args(State))
    assert STATES["requestdata_wait_council"][0] == "รอการอนุมัติ"


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("name", STEPS)
def test_a_step_needs_its_state_and_its_hand(state: State, name: str) -> None:
    step = STEPS[name]
    hand = step.hand.get(state)
    if hand is None:
        with pytest.raises(WrongState):
            check_step(step, request(state), ALL)
        return
    check_step(step, request(state), frozenset({hand}))
    with pytest.raises(NotAllowed):
        check_step(step, request(state), ALL - {hand})


def test_what_is_closed_only_moderators_touch() -> None:
    for state in ("requestdata_received", "requestdata_reject"):
        assert {step.name for step in STEPS.values() if state in step.hand} == {"hide", "show"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ข้อมูลรถเมล์ปี 2569", 0),
        ("ตาราง 1234567890123 แถว", 0),
        ("เลขของฉัน 1990100002021", 1),
        ("เลขของฉัน 1-9901-00002-02-1", 1),
        ("เลขของฉัน ๑๙๙๐๑๐๐๐๐๒๐๒๑", 1),
        ("โทร 081-234-5678", 1),
        ("โทร ๐๘๑๒๓๔๕๖๗๘", 1),
        ("โทร +66 81 234 5678", 1),
        ("somchai@mail.example โทร 02 534 7000", 2),
        ("พ.ศ. 2560 ถึง 2569 จำนวน 489,303,800 บาท", 0),
        ("พิกัด 13.7563, 100.5018", 0),
    ],
)
def test_what_tells_who_somebody_is_is_found(text: str, kinds: int) -> None:
    assert len(personal(text)) == kinds


@given(st.from_regex(r"[1-8][0-9]{11}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_every_national_id_is_found_however_it_is_written(digits: str, between: str) -> None:
    number = digits + check_digit(digits)
    assert personal(f"คือ {between.join(number)} ครับ")[0][1] == "a national id"


def test_the_place_is_named_and_the_text_is_not_repeated() -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_texts({"title": "ดี", "purpose": "โทร 0812345678", "description": "a\x07b"})
    assert [fault.pointer for fault in refused.value.faults] == ["/purpose", "/description"]
    assert "0812345678" not in str([(fault.th, fault.en) for fault in refused.value.faults])


@given(st.text(max_size=200))
def test_no_text_breaks_the_check(text: str) -> None:
    assert isinstance(personal(text), list)
