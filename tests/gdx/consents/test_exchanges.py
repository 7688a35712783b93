"""Consent in the pipeline: nothing passes without it, and withdrawing it bites at the very next call."""

from __future__ import annotations

import json

import pytest

from chalicelib.gdx.refusals import ConsentNeeded
from chalicelib.shared.errors import Refusal
from tests.gdx.consents.bank import BANK, REPORT, Bank
from tests.gdx.exchange import MALEE, SOMCHAI

NEEDED = "server.serverproxy.consent_needed"


def test_data_flows_from_consent_to_withdrawal_and_not_beyond(bank: Bank) -> None:
    before = bank.call_report()
    assert before.headers["x-road-error"] == NEEDED and bank.providers.sent == []
    identifier = bank.ask_consent().json["id"]
    assert bank.call_report().headers["x-road-error"] == NEEDED, "asked is not given"
    bank.decide(identifier, "give")
    flowing = bank.call_report()
    assert flowing.json == {"score": 742, "grade": "BB"}, "the consent is narrower than the agreement"
    (line,) = bank.service.access_log.entries(MALEE).items
    assert line.fields == ("/score", "/grade") and line.consumer == BANK
    bank.decide(identifier, "withdraw", match=None)
    asked = len(bank.providers.sent)
    assert bank.call_report().headers["x-road-error"] == NEEDED and len(bank.providers.sent) == asked


def test_it_serves_nobody_but_the_person_who_gave_it(bank: Bank) -> None:
    bank.given()
    other = bank.r1(f"/r1/{REPORT}/lookup", client=BANK, json={"pid": SOMCHAI})
    assert other.headers["x-road-error"] == NEEDED


def test_it_begins_and_ends_at_its_times(bank: Bank) -> None:
    from_tomorrow = {"from": "2026-11-26T00:00:00+00:00", "until": "2026-11-27T00:00:00+00:00"}
    bank.given(**from_tomorrow)
    assert bank.call_report().headers["x-road-error"] == NEEDED
    bank.pass_time(days=1)
    assert bank.call_report().status == 200
    bank.pass_time(days=1)
    assert bank.call_report().headers["x-road-error"] == NEEDED


def test_a_consent_for_once_is_used_up_by_one_exchange_and_its_repeat(bank: Bank) -> None:
    identifier = bank.given(mode="once")
    first = bank.call_report(**{"x-road-id": "m-1"})
    again = bank.call_report(**{"x-road-id": "m-1"})
    assert first.status == again.status == 200
    assert first.headers["x-gdx-exchange"] == again.headers["x-gdx-exchange"]
    assert bank.call_report(**{"x-road-id": "m-2"}).headers["x-road-error"] == NEEDED
    view = bank.client.get(f"/gdx/v1/consents/{identifier}", token=bank.token(BANK)).json
    assert view["state"] == "USED" and view["used_by"] == first.headers["x-gdx-exchange"]
    assert bank.decide(identifier, "withdraw", match=None).status == 409, "there is nothing left to withdraw"


def test_a_withdrawal_while_the_provider_is_asked_wins(bank: Bank) -> None:
    identifier = bank.given()

    def withdrawn() -> None:
        bank.providers.before = None
        assert bank.decide(identifier, "withdraw", match=None).status == 200

    bank.providers.before = withdrawn
    answer = bank.call_report()
    assert answer.headers["x-road-error"] == NEEDED and "742" not in answer.text
    assert bank.service.access_log.entries(MALEE).items == ()


def test_of_two_exchanges_at_once_a_consent_for_once_lets_one_pass(bank: Bank) -> None:
    bank.given(mode="once")
    passed: list[int] = []

    def another() -> None:
        bank.providers.before = None
        passed.append(bank.call_report(**{"x-road-id": "m-2"}).status)

    bank.providers.before = another
    passed.append(bank.call_report(**{"x-road-id": "m-1"}).status)
    assert sorted(passed) == [200, 500] and len(bank.service.access_log.entries(MALEE).items) == 1


def test_the_refusal_tells_nothing_of_what_the_person_did(bank: Bank) -> None:
    texts, identifier = set(), ""
    for decisions in ((), ("refuse",), ("give", "withdraw")):
        fresh = Bank()
        for number, decision in enumerate(decisions):
            identifier = fresh.ask_consent().json["id"] if number == 0 else identifier
            fresh.decide(identifier, decision, match=f'"v{number + 1}"')
        answer = fresh.call_report()
        texts.add(json.dumps({name: answer.json[name] for name in ("type", "message")}))
    assert len(texts) == 1


def test_an_asynchronous_exchange_needs_it_when_it_is_carried_out(bank: Bank) -> None:
    identifier = bank.given()
    order = {"service": REPORT, "path": "/lookup", "body": {"pid": MALEE}, "purpose": "loan-application"}
    accepted = bank.client.post("/gdx/v1/exchanges", token=bank.token(BANK), json=order)
    assert accepted.status == 202
    bank.decide(identifier, "withdraw", match=None)
    bank.pump()
    state = bank.client.get(accepted.headers["location"], token=bank.token(BANK)).json
    assert state["state"] == "REJECTED" and state["error"]["type"] == NEEDED


def test_within_one_process_the_refusal_is_the_same(bank: Bank) -> None:
    with pytest.raises(Refusal) as refused:
        bank.service.local(BANK).ask(REPORT, "POST", "/lookup", {"pid": MALEE}, "loan-application")
    assert isinstance(refused.value.__cause__, ConsentNeeded)
