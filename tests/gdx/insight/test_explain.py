"""What is explained is what happens: the explanation runs the pipeline's own checks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.gdx import store
from chalicelib.gdx.checks import ADDRESS, CHECKS
from chalicelib.gdx.ids import SubsystemId
from chalicelib.gdx.insight.explain import Explanation
from chalicelib.gdx.insight.words import ASKS
from chalicelib.gdx.model import AgreementState, Ask, Compare, Predicate, Purpose
from chalicelib.gdx.refusals import xroad_type
from chalicelib.gdx.rules import thai_day
from chalicelib.shared.errors import Refusal
from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, Exchange
from tests.gdx.insight.rows import MEMORY, agreed, changed, put, terms
from tests.support.client import Answer

PATH = "/gdx/v1/explain"
NAMES = [check.name for check in (*CHECKS, ADDRESS)]
DAY = timedelta(days=1)
SAME_NAME = Predicate("same-name", (Compare("/first_name_th", "first_name", "name"),))


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def explain(exchange: Exchange, caller: str = OFFICE, **asked: Any) -> Answer:
    posted = {"service": PERSON, "path": "/lookup", "body": {"pid": MALEE}, **asked}
    return exchange.client.post(PATH, token=exchange.token(caller), json=posted)


def states(answer: Answer) -> dict[str, str]:
    return {step["name"]: step["state"] for step in answer.json["steps"]}


def test_every_check_is_put_in_words_and_none_is_invented() -> None:
    assert sorted(ASKS) == sorted(NAMES)


def test_a_call_that_passes(exchange: Exchange) -> None:
    answer = explain(exchange)
    assert answer.status == 200
    assert answer.json["verdict"] == "allowed"
    assert [step["name"] for step in answer.json["steps"]] == NAMES
    assert set(states(answer).values()) == {"ok"}
    assert exchange.providers.sent == [] and exchange.rows("EXCHANGE#") == [] and exchange.rows("QUOTA#") == []


def test_a_call_that_fails_says_where_why_and_how_to_mend_it(exchange: Exchange) -> None:
    answer = explain(exchange, purpose="curiosity")
    assert answer.json["verdict"] == "refused"
    told = {step["name"]: step for step in answer.json["steps"]}
    assert told["endpoint"]["state"] == "ok"
    assert told["predicate"]["state"] == "not_reached"
    failed = told["purpose"]
    assert failed["state"] == "failed"
    assert failed["refusal"]["type"] == "server.serverproxy.access_denied"
    assert failed["refusal"]["errors"][0]["pointer"] == "header:X-Gdx-Purpose"
    assert failed["mend"]["th"] and failed["mend"]["en"]


def test_without_a_body_what_the_body_decides_stays_open(exchange: Exchange) -> None:
    answer = exchange.client.get(f"{PATH}?service={PERSON}&path=/lookup", token=exchange.token())
    assert answer.json["verdict"] == "open"
    assert [name for name, state in states(answer).items() if state == "open"] == ["subject", "consent"]


def test_a_refusal_does_not_repeat_what_was_asked(exchange: Exchange) -> None:
    answer = explain(exchange, body={"pid": "1234567890123"})
    assert states(answer)["subject"] == "failed"
    assert "1234567890123" not in answer.text


def test_only_the_parties_and_operators_are_told(exchange: Exchange) -> None:
    assert explain(exchange, BIZ, client=OFFICE).status == 403
    provider = explain(exchange, "TH/CENTRAL/DOPA/civil", client=OFFICE)
    assert provider.json["verdict"] == "allowed"
    posted = {"service": PERSON, "path": "/lookup", "client": OFFICE}
    assert exchange.client.post(PATH, token=exchange.operator(), json=posted).json["client"] == OFFICE
    del posted["client"]
    assert exchange.client.post(PATH, token=exchange.operator(), json=posted).status == 422
    citizen = exchange.people.token(pid=MALEE, name="มาลี", ial="2.3")
    assert exchange.client.post(PATH, token=citizen, json=posted).status == 403


def test_a_used_up_quota_is_seen_before_the_call(exchange: Exchange) -> None:
    exchange.agree(daily_quota=1)
    assert exchange.r1().status == 200
    assert states(explain(exchange))["quota"] == "failed"


@dataclass(frozen=True)
class World:
    """A call and all that decides about it; as it is here, it passes."""

    state: AgreementState = AgreementState.FINALIZED
    begins: int = -10
    ends: int = 10
    purposes: int = 1
    asked_purpose: str | None = None
    method: str = "POST"
    path: str = "/lookup"
    pid: str | None = MALEE
    notice: list[str] | None = None
    endpoint: bool = True
    active: bool = True
    quota: int = 100
    rate: int | None = None
    volume: int | None = None
    calls_before: int = 0
    predicates: bool = False
    asked_predicate: str | None = None
    fields: bool = True
    consent: bool = False
    log_hours: int | None = None
    client: str = OFFICE


TWISTS: list[dict[str, Any]] = [
    {"state": AgreementState.SUSPENDED},
    {"state": AgreementState.TERMINATED},
    {"begins": 0},
    {"begins": 1},
    {"ends": 0},
    {"ends": -1},
    {"purposes": 2},
    {"asked_purpose": "p0"},
    {"asked_purpose": "p1"},
    {"method": "GET"},
    {"path": "/x/../lookup"},
    {"path": "/other"},
    {"path": "/../lookup"},
    {"path": "/%2e%2e/%2e%2e/lookup"},
    {"pid": "1234567890123"},
    {"pid": None},
    {"notice": ["ปิด", "closed"]},
    {"endpoint": False},
    {"active": False},
    {"quota": 1, "calls_before": 1},
    {"quota": 2, "calls_before": 1},
    {"rate": 1, "calls_before": 1},
    {"rate": 2, "calls_before": 1},
    {"volume": 10, "calls_before": 1},
    {"predicates": True},
    {"predicates": True, "asked_predicate": "same-name"},
    {"predicates": True, "asked_predicate": "other"},
    {"predicates": True, "fields": False},
    {"asked_predicate": "same-name"},
    {"consent": True},
    {"log_hours": 1},
    {"log_hours": 5},
    {"client": "TH/CENTRAL/DBD/juristic"},
    {"client": "TH/CENTRAL/DOPA/nobody"},
]
"""What may be different; some of it is wrong, some is not."""

WORLDS = st.lists(st.sampled_from(TWISTS), max_size=3).map(
    lambda twists: World(**{name: value for twist in twists for name, value in twist.items()})
)


def built(world: World) -> Exchange:
    """An exchange in that state."""
    exchange = Exchange()
    agreement = agreed(exchange)
    office, service = agreement.consumer, agreement.service
    purposes = tuple(Purpose(f"p{at}", "เพื่อทดสอบ", "To test") for at in range(world.purposes))
    # whatever ran before counted against the same caps, which then were wide
    wide = replace(agreement, purposes=purposes[:1], rate_per_minute=world.rate and 100)
    terms(exchange, replace(wide, daily_bytes=world.volume and 100_000))
    if world.log_hours is not None:
        late = (exchange.now - timedelta(hours=world.log_hours)).isoformat()
        put(exchange, store.LOG_FRESH, {"checked_at": late, "oldest_open": None})
    else:
        for _ in range(world.calls_before):
            exchange.service.exchanges.run(exchange.ask())
    today = thai_day(exchange.now)
    terms(
        exchange,
        replace(
            agreement,
            purposes=purposes,
            valid_from=today + world.begins * DAY,
            valid_until=today + world.ends * DAY,
            state=world.state,
            daily_quota=world.quota,
            rate_per_minute=world.rate,
            daily_bytes=world.volume,
            fields=agreement.fields if world.fields else (),
            predicates=(SAME_NAME,) if world.predicates else (),
            consent=world.consent,
        ),
    )
    changed(exchange, store.service_key(service), notice=world.notice)
    changed(exchange, store.subsystem_key(office), active=world.active)
    if not world.endpoint:
        changed(exchange, store.subsystem_key(service.subsystem), endpoint=None)
    exchange.pass_time(seconds=MEMORY)
    return exchange


def each_twist_once(test: Callable[[World], None]) -> Callable[[World], None]:
    """Every twist by itself, besides what is generated."""
    for twist in TWISTS:
        test = example(World(**twist))(test)
    return test


def asked(exchange: Exchange, world: World) -> Ask:
    return exchange.ask(
        client=SubsystemId.parse(world.client),
        method=world.method,
        path=world.path,
        purpose=world.asked_purpose,
        predicate=world.asked_predicate,
        claims={"first_name": "มาลี"} if world.asked_predicate else {},
        body=b"{}" if world.pid is None else json.dumps({"pid": world.pid}).encode(),
    )


def failure(explanation: Explanation) -> Refusal | None:
    return next((step.refusal for step in explanation.steps if step.state == "failed"), None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORLDS)
@each_twist_once
def test_the_explanation_is_what_the_pipeline_does(world: World) -> None:
    exchange = built(world)
    ask = asked(exchange, world)
    explanation = exchange.service.insight.explaining.explain(ask, with_body=True)
    foretold = failure(explanation)
    try:
        exchange.service.exchanges.run(ask)
    except Refusal as refusal:
        assert foretold is not None, f"explained as allowed, refused: {xroad_type(refusal)}"
        assert (type(foretold), foretold.en) == (type(refusal), refusal.en)
        assert explanation.verdict == "refused"
    else:
        assert (explanation.verdict, foretold) == ("allowed", None)
