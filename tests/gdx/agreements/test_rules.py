"""Who may do what in which state, and what a refusal says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.gdx.agreements.model import OPEN, STANDING, Act, Negotiation, Party, negotiation_id, split_id
from chalicelib.gdx.agreements.rules import moved, moves, opening
from chalicelib.gdx.agreements.terms import canonical, terms_text
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Agreement, AgreementState, Endpoint, Purpose
from chalicelib.shared.errors import WrongState

AGREEMENT = Agreement(
    id="a1",
    consumer=SubsystemId.parse("TH/LOCAL/LAEMNGOP/office"),
    service=ServiceId.parse("TH/CENTRAL/DOPA/civil/person"),
    endpoints=(Endpoint("POST", "/lookup"),),
    fields=("/status",),
    purposes=(Purpose("inspection", "ตรวจ", "To inspect"),),
    legal_basis=("กฎหมาย", "A law"),
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    daily_quota=10,
    order="agreed",
)


def standing(state: AgreementState, *, order: str = "agreed", suspended_by: Party | None = None) -> Negotiation:
    agreement = replace(AGREEMENT, state=state, order=order)
    return Negotiation(agreement, terms_text(agreement), Party.CONSUMER, "", "", suspended_by=suspended_by)


# the Dataspace Protocol's own transitions, written out as its state diagram gives them
PROTOCOL = {
    ("REQUESTED", "provider", "offer", "OFFERED"),
    ("REQUESTED", "provider", "agree", "AGREED"),
    ("OFFERED", "consumer", "offer", "REQUESTED"),
    ("OFFERED", "consumer", "accept", "ACCEPTED"),
    ("ACCEPTED", "provider", "agree", "AGREED"),
    ("AGREED", "consumer", "verify", "VERIFIED"),
    ("VERIFIED", "provider", "finalize", "FINALIZED"),
    *(
        (state, party, "terminate", "TERMINATED")
        for state in ("REQUESTED", "OFFERED", "ACCEPTED", "AGREED", "VERIFIED")
        for party in ("consumer", "provider", "operator")
    ),
}


def test_the_talks_are_those_of_the_dataspace_protocol() -> None:
    found = {
        (state.value, party.value, act.value, to.value)
        for state in OPEN
        for party in Party
        for act, to in moves(standing(state), party).items()
    }
    assert found == PROTOCOL
    assert (opening(Party.CONSUMER), opening(Party.PROVIDER)) == ("REQUESTED", "OFFERED")


@pytest.mark.parametrize(
    ("order", "suspended_by", "party", "possible"),
    [
        ("agreed", None, "consumer", {"suspend", "terminate"}),
        ("agreed", None, "provider", {"suspend", "terminate"}),
        ("agreed", None, "operator", {"suspend", "terminate"}),
        ("agreed", None, "exchange", {"suspend"}),
        ("ordered", None, "consumer", set()),
        ("ordered", None, "provider", set()),
        ("ordered", None, "operator", {"suspend", "terminate"}),
        ("ordered", None, "exchange", {"suspend"}),
        ("agreed", "consumer", "consumer", {"resume", "terminate"}),
        ("agreed", "consumer", "provider", {"terminate"}),
        ("agreed", "consumer", "operator", {"terminate"}),
        ("agreed", "operator", "provider", {"terminate"}),
        ("agreed", "operator", "operator", {"resume", "terminate"}),
        ("agreed", "exchange", "consumer", {"terminate"}),
        ("agreed", "exchange", "provider", {"resume", "terminate"}),
        ("agreed", "exchange", "operator", {"resume", "terminate"}),
        ("agreed", "exchange", "exchange", set()),
        ("ordered", "exchange", "provider", {"resume"}),
        ("ordered", "exchange", "consumer", set()),
    ],
)
def test_what_stands_can_be_stopped_by_whoever_may(
    order: str, suspended_by: str | None, party: str, possible: set[str]
) -> None:
    by = None if suspended_by is None else Party(suspended_by)
    state = AgreementState.FINALIZED if by is None else AgreementState.SUSPENDED
    found = moves(standing(state, order=order, suspended_by=by), Party(party))
    assert {act.value for act in found} == possible
    assert set(found.values()) <= {AgreementState.TERMINATED, *STANDING}


def test_nothing_comes_after_the_end() -> None:
    assert all(moves(standing(AgreementState.TERMINATED), party) == {} for party in Party)


@pytest.mark.parametrize("state", list(AgreementState))
@pytest.mark.parametrize("party", list(Party))
@pytest.mark.parametrize("act", list(Act))
def test_a_refusal_names_what_is_possible_instead(state: AgreementState, party: Party, act: Act) -> None:
    there = standing(state, suspended_by=Party.CONSUMER if state is AgreementState.SUSPENDED else None)
    if act in moves(there, party):
        assert moved(there, act, party) is moves(there, party)[act]
        return
    with pytest.raises(WrongState) as caught:
        moved(there, act, party)
    for text in (caught.value.th, caught.value.en):
        assert state.value in text and act.value in text
    possible = {each.value for other in (Party.CONSUMER, Party.PROVIDER) for each in moves(there, other)}
    assert all(each in caught.value.en and each in caught.value.th for each in possible)
    assert possible or "begin a new negotiation" in caught.value.en


def test_ids_tell_agreement_and_version() -> None:
    assert split_id(negotiation_id("a.b-2", 12)) == ("a.b-2", 12)
    assert [split_id(text) for text in ("", "a", "a.", ".1", "a.0", "a.01", "a.x", "a.1234567", "a.²")] == [None] * 9


def test_the_signed_text_is_canonical_json() -> None:
    # the example of RFC 8785 §3.2.2, without its fractions
    value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
    assert canonical(value).decode() == (
        '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    text = terms_text(AGREEMENT)
    assert text.startswith(
        '{"agreement":"a1","consent":false,"consumer":"TH/LOCAL/LAEMNGOP/office","daily_bytes":null,'
    )
    assert "state" not in text and "suspended" not in text
