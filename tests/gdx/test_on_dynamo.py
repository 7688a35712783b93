"""The same exchange on DynamoDB: what AWS is really asked for, and that the conditions hold there too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.gdx.refusals import QuotaExceeded
from chalicelib.shared.aws.dynamo import DynamoTable
from tests.gdx.exchange import MALEE, OFFICE, PERSON, Exchange
from tests.support.cloud import local_cloud


class Counted:
    """An exchange on DynamoDB and the names of the AWS calls that it made."""

    def __init__(self, session: Any) -> None:
        client = session.client("dynamodb")
        self.calls: list[str] = []
        client.meta.events.register("before-call.dynamodb", lambda model, **_: self.calls.append(model.name))
        self.exchange = Exchange(DynamoTable(lambda: client, "klang-test-gdx"))
        self.calls.clear()


@pytest.fixture(scope="module")
def counted() -> Iterator[Counted]:
    with local_cloud(["gdx"]) as session:
        yield Counted(session)


def test_an_exchange_is_one_batch_get_and_one_transaction(counted: Counted) -> None:
    exchange = counted.exchange
    token, headers = exchange.token(), {"x-road-client": OFFICE, "x-road-id": "dynamo-1"}
    for _ in range(2):
        counted.calls.clear()
        answer = exchange.client.post(f"/r1/{PERSON}/lookup", token=token, json={"pid": MALEE}, headers=headers)
        assert answer.status == 200
    assert counted.calls == ["BatchGetItem"]  # the second is a repeat: nothing is written again
    counted.calls.clear()
    exchange.service.exchanges.run(exchange.ask())
    assert counted.calls == ["BatchGetItem", "TransactWriteItems"]
    assert len(exchange.service.access_log.entries(MALEE).items) == 2


def test_an_order_goes_its_way(counted: Counted) -> None:
    exchange = counted.exchange
    asked = {"service": PERSON, "path": "/lookup", "body": {"pid": MALEE}}
    order = exchange.client.post("/gdx/v1/exchanges", token=exchange.token(), json=asked).json["id"]
    exchange.pump()
    path = f"/gdx/v1/exchanges/{order}"
    assert exchange.client.get(path, token=exchange.token()).json["state"] == "DELIVERED"
    exchange.pass_time(hours=25)
    assert exchange.service.orders.sweep(exchange.now) == 1
    assert exchange.client.get(path, token=exchange.token()).json["state"] == "EXPIRED"


def test_the_quota_holds(counted: Counted) -> None:
    exchange = counted.exchange
    exchange.pass_time(days=2)
    exchange.agree(daily_quota=3)
    for _ in range(3):
        exchange.service.exchanges.run(exchange.ask())
    with pytest.raises(QuotaExceeded):
        exchange.service.exchanges.run(exchange.ask())
    exchange.agree(daily_quota=1000)


def test_an_assertion_serves_once(counted: Counted) -> None:
    assertion = counted.exchange.assertion(OFFICE)
    assert [counted.exchange.ask_token(assertion).status for _ in range(2)] == [200, 401]
