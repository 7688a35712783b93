"""Key, secret and token: what opens, what does not, and what is kept of it."""

from __future__ import annotations

import json
import logging
import uuid
from urllib.parse import urlencode

import pytest

from chalicelib.shared.errors import Unavailable
from tests.gdx.exchange import MALEE, OFFICE, Exchange
from tests.gdx.facade.legacy import DATA_SET, OFFICER, Legacy, client_of


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def legacy(exchange: Exchange) -> Legacy:
    return client_of(exchange)


def read(legacy: Legacy) -> int:
    return legacy.get(**DATA_SET, CitizenID=MALEE).status


def test_key_and_secret_give_a_token_in_the_gateways_own_words(legacy: Legacy) -> None:
    answer = legacy.validate()
    assert (answer.status, list(answer.json)) == (200, ["Result"])
    assert str(uuid.UUID(answer.json["Result"])) == answer.json["Result"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("media", ["application/json", "application/x-www-form-urlencoded"])
def test_the_secret_may_travel_in_the_body(exchange: Exchange, legacy: Legacy, media: str) -> None:
    given = {"ConsumerSecret": legacy.secret, "AgentID": OFFICER}
    body = json.dumps(given).encode() if media == "application/json" else urlencode(given).encode()
    headers = {"Consumer-Key": legacy.key, "Content-Type": media}
    answer = exchange.client.post("/ws/auth/validate", body=body, headers=headers)
    assert answer.status == 200
    legacy.token = answer.json["Result"]
    assert read(legacy) == 200


def test_a_post_does_not_take_the_secret_from_the_address(exchange: Exchange, legacy: Legacy) -> None:
    target = f"/ws/auth/validate?ConsumerSecret={legacy.secret}&AgentID=x"
    answer = exchange.client.post(target, body=b"", headers={"Consumer-Key": legacy.key})
    assert answer.status == 400


@pytest.mark.parametrize("wrong", ["key", "secret", "no key", "no secret", "long"])
def test_a_wrong_key_or_secret_is_one_refusal(legacy: Legacy, wrong: str) -> None:
    if wrong == "key":
        legacy.key = str(uuid.uuid4())
    if wrong == "no key":
        legacy.key = ""
    given = {"secret": "x" * 43, "no secret": "", "long": "x" * 9000}.get(wrong, legacy.secret)
    answer = legacy.validate(ConsumerSecret=given)
    assert answer.status == 403
    assert answer.json["Message"] == "ForbiddenException: consumer not found"
    assert answer.json["Code"] == "403"
    assert answer.json["Errors"][0]["pointer"] == "header:Consumer-Key"
    assert given not in answer.text or not given


@pytest.mark.parametrize("agent", ["", "  ", "x" * 201])
def test_a_call_must_be_traceable_to_somebody(legacy: Legacy, agent: str) -> None:
    answer = legacy.validate(AgentID=agent)
    assert answer.status == 400
    assert answer.json["Message"].startswith("BadRequestException: ")
    assert answer.json["Errors"][0]["pointer"] == "query:AgentID"


@pytest.mark.parametrize("token", ["", "nonsense", "5f0c3ad2-8a1f-4a5e-9d53-0b1f6f1c2e77", "x" * 500])
def test_a_token_that_does_not_hold_is_not_found(legacy: Legacy, token: str) -> None:
    answer = legacy.get(**DATA_SET, CitizenID=MALEE, headers={"Token": token})
    assert (answer.status, answer.json["Message"]) == (401, "UnauthorizedException: token not found")


def test_a_token_serves_only_the_key_it_was_got_with(exchange: Exchange, legacy: Legacy) -> None:
    other = client_of(exchange)
    other.token = legacy.log_in()
    assert read(legacy) == 200
    assert read(other) == 401


def test_a_token_idles_out_after_an_hour(exchange: Exchange, legacy: Legacy) -> None:
    legacy.log_in()
    exchange.pass_time(minutes=59)
    assert read(legacy) == 200
    exchange.pass_time(minutes=59)
    assert read(legacy) == 200
    exchange.pass_time(minutes=66)
    assert read(legacy) == 401


def test_a_busy_token_ends_after_a_day_all_the_same(exchange: Exchange, legacy: Legacy) -> None:
    legacy.log_in()
    for _ in range(24):
        exchange.pass_time(minutes=59)
        assert read(legacy) == 200
    exchange.pass_time(minutes=59)
    assert read(legacy) == 401


def test_using_a_token_costs_one_read_and_no_write(exchange: Exchange, legacy: Legacy) -> None:
    legacy.log_in()
    sessions = exchange.service.facade.sessions
    exchange.table.requests.clear()
    for _ in range(5):
        sessions.holder(legacy.key, legacy.token)
    assert exchange.table.requests == ["get_many"] * 5
    exchange.pass_time(minutes=6)
    exchange.table.requests.clear()
    for _ in range(3):
        sessions.holder(legacy.key, legacy.token)
    assert exchange.table.requests.count("write") == 1


def test_a_use_that_cannot_be_noted_is_a_use_all_the_same(exchange: Exchange, legacy: Legacy) -> None:
    legacy.log_in()
    exchange.pass_time(minutes=30)
    exchange.table.down = True
    assert exchange.service.facade.sessions.holder(legacy.key, legacy.token).subsystem is not None
    with pytest.raises(Unavailable):
        exchange.service.facade.sessions.open(legacy.key, legacy.secret, OFFICER)


def test_a_revoked_key_ends_its_tokens_with_the_next_call(exchange: Exchange, legacy: Legacy) -> None:
    assert read(legacy) == 200
    gone = exchange.client.delete(f"/gdx/v1/consumer-keys/{legacy.id}", token=exchange.operator())
    assert gone.status == 204
    answer = legacy.get(**DATA_SET, CitizenID=MALEE)
    assert (answer.status, answer.json["Message"]) == (403, "ForbiddenException: consumer not found")
    assert legacy.validate().status == 403


def test_nothing_that_opens_and_nobodys_number_is_kept(exchange: Exchange, legacy: Legacy) -> None:
    assert read(legacy) == 200
    stored = repr(exchange.table._items)
    for hidden in (legacy.key, legacy.secret, str(legacy.token), OFFICER, MALEE):
        assert hidden not in stored


def test_no_record_repeats_what_stood_in_the_address(
    exchange: Exchange, legacy: Legacy, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = legacy.validate(ConsumerSecret="wrong-secret-in-the-address").text
    said += legacy.get(ServiceID="999", CitizenID=MALEE).text
    said += legacy.get(**DATA_SET).text
    exchange.providers.answer = ValueError("a defect of ours")
    broken = legacy.get(**DATA_SET, CitizenID=MALEE)
    assert broken.status == 500 and broken.json["Message"].startswith("InternalServerErrorException: ")
    said += broken.text + "".join(repr(vars(record)) for record in caplog.records)
    assert len(caplog.records) > 0
    for hidden in ("wrong-secret-in-the-address", legacy.secret, legacy.key, str(legacy.token), OFFICER, MALEE):
        assert hidden not in said


def test_officers_of_two_agencies_cannot_be_joined(exchange: Exchange, legacy: Legacy) -> None:
    sessions = exchange.service.facade.sessions
    here = sessions.holder(legacy.key, legacy.log_in())
    again = sessions.holder(legacy.key, legacy.log_in())
    elsewhere = client_of(exchange, "TH/CENTRAL/DBD/juristic")
    there = sessions.holder(elsewhere.key, elsewhere.log_in())
    assert here.agent == again.agent != there.agent
    assert str(here.subsystem) == OFFICE
