"""Ten thousand asynchronous exchanges that wait in the queue and are drained: none lost, none doubled, none dearer."""

from __future__ import annotations

import gc
import hashlib
import json
import time
from collections import Counter

from bench.measure import Sample
from bench.report import Comparison
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Ask
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from tests.gdx.exchange import MALEE, OFFICE, PERSON, Exchange

HANDLERS = {"gdx-exchanges": "gdx_exchanges", "gdx-events": "gdx_events"}


class LostOrDoubled(Exception):
    """Orders, records, access log and answers do not tell one story."""


def waiting(count: int, groups: int = 10) -> Comparison:
    """`count` orders accepted, then drained in `groups` groups by the functions' own handlers.

    Raises:
        LostOrDoubled: an order was not delivered exactly once.
    """
    house = Exchange()
    house.agree(daily_quota=10 * count)
    house.pump()
    ask = Ask(
        client=SubsystemId.parse(OFFICE),
        service=ServiceId.parse(PERSON),
        method="POST",
        path="/lookup",
        query="",
        body=json.dumps({"pid": MALEE}).encode(),
        headers={"content-type": "application/json"},
        message_id="",
    )
    orders = [house.service.orders.accept(ask, Once(new_id(), "", new_token())).id for _ in range(count)]
    # a queue delivers in no order, and what it delivers it may deliver again (SQS developer guide, "At-least-once")
    messages = list(house.queues.held)
    house.queues.held.clear()
    messages = _mixed(messages)
    times: list[Sample] = []
    requests: list[float] = []
    for group in range(groups):
        part = _mixed(messages[group::groups] * 2)
        house.table.requests.clear()
        before = len(house.objects.kept)
        gc.collect()
        gc.disable()  # it would walk through what stands in for the table, which grows
        at = time.process_time()
        _drain(house, part)
        spent = time.process_time() - at
        gc.enable()
        done = max(1, len(house.objects.kept) - before)
        requests.append(len(house.table.requests) / done)
        times.append(Sample((spent / done,)))
    _drain(house, messages[: count // groups])  # and some once more, when all is done
    house.pass_time(seconds=61)
    house.service.sweep(house.now)
    _drain(house, [])
    _whole(house, orders)
    half = groups // 2
    samples = {
        f"the first {count // 2:,}": Sample(tuple(second for each in times[:half] for second in each.seconds)),
        f"the last {count // 2:,}": Sample(tuple(second for each in times[half:] for second in each.seconds)),
    }
    return Comparison(
        "Asynchronous exchanges that waited, drained",
        f"Every message was delivered twice and in no order, and some again at the end; all {count:,} orders were\n"
        "answered, recorded once, and stand in the person's access log once. Time is this process's CPU for one\n"
        "exchange, from the queue's message to the event that its answer waits, with its share of the messages that\n"
        "came again; table, bucket and provider are in memory. Requests to the table for one exchange, accepting it\n"
        f"aside: {requests[0]:.1f} in the first tenth, {requests[-1]:.1f} in the last.",
        samples,
        f"the first {count // 2:,}",
    )


def _mixed(messages: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """In no order, and the same one in every run."""
    numbered = enumerate(messages)
    return [each for _, each in sorted(numbered, key=lambda pair: hashlib.sha256(repr(pair).encode()).digest())]


def _drain(house: Exchange, messages: list[tuple[str, str]]) -> None:
    for message in messages:
        house.queues.held.append(message)
        while house.queues.held:
            queue, body = house.queues.held.pop(0)
            house.service.handlers[HANDLERS[queue]](body)
    while house.queues.held:
        queue, body = house.queues.held.pop(0)
        house.service.handlers[HANDLERS[queue]](body)


def _whole(house: Exchange, orders: list[str]) -> None:
    states = Counter(row["order"]["state"] for row in house.rows("EXCHANGE#") if "order" in row)
    records = Counter(row["leaf"]["id"] for row in house.rows("EXCHANGE#") if "leaf" in row)
    lines = Counter(row["receipt"] for row in house.rows("SUBJECT#"))
    counted = sum(row["count"] for row in house.rows("QUOTA#"))
    once = dict.fromkeys(orders, 1)
    if states != {"DELIVERED": len(orders)} or records != once or lines != once or counted != len(orders):
        raise LostOrDoubled(f"{dict(states)}, {len(records)} records, {len(lines)} lines, {counted} counted")
    if len(house.objects.kept) != len(orders) or len(house.providers.sent) != len(orders):
        raise LostOrDoubled(f"{len(house.objects.kept)} answers, {len(house.providers.sent)} calls")
    house.pass_time(hours=31)
    while house.service.orders.sweep(house.now):
        _drain(house, [])
    if house.objects.kept:
        raise LostOrDoubled("answers are left behind")
