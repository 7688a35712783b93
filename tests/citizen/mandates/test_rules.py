"""The rules of mandates: ages to the day, lives, sides."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.citizen.mandates import rules
from chalicelib.citizen.mandates.model import Mandate, Status
from chalicelib.shared.ages import years
from chalicelib.shared.errors import Invalid, Refusal, WrongState

PARENT, CHILD = "1990100002021", "1990100028080"
TODAY = dt.date(2026, 12, 1)
NOW = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
DAYS = st.dates(dt.date(1930, 1, 1), dt.date(2060, 12, 31))


def record(born: str, **changes: object) -> dict[str, object]:
    return {
        "first_name_th": "ต้นกล้า",
        "last_name_th": "ใจดี",
        "birth_date": born,
        "status": "alive",
        "father_pid": PARENT,
        **changes,
    }


def mandate(status: Status = "held", kind: str = "agent", until: dt.date = TODAY) -> Mandate:
    return Mandate.model_validate(
        {
            "id": "m",
            "kind": kind,
            "person": "p",
            "actor": "a",
            "scopes": ("inbox",),
            "until": until,
            "status": status,
            "made_at": NOW,
            "person_pid": CHILD,
            "person_name": "ก",
            "actor_pid": PARENT,
        }
    )


@pytest.mark.parametrize(
    ("born", "until"),
    [
        ("2006-12-02", dt.date(2026, 12, 1)),  # twenty tomorrow
        ("2006-12-01", None),  # twenty today
        ("2006-11-30", None),
        ("2026-12-01", dt.date(2046, 11, 30)),
        ("2020-02-29", dt.date(2040, 2, 28)),  # 2040 has a 29th
        ("1880-02-29", None),
        ("", None),
        ("2020-13-01", None),
    ],
)
def test_a_parent_acts_until_the_day_before_the_child_is_twenty(born: str, until: dt.date | None) -> None:
    found = rules.proof(record(born), PARENT, TODAY)
    assert (None if found is None else found.until) == until


@pytest.mark.parametrize(
    "changes",
    [{"status": "deceased"}, {"status": None}, {"father_pid": CHILD}, {"father_pid": None, "mother_pid": None}],
)
def test_no_proof(changes: dict[str, object]) -> None:
    assert rules.proof(record("2020-03-14", **changes), PARENT, TODAY) is None
    assert rules.proof("nonsense", PARENT, TODAY) is None


def test_a_mother_is_a_parent_too() -> None:
    found = rules.proof(record("2020-03-14", father_pid=None, mother_pid=PARENT), PARENT, TODAY)
    assert found == rules.Proof("ต้นกล้า ใจดี", dt.date(2040, 3, 13))


@given(born=DAYS)
def test_sui_juris_is_the_first_day_on_which_somebody_is_twenty(born: dt.date) -> None:
    grown = rules.sui_juris_on(born)
    assert years(born, grown) == rules.SUI_JURIS
    assert years(born, grown - dt.timedelta(days=1)) == rules.SUI_JURIS - 1


@given(today=DAYS)
def test_a_mandate_lasts_a_year_at_most(today: dt.date) -> None:
    last = rules.last_possible_day(today)
    assert 364 <= (last - today).days <= 365
    assert rules.check(person="p", actor="a", until=last, today=today) == last
    for wrong in (None, last + dt.timedelta(days=1), today - dt.timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            rules.check(person="p", actor="a", until=wrong, today=today)
        assert [fault.pointer for fault in refused.value.faults] == ["/until"]


def test_every_fault_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        rules.check(person="p", actor="p", until=None, today=TODAY)
    assert [fault.pointer for fault in refused.value.faults] == ["/whom", "/until"]


@pytest.mark.parametrize("status", ["offered", "held", "declined", "ended", "expired"])
@pytest.mark.parametrize("kind", ["agent", "guardian"])
@pytest.mark.parametrize("who", ["p", "a", "x"])
def test_what_is_offered_is_what_can_be_done(status: Status, kind: str, who: str) -> None:
    given_ = mandate(status, kind)
    side = given_.side(who)
    offered = () if side is None else rules.commands(given_, side, TODAY)
    for command in ("accept", "decline", "end"):
        try:
            rules.commanded(given_, command, who, "ข", NOW, TODAY)
        except Refusal:
            assert command not in offered
        else:
            assert command in offered


def test_after_its_last_day_nothing_is_done_by_it() -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    rules.may_act(mandate(), "a", ["inbox"], TODAY)
    with pytest.raises(WrongState):
        rules.may_act(mandate(), "a", ["inbox"], tomorrow)
    assert rules.standing(mandate("offered"), tomorrow) == "expired"
