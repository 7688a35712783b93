"""Two systems come to an agreement: every step, who may take it, and what then passes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.gdx.agreements import store
from chalicelib.gdx.agreements.seals import PARTY_TYPE
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.refusals import AccessDenied
from chalicelib.gdx.store import agreement_key
from chalicelib.shared.jose import TokenRefused, verify_jwt
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.storage import Update
from tests.gdx.agreements.parties import PROVIDER, TERMS, Talk, signature
from tests.gdx.exchange import BIZ, CITIZEN, OFFICE, PERSON, Exchange
from tests.support.keys import LocalSigner

REASON = {"th": "ตรวจสอบการใช้ข้อมูล", "en": "The use of the data is being looked into."}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def talk(exchange: Exchange) -> Talk:
    return Talk(exchange)


def passes(exchange: Exchange) -> bool:
    try:
        exchange.service.exchanges.run(exchange.ask())
    except AccessDenied:
        return False
    return True


def test_from_request_to_force_by_both_signatures(exchange: Exchange, talk: Talk) -> None:
    assert not passes(exchange)
    assert talk.begin(OFFICE).status == 201
    assert (talk.view["state"], talk.view["version"], talk.view["possible"]) == ("REQUESTED", 1, ["terminate"])
    assert talk.look(PROVIDER)["possible"] == ["agree", "offer", "terminate"]
    assert talk.act("offer", PROVIDER, terms={**TERMS, "daily_quota": 50}).status == 200
    assert (talk.view["state"], talk.view["offered_by"]) == ("OFFERED", "provider")
    for act, by, state in [
        ("accept", OFFICE, "ACCEPTED"),
        ("agree", PROVIDER, "AGREED"),
        ("verify", OFFICE, "VERIFIED"),
        ("finalize", PROVIDER, "FINALIZED"),
    ]:
        assert not passes(exchange), f"nothing passes before {act}"
        answer = talk.sign(act, by) if act in ("agree", "verify") else talk.act(act, by)
        assert answer.status == 200, answer.text
        assert talk.view["state"] == state
    assert passes(exchange)
    assert [seal["party"] for seal in talk.view["signatures"]] == ["provider", "consumer", "exchange"]
    (shown,) = (
        each
        for each in exchange.client.get("/gdx/v1/agreements", token=talk.token(OFFICE)).json["items"]
        if each["service"] == PERSON
    )
    assert (shown["order"], shown["daily_quota"], shown["state"]) == ("agreed", 50, "FINALIZED")
    assert shown["document_hash"] == talk.view["document_hash"]


def test_the_signatures_can_be_checked_by_anyone_and_outlive_the_keys(exchange: Exchange, talk: Talk) -> None:
    identifier = talk.conclude()
    directory = exchange.service.directory
    for name in (OFFICE, PROVIDER):
        system = directory.subsystem_now(SubsystemId.parse(name))
        assert system is not None
        directory.register_subsystem(replace(system, jwks={"keys": [dict(LocalSigner().public_jwk)]}), "rotated")
    shown = exchange.client.get(f"/gdx/v1/agreements/{identifier}", token=talk.token("operator")).json
    assert shown["proven"] is True
    assert json.loads(shown["terms_text"])["fields"] == TERMS["fields"]
    seals = {seal["party"]: seal for seal in shown["signatures"]}
    for party, name in (("consumer", OFFICE), ("provider", PROVIDER)):
        assert seals[party]["kid"] == exchange.keys[name].kid
        claims = verify_jwt(seals[party]["token"], {"keys": [seals[party]["jwk"]]}, PARTY_TYPE, now=exchange.now)
        assert claims == json.loads(shown["terms_text"])
    counter = verify_jwt(
        seals["exchange"]["token"],
        exchange.service.voice.jwks(),
        "gdx-countersignature+jwt",
        now=exchange.now,
    )
    assert counter["terms_sha256"] == shown["terms_sha256"] and set(counter["signatures"]) == {"consumer", "provider"}
    with pytest.raises(TokenRefused):
        verify_jwt(seals["consumer"]["token"], {"keys": [seals["provider"]["jwk"]]}, PARTY_TYPE, now=exchange.now)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda talk, key: signature(key, talk.view["terms_text"], typ="JWT"), "typ"),
        (lambda talk, key: signature(key, talk.view["terms_text"] + " "), "another text"),
        (lambda talk, key: signature(key, talk.view["terms_text"].replace(":100,", ":999,")), "another text"),
        (lambda talk, key: signature(LocalSigner(), talk.view["terms_text"]), "no such key"),
        (lambda talk, key: signature(LocalSigner(), talk.view["terms_text"], kid=key.kid), "does not hold"),
        (lambda talk, key: signature(key, talk.view["terms_text"], alg="none"), "ES256"),
        (lambda talk, key: signature(talk.exchange.keys[OFFICE], talk.view["terms_text"]), "no such key"),
        (lambda talk, key: signature(key, talk.view["terms_text"])[:-6], "compact JWS|does not hold"),
        (lambda talk, key: "a.b", "compact JWS"),
        (lambda talk, key: "", "compact JWS"),
        (lambda talk, key: "é.é.é", "compact JWS"),
    ],
)
def test_a_signature_that_does_not_hold_agrees_to_nothing(talk: Talk, made: Any, said: str) -> None:
    talk.begin(OFFICE)
    answer = talk.act("agree", PROVIDER, signature=made(talk, talk.exchange.keys[PROVIDER]))
    assert answer.status == 422, answer.text
    (error,) = answer.json["errors"]
    assert error["pointer"] == "/signature" and re.search(said, error["message_en"]) and error["message_th"]
    assert talk.look(PROVIDER)["state"] == "REQUESTED"


def test_a_withdrawn_system_signs_nothing(exchange: Exchange, talk: Talk) -> None:
    talk.begin(OFFICE)
    directory = exchange.service.directory
    system = directory.subsystem_now(SubsystemId.parse(PROVIDER))
    assert system is not None
    token = talk.token(PROVIDER)
    directory.register_subsystem(replace(system, active=False), "withdrawn")
    assert token and talk.sign("agree", PROVIDER).status == 422


def test_a_stranger_sees_no_negotiation_and_no_agreement(exchange: Exchange, talk: Talk) -> None:
    identifier = talk.conclude()
    for path in (
        f"/gdx/v1/negotiations/{talk.id}",
        f"/gdx/v1/negotiations/{talk.id}/history",
        f"/gdx/v1/agreements/{identifier}",
        f"/gdx/v1/agreements/{identifier}/odrl",
    ):
        assert exchange.client.get(path, token=talk.token(OFFICE)).status == 200
        for stranger in (BIZ, CITIZEN):
            hidden = exchange.client.get(path, token=exchange.token(stranger))
            absent = exchange.client.get(path.replace(identifier, "x" * 20), token=exchange.token(stranger))
            assert hidden.status == absent.status == 404 and hidden.json["detail"] == absent.json["detail"]
    for act in ("accept", "finalize", "resume"):
        assert talk.act(act, CITIZEN).status == 404
    assert talk.act("terminate", CITIZEN, because=REASON).status == 404


@pytest.mark.parametrize(
    "identifier",
    ["x", "x.0", "x.01", ".1", "x.1234567", "x.-1", "x.๑", "%2F.1", pytest.param("x" * 3000 + ".1", id="long")],
)
def test_what_is_no_id_is_not_found(exchange: Exchange, identifier: str) -> None:
    for kind in ("negotiations", "agreements"):
        assert exchange.client.get(f"/gdx/v1/{kind}/{identifier}", token=exchange.token()).status == 404


def test_only_the_two_begin(exchange: Exchange, talk: Talk) -> None:
    answer = talk.begin(BIZ)
    assert answer.status == 422 and answer.json["errors"][0]["pointer"] == "/consumer"
    own = talk.begin(PROVIDER, consumer=PROVIDER)
    assert own.status == 422 and "own" in own.json["errors"][0]["message_en"]
    unknown = talk.begin(PROVIDER, consumer="TH/LOCAL/NOWHERE/office")
    assert unknown.status == 422 and unknown.json["errors"][0]["pointer"] == "/consumer"
    assert talk.begin(OFFICE, service="TH/CENTRAL/DOPA/civil/nothing").json["errors"][0]["pointer"] == "/service"


def test_the_sandbox_and_the_real_exchange_agree_on_nothing(talk: Talk) -> None:
    answer = talk.begin(OFFICE, service=PERSON.replace("TH/", "TH-TEST/", 1))
    assert answer.status == 422
    assert ["/service", "The two are in different instances."] in [
        [error["pointer"], error["message_en"]] for error in answer.json["errors"]
    ]


def test_a_step_out_of_turn_says_what_is_possible(talk: Talk) -> None:
    talk.begin(PROVIDER)
    assert talk.view["state"] == "OFFERED"
    answer = talk.act("finalize", PROVIDER)
    assert answer.status == 409
    said = answer.json["errors"][0]["message_en"]
    assert "OFFERED" in said and "consumer: accept, offer, terminate" in said and "provider: terminate" in said
    assert "สถานะ OFFERED" in answer.json["errors"][0]["message_th"]
    assert talk.act("terminate", OFFICE, because=REASON).status == 200
    over = talk.act("accept", OFFICE)
    assert over.status == 409 and "begin a new negotiation" in over.json["errors"][0]["message_en"]


def test_what_was_not_seen_is_not_agreed_to(talk: Talk) -> None:
    talk.begin(OFFICE)
    first = talk.revision
    assert talk.act("agree", PROVIDER, headers={"if-match": ""}, signature="a.b.c").status == 400
    without = talk.exchange.client.post(f"/gdx/v1/negotiations/{talk.id}/accept", token=talk.token(OFFICE), json=None)
    assert without.status == 428
    talk.act("offer", PROVIDER, terms={**TERMS, "daily_quota": 1})
    assert talk.act("accept", OFFICE, headers={"if-match": f'"v{first}"'}).status == 412
    assert talk.look()["state"] == "OFFERED"


def test_a_repeated_step_is_answered_as_the_first_time(exchange: Exchange, talk: Talk) -> None:
    key = {"idempotency-key": "begin-1"}
    first = talk.begin(OFFICE, headers=key)
    again = talk.begin(OFFICE, headers=key)
    assert again.headers["idempotent-replayed"] == "true" and again.status == 201
    assert (again.json, again.headers["location"]) == (first.json, first.headers["location"])
    assert len(exchange.client.get("/gdx/v1/negotiations", token=talk.token(OFFICE)).json["items"]) == 1
    other = talk.begin(OFFICE, terms={**TERMS, "daily_quota": 2}, headers=key)
    assert other.status == 422
    made = signature(exchange.keys[PROVIDER], talk.view["terms_text"])
    headers = {"idempotency-key": "agree-1", "if-match": f'"v{talk.revision}"'}
    agreed = talk.act("agree", PROVIDER, headers=headers, signature=made)
    repeated = talk.act("agree", PROVIDER, headers=headers, signature=made)
    assert repeated.json == agreed.json and repeated.headers["etag"] == agreed.headers["etag"]
    assert (
        len(exchange.client.get(f"/gdx/v1/negotiations/{talk.id}/history", token=talk.token(OFFICE)).json["items"]) == 2
    )


def test_the_history_is_a_chain(exchange: Exchange, talk: Talk) -> None:
    talk.conclude()
    events = exchange.parts.journal.history(store.history_pk(talk.id))
    assert chain_is_whole(events)
    shown = exchange.client.get(f"/gdx/v1/negotiations/{talk.id}/history", token=talk.token(PROVIDER)).json["items"]
    assert [each["type"].rsplit(".", 1)[1] for each in shown] == ["requested", "agreed", "verified", "finalized"]
    assert [each["by"] for each in shown] == [f"system:{name}" for name in (OFFICE, PROVIDER, OFFICE, PROVIDER)]
    assert [each["prev"] for each in shown[1:]] == [each["hash"] for each in shown[:-1]]


def test_every_step_is_told_to_whoever_listens(exchange: Exchange, talk: Talk) -> None:
    exchange.pump()
    heard: list[tuple[str, Any]] = []
    exchange.service.listeners["gdx.agreement."] = lambda event: heard.append((event.type, event.data))
    talk.conclude()
    exchange.pump()
    assert [kind for kind, _ in heard] == [
        f"gdx.agreement.{what}" for what in ("requested", "agreed", "verified", "finalized")
    ]
    assert heard[-1][1] == {
        "agreement": talk.view["agreement"],
        "version": 1,
        "order": "agreed",
        "consumer": OFFICE,
        "service": PERSON,
        "state": "FINALIZED",
        "because": None,
    }


def test_lists_are_by_side_and_by_page(exchange: Exchange, talk: Talk) -> None:
    ids = []
    for _ in range(3):
        talk.begin(OFFICE)
        ids.append(talk.id)
    path = "/gdx/v1/negotiations?limit=2"
    page = exchange.client.get(path, token=talk.token(OFFICE)).json
    rest = exchange.client.get(f"{path}&after={page['next']}", token=talk.token(OFFICE)).json
    assert [each["id"] for each in (*page["items"], *rest["items"])] == ids[::-1] and rest["next"] is None
    assert exchange.client.get(f"{path}&after={page['next']}", token=talk.token(PROVIDER)).status == 400
    served = exchange.client.get("/gdx/v1/negotiations?role=provider", token=talk.token(PROVIDER)).json["items"]
    assert {each["id"] for each in served} == set(ids)
    assert exchange.client.get("/gdx/v1/negotiations", token=talk.token(PROVIDER)).json["items"] == []
    operator = talk.token("operator")
    assert len(exchange.client.get(f"/gdx/v1/negotiations?system={OFFICE}", token=operator).json["items"]) == 3
    assert exchange.client.get("/gdx/v1/negotiations", token=operator).status == 422


def test_the_old_version_stays_in_force_until_the_new_one_is(exchange: Exchange, talk: Talk) -> None:
    identifier = talk.conclude()
    old = Talk(exchange, fresh=False)
    old.id, old.tokens = talk.id, talk.tokens
    talk.begin(PROVIDER, terms={**TERMS, "fields": ["/status"]})
    assert (talk.view["agreement"], talk.view["version"]) == (identifier, 2)
    second = talk.begin(OFFICE)
    assert second.status == 409 and talk.id in second.json["errors"][0]["message_en"]
    for answer in (talk.act("accept", OFFICE), talk.sign("agree", PROVIDER), talk.sign("verify", OFFICE)):
        assert answer.status == 200, answer.text
        assert old.look()["state"] == "FINALIZED" and passes(exchange)
        assert exchange.client.get(f"/gdx/v1/agreements/{identifier}", token=talk.token(OFFICE)).json["version"] == 1
    assert talk.act("finalize", PROVIDER).status == 200
    ended = old.look()
    assert (ended["state"], "newer version" in ended["because"]["en"]) == ("TERMINATED", True)
    current = exchange.client.get(f"/gdx/v1/agreements/{identifier}", token=talk.token(OFFICE)).json
    assert (current["version"], current["fields"], current["proven"]) == (2, ["/status"], True)
    before = exchange.client.get(f"/gdx/v1/agreements/{identifier}?version=1", token=talk.token(OFFICE)).json
    assert (before["fields"], before["proven"]) == (TERMS["fields"], True)
    assert exchange.client.get(f"/gdx/v1/agreements/{identifier}?version=3", token=talk.token(OFFICE)).status == 404


def test_after_failed_talks_the_agreement_is_amended_with_the_next_number(exchange: Exchange, talk: Talk) -> None:
    talk.conclude()
    talk.begin(OFFICE, terms={**TERMS, "daily_quota": 5})
    assert talk.act("terminate", PROVIDER, because=REASON).status == 200
    assert talk.begin(OFFICE, terms={**TERMS, "daily_quota": 6}).status == 201
    assert talk.view["version"] == 3 and passes(exchange)


def test_of_two_talks_of_strangers_one_comes_to_stand(exchange: Exchange, talk: Talk) -> None:
    rival = Talk(exchange, fresh=False)
    rival.begin(OFFICE)
    rival.sign("agree", PROVIDER)
    rival.sign("verify", OFFICE)
    talk.conclude()
    late = rival.act("finalize", PROVIDER)
    assert late.status == 409 and "Another agreement" in late.json["errors"][0]["message_en"]


@pytest.mark.parametrize(("by", "other"), [(OFFICE, PROVIDER), (PROVIDER, OFFICE), ("operator", OFFICE)])
def test_whoever_suspends_resumes(exchange: Exchange, talk: Talk, by: str, other: str) -> None:
    talk.conclude()
    assert talk.act("suspend", by, because=REASON).status == 200
    assert (talk.view["state"], talk.view["because"]) == ("SUSPENDED", REASON) and not passes(exchange)
    assert talk.act("resume", other).status == 409
    assert talk.act("resume", by).status == 200 and passes(exchange)
    assert talk.view["because"] is None
    assert talk.act("terminate", other, because=REASON).status == 200 and not passes(exchange)
    assert talk.act("resume", by).status == 409


def test_what_the_law_orders_the_parties_cannot_change(exchange: Exchange) -> None:
    talk = Talk(exchange, fresh=False)
    refused = talk.begin(OFFICE)
    assert refused.status == 409 and "ordered by law" in refused.json["errors"][0]["message_en"]
    shown = exchange.client.get("/gdx/v1/agreements/laemngop-person", token=talk.token(OFFICE)).json
    assert (shown["order"], shown["proven"]) == ("ordered", True)
    assert [seal["party"] for seal in shown["signatures"]] == ["exchange"] and "B.E. 2562" in shown["legal_basis_en"]
    talk.id = "laemngop-person.1"
    talk.look(OFFICE)
    for by in (OFFICE, PROVIDER):
        assert talk.act("suspend", by, because=REASON).status == 409
        assert talk.act("terminate", by, because=REASON).status == 409
    assert talk.act("suspend", "operator", because=REASON).status == 200 and not passes(exchange)
    assert talk.act("resume", "operator").status == 200 and passes(exchange)


def test_ordering_the_same_changes_nothing_and_other_terms_are_a_new_version(exchange: Exchange) -> None:
    assert exchange.agree().json["changed"] is False
    assert exchange.agree(daily_quota=7).json["changed"] is True
    shown = exchange.client.get("/gdx/v1/agreements/laemngop-person", token=exchange.token(OFFICE)).json
    assert (shown["version"], shown["daily_quota"], shown["proven"]) == (2, 7, True)
    assert exchange.agree(daily_quota=7, state="SUSPENDED").json["changed"] is True and not passes(exchange)
    assert exchange.agree(daily_quota=7, state="SUSPENDED").json["changed"] is False
    assert exchange.agree(daily_quota=7).json["changed"] is True and passes(exchange)
    assert exchange.agree(daily_quota=7, state="TERMINATED").json["changed"] is True and not passes(exchange)
    assert exchange.agree(daily_quota=7).json["changed"] is True and passes(exchange)
    taken = exchange.agree(consumer=BIZ, service=PERSON)
    assert taken.status == 422 and taken.json["errors"][0]["pointer"] == "/id"
    assert exchange.agree(fields=["/nothing"]).json["errors"][0]["pointer"] == "/fields/0"
    assert exchange.agree(consumer="TH/LOCAL/NOWHERE/office").json["errors"][0]["pointer"] == "/consumer"


def test_an_order_takes_the_place_of_what_was_agreed(exchange: Exchange, talk: Talk) -> None:
    talk.conclude()
    assert exchange.agree(daily_quota=9).json["changed"] is True
    assert talk.look()["state"] == "TERMINATED" and passes(exchange)


def test_the_exchange_countersigns_only_what_it_can_prove(exchange: Exchange, talk: Talk) -> None:
    talk.begin(OFFICE)
    talk.sign("agree", PROVIDER)
    talk.sign("verify", OFFICE)
    agreement, version = talk.id.rsplit(".", 1)
    item = exchange.table.get(store.negotiation_key(agreement, int(version)))
    assert item is not None
    text = item.data["terms"].replace('"daily_quota":100', '"daily_quota":999')
    exchange.table.write([Update(item.next({**item.data, "terms": text}))], "forged")
    talk.look()
    refused = talk.act("finalize", PROVIDER)
    assert refused.status == 409 and "signatures" in refused.json["errors"][0]["message_en"] and not passes(exchange)


def test_an_agreement_that_is_over_by_then_is_not_concluded(exchange: Exchange, talk: Talk) -> None:
    talk.begin(OFFICE, terms={**TERMS, "valid_until": "2026-11-26"})
    exchange.pass_time(days=3)
    talk.tokens.clear()
    refused = talk.sign("agree", PROVIDER)
    assert refused.status == 409 and refused.json["errors"][0]["pointer"] == "/terms/valid_until"


def test_the_pair_is_one_place(exchange: Exchange, talk: Talk) -> None:
    talk.conclude()
    pair = exchange.table.get(agreement_key(SubsystemId.parse(OFFICE), ServiceId.parse(PERSON)))
    assert pair is not None and pair.data["content"]["id"] == talk.view["agreement"]
    assert "seals" not in pair.data, "the pipeline reads no signatures with each exchange"
