"""What a power of attorney may hold, how it ends, what it covers."""

from __future__ import annotations

import datetime as dt
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.delegations import rules
from chalicelib.biz.delegations.model import Command, Delegation, Status
from chalicelib.biz.model import Act, Case, Power
from chalicelib.biz.noun import CaseId
from chalicelib.shared.errors import Invalid, NotAllowed, NotFound, WrongState

NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 25)
SERVICES = ("food", "hotel", "alcohol")


def deed(**changes: Any) -> Delegation:
    good = {
        "id": "d1",
        "grantor": "malee",
        "agent": "somchai",
        "juristic_id": None,
        "services": ("food",),
        "acts": ("fill", "file"),
        "until": dt.date(2027, 3, 31),
        "ial": "2.3",
        "offered_at": NOW,
        "grantor_pid": "p1",
        "grantor_name": "มาลี",
        "agent_pid": "p2",
    }
    return Delegation.model_validate({**good, **changes})


def case(**changes: Any) -> Case:
    good = {
        "id": CaseId("c1"),
        "service": "food",
        "service_version": 1,
        "agency": "TH/LOCAL/X",
        "owner": "malee",
        "applicant": "person",
        "state": "draft",
        "opened_at": NOW,
        "pid": "p1",
        "applicant_name": "มาลี",
    }
    return Case.model_validate({**good, **changes})


@pytest.mark.parametrize(
    ("today", "last"),
    [
        ("2026-11-25", "2027-11-24"),
        ("2027-01-01", "2027-12-31"),
        ("2028-02-29", "2029-02-28"),
        ("2027-03-01", "2028-02-29"),
    ],
)
def test_a_power_lasts_a_year_at_most(today: str, last: str) -> None:
    assert rules.last_possible_day(dt.date.fromisoformat(today)).isoformat() == last


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({}, []),
        ({"until": TODAY}, []),
        ({"until": dt.date(2027, 11, 24)}, []),
        ({"until": dt.date(2027, 11, 25)}, ["/until"]),
        ({"until": dt.date(2026, 11, 24)}, ["/until"]),
        ({"agent": "malee"}, ["/agent"]),
        ({"services": ("food", "none")}, ["/services/1"]),
        ({"services": ("food", "hotel", "food")}, ["/services/2"]),
        ({"agent": "malee", "until": dt.date(2020, 1, 1), "services": ("x",)}, ["/agent", "/until", "/services/0"]),
    ],
)
def test_everything_wrong_with_an_offer_is_told_at_once(changes: dict[str, Any], pointers: list[str]) -> None:
    wish = {"grantor": "malee", "agent": "somchai", "services": ("food",), "until": dt.date(2027, 3, 31), **changes}
    found = []
    try:
        rules.check(**wish, today=TODAY, known=SERVICES.__contains__)
    except Invalid as refused:
        found = [fault.pointer for fault in refused.faults]
    assert found == pointers


OUTCOMES: dict[tuple[Status, Command, str], Status | type[Exception]] = {
    ("offered", "accept", "somchai"): "accepted",
    ("offered", "decline", "somchai"): "declined",
    ("offered", "revoke", "malee"): "revoked",
    ("accepted", "revoke", "malee"): "revoked",
    ("accepted", "resign", "somchai"): "resigned",
}


@pytest.mark.parametrize("who", ["malee", "somchai", "anong"])
@pytest.mark.parametrize("name", get_args(Command))
@pytest.mark.parametrize("status", get_args(Status))
def test_who_may_do_what_in_which_state(status: Status, name: Command, who: str) -> None:
    side = {"accept": "somchai", "decline": "somchai", "resign": "somchai", "revoke": "malee"}[name]
    expected = OUTCOMES.get(
        (status, name, who), NotFound if who == "anong" else NotAllowed if who != side else WrongState
    )
    before = deed(status=status)
    offered = rules.commands(before, "grantor" if who == "malee" else "agent", TODAY) if who != "anong" else ()
    if isinstance(expected, str):
        after = rules.commanded(before, name, who, "สมชาย", NOW, TODAY)
        assert after.status == expected
        assert (after.agent_name is not None) is (name == "accept")
        assert (after.ended_at is not None) is (name != "accept")
        assert name in offered
    else:
        with pytest.raises(expected):
            rules.commanded(before, name, who, "สมชาย", NOW, TODAY)
        assert name not in offered


@pytest.mark.parametrize("status", ["offered", "accepted"])
def test_after_its_last_day_nothing_can_be_done_with_it(status: Status) -> None:
    before = deed(status=status, until=TODAY)
    assert rules.standing(before, TODAY) == status
    tomorrow = TODAY + dt.timedelta(days=1)
    assert rules.standing(before, tomorrow) == "expired"
    for name, who in (("accept", "somchai"), ("revoke", "malee"), ("resign", "somchai")):
        with pytest.raises(WrongState):
            rules.commanded(before, name, who, "x", NOW, tomorrow)  # type: ignore[arg-type] # a loop of literals
    for side in ("grantor", "agent"):
        assert rules.commands(before, side, tomorrow) == ()


powers = st.builds(
    Power,
    delegation=st.text("abc", min_size=1, max_size=3),
    grantor=st.sampled_from(["malee", "anong"]),
    agent=st.just("somchai"),
    juristic_id=st.sampled_from([None, "0105569999981"]),
    services=st.lists(st.sampled_from(SERVICES), unique=True).map(tuple),
    acts=st.lists(st.sampled_from(get_args(Act)), min_size=1, unique=True).map(tuple),
    until=st.dates(dt.date(2026, 11, 20), dt.date(2026, 12, 1)),
)


@settings(max_examples=60)
@given(
    st.lists(powers, max_size=4),
    st.sampled_from(SERVICES),
    st.sampled_from([None, "0105569999981"]),
    st.lists(st.sampled_from(get_args(Act)), max_size=2, unique=True),
)
def test_an_agent_may_exactly_what_one_of_their_live_powers_says(
    found: list[Power], service: str, company: str | None, acts: list[Act]
) -> None:
    """Beside an independent reading of the law: the power is the owner's, names the service, the party and the day."""
    about = case(service=service, juristic_id=company, applicant="juristic" if company else "person")
    reaching = []
    for power in found:
        named = not power.services or any(each == service for each in power.services)
        if power.grantor == "malee" and power.juristic_id == company and named and not power.until < TODAY:
            reaching.append(power)
    able = [power for power in reaching if not acts or any(act in power.acts for act in acts)]
    if able:
        assert rules.allowing(found, about, acts, TODAY) in able
    else:
        with pytest.raises(NotAllowed if reaching else NotFound):
            rules.allowing(found, about, acts, TODAY)


@settings(max_examples=40)
@given(powers, st.dates(dt.date(2026, 11, 1), dt.date(2026, 12, 31)))
def test_no_power_reaches_beyond_its_last_day(power: Power, day: dt.date) -> None:
    service = power.services[0] if power.services else "food"
    assert rules.covers(power, service, power.juristic_id, day) is (day <= power.until)


@pytest.mark.parametrize(
    ("changes", "who", "service", "company", "refused"),
    [
        ({}, "somchai", "food", None, None),
        ({"services": ()}, "somchai", "hotel", None, None),
        ({}, "somchai", "hotel", None, NotAllowed),
        ({"acts": ("file",)}, "somchai", "food", None, NotAllowed),
        ({}, "malee", "food", None, NotFound),
        ({}, "anong", "food", None, NotFound),
        ({"status": "offered"}, "somchai", "food", None, WrongState),
        ({"status": "revoked"}, "somchai", "food", None, WrongState),
        ({"until": dt.date(2026, 11, 24)}, "somchai", "food", None, WrongState),
        ({}, "somchai", "food", "0105569999981", Invalid),
        ({"juristic_id": "0105569999981"}, "somchai", "food", None, Invalid),
        ({"juristic_id": "0105569999981"}, "somchai", "food", "0105569999981", None),
    ],
)
def test_who_may_open_an_application_by_it(
    changes: dict[str, Any], who: str, service: str, company: str | None, refused: type[Exception] | None
) -> None:
    found = deed(**{"status": "accepted", **changes})
    if refused is None:
        assert rules.may_open(found, who, service, company, TODAY) == found.power
    else:
        with pytest.raises(refused):
            rules.may_open(found, who, service, company, TODAY)
