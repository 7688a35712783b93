"""Pushing to a provider: pauses between tries, passing and final refusals, stalling and replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.gdx.orders.rules import TRIES
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import Unavailable
from tests.gdx.exchange import MALEE, OFFICE, RECORD, Exchange
from tests.gdx.orders.steps import accepted, change_provider, lease, place, settle_time, state
from tests.support.client import Answer


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def replay(exchange: Exchange, order: Answer, token: str | None = None, key: str = "again") -> Answer:
    return exchange.client.post(
        f"/gdx/v1/exchanges/{order.json['id']}/replay",
        token=token or exchange.operator(),
        headers={"idempotency-key": key},
    )


def stalled(exchange: Exchange, **query: Any) -> Answer:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return exchange.client.get(f"/gdx/v1/stalled-exchanges?{asked}", token=exchange.operator())


def stall(exchange: Exchange) -> Answer:
    order = place(exchange)
    exchange.providers.die()
    exchange.pump()
    for _ in range(TRIES - 1):
        settle_time(exchange, minutes=73)  # the longest pause with its jitter
    return order


@pytest.mark.parametrize(
    "failing", [Unreachable("x"), HttpAnswer(503), HttpAnswer(500), HttpAnswer(429), HttpAnswer(408)]
)
def test_a_provider_that_fails_for_the_moment_is_asked_again(
    exchange: Exchange, failing: HttpAnswer | Exception
) -> None:
    order = place(exchange)
    good, exchange.providers.answer = exchange.providers.answer, failing
    exchange.pump()
    shown = state(exchange, order)
    assert (shown["state"], shown["tries"]) == ("QUEUED", 1) and shown["error"]["message_th"]
    assert 48 <= (datetime.fromisoformat(shown["next_try_at"]) - exchange.now).total_seconds() <= 72
    assert exchange.service.access_log.entries(MALEE).items == () and exchange.queues.held == []
    exchange.providers.answer = good
    settle_time(exchange, seconds=30)
    assert state(exchange, order)["state"] == "QUEUED"
    settle_time(exchange, seconds=60)
    shown = state(exchange, order)
    assert (shown["state"], shown["error"], shown["next_try_at"]) == ("DELIVERED", None, None)
    assert len(exchange.providers.sent) == 2


def test_the_pauses_double_up_to_an_hour(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.providers.die()
    exchange.pump()
    pauses = []
    while (shown := state(exchange, order))["state"] == "QUEUED":
        pause = datetime.fromisoformat(shown["next_try_at"]) - exchange.now
        pauses.append(pause.total_seconds())
        settle_time(exchange, seconds=pause.total_seconds() + 1)
    assert shown["state"] == "STALLED" and len(pauses) == TRIES - 1
    for number, seconds in enumerate(pauses):
        assert 0.79 <= (seconds + 1) / min(60 * 2**number, 3600) <= 1.25
    assert len(exchange.providers.sent) == TRIES


@pytest.mark.parametrize(("given", "least"), [("600", 599), ("99999", 3599), ("soon", 48), ("-5", 48), ("٣٠٠", 48)])
def test_a_provider_may_say_when(exchange: Exchange, given: str, least: int) -> None:
    order = place(exchange)
    exchange.providers.reply(503, None, **{"retry-after": given})
    exchange.pump()
    pause = datetime.fromisoformat(state(exchange, order)["next_try_at"]) - exchange.now
    assert least <= pause.total_seconds() <= max(least + 2, 72)


def test_a_quota_that_is_used_up_is_waited_for_until_midnight(exchange: Exchange) -> None:
    exchange.agree(daily_quota=1)
    orders = [place(exchange) for _ in range(2)]
    exchange.pump()
    assert [state(exchange, order)["state"] for order in orders] == ["DELIVERED", "QUEUED"]
    pause = datetime.fromisoformat(state(exchange, orders[1])["next_try_at"]) - exchange.now
    assert pause > timedelta(hours=1)
    settle_time(exchange, seconds=pause.total_seconds() + 1)
    assert state(exchange, orders[1])["state"] == "DELIVERED"


def test_a_service_that_is_off_is_waited_for(exchange: Exchange) -> None:
    order = place(exchange)
    service = exchange.service.directory.service(exchange.ask().service)
    assert service is not None
    exchange.service.services.describe(replace(service, notice=("ปรับปรุง", "Maintenance")), "test")
    exchange.pass_time(seconds=31)
    exchange.pump()
    assert state(exchange, order)["state"] == "QUEUED" and exchange.providers.sent == []


def test_all_tries_in_vain_wait_for_an_operator(exchange: Exchange) -> None:
    order = stall(exchange)
    shown = state(exchange, order)
    assert (shown["state"], shown["tries"]) == ("STALLED", TRIES)
    settle_time(exchange, hours=2)
    assert len(exchange.providers.sent) == TRIES
    (item,) = stalled(exchange).json["items"]
    assert item["id"] == order.json["id"] and item["client"] == OFFICE and item["error"]["message_en"]
    assert MALEE not in stalled(exchange).text


def test_an_operator_replays_it(exchange: Exchange) -> None:
    order = stall(exchange)
    exchange.providers.reply(200, RECORD)
    exchange.providers.sent.clear()
    first, again = replay(exchange, order), replay(exchange, order)
    assert first.status == again.status == 200 and again.headers["idempotent-replayed"] == "true"
    assert first.json == again.json and first.json["state"] == "QUEUED"
    exchange.pump()
    exchange.pump()
    assert state(exchange, order)["state"] == "DELIVERED"
    assert len(exchange.providers.sent) == 1 and stalled(exchange).json["items"] == []
    assert replay(exchange, order, key="later").status == 409


def test_a_replay_makes_the_message_in_the_dead_letter_queue_worthless(exchange: Exchange) -> None:
    order = place(exchange)
    dead = exchange.queues.held.pop()
    assert replay(exchange, order).status == 200
    exchange.queues.held.append(dead)
    exchange.pump()
    exchange.service.handlers["gdx_exchanges"](dead[1])
    assert len(exchange.providers.sent) == 1 and state(exchange, order)["state"] == "DELIVERED"


def test_only_an_operator_replays(exchange: Exchange) -> None:
    order = stall(exchange)
    assert replay(exchange, order, exchange.token()).status in (401, 403)
    assert replay(exchange, order, exchange.people.token(pid=MALEE, ial="2.3")).status in (401, 403)
    assert exchange.client.get("/gdx/v1/stalled-exchanges", token=exchange.token()).status in (401, 403)
    assert exchange.client.post("/gdx/v1/exchanges/none/replay", token=exchange.operator()).status == 404


def test_the_list_of_stalled_ones_has_pages(exchange: Exchange) -> None:
    orders = [place(exchange, key=str(number)) for number in range(3)]
    exchange.providers.die()
    exchange.pump()
    for _ in range(TRIES - 1):
        settle_time(exchange, minutes=73)
    first = stalled(exchange, limit=2).json
    rest = stalled(exchange, limit=2, cursor=first["next"]).json
    listed = [item["id"] for item in first["items"] + rest["items"]]
    assert sorted(listed) == sorted(order.json["id"] for order in orders) and rest["next"] is None
    assert stalled(exchange, cursor="x" * 40).status == 400


def test_a_stalled_order_expires_with_its_reason(exchange: Exchange) -> None:
    order = stall(exchange)
    settle_time(exchange, hours=24)
    shown = state(exchange, order)
    assert shown["state"] == "EXPIRED" and shown["error"]["type"] == "server.serverproxy.network_error"
    assert stalled(exchange).json["items"] == []
    assert all(row["order"]["sealed"] is None for row in exchange.rows("EXCHANGE#") if "order" in row)


def test_a_message_of_an_earlier_try_changes_nothing(exchange: Exchange) -> None:
    place(exchange)
    exchange.providers.die()
    first = exchange.queues.held[0]
    row = accepted(exchange)
    exchange.pump()
    exchange.service.orders.carry_out(row)
    exchange.queues.held.append(first)
    exchange.pump()
    assert len(exchange.providers.sent) == 1


def test_our_own_failure_is_the_queues_to_repeat(exchange: Exchange) -> None:
    order = place(exchange)
    waiting = list(exchange.queues.held)
    exchange.table.down = True
    with pytest.raises(Unavailable):
        exchange.pump()
    exchange.table.down = False
    assert state(exchange, order)["state"] == "ACCEPTED"
    exchange.queues.held += waiting
    exchange.pump()
    assert state(exchange, order)["state"] == "DELIVERED"


def test_a_client_may_ask_for_less_time(exchange: Exchange) -> None:
    order = place(exchange, expires_in=120)
    assert datetime.fromisoformat(order.json["expires_at"]) == exchange.now + timedelta(seconds=120)
    exchange.providers.die()
    exchange.pump()
    settle_time(exchange, seconds=121)
    assert state(exchange, order)["state"] == "EXPIRED"
    assert place(exchange, expires_in=59).status == place(exchange, expires_in=86401).status == 422


def test_an_answer_that_comes_late_still_waits_for_its_client(exchange: Exchange) -> None:
    order = place(exchange, expires_in=120)
    exchange.pass_time(seconds=119)
    exchange.pump()
    exchange.pass_time(seconds=60)
    assert state(exchange, order)["state"] == "DELIVERED"
    settle_time(exchange, seconds=61)
    assert state(exchange, order)["state"] == "EXPIRED" and exchange.objects.kept == {}


def test_a_provider_that_lost_its_address_finds_the_order_in_its_inbox(exchange: Exchange) -> None:
    order = place(exchange)
    change_provider(exchange)
    exchange.pump()
    assert state(exchange, order)["state"] == "QUEUED" and exchange.providers.sent == []
    assert [held["id"] for held in lease(exchange)] == [order.json["id"]]


def test_of_two_answers_the_recorded_one_stays(exchange: Exchange) -> None:
    order = place(exchange)
    event = accepted(exchange)

    def other_worker() -> None:
        exchange.providers.before = None
        exchange.service.orders.carry_out(event)
        exchange.providers.reply(200, {**RECORD, "first_name_th": "อื่น"})

    exchange.providers.before = other_worker
    exchange.service.orders.carry_out(event)
    (kept,) = exchange.objects.kept.values()
    answer = exchange.client.get(f"/gdx/v1/exchanges/{order.json['id']}/answer", token=exchange.token())
    assert answer.json["first_name_th"] == "มาลี" and answer.response.body == kept[0]


def test_what_a_provider_refuses_counts_in_the_parties_metrics(exchange: Exchange) -> None:
    place(exchange)
    exchange.providers.reply(200, {"unexpected": True})
    exchange.pump()
    (row,) = exchange.rows("FAULT#")
    assert (row["faultCode"], row["door"]) == ("server.serverproxy.inconsistent_response", "gdx")
