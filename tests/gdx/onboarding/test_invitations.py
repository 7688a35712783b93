"""From invitation to first token: what opens, what does not, and that the code is kept by nobody."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Journal, chain_is_whole
from tests.gdx.exchange import MALEE, OFFICE, Exchange
from tests.gdx.onboarding.agency import CLINICS, ENDPOINT, MEMBER, Agency
from tests.support.keys import LocalSigner


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def agency(exchange: Exchange) -> Agency:
    return Agency(exchange)


def test_an_invited_agency_is_in_with_one_request_and_gets_a_token(agency: Agency) -> None:
    invited = agency.invited()
    assert invited.status == 201 and set(invited.json) == {"id", "member", "code", "expires_at"}
    answer = agency.redeem(invited.json["code"])
    assert (answer.status, answer.json) == (201, {"member": MEMBER, "subsystem": CLINICS})
    agency.exchange.keys[CLINICS] = agency.key
    assert agency.send("GET", "/gdx/v1/agreements").json["items"] == []
    shown = agency.send("GET", f"/gdx/v1/subsystems/{CLINICS}").json
    assert (shown["endpoint"], shown["domains"], shown["kids"]) == (ENDPOINT, ["trathealth.go.th"], [agency.key.kid])


def test_the_code_is_in_no_item_of_the_table_and_the_contact_only_sealed(agency: Agency) -> None:
    code = agency.invited().json["code"]
    assert agency.redeem(code, idempotency_key="once").status == 201
    stored = json.dumps([item.data for item, _ in agency.exchange.table._items.values()])
    secret = code.partition(".")[2]
    assert secret not in stored and "it@trathealth" not in stored
    (row,) = agency.exchange.rows(f"INVITATION#{code.partition('.')[0]}")[:1]
    assert row["code"] == hashlib.sha256(code.encode()).hexdigest()


def test_a_repeated_invitation_does_not_show_the_code_again(exchange: Exchange) -> None:
    body = {"member": MEMBER, "contact": "it@trathealth.go.th"}
    given = {"token": exchange.operator(), "json": body, "headers": {"idempotency-key": "k-1"}}
    first = exchange.client.post("/gdx/v1/invitations", **given).json
    again = exchange.client.post("/gdx/v1/invitations", **given)
    assert first["code"] and again.json == {**first, "code": None}
    assert again.headers["idempotent-replayed"] == "true"
    assert len(exchange.client.get("/gdx/v1/invitations", token=exchange.operator()).json["items"]) == 1


def test_a_code_opens_once(agency: Agency) -> None:
    code = agency.invited().json["code"]
    assert agency.redeem(code).status == 201
    other = agency.redeem(code, subsystem={"code": "other", "name_th": "ก", "name_en": "o"})
    assert (other.status, other.json["errors"][0]["pointer"]) == (403, "/code")


def test_a_lost_answer_may_be_asked_for_again(agency: Agency) -> None:
    arrival = agency.arrival(agency.invited().json["code"])
    answers = [
        agency.exchange.client.post("/gdx/v1/invitations/redeem", json=arrival, headers={"idempotency-key": "k"})
        for _ in range(2)
    ]
    assert [answer.json for answer in answers] == [{"member": MEMBER, "subsystem": CLINICS}] * 2


def test_codes_that_open_nothing_look_alike(agency: Agency) -> None:
    good = agency.invited().json
    client, operator = agency.exchange.client, agency.exchange.operator()
    revoked = agency.invited().json
    assert client.delete(f"/gdx/v1/invitations/{revoked['id']}", token=operator).status == 200
    wrong = [f"{good['id']}.{'0' * 32}", good["id"], "", "nonsense", ".", f"{'0' * 32}.x", revoked["code"]]
    told = {agency.redeem(code).text.partition('"instance"')[0] for code in wrong}
    agency.exchange.pass_time(days=14)
    told.add(agency.redeem(good["code"], proofs=[agency.proof()]).text.partition('"instance"')[0])
    assert len(told) == 1 and '"status": 403' in told.pop()


def test_an_invitation_lives_as_long_as_the_operator_says(agency: Agency) -> None:
    code = agency.invited(days=1).json["code"]
    agency.exchange.pass_time(days=1, seconds=-1)
    assert agency.redeem(code).status == 201
    assert agency.invited(days=31).status == 422


def test_operators_see_what_became_of_their_invitations(agency: Agency) -> None:
    client, operator = agency.exchange.client, agency.exchange.operator()
    first, second = agency.invited().json, agency.invited().json
    agency.redeem(first["code"])
    assert client.delete(f"/gdx/v1/invitations/{second['id']}", token=operator).status == 200
    items = {each["id"]: each for each in client.get("/gdx/v1/invitations", token=operator).json["items"]}
    assert (items[first["id"]]["state"], items[first["id"]]["redeemed"]) == ("REDEEMED", CLINICS)
    assert (items[second["id"]]["state"], items[second["id"]]["contact"]) == ("REVOKED", "it@trathealth.go.th")
    assert client.delete(f"/gdx/v1/invitations/{second['id']}", token=operator).status == 409
    assert client.delete("/gdx/v1/invitations/none", token=operator).status == 404
    events = agency.exchange.parts.journal.history(f"INVITATION#{first['id']}")
    assert [event.type for event in events] == ["gdx.invitation.made", "gdx.invitation.redeemed"]
    assert chain_is_whole(events) and events[1].by == f"system:{CLINICS}"


def test_only_operators_invite(agency: Agency) -> None:
    client = agency.exchange.client
    somebody = agency.exchange.people.token(pid=MALEE, name="ม", ial="2.3")
    for token, status in ((None, 401), (somebody, 403), (agency.exchange.token(), 403)):
        assert client.post("/gdx/v1/invitations", token=token, json={}).status == status
        assert client.get("/gdx/v1/invitations", token=token).status == status
        assert client.delete("/gdx/v1/invitations/x", token=token).status == status


SYSTEM = {"code": "clinics", "name_th": "ก", "name_en": "k"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"member": None}, "/member"),
        ({"subsystem": {**SYSTEM, "code": "a/b"}}, "/subsystem/code"),
        ({"subsystem": {**SYSTEM, "code": ""}}, "/subsystem/code"),
        ({"subsystem": {**SYSTEM, "endpoint": "https://elsewhere.go.th"}}, "/subsystem/endpoint"),
        ({"subsystem": {**SYSTEM, "endpoint": "http://gdx.trathealth.go.th"}}, "/subsystem/endpoint"),
        ({"subsystem": {**SYSTEM, "endpoint": "https://trathealth.go.th.evil.test"}}, "/subsystem/endpoint"),
        ({"jwks": {"keys": []}, "proofs": []}, "/jwks/keys"),
        ({"jwks": {"keys": [{"kty": "RSA", "kid": "1"}]}}, "/jwks/keys/0"),
        ({"proofs": []}, "/proofs"),
    ],
)
def test_what_does_not_fit_leaves_the_code_good(agency: Agency, changes: dict[str, Any], pointer: str) -> None:
    code = agency.invited().json["code"]
    answer = agency.redeem(code, **changes)
    assert answer.status == 422, answer.text
    fault = next(fault for fault in answer.json["errors"] if fault["pointer"] == pointer)
    assert fault["message_th"] and fault["message_en"]
    assert agency.redeem(code).status == 201


@pytest.mark.parametrize(
    "spoilt",
    [
        {"iss": OFFICE},
        {"aud": "https://elsewhere.test"},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"typ": "JWT"},
        {"iat": 0, "exp": 10},
        {"key": LocalSigner()},
    ],
)
def test_a_key_needs_a_proof_of_its_own(agency: Agency, spoilt: dict[str, Any]) -> None:
    code = agency.invited().json["code"]
    answer = agency.redeem(code, proofs=[agency.proof(**spoilt)])
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/proofs/0")


def test_a_proof_lives_five_minutes_at_most(agency: Agency) -> None:
    now = int(agency.exchange.now.timestamp())
    code = agency.invited().json["code"]
    assert agency.redeem(code, proofs=[agency.proof(exp=now + 301)]).status == 422
    assert agency.redeem(code, proofs=["x.y.z"]).status == 422
    assert agency.redeem(code, proofs=[agency.proof(exp=now + 300)]).status == 201


def test_a_point_off_the_curve_is_no_key(agency: Agency) -> None:
    odd = {**agency.key.public_jwk, "x": agency.key.public_jwk["y"]}
    answer = agency.redeem(agency.invited().json["code"], jwks={"keys": [odd]})
    assert answer.status == 422


def test_a_second_system_of_a_member_that_is_there(agency: Agency) -> None:
    agency.joined()
    code = agency.invited(domains=["other.go.th"]).json["code"]
    fresh = {**SYSTEM, "code": "second", "endpoint": "https://other.go.th"}
    proof = agency.proof(subsystem=f"{MEMBER}/second")
    refused = agency.redeem(code, subsystem=fresh, proofs=[proof], member=None)
    assert refused.json["errors"][0]["pointer"] == "/subsystem/endpoint", "the domains of a member change otherwise"
    placed = {**fresh, "endpoint": ENDPOINT}
    assert agency.redeem(code, subsystem=placed, proofs=[proof], member=None).status == 201


def test_an_invitation_takes_nobody_s_system_over(agency: Agency) -> None:
    agency.joined()
    stranger = Agency(agency.exchange)
    answer = stranger.redeem(stranger.invited().json["code"])
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (409, "/subsystem/code")
    assert agency.send("GET", "/gdx/v1/agreements").status == 200


def test_lost_keys_are_recovered_through_an_operator(agency: Agency) -> None:
    thief = agency.joined().key
    agency.key = LocalSigner()
    code = agency.invited(recovers=CLINICS).json["code"]
    elsewhere = {**SYSTEM, "code": "other"}
    refused = agency.redeem(code, subsystem=elsewhere, proofs=[agency.proof(subsystem=f"{MEMBER}/other")])
    assert refused.json["errors"][0]["pointer"] == "/subsystem/code"
    assert agency.redeem(code, subsystem=SYSTEM, member=None).status == 201
    exchange = agency.exchange
    assert exchange.ask_token(exchange.assertion(CLINICS, signer=thief)).status == 401
    assert exchange.ask_token(exchange.assertion(CLINICS, signer=agency.key)).status == 200
    keys = exchange.client.get(f"/gdx/v1/keys?subsystem={CLINICS}").json["items"]
    assert {key["kid"]: key["revoked"] and key["revoked"]["reason"] for key in keys} == {
        thief.kid: "compromised",
        agency.key.kid: None,
    }
    assert exchange.client.get("/gdx/v1/members").status == 200


def test_what_is_recovered_must_be_the_member_s(agency: Agency) -> None:
    for recovers in (OFFICE, CLINICS):
        answer = agency.invited(recovers=recovers)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/recovers")


@pytest.mark.parametrize("domain", ["go", "UPPER.go.th", "a..b", "https://a.go.th", "-a.go.th", "a.go.th/", "*.go.th"])
def test_domains_are_plain_names(agency: Agency, domain: str) -> None:
    answer = agency.invited(domains=[domain])
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/domains/0")


def test_of_two_who_redeem_at_once_one_is_let_in(agency: Agency) -> None:
    """The other one's request comes between this one's read and its write."""
    code, other = agency.invited().json["code"], {**SYSTEM, "code": "other"}
    proof = agency.proof(subsystem=f"{MEMBER}/other")
    exchange = agency.exchange
    waiting, won = [True], []

    class Slow(Journal):
        def commit(self, *given: Any, **named: Any) -> None:
            if waiting.pop() if waiting else False:
                won.append(agency.redeem(code, subsystem=other, proofs=[proof]).status)
            super().commit(*given, **named)

    exchange.service.onboarding.invitations._journal = Slow(
        exchange.table, exchange.queues, ids=new_id, clock=exchange.clock
    )
    lost = agency.redeem(code)
    assert (won, lost.status) == ([201], 409)
    assert exchange.ask_token(exchange.assertion(CLINICS, signer=agency.key)).status == 401
    assert exchange.ask_token(exchange.assertion(f"{MEMBER}/other", signer=agency.key)).status == 200
