"""The steps between the states: which lead where, and whose they are."""

from __future__ import annotations

from dataclasses import replace
from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.model import Dataset, DatasetId, Group, GroupId
from chalicelib.opendata.standard.governance import (
    STATES,
    STEPS,
    Hand,
    State,
    check_step,
    needs_four_eyes,
    state_of,
)
from chalicelib.shared.errors import NotAllowed, WrongState

DATASET = Dataset(DatasetId("d"), "d", GroupId("o"), True, {}, "me", "2026-01-01", "2026-01-01")
ALL: frozenset[Hand] = frozenset({"editor", "steward", "publisher"})

WAYS = {
    ("draft", "submit"): ("wait", "editor"),
    ("revoked", "submit"): ("wait", "editor"),
    ("wait", "check"): ("approval", "steward"),
    ("wait", "reject"): ("draft", "steward"),
    ("approval", "reject"): ("draft", "publisher"),
    ("approval", "approve"): ("published", "publisher"),
    ("wait", "withdraw"): ("draft", "editor"),
    ("approval", "withdraw"): ("draft", "editor"),
    ("draft", "publish"): ("published", "publisher"),
    ("wait", "publish"): ("published", "publisher"),
    ("approval", "publish"): ("published", "publisher"),
    ("revoked", "publish"): ("published", "publisher"),
    ("published", "revoke"): ("revoked", "publisher"),
}


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("name", STEPS)
def test_each_step_leads_from_its_states_and_needs_its_hand(state: State, name: str) -> None:
    step = STEPS[name]
    if (state, name) not in WAYS:
        with pytest.raises(WrongState) as refused:
            check_step(step, state, ALL)
        assert state in refused.value.en and STATES[state].th in refused.value.th
        return
    target, hand = WAYS[state, name]
    assert (step.target, step.hand[state]) == (target, hand)
    check_step(step, state, frozenset({cast(Hand, hand)}))
    with pytest.raises(NotAllowed):
        check_step(step, state, ALL - {cast(Hand, hand)})


def test_reasons_are_asked_for_where_somebody_loses_something() -> None:
    assert {step.name for step in STEPS.values() if step.reason} == {"reject", "revoke"}
    assert {step.name for step in STEPS.values() if step.whole} == {"submit", "check", "approve", "publish"}


@given(
    st.booleans(),
    st.sampled_from(["active", "draft", "deleted"]),
    st.sampled_from(["", "wait", "approval", "published", "revoked", "nonsense"]),
)
def test_what_everybody_sees_is_published_and_nothing_else_is(private: bool, state: str, governance: str) -> None:
    dataset = replace(DATASET, private=private, state=state, governance=governance)  # type: ignore[arg-type]  # drawn
    assert (state_of(dataset) == "published") is dataset.public
    assert (state_of(dataset) == "deleted") is (state == "deleted")


@pytest.mark.parametrize(("value", "needed"), [("true", True), ("True", True), ("false", False), ("", False)])
def test_an_organisation_asks_for_four_eyes_in_its_extras(value: str, needed: bool) -> None:
    extras = ({"key": "four_eyes", "value": value},)
    group = Group(GroupId("o"), "organization", "o", "o", "", "", "2026-01-01", extras=extras)
    assert needs_four_eyes(group) is needed
    assert not needs_four_eyes(replace(group, extras=()))
