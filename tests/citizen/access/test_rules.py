"""The clock of questions, and the filters of the log: from values alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.citizen.access import rules
from chalicelib.citizen.access.model import Question
from chalicelib.citizen.access.rules import Wanted
from chalicelib.citizen.model import Person
from chalicelib.shared.errors import WrongState
from tests.citizen.portal import Line

ASKED = dt.date(2026, 11, 25)
DUE = dt.date(2026, 12, 25)
QUESTION = Question("q", Person("p"), "r", "why", "TH/LOCAL/LAEMNGOP", "2026-11-25T03:00:00Z", DUE, "")


def test_thirty_days_after_the_day_of_asking() -> None:
    assert rules.due_day(ASKED) == DUE
    assert rules.due_day(dt.date(2027, 1, 31)) == dt.date(2027, 3, 2)
    assert not rules.ANSWER_WITHIN.is_verified, "nobody compared the term with the gazette"


@pytest.mark.parametrize(
    ("today", "steps"),
    [
        (dt.date(2026, 12, 17), []),
        (dt.date(2026, 12, 18), ["reminded"]),
        (DUE, ["reminded"]),
        (dt.date(2026, 12, 26), ["reminded", "overdue"]),
    ],
)
def test_a_week_before_it_is_reminded_and_the_day_after_it_is_overdue(today: dt.date, steps: list[str]) -> None:
    after, taken = rules.stepped(QUESTION, today)
    assert taken == steps and after.reminded == bool(steps) and after.overdue == ("overdue" in steps)


@given(st.lists(st.integers(0, 60), max_size=12))
def test_each_step_is_taken_once_however_often_the_clock_looks(days: list[int]) -> None:
    question, taken = QUESTION, list[str]()
    for day in sorted(days):
        question, now = rules.stepped(question, ASKED + dt.timedelta(days=day))
        taken += now
    last = max(days, default=0)
    assert taken == ["reminded"] * (last >= 23) + ["overdue"] * (last >= 31)


def test_what_is_answered_has_no_clock_and_is_answered_once() -> None:
    answered = replace(QUESTION, state="answered")
    assert rules.next_step(answered) is None and rules.stepped(answered, dt.date(2027, 6, 1)) == (answered, [])
    rules.may_answer(replace(QUESTION, overdue=True))
    with pytest.raises(WrongState):
        rules.may_answer(answered)


def test_who_got_the_data_answers_but_who_keeps_it_corrects() -> None:
    who = ("TH/SOE/GSB/loans", "TH/PARTNER/NCB/credit/report")
    assert rules.addressee("why", *who) == rules.addressee("object", *who) == "TH/SOE/GSB"
    assert rules.addressee("correct", *who) == "TH/PARTNER/NCB"


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(), True),
        (Wanted(agency="TH/CENTRAL/DGA"), True),
        (Wanted(agency="TH/CENTRAL/DGA/biz"), True),
        (Wanted(agency="TH/CENTRAL/DG"), False),
        (Wanted(service="TH/CENTRAL/DOPA"), True),
        (Wanted(service="TH/CENTRAL/DOPA/civil/person"), True),
        (Wanted(service="TH/CENTRAL/DOPA/civil/pers"), False),
        (Wanted(first=dt.date(2026, 11, 26)), True),
        (Wanted(first=dt.date(2026, 11, 27)), False),
        (Wanted(last=dt.date(2026, 11, 26)), True),
        (Wanted(last=dt.date(2026, 11, 25)), False),
    ],
)
def test_filters_mean_whole_names_and_thai_days(wanted: Wanted, fits: bool) -> None:
    line = Line(at="2026-11-25T18:30:00Z")  # half past one in the night of the 26th in Thailand
    assert wanted.fits(line) is fits
    assert wanted.over(line) is (wanted.first == dt.date(2026, 11, 27))
