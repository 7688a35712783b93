"""Asynchronous exchanges: states, repeats, crashes, expiry."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.shared.journal import chain_is_whole
from tests.gdx.exchange import BIZ, COMPANY, MALEE, OFFICE, RECORD, Exchange
from tests.gdx.orders.steps import ORDER, accepted, fetch, place, state, take


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_an_order_is_accepted_delivered_fetched_and_taken(exchange: Exchange) -> None:
    order = place(exchange)
    assert order.status == 202 and order.json["state"] == "ACCEPTED"
    assert order.headers["location"] == f"/gdx/v1/exchanges/{order.json['id']}"
    assert fetch(exchange, order).status == take(exchange, order).status == 409 and exchange.providers.sent == []
    exchange.pump()
    shown = state(exchange, order)
    assert (shown["state"], shown["status"]) == ("DELIVERED", 200)
    answer = fetch(exchange, order)
    assert answer.json == {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "status": "alive"}
    assert answer.headers["x-gdx-receipt"] == shown["receipt"]
    # it may have been lost on its way, so it waits until the client has it
    exchange.pump()
    assert fetch(exchange, order).json == answer.json
    assert [take(exchange, order).status for _ in range(2)] == [204, 204]
    exchange.pump()
    assert exchange.objects.kept == {} and state(exchange, order)["state"] == "FETCHED"
    gone = fetch(exchange, order)
    assert gone.status == 409 and gone.json["type"].endswith("wrong-state")


def test_the_person_and_the_receipt_know_of_it(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.pump()
    (usage,) = exchange.service.access_log.entries(MALEE).items
    assert usage.receipt == order.json["id"] and usage.consumer == OFFICE
    (leaf,) = [row["leaf"] for row in exchange.rows("EXCHANGE#") if "leaf" in row]
    assert leaf["id"] == order.json["id"] and leaf["case"] == "LN-7"
    assert list(leaf["fields"]) == ["/first_name_th", "/last_name_th", "/status"]


def test_the_request_waits_sealed_and_goes_when_decided(exchange: Exchange) -> None:
    order = place(exchange)
    assert MALEE not in str(exchange.rows("EXCHANGE#")) + str(exchange.rows("OUT#")) + str(exchange.rows("ONCE#"))
    exchange.pump()
    (row,) = [row for row in exchange.rows("EXCHANGE#") if "order" in row]
    assert row["order"]["sealed"] is None and row["order"]["id"] == order.json["id"]


def test_its_history_is_a_whole_chain(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.pump()
    fetch(exchange, order)
    take(exchange, order)
    take(exchange, order)
    events = exchange.parts.journal.history(f"EXCHANGE#{order.json['id']}")
    assert [event.type.rsplit(".", 1)[-1] for event in events] == ["accepted", "delivered", "fetched"]
    assert chain_is_whole(events)


def test_the_same_key_is_the_same_order(exchange: Exchange) -> None:
    first, again = place(exchange, key="k1"), place(exchange, key="k1")
    assert again.json == first.json and again.headers["idempotent-replayed"] == "true"
    assert (again.status, again.headers["location"]) == (first.status, first.headers["location"])
    assert place(exchange, key="k1", case="LN-8").status == 422
    exchange.pump()
    assert len(exchange.providers.sent) == 1


def test_a_message_that_comes_twice_changes_nothing(exchange: Exchange) -> None:
    place(exchange)
    exchange.queues.held *= 3
    exchange.pump()
    assert len(exchange.providers.sent) == 1 and len(exchange.service.access_log.entries(MALEE).items) == 1


def test_the_handler_itself_is_harmless_when_repeated(exchange: Exchange) -> None:
    order = place(exchange)
    event = accepted(exchange)
    exchange.service.orders.carry_out(event)
    exchange.service.orders.carry_out(event)
    assert len(exchange.providers.sent) == 1 and state(exchange, order)["state"] == "DELIVERED"


def test_of_two_workers_at_once_one_records(exchange: Exchange) -> None:
    place(exchange)
    event = accepted(exchange)

    def other_worker() -> None:
        exchange.providers.before = None
        exchange.service.orders.carry_out(event)

    exchange.providers.before = other_worker
    exchange.service.orders.carry_out(event)
    assert len(exchange.service.access_log.entries(MALEE).items) == 1
    assert sum(row["count"] for row in exchange.rows("QUOTA#")) == 1
    # both asked the provider, under one handle, so that it may act once
    assert len({sent.headers["idempotency-key"] for sent in exchange.providers.sent}) == 1


def test_a_queue_that_is_away_loses_nothing(exchange: Exchange) -> None:
    exchange.queues.broken = True
    order = place(exchange)
    assert order.status == 202
    exchange.queues.broken = False
    exchange.pass_time(seconds=61)
    exchange.service.sweep(exchange.now)
    exchange.pump()
    assert state(exchange, order)["state"] == "DELIVERED"


def test_a_provider_that_declines(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.providers.reply(404, {"title": "Not found"}, "application/problem+json")
    exchange.pump()
    shown = state(exchange, order)
    assert shown["state"] == "REJECTED" and shown["error"]["type"] == "server.serverproxy.service_failed"
    assert "404" in shown["error"]["message_en"] and exchange.objects.kept == {}


def test_an_answer_that_breaks_its_description(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.providers.reply(200, {**RECORD, "birth_date": 1})
    exchange.pump()
    shown = state(exchange, order)
    assert shown["error"]["type"] == "server.serverproxy.inconsistent_response" and shown["receipt"] is None


def test_an_agreement_that_ended_meanwhile(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.agree(state="SUSPENDED")
    exchange.pump()
    assert state(exchange, order)["error"]["type"] == "server.serverproxy.access_denied"
    assert exchange.providers.sent == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_nobody_answers_or_fetches_expires(exchange: Exchange, when: str) -> None:
    order = place(exchange)
    if when == "after":
        exchange.pump()
        assert exchange.objects.kept
    exchange.service.sweep(exchange.now)
    assert state(exchange, order)["state"] == ("DELIVERED" if when == "after" else "ACCEPTED")
    exchange.pass_time(hours=24)
    assert state(exchange, order)["state"] == "EXPIRED" and fetch(exchange, order).status == 409
    assert exchange.service.orders.sweep(exchange.now) == 1
    assert exchange.service.orders.sweep(exchange.now) == 0
    exchange.pump()
    assert exchange.objects.kept == {} and state(exchange, order)["state"] == "EXPIRED"
    assert all(row["order"]["sealed"] is None for row in exchange.rows("EXCHANGE#") if "order" in row)


def test_a_worker_that_comes_too_late_expires_the_order(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.pass_time(hours=25)
    exchange.pump()
    assert exchange.providers.sent == [] and state(exchange, order)["state"] == "EXPIRED"


def test_others_cannot_know_of_it(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.pump()
    path = f"/gdx/v1/exchanges/{order.json['id']}"
    foreign = exchange.client.get(path, token=exchange.token(BIZ))
    absent = exchange.client.get("/gdx/v1/exchanges/none", token=exchange.token(BIZ))
    assert foreign.status == absent.status == 404 and foreign.json["detail"] == absent.json["detail"]
    assert fetch(exchange, order, BIZ).status == take(exchange, order, BIZ).status == 404
    assert fetch(exchange, order).status == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service": "TH/CENTRAL/DGA/citizen/inbox"}, 403),
        ({"path": "/other"}, 403),
        ({"purpose": "marketing"}, 403),
        ({"path": "lookup"}, 422),
        ({"path": "/../lookup"}, 400),
        ({"body": {}}, 422),
        ({"body": {"pid": "1"}}, 422),
        ({"service": "nonsense"}, 422),
        ({"method": "TRACE"}, 422),
        ({"case": MALEE}, 400),
        ({"colour": "red"}, 422),
    ],
)
def test_orders_that_are_not_taken(exchange: Exchange, changes: dict[str, Any], status: int) -> None:
    for language in ("th", "en"):
        answer = exchange.client.post(
            "/gdx/v1/exchanges",
            token=exchange.token(),
            json={**ORDER, **changes},
            headers={"accept-language": language},
        )
        assert answer.status == status and answer.headers["content-type"] == "application/problem+json"
        assert answer.json["detail"] and MALEE not in answer.text
    assert exchange.queues.held == [] and exchange.rows("EXCHANGE#") == []


def test_an_order_without_a_person(exchange: Exchange) -> None:
    company = {"juristic_id": "0105569999981", "name_th": "ครัวกลาง", "status": "active", "directors": []}
    exchange.providers.reply(200, company)
    order = place(exchange, service=COMPANY, body={"juristic_id": "0105569999981"})
    exchange.pump()
    assert json.loads(next(iter(exchange.objects.kept.values()))[0])["name_th"] == "ครัวกลาง"
    assert fetch(exchange, order).status == 200 and exchange.rows("SUBJECT#") == []


def test_an_event_of_an_order_that_ttl_removed(exchange: Exchange) -> None:
    place(exchange)
    event = accepted(exchange)
    exchange.service.orders.carry_out(replace(event, subject="gone"))
    assert exchange.providers.sent == []


def test_an_answer_that_is_taken_twice_at_once_is_taken_once(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.pump()
    table = exchange.table

    class Busy(list[str]):
        def append(self, what: str) -> None:
            if what == "write":
                table.requests = []
                assert take(exchange, order).status == 204

    table.requests = Busy()
    assert take(exchange, order).status == 204
    events = exchange.parts.journal.history(f"EXCHANGE#{order.json['id']}")
    assert [event.type.rsplit(".", 1)[-1] for event in events] == ["accepted", "delivered", "fetched"]
