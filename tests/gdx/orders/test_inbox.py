"""The inbox of a provider that fetches: leases, answers, and who may do what under which lease."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from chalicelib.gdx.orders.rules import TRIES
from chalicelib.shared.gdx_request import GdxRequests
from chalicelib.shared.journal import chain_is_whole
from tests.gdx.exchange import BASE, MALEE, OFFICE, RECORD, Exchange
from tests.gdx.orders.steps import (
    CIVIL,
    answered,
    asked,
    change_provider,
    fetch,
    lease,
    place,
    settle_time,
    state,
    take,
    worker,
)

OTHER = "TH/CENTRAL/DGA/biz"
"""Another system, with no requests of its own."""


@pytest.fixture
def exchange() -> Exchange:
    exchange = Exchange()
    change_provider(exchange)
    return exchange


def test_a_request_is_leased_answered_and_fetched(exchange: Exchange) -> None:
    order = place(exchange)
    assert order.status == 202 and order.json["state"] == "QUEUED" and exchange.queues.held == []
    (held,) = lease(exchange)
    assert (held["id"], held["client"], held["case"], held["path"]) == (order.json["id"], OFFICE, "LN-7", "/lookup")
    assert asked(held) == {"pid": MALEE} and state(exchange, order)["state"] == "LEASED"
    done = answered(exchange, held, RECORD)
    assert done.status == 200 and done.json == {"id": held["id"], "state": "DELIVERED", "leased_until": None}
    assert fetch(exchange, order).json == {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "status": "alive"}
    (usage,) = exchange.service.access_log.entries(MALEE).items
    assert usage.receipt == order.json["id"]
    assert take(exchange, order).status == 204
    exchange.pump()
    assert exchange.objects.kept == {} and exchange.providers.sent == []
    events = exchange.parts.journal.history(f"EXCHANGE#{order.json['id']}")
    assert [event.type.rsplit(".", 1)[-1] for event in events] == ["queued", "leased", "delivered", "fetched"]
    assert chain_is_whole(events)


def test_the_exchange_vouches_for_what_it_hands_out(exchange: Exchange) -> None:
    place(exchange)
    (held,) = lease(exchange)
    requests = GdxRequests(BASE, CIVIL, exchange.service.voice.jwks, exchange.clock)
    body = base64.b64decode(held["body"])
    vouched = requests.check(f"Bearer {held['signature']}", held["method"], "person", body)
    assert (vouched.client, vouched.id) == (OFFICE, held["id"])


def test_a_provider_may_prefer_its_inbox_to_its_endpoint(exchange: Exchange) -> None:
    change_provider(exchange, endpoint="https://dopa.test", delivery="pull")
    order = place(exchange)
    exchange.pump()
    assert exchange.providers.sent == [] and [held["id"] for held in lease(exchange)] == [order.json["id"]]
    assert exchange.r1().status == 200 and len(exchange.providers.sent) == 1


def test_a_leased_request_is_nobody_elses(exchange: Exchange) -> None:
    place(exchange)
    assert len(lease(exchange, seconds=60)) == 1
    assert lease(exchange) == []
    exchange.pass_time(seconds=59)
    assert lease(exchange) == []


def test_a_lease_that_is_over_returns_the_request_and_is_worth_nothing(exchange: Exchange) -> None:
    order = place(exchange)
    (old,) = lease(exchange, seconds=60)
    exchange.pass_time(seconds=60)
    assert state(exchange, order)["state"] == "QUEUED"
    assert answered(exchange, old, RECORD).status == 409
    (new,) = lease(exchange)
    assert new["id"] == old["id"] and new["lease"] != old["lease"] and new["tries"] == 2
    for path, posted in (("answer", {"body": RECORD}), ("ack", {}), ("extend", {"seconds": 60}), ("release", {})):
        stale = worker(exchange, f"{old['id']}/{path}", {"lease": old["lease"], **posted})
        assert stale.status == 409 and MALEE not in stale.text
    assert state(exchange, order)["state"] == "LEASED"
    assert answered(exchange, new, RECORD).json["state"] == "DELIVERED"
    assert answered(exchange, old, RECORD).status == 409
    assert len(exchange.service.access_log.entries(MALEE).items) == 1


def test_an_answer_that_comes_twice_counts_once(exchange: Exchange) -> None:
    order = place(exchange)
    (held,) = lease(exchange)
    first, again = answered(exchange, held, RECORD), answered(exchange, held, {**RECORD, "first_name_th": "อื่น"})
    assert first.json == again.json and fetch(exchange, order).json["first_name_th"] == "มาลี"
    assert len(exchange.service.access_log.entries(MALEE).items) == 1
    take(exchange, order)
    assert answered(exchange, held, RECORD).json["state"] == "FETCHED"


def test_a_lease_can_be_made_longer_and_given_back(exchange: Exchange) -> None:
    order = place(exchange)
    (held,) = lease(exchange, seconds=60)
    exchange.pass_time(seconds=50)
    longer = worker(exchange, f"{held['id']}/extend", {"lease": held["lease"], "seconds": 60})
    assert longer.json["state"] == "LEASED"
    exchange.pass_time(seconds=50)
    assert lease(exchange) == []
    back = worker(exchange, f"{held['id']}/release", {"lease": held["lease"], "seconds": 30})
    assert back.json == {"id": held["id"], "state": "QUEUED", "leased_until": None}
    assert lease(exchange) == [] and answered(exchange, held, RECORD).status == 409
    exchange.pass_time(seconds=30)
    assert [each["id"] for each in lease(exchange)] == [order.json["id"]]


def test_an_answer_without_content(exchange: Exchange) -> None:
    order = place(exchange)
    (held,) = lease(exchange)
    assert worker(exchange, f"{held['id']}/ack", {"lease": held["lease"]}).json["state"] == "DELIVERED"
    shown = state(exchange, order)
    assert (shown["status"], shown["size"]) == (204, 0) and shown["receipt"]
    assert fetch(exchange, order).response.body == b""


def test_an_answer_in_base64(exchange: Exchange) -> None:
    place(exchange)
    (held,) = lease(exchange)
    content = base64.b64encode(json.dumps(RECORD).encode()).decode()
    assert answered(exchange, held, None, content=content).json["state"] == "DELIVERED"


@pytest.mark.parametrize(
    "posted",
    [
        {"body": RECORD, "content": ""},
        {"content": "%%"},
        {"status": 199},
        {"status": 600},
        {"media_type": "text"},
        {"media_type": "a/b\nX: y"},
    ],
)
def test_answers_that_cannot_be_read(exchange: Exchange, posted: dict[str, Any]) -> None:
    place(exchange)
    (held,) = lease(exchange)
    assert worker(exchange, f"{held['id']}/answer", {"lease": held["lease"], **posted}).status == 422
    assert answered(exchange, held, RECORD).json["state"] == "DELIVERED"


def test_an_answer_that_breaks_its_description_is_told_to_the_worker_who_may_mend_it(exchange: Exchange) -> None:
    order = place(exchange)
    (held,) = lease(exchange)
    wrong = answered(exchange, held, {**RECORD, "birth_date": 1})
    assert (
        wrong.status == 422 and wrong.json["errors"][0]["pointer"] == "answer:/birth_date" and MALEE not in wrong.text
    )
    assert state(exchange, order)["state"] == "LEASED" and exchange.objects.kept == {}
    assert answered(exchange, held, RECORD).json["state"] == "DELIVERED"


def test_a_provider_that_declines_or_is_busy(exchange: Exchange) -> None:
    declined, busy = place(exchange, key="a"), place(exchange, key="b")
    helds = {held["id"]: held for held in lease(exchange, 2)}
    no = answered(exchange, helds[declined.json["id"]], {"title": "none"}, status=404)
    assert no.json["state"] == "REJECTED" and state(exchange, declined)["error"]["message_th"]
    later = answered(exchange, helds[busy.json["id"]], None, status=503)
    assert later.json["state"] == "QUEUED" and lease(exchange) == []
    exchange.pass_time(seconds=73)
    assert [held["id"] for held in lease(exchange)] == [busy.json["id"]]


def test_an_agreement_that_ends_before_the_request_is_handed_out(exchange: Exchange) -> None:
    order = place(exchange)
    exchange.agree(state="SUSPENDED")
    assert lease(exchange) == []
    assert state(exchange, order)["error"]["type"] == "server.serverproxy.access_denied"


def test_an_agreement_that_ends_before_the_answer(exchange: Exchange) -> None:
    order = place(exchange)
    (held,) = lease(exchange)
    exchange.agree(state="SUSPENDED")
    assert answered(exchange, held, RECORD).json["state"] == "REJECTED"
    assert fetch(exchange, order).status == 409 and exchange.objects.kept == {}
    assert exchange.service.access_log.entries(MALEE).items == ()


def test_a_quota_that_others_used_up_puts_the_answer_off(exchange: Exchange) -> None:
    exchange.agree(daily_quota=1)
    orders = [place(exchange, key=str(number)) for number in range(2)]
    first, second = lease(exchange, 2)
    assert answered(exchange, first, RECORD).json["state"] == "DELIVERED"
    late = answered(exchange, second, RECORD)
    assert late.status == 429 and int(late.headers["retry-after"]) > 3600
    assert sorted(state(exchange, order)["state"] for order in orders) == ["DELIVERED", "QUEUED"]
    assert len(exchange.service.access_log.entries(MALEE).items) == 1


def test_nobody_else_can_touch_it(exchange: Exchange) -> None:
    order = place(exchange)
    assert lease(exchange, provider=OFFICE) == lease(exchange, provider=OTHER) == []
    (held,) = lease(exchange)
    for other in (OFFICE, OTHER):
        for path in ("answer", "ack", "extend", "release"):
            foreign = worker(exchange, f"{held['id']}/{path}", {"lease": held["lease"]}, other)
            assert foreign.status == 404
    assert state(exchange, order)["state"] == "LEASED"
    assert worker(exchange, "none/ack", {"lease": "x"}).status == 404
    assert answered(exchange, {**held, "lease": "guess"}, RECORD).status == 409


def test_the_table_knows_no_lease(exchange: Exchange) -> None:
    place(exchange)
    (held,) = lease(exchange)
    kept = str(exchange.rows("EXCHANGE#"))
    assert held["lease"] not in kept and hashlib.sha256(held["lease"].encode()).hexdigest() in kept
    assert MALEE not in kept


def test_a_pushed_request_is_not_in_the_inbox(exchange: Exchange) -> None:
    change_provider(exchange, endpoint="https://dopa.test")
    order = place(exchange)
    assert lease(exchange) == []
    assert worker(exchange, f"{order.json['id']}/ack", {"lease": "x"}).status == 404


def test_the_longest_waiting_comes_first(exchange: Exchange) -> None:
    orders = []
    for number in range(6):
        orders.append(place(exchange, key=str(number)).json["id"])
        exchange.pass_time(seconds=1)
    assert [held["id"] for held in lease(exchange, 4)] == orders[:4]
    assert [held["id"] for held in lease(exchange, 4)] == orders[4:]


def test_workers_that_crash_on_it_stall_it_and_an_operator_replays_it(exchange: Exchange) -> None:
    order = place(exchange)
    for _ in range(TRIES):
        assert len(lease(exchange, seconds=60)) == 1
        exchange.pass_time(seconds=60)
    assert lease(exchange) == [] and state(exchange, order)["state"] == "STALLED"
    path = f"/gdx/v1/exchanges/{order.json['id']}/replay"
    assert exchange.client.post(path, token=exchange.operator()).status == 200
    (held,) = lease(exchange)
    busy = exchange.client.post(path, token=exchange.operator())
    assert busy.status == 409
    assert answered(exchange, held, RECORD).json["state"] == "DELIVERED"


def test_what_nobody_fetches_expires(exchange: Exchange) -> None:
    order = place(exchange)
    (held,) = lease(exchange, seconds=3600)
    settle_time(exchange, hours=24)
    assert state(exchange, order)["state"] == "EXPIRED" and answered(exchange, held, RECORD).status == 409
    late = place(exchange, expires_in=60)
    exchange.pass_time(seconds=61)
    assert lease(exchange) == [] and state(exchange, late)["state"] == "EXPIRED"


def test_a_lease_does_not_outlive_its_order(exchange: Exchange) -> None:
    order = place(exchange, expires_in=60)
    (held,) = lease(exchange, seconds=3600)
    assert held["leased_until"] == order.json["expires_at"]


@pytest.mark.parametrize("posted", [{"max": 0}, {"max": 21}, {"seconds": 9}, {"seconds": 3601}, {"max": "1"}])
def test_leases_that_are_not_given(exchange: Exchange, posted: dict[str, Any]) -> None:
    assert worker(exchange, "lease", posted).status == 422


def test_of_two_workers_at_once_one_has_the_request(exchange: Exchange) -> None:
    place(exchange)
    table, got = exchange.table, []

    class Busy(list[str]):
        def append(self, what: str) -> None:
            if what == "write":
                table.requests = []
                got.extend(lease(exchange))

    table.requests = Busy()
    assert lease(exchange) == [] and len(got) == 1


def test_a_large_answer_is_fetched_from_storage(exchange: Exchange) -> None:
    exchange.agree(fields=[""])
    order = place(exchange)
    (held,) = lease(exchange)
    scan = base64.b64encode(b"x" * (4 * 1024 * 1024 + 1)).decode()
    assert answered(exchange, held, None, content=scan, media_type="image/tiff").json["state"] == "DELIVERED"
    away = fetch(exchange, order)
    assert away.status == 303 and away.response.body == b"" and away.headers["x-gdx-receipt"]
    (name,) = exchange.objects.kept
    assert away.headers["location"].startswith(f"https://bucket.test/{name}?expires=")
    assert state(exchange, order)["size"] == len(exchange.objects.kept[name][0])
    assert take(exchange, order).status == 204
    exchange.pump()
    assert exchange.objects.kept == {}
