"""Finding exchanges again, and what is left of a quota."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, Exchange
from tests.gdx.facade.legacy import DATA_SET, client_of
from tests.gdx.insight.rows import agreed, terms
from tests.support.client import Answer

DOPA = "TH/CENTRAL/DOPA/civil"
AGREEMENT = "laemngop-person"
CASE = "LN-2569/00042"


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def search(exchange: Exchange, caller: str = OFFICE, **query: str) -> Answer:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return exchange.client.get(f"/gdx/v1/search?{asked}", token=exchange.token(caller))


def test_by_agreement_and_purpose(exchange: Exchange) -> None:
    exchange.r1()
    (found,) = search(exchange, agreement=AGREEMENT).json["items"]
    assert (found["consumer"], found["service"], found["purpose"]) == (OFFICE, PERSON, "premises-inspection")
    assert (found["path"], found["status"], found["sealed"]) == ("/lookup", 200, None)
    assert found["fields"] == ["/first_name_th", "/last_name_th", "/status"]
    assert search(exchange, agreement=AGREEMENT, purpose="premises-inspection").json["items"] == [found]
    assert search(exchange, agreement=AGREEMENT, purpose="other").json["items"] == []


def test_by_case(exchange: Exchange) -> None:
    exchange.r1(headers={"x-road-issue": CASE})
    exchange.r1()
    (found,) = search(exchange, case=CASE).json["items"]
    assert found["case"] == CASE
    exchange.pass_time(days=2)
    assert search(exchange, case=CASE).json["items"] == []


def test_both_parties_find_it_and_nobody_else(exchange: Exchange) -> None:
    exchange.r1(headers={"x-road-issue": CASE})
    (at_provider,) = search(exchange, DOPA, agreement=AGREEMENT).json["items"]
    assert at_provider["case"] is None and at_provider["agent"] is None
    assert search(exchange, BIZ, agreement=AGREEMENT).status == 404
    assert search(exchange, BIZ, case=CASE, client=OFFICE).json["items"] == []
    assert search(exchange, DOPA, case=CASE, client=OFFICE).json["items"] == [at_provider]
    operator = exchange.client.get(f"/gdx/v1/search?agreement={AGREEMENT}", token=exchange.operator())
    assert operator.json["items"][0]["case"] == CASE


def test_what_to_look_for_must_be_said(exchange: Exchange) -> None:
    assert search(exchange).status == 422
    assert search(exchange, agreement=AGREEMENT, case=CASE).status == 422
    assert exchange.client.get(f"/gdx/v1/search?case={CASE}", token=exchange.operator()).status == 422


def test_nothing_personal_comes_out(exchange: Exchange) -> None:
    exchange.r1()
    assert MALEE not in search(exchange, agreement=AGREEMENT).text


def test_the_consumer_finds_its_officer_by_pseudonym(exchange: Exchange) -> None:
    legacy = client_of(exchange)
    assert legacy.get(**DATA_SET, CitizenID=MALEE).status == 200
    (own,) = search(exchange, agreement=AGREEMENT).json["items"]
    (other,) = search(exchange, DOPA, agreement=AGREEMENT).json["items"]
    assert own["door"] == "ws"
    assert own["agent"] == exchange.service.facade.sessions.holder(legacy.key, legacy.token).agent
    assert other["agent"] is None


def quota(exchange: Exchange, client: str = OFFICE, query: str = "") -> Answer:
    return exchange.client.get(f"/gdx/v1/quota?agreement={AGREEMENT}{query}", token=exchange.token(client))


def test_a_quota_is_told_to_both_parties(exchange: Exchange) -> None:
    exchange.r1()
    answer = quota(exchange)
    assert answer.json["day"] == {**answer.json["day"], "limit": 1000, "used": 1, "remaining": 999}
    assert answer.json["minute"] is None and answer.json["volume"] is None
    assert answer.headers["ratelimit"].startswith('"day";r=999;t=')
    assert answer.headers["ratelimit-policy"] == '"day";q=1000;w=86400'
    assert quota(exchange, DOPA).json == answer.json
    assert quota(exchange, BIZ).status == 404
    assert quota(exchange, BIZ, f"&client={OFFICE}").status == 404
    assert exchange.client.get(f"/gdx/v1/quota?agreement={AGREEMENT}", token=exchange.operator()).status == 422
    named = f"/gdx/v1/quota?agreement={AGREEMENT}&client={OFFICE}"
    assert exchange.client.get(named, token=exchange.operator()).json == answer.json


def test_what_the_state_says_is_what_the_pipeline_does(exchange: Exchange) -> None:
    exchange.agree(daily_quota=3)
    for used in range(3):
        state = quota(exchange).json["day"]
        assert (state["used"], state["remaining"]) == (used, 3 - used)
        assert exchange.r1().status == 200
    assert quota(exchange).json["day"]["remaining"] == 0
    assert exchange.r1().status == 429
    exchange.pass_time(days=1)
    assert quota(exchange).json["day"]["used"] == 0


def test_rate_and_volume_are_told_where_there_are_such_caps(exchange: Exchange) -> None:
    terms(exchange, replace(agreed(exchange), rate_per_minute=10, daily_bytes=10_000))
    exchange.r1()
    state = quota(exchange).json
    assert (state["minute"]["used"], state["minute"]["remaining"]) == (1, 9)
    assert 0 < state["volume"]["used"] < 1000
    exchange.pass_time(minutes=1)
    assert quota(exchange).json["minute"]["used"] == 0
