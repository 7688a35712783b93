"""A system asks, the person decides, either side ends it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.gdx.consents.model import ConsentState
from chalicelib.gdx.consents.store import consent_key, history_pk
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.sandbox.numbers import person_id
from chalicelib.gdx.webhooks.rules import EVENT, FAMILIES, cloud_event, named
from chalicelib.shared.jose import verify_jwt
from chalicelib.shared.journal import chain_is_whole
from tests.gdx.consents.bank import BANK, REPORT, Bank
from tests.gdx.exchange import MALEE, OFFICE, PERSON, SOMCHAI


def mine(bank: Bank, identifier: str, **given: Any) -> Any:
    """The consent as the person reads it."""
    return bank.client.get(f"/gdx/v1/me/consents/{identifier}", token=bank.person(**given))


def theirs(bank: Bank, identifier: str, client: str = BANK) -> Any:
    """The consent as a system reads it."""
    return bank.client.get(f"/gdx/v1/consents/{identifier}", token=bank.token(client))


def test_the_person_reads_in_plain_words_who_asks_for_what_and_how_to_say_no(bank: Bank) -> None:
    asked = bank.ask_consent()
    assert asked.status == 201 and asked.json["state"] == "REQUESTED" and asked.json["artefact"] is None
    assert asked.headers["location"] == f"/gdx/v1/consents/{asked.json['id']}"
    (entry,) = bank.client.get("/gdx/v1/me/consents", token=bank.person()).json["items"]
    shown = mine(bank, asked.json["id"])
    assert shown.json == entry and shown.headers["etag"] == '"v1"'
    th, en = entry["explained"]["th"], entry["explained"]["en"]
    for word in (
        "ธนาคารออมสิน",
        "คะแนนเครดิต",
        "พิจารณาคำขอสินเชื่อ",
        "2545 มาตรา 20",
        "25 ธ.ค. 2569",
        "ถอนความยินยอมได้ทุกเมื่อ",
        "30 วัน",
    ):
        assert word in th, word
    for word in ("Government Savings Bank", "credit score, risk grade", "loan", "s.20", "25 Dec 2026", "withdraw"):
        assert word in en, word
    assert [named["code"] for named in entry["what"]] == ["/score", "/grade"]


def test_the_person_is_told_that_somebody_asks_and_what_became_of_it(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    bank.pump()
    bank.decide(identifier, "give")
    bank.pump()
    bank.decide(identifier, "withdraw", match=None)
    bank.pump()
    sent = [sent for sent in bank.providers.sent if sent.url.endswith("/inbox/messages")]
    letters = [json.loads(one.body or b"") for one in sent]
    assert [letter["pid"] for letter in letters] == [MALEE] * 3 and len({letter["id"] for letter in letters}) == 3
    titles = [letter["title"]["en"] for letter in letters]
    assert titles[0] == "Government Savings Bank asks for your consent"
    assert titles[1].startswith("You gave your consent") and titles[2].endswith("has ended")
    assert all(
        bank.check_at_provider(one, "TH/CENTRAL/DGA/citizen", "inbox").client == "TH/CENTRAL/DGA/gdx" for one in sent
    )


def test_a_notice_that_could_not_be_delivered_is_sent_again_by_the_sweep(bank: Bank) -> None:
    bank.providers.die()
    bank.ask_consent()
    with pytest.raises(Exception):  # noqa: B017 - whatever it is, the queue delivers again
        bank.pump()
    bank.providers.reply(200, {"id": "m"})
    bank.pass_time(minutes=2)
    bank.service.sweep(bank.now)
    bank.pump()
    assert [sent.url.rsplit("/", 1)[-1] for sent in bank.providers.sent[-2:]] == ["messages", "news"]


def test_the_portal_learns_how_a_consent_stands_also_of_a_no(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    bank.pump()
    bank.decide(identifier, "refuse")
    bank.pump()
    sent = [sent for sent in bank.providers.sent if sent.url.endswith("/consents/news")]
    news = [json.loads(one.body or b"") for one in sent]
    assert [(each["id"], each["seq"], each["state"]) for each in news] == [
        (identifier, 1, "REQUESTED"),
        (identifier, 2, "REFUSED"),
    ]
    assert {each["pid"] for each in news} == {MALEE} and news[0]["title"]["en"].endswith("asks for your consent")
    letters = [sent for sent in bank.providers.sent if sent.url.endswith("/inbox/messages")]
    assert len(letters) == 1, "nobody is told their own no"


def test_giving_signs_what_both_sides_keep(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    token = bank.person(auth_time=int(bank.now.timestamp()) - 60)
    given = bank.decide(identifier, "give", token=token)
    assert given.json["state"] == "GIVEN" and given.headers["etag"] == '"v2"'
    artefact = theirs(bank, identifier).json["artefact"]
    assert artefact == given.json["artefact"]
    claims = verify_jwt(artefact, bank.service.voice.jwks(), "gdx-consent+jwt", now=bank.now)
    assert claims["jti"] == identifier and claims["client"] == BANK and claims["service"] == REPORT
    assert claims["purposes"] == ["loan-application"] and claims["fields"] == ["/score", "/grade"]
    assert claims["acr"] == "2.3" and claims["auth_time"] == int(bank.now.timestamp()) - 60
    assert claims["terms"] == given.json["terms"] and claims["exp"] - claims["nbf"] == 30 * 86400
    assert claims["sub"] not in (bank.keyring.pseudonym(MALEE), MALEE), "one name for one consumer only"


def test_every_decision_is_idempotent_and_heeds_what_was_read(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    assert bank.decide(identifier, "give", match=None).status == 428
    assert bank.decide(identifier, "give", match='"v7"').status == 412
    first = bank.decide(identifier, "give")
    assert bank.decide(identifier, "give").json == first.json
    assert bank.decide(identifier, "withdraw", match='"v1"').status == 412
    ended = bank.decide(identifier, "withdraw", match='"v2"')
    assert ended.json["state"] == "WITHDRAWN" and ended.json["closed_by"] == "person"
    assert bank.decide(identifier, "withdraw", match=None).json == ended.json
    assert bank.decide(identifier, "give", match='"v3"').status == 409
    history = bank.parts.journal.history(history_pk(identifier))
    assert [event.type.rsplit(".")[-1] for event in history] == ["requested", "given", "withdrawn"]
    assert chain_is_whole(history) and not any(MALEE in json.dumps(event.as_json()) for event in history)


def test_a_refusal_ends_it_and_the_person_is_left_alone_for_a_day(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    refused = bank.decide(identifier, "refuse")
    assert refused.json["state"] == "REFUSED" and bank.decide(identifier, "refuse").json == refused.json
    assert bank.decide(identifier, "give", match='"v2"').status == 409
    again = bank.ask_consent()
    assert again.status == 429 and int(again.headers["retry-after"]) > 80_000
    bank.pass_time(hours=24)
    assert bank.ask_consent().status == 201


def test_asking_again_for_the_same_is_the_same_and_for_other_terms_needs_the_first_given_up(bank: Bank) -> None:
    first = bank.ask_consent()
    assert bank.ask_consent().json == first.json
    assert bank.ask_consent(fields=["/score"]).status == 409
    path = f"/gdx/v1/consents/{first.json['id']}"
    dropped = bank.client.delete(path, token=bank.token(BANK))
    assert dropped.json["state"] == "WITHDRAWN" and dropped.json["closed_by"] == "consumer"
    assert bank.client.delete(path, token=bank.token(BANK)).json == dropped.json
    other = bank.ask_consent(fields=["/score"])
    assert other.status == 201 and other.json["id"] != first.json["id"] and other.json["fields"] == ["/score"]
    assert theirs(bank, first.json["id"]).json == dropped.json, "an ended one stays for both to read"
    states = {
        entry["id"]: entry["state"]
        for entry in bank.client.get("/gdx/v1/me/consents", token=bank.person()).json["items"]
    }
    assert states == {first.json["id"]: "WITHDRAWN", other.json["id"]: "REQUESTED"}


def test_a_repeat_with_its_key_is_answered_as_the_first_time(bank: Bank) -> None:
    first = bank.ask_consent(key="k-1")
    assert bank.decide(first.json["id"], "give").status == 200
    again = bank.ask_consent(key="k-1")
    assert again.headers["idempotent-replayed"] == "true" and again.json == first.json
    assert again.headers["location"] == first.headers["location"]
    assert bank.ask_consent(key="k-1", fields=["/score"]).status == 422


def test_a_key_that_met_an_open_request_never_makes_another(bank: Bank) -> None:
    first = bank.ask_consent(key="k-1")
    met = bank.ask_consent(key="k-2")
    assert met.status == 201 and met.json == first.json
    assert bank.client.delete(f"/gdx/v1/consents/{first.json['id']}", token=bank.token(BANK)).status == 200
    again = bank.ask_consent(key="k-2")
    assert again.headers["idempotent-replayed"] == "true" and again.json == met.json, "not asked anew"
    assert bank.ask_consent(key="k-2", fields=["/score"]).status == 422
    assert bank.ask_consent(key="k-3").json["id"] != first.json["id"]


def test_time_ends_what_nobody_ended(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    bank.decide(identifier, "give")
    bank.pass_time(days=31)
    assert theirs(bank, identifier).json["state"] == "EXPIRED"
    assert bank.decide(identifier, "withdraw", match=None).status == 409
    assert bank.ask_consent().status == 201


def test_nobody_else_sees_it(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    assert theirs(bank, identifier, OFFICE).status == 404
    assert mine(bank, identifier, pid=SOMCHAI).status == 404
    for what in ("give", "refuse", "withdraw"):
        assert bank.decide(identifier, what, token=bank.person(pid=SOMCHAI)).status == 404
    assert bank.client.get("/gdx/v1/me/consents", token=bank.person(pid=SOMCHAI)).json["items"] == []
    assert bank.client.delete(f"/gdx/v1/consents/{identifier}", token=bank.token(OFFICE)).status == 404
    for path in ("x", "0" * 32, "%2e%2e", "a" * 3000):
        assert mine(bank, path).status == 404 and theirs(bank, path).status == 404


def test_a_weak_login_may_not_decide(bank: Bank) -> None:
    identifier = bank.ask_consent(ial="2.3").json["id"]
    for ial, status in (("1.3", 401), ("2.1", 401), ("2.2", 401)):
        answer = bank.decide(identifier, "give", token=bank.person(ial=ial))
        assert answer.status == status and "assurance" in answer.json["type"], ial
    assert bank.decide(identifier, "give", token=bank.person(ial="2.3")).status == 200
    assert bank.client.get("/gdx/v1/me/consents", token=bank.person(ial="1.1")).status == 401


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"purposes": ["marketing"]}, "/purposes/0"),
        ({"fields": ["/score", "/accounts"]}, "/fields/1"),
        ({"data_life_days": 91}, "/data_life_days"),
        ({"pid": "3990100001014"}, "/pid"),
        ({"service": "nonsense"}, "/service"),
        ({"mode": "forever"}, "/mode"),
        ({"until": "2026-11-25T02:59:00+00:00"}, "/until"),
        ({"until": "2028-01-01T00:00:00+00:00"}, "/until"),
        ({"until": "2026-12-01T00:00:00"}, "/until"),
        ({"from": "2027-06-01T00:00:00+00:00", "until": "2027-06-02T00:00:00+00:00"}, "/from"),
        ({"ial": "1.1"}, "/ial"),
        ({"surplus": 1}, "/surplus"),
    ],
)
def test_what_goes_beyond_the_agreement_is_not_asked(bank: Bank, changes: dict[str, Any], pointer: str) -> None:
    refused = bank.ask_consent(**changes)
    assert refused.status == 422 and pointer in [error["pointer"] for error in refused.json["errors"]]
    assert MALEE not in refused.text and all(
        error["message_th"] and error["message_en"] for error in refused.json["errors"]
    )
    assert bank.rows("CONSENT") == []


def test_consent_is_not_asked_where_the_law_is_the_basis_nor_without_an_agreement(bank: Bank) -> None:
    by_law = bank.ask_consent(OFFICE, service=PERSON, purposes=["premises-inspection"], fields=["/status"])
    assert by_law.status == 409
    assert bank.ask_consent(OFFICE).status == 403


def test_nothing_stored_names_the_person(bank: Bank) -> None:
    bank.given()
    bank.pump()
    stored = "\n".join(f"{key} {item.data}" for key, (item, _) in bank.table._items.items())
    assert MALEE not in stored


def test_the_row_that_the_pipeline_reads_lies_where_it_looks(bank: Bank) -> None:
    bank.given()
    key = consent_key(bank.keyring.pseudonym(MALEE), SubsystemId.parse(BANK), ServiceId.parse(REPORT))
    item = bank.table.get(key)
    assert item is not None and item.data["state"] == ConsentState.GIVEN
    assert item.data["until"] == (bank.now + timedelta(days=30)).isoformat()


def test_the_system_can_be_told_of_each_step_without_the_person(bank: Bank) -> None:
    identifier = bank.ask_consent().json["id"]
    bank.decide(identifier, "give")
    bank.decide(identifier, "withdraw", match=None)
    for event in bank.parts.journal.history(history_pk(identifier)):
        assert EVENT.fullmatch(event.type) and event.type.startswith(FAMILIES) and event.queue is not None
        assert [str(system) for system in named(event)] == [BANK]
        told = cloud_event(event, "https://gdx.klang.test")
        assert told["subject"] == identifier and told["data"]["service"] == REPORT
        assert bank.keyring.pseudonym(MALEE) not in json.dumps(told)


def test_nobody_real_is_asked_for_the_sandbox_nor_the_other_way_round(bank: Bank) -> None:
    refused = bank.ask_consent(pid=person_id(1, born_before_1984=True))
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "/pid"
