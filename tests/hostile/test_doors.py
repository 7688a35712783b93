"""Who is let in: every operation of the description by every kind of caller, and each guard taken away once."""

from __future__ import annotations

import pytest

from tests.hostile.doors import Doors, loosened, tightened


@pytest.fixture(scope="module")
def doors() -> Doors:
    return Doors()


def test_the_description_and_the_gate_say_the_same_of_everybody(doors: Doors) -> None:
    wrong = [
        found
        for name in doors.rules
        for visitor in doors.visitors
        if (found := doors.differs(name, visitor)) is not None
    ]
    assert wrong == []


def test_every_operation_and_every_kind_of_caller_was_tried(doors: Doors) -> None:
    assert doors.rules.keys() <= doors.doors.keys()
    assert len(doors.rules) >= 499 and len(doors.visitors) >= 25
    # what is not described is the way of systems through the exchange
    hidden = doors.doors.keys() - doors.rules.keys()
    assert all([rule.kind for rule in doors.doors[name][1].allow] == ["system"] for name in hidden)


def test_each_guard_that_is_taken_away_is_missed(doors: Doors) -> None:
    guards, unseen = 0, []
    for name in doors.rules:
        route = doors.doors[name][1]
        for what, allow in (*loosened(route), *tightened(route)):
            guards += 1
            if all(doors.differs(name, visitor, allow) is None for visitor in doors.visitors):
                unseen.append((name, what))
    assert unseen == []
    assert guards >= 1_500
