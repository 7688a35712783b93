"""Texts that everybody reads, and the steps of a request."""

from __future__ import annotations

from typing import get_args

import pytest

from chalicelib.opendata.requests import rules
from chalicelib.opendata.requests.model import Request, State
from chalicelib.opendata.requests.rules import STATES, STEPS, Hand, check_step
from chalicelib.shared.errors import Invalid, NotAllowed, WrongState

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


def test_the_place_is_named_and_the_text_is_not_repeated() -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_texts({"title": "ดี", "purpose": "โทร 0812345678", "description": "a\x07b"})
    assert [fault.pointer for fault in refused.value.faults] == ["/purpose", "/description"]
    assert "0812345678" not in str([(fault.th, fault.en) for fault in refused.value.faults])
