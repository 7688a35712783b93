"""Issuing, replacing and revoking consumer keys."""

from __future__ import annotations

import pytest

from chalicelib.gdx.facade.model import MAX_KEYS
from tests.gdx.exchange import BIZ, MALEE, OFFICE, Exchange
from tests.gdx.facade.legacy import DATA_SET, Legacy, client_of
from tests.support.client import Answer

KEYS = "/gdx/v1/consumer-keys"


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def issue(exchange: Exchange, token: str, subsystem: str = OFFICE, **headers: str) -> Answer:
    posted = {"subsystem": subsystem, "label": "counter"}
    return exchange.client.post(KEYS, token=token, json=posted, headers=headers)


def test_a_system_issues_a_key_for_itself_and_nobody_else(exchange: Exchange) -> None:
    assert issue(exchange, exchange.token(OFFICE)).status == 201
    assert issue(exchange, exchange.token(OFFICE), BIZ).status == 403
    listed = exchange.client.get(KEYS, token=exchange.token(OFFICE)).json["items"]
    assert [(each["subsystem"], each["state"]) for each in listed] == [(OFFICE, "active")]
    assert exchange.client.get(KEYS, token=exchange.token(BIZ)).json["items"] == []
    assert exchange.client.get(f"{KEYS}?subsystem={OFFICE}", token=exchange.token(BIZ)).status == 403


def test_people_and_strangers_issue_none(exchange: Exchange) -> None:
    citizen = exchange.people.token(pid=MALEE, name="มาลี", ial="2.3")
    assert issue(exchange, citizen).status == 403
    assert exchange.client.post(KEYS, json={}).status == 401


def test_an_operator_names_the_system(exchange: Exchange) -> None:
    assert exchange.client.get(KEYS, token=exchange.operator()).status == 422
    client_of(exchange)
    listed = exchange.client.get(f"{KEYS}?subsystem={OFFICE}", token=exchange.operator())
    assert len(listed.json["items"]) == 1
    assert "secret" not in listed.text.replace("old_secret_until", "")


def test_no_key_for_a_system_that_is_not_there(exchange: Exchange) -> None:
    answer = issue(exchange, exchange.operator(), "TH/LOCAL/LAEMNGOP/nothing")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/subsystem")


def test_a_repeat_issues_nothing_more_and_tells_no_secret(exchange: Exchange) -> None:
    first = issue(exchange, exchange.operator(), **{"Idempotency-Key": "once"})
    again = issue(exchange, exchange.operator(), **{"Idempotency-Key": "once"})
    assert again.json == {"id": first.json["id"], "consumer_key": None, "consumer_secret": None}
    assert again.headers["idempotent-replayed"] == "true"
    assert len(exchange.client.get(f"{KEYS}?subsystem={OFFICE}", token=exchange.operator()).json["items"]) == 1


def test_a_system_has_so_many_keys_and_a_revoked_one_makes_room(exchange: Exchange) -> None:
    made = [issue(exchange, exchange.operator()).json["id"] for _ in range(MAX_KEYS)]
    refused = issue(exchange, exchange.operator())
    assert refused.status == 409
    for _ in range(2):  # the second time changes nothing, and makes no more room
        assert exchange.client.delete(f"{KEYS}/{made[0]}", token=exchange.operator()).status == 204
    assert issue(exchange, exchange.operator()).status == 201
    assert issue(exchange, exchange.operator()).status == 409


def rotate(exchange: Exchange, legacy: Legacy, token: str | None = None) -> Answer:
    return exchange.client.post(f"{KEYS}/{legacy.id}/rotate", token=token or exchange.operator(), json={})


def test_a_replaced_secret_works_on_for_a_week(exchange: Exchange) -> None:
    legacy = client_of(exchange)
    old = legacy.secret
    answer = rotate(exchange, legacy, exchange.token(OFFICE))
    assert answer.status == 200 and answer.json["consumer_key"] is None
    legacy.secret = answer.json["consumer_secret"]
    exchange.pass_time(days=6)
    assert legacy.validate().status == 200
    assert legacy.validate(ConsumerSecret=old).status == 200
    exchange.pass_time(days=2)
    assert legacy.validate().status == 200
    assert legacy.validate(ConsumerSecret=old).status == 403


def test_only_one_replaced_secret_works_beside_the_new_one(exchange: Exchange) -> None:
    legacy = client_of(exchange)
    first = legacy.secret
    second = rotate(exchange, legacy).json["consumer_secret"]
    third = rotate(exchange, legacy).json["consumer_secret"]
    said = [legacy.validate(ConsumerSecret=secret).status for secret in (first, second, third)]
    assert said == [403, 200, 200]


def test_a_revoked_key_stays_so_and_another_systems_key_is_not_there(exchange: Exchange) -> None:
    legacy = client_of(exchange)
    stranger = exchange.token(BIZ)
    assert rotate(exchange, legacy, stranger).status == 404
    assert exchange.client.delete(f"{KEYS}/{legacy.id}", token=stranger).status == 404
    assert exchange.client.delete(f"{KEYS}/{legacy.id}", token=exchange.token(OFFICE)).status == 204
    assert rotate(exchange, legacy).status == 409
    assert rotate(exchange, Legacy(exchange, "nothing", "", "")).status == 404


def test_the_history_of_a_key_is_a_chain(exchange: Exchange) -> None:
    legacy = client_of(exchange)
    rotate(exchange, legacy)
    exchange.client.delete(f"{KEYS}/{legacy.id}", token=exchange.operator())
    history = exchange.parts.journal.history(f"CONSUMERKEY#{legacy.id}")
    assert [event.type for event in history] == [
        f"gdx.consumer-key.{what}" for what in ("issued", "rotated", "revoked")
    ]


def test_the_keys_purpose_is_the_purpose_of_calls_that_name_none(exchange: Exchange) -> None:
    purposes = [{"code": code, "th": "เพื่อทดสอบ", "en": "To test"} for code in ("one", "two")]
    assert exchange.agree(purposes=purposes).status == 200
    asked = {**DATA_SET, "CitizenID": MALEE}
    assert client_of(exchange).get(**asked).status == 403
    with_purpose = client_of(exchange, purpose="two")
    assert with_purpose.get(**asked).status == 200
    assert with_purpose.get(**asked, headers={"X-Gdx-Purpose": "one"}).status == 200
    kept = [row["leaf"]["purpose"] for row in exchange.rows("EXCHANGE#")]
    assert kept == ["two", "one"]
