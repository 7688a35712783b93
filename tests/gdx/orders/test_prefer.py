"""`Prefer: respond-async` on X-Road's door (RFC 7240)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.gdx.orders.envelope import IN_THE_ORDER
from chalicelib.gdx.orders.prefer import wants_async
from tests.gdx.exchange import MALEE, OFFICE, PERSON, RECORD, Exchange
from tests.gdx.orders.steps import asked, change_provider, fetch, lease, settle_time, state
from tests.support.client import Answer

LATER = {"prefer": "respond-async", "x-road-id": "office-1", "x-road-issue": "LN-7"}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def later(exchange: Exchange, json: Any = None, **headers: str) -> Answer:
    return exchange.r1(json=json, headers={**LATER, **headers})


@pytest.mark.parametrize(
    ("header", "wants"),
    [
        ("respond-async", True),
        ("Respond-Async", True),
        ("handling=lenient, respond-async; wait=10", True),
        ("wait=5,respond-async", True),
        ("return=minimal", False),
        ("respond-asynchronously", False),
        ("", False),
    ],
)
def test_who_prefers_it(header: str, wants: bool) -> None:
    assert wants_async({"prefer": header}) is wants


def test_the_same_request_is_answered_later(exchange: Exchange) -> None:
    at_once = exchange.r1()
    order = later(exchange)
    assert order.status == 202 and order.json["state"] == "ACCEPTED"
    assert order.headers["preference-applied"] == "respond-async"
    assert order.headers["location"] == f"/gdx/v1/exchanges/{order.json['id']}"
    assert order.headers["x-road-id"] == "office-1" and order.headers["x-road-client"] == OFFICE
    assert order.headers["x-road-service"] == PERSON and order.headers["x-road-request-hash"]
    exchange.pump()
    sent = exchange.providers.sent[-1]
    assert sent.headers["x-road-id"] == "office-1" and "prefer" not in sent.headers
    assert sent.headers["content-type"] == "application/json"
    assert fetch(exchange, order).json == at_once.json
    (leaf,) = [row["leaf"] for row in exchange.rows("EXCHANGE#") if row.get("leaf", {}).get("id") == order.json["id"]]
    assert (leaf["message_id"], leaf["case"]) == ("office-1", "LN-7")


def test_its_message_id_makes_it_once(exchange: Exchange) -> None:
    first, again = later(exchange), later(exchange)
    assert again.status == 202 and again.json == first.json
    assert again.headers["location"] == first.headers["location"]
    other = later(exchange, **{"x-road-id": "office-2"})
    assert other.json["id"] != first.json["id"]
    exchange.pump()
    assert len(exchange.providers.sent) == 2
    assert later(exchange).json["id"] == first.json["id"]


def test_what_would_be_refused_at_once_is_refused_at_once(exchange: Exchange) -> None:
    refused = later(exchange, {"pid": "1"})
    assert refused.status == 400 and refused.json["type"]
    assert exchange.queues.held == [] and exchange.rows("ONCE#") == []


def test_the_path_and_the_query_wait_sealed_too(exchange: Exchange) -> None:
    path = f"/r1/{PERSON}/lookup?note=secret-note"
    exchange.r1(path, headers=LATER)
    assert "secret-note" not in str(exchange.rows("EXCHANGE#")) + str(exchange.rows("OUT#"))
    exchange.pump()
    assert exchange.providers.sent[-1].url.endswith("/person/lookup?note=secret-note")


def test_a_large_request_waits_in_storage_and_goes_when_decided(exchange: Exchange) -> None:
    large = {"pid": MALEE, "note": "x" * IN_THE_ORDER}
    order = later(exchange, large)
    (name,) = exchange.objects.kept
    assert name.startswith(f"requests/{order.json['id']}/") and MALEE.encode() not in exchange.objects.kept[name][0]
    assert len(str(exchange.rows("EXCHANGE#"))) < IN_THE_ORDER
    assert later(exchange, large).json["id"] == order.json["id"] and list(exchange.objects.kept) == [name]
    exchange.pump()
    assert state(exchange, order)["state"] == "DELIVERED"
    assert [kept.split("/")[0] for kept in exchange.objects.kept] == ["answers"]
    assert b'"note"' in (exchange.providers.sent[-1].body or b"")


def test_a_large_request_that_expires_leaves_nothing(exchange: Exchange) -> None:
    later(exchange, {"pid": MALEE, "note": "x" * IN_THE_ORDER})
    exchange.providers.die()
    exchange.pump()
    settle_time(exchange, hours=24)
    assert exchange.objects.kept == {}


def test_a_large_request_that_storage_lost_is_refused_and_holds_nobody_up(exchange: Exchange) -> None:
    change_provider(exchange)
    lost = later(exchange, {"pid": MALEE, "note": "x" * IN_THE_ORDER})
    exchange.objects.kept.clear()
    good = later(exchange, **{"x-road-id": "office-2"})
    assert [held["id"] for held in lease(exchange, 2)] == [good.json["id"]]
    assert state(exchange, lost)["state"] == "REJECTED"


def test_a_verify_only_question_can_wait_too(exchange: Exchange) -> None:
    predicate = {"code": "name-born", "compares": [{"answer": "/birth_date", "claim": "born", "how": "date"}]}
    exchange.agree(predicates=[predicate])
    question = {"request": {"pid": MALEE}, "claims": {"born": RECORD["birth_date"]}}
    order = later(exchange, question, **{"x-gdx-predicate": "name-born"})
    assert order.status == 202, order.text
    assert str(RECORD["birth_date"]) not in str(exchange.rows("EXCHANGE#"))
    exchange.pump()
    assert fetch(exchange, order).json == {"predicate": "name-born", "match": True}


def test_it_reaches_an_inbox(exchange: Exchange) -> None:
    change_provider(exchange)
    order = later(exchange)
    (held,) = lease(exchange)
    assert held["id"] == order.json["id"] and asked(held) == {"pid": MALEE}
    assert held["headers"]["content-type"] == "application/json" and "prefer" not in held["headers"]
