"""What an exchange asks of AWS, and the page that multiplies it."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import replace

import pytest

from bench.counted import Cost, Counter, Watched, kilobytes
from bench.scale import PAGE, Counted, Model, count
from bench.scale_page import page
from bench.simulate_page import read_runs
from bench.uses import count_uses
from chalicelib.gdx import store
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.rules import QUOTA_SHARDS
from chalicelib.shared.storage import Key, Update
from tests.gdx.exchange import BIZ, OFFICE, PERSON, Exchange


@pytest.fixture(scope="module")
def counted() -> Counted:
    return count()


def kinds(cost: Cost) -> Tally[str]:
    return Tally(each.kind for each in cost.written)


def test_a_synchronous_exchange_is_one_read_one_transaction_and_two_signatures(counted: Counted) -> None:
    cost = counted.synchronous
    assert cost.requests == ("get_many", "write")
    assert kinds(cost) == {"EXCHANGE": 1, "SUBJECT": 1, "QUOTA": 1}
    # the agreement, an earlier exchange like it, and the counters; the directory is remembered
    assert cost.keys_read == 2 + QUOTA_SHARDS
    assert cost.signatures <= 2 and cost.write_units <= 16
    assert max(each.size for each in cost.written) < 2048


def test_sealing_writes_each_leaf_once_more_and_the_head_once_a_step(counted: Counted) -> None:
    assert kinds(counted.sealing)["EXCHANGE"] == 100
    assert sum(times for kind, times in kinds(counted.sealing).items() if kind != "EXCHANGE") <= 5
    assert len(counted.sealing.requests) < 30 and counted.sealing.signatures == 0
    # out of the index of open leaves, and no more than that
    assert counted.sealing.of_index("open") == counted.synchronous.of_index("open") * 100


def test_an_asynchronous_exchange_signs_no_more_and_posts_once(counted: Counted) -> None:
    cost = counted.asynchronous
    assert cost.signatures <= 2 and cost.messages == 1
    assert kinds(cost)["SUBJECT"] == 1 and kinds(cost)["QUOTA"] == 1
    assert len(cost.requests) <= 12


def test_no_item_is_written_by_all_exchanges() -> None:
    table = Watched()
    house = Exchange(table=table)
    item = table.get(store.agreement_key(SubsystemId.parse(OFFICE), ServiceId.parse(PERSON)))
    assert item is not None
    agreement = store.agreement_from(item.data["content"])
    capped = store.agreement_json(replace(agreement, rate_per_minute=1_000, daily_bytes=10_000_000))
    table.write([Update(item.next({**item.data, "content": capped}))], "capped")
    times: Tally[Key] = Tally()
    asked = 0
    for client, purpose in [(OFFICE, None), (BIZ, "licence-application")] * 16:
        before = dict(table._items)
        ask = house.ask(client=SubsystemId.parse(client), service=ServiceId.parse(PERSON), purpose=purpose)
        house.service.exchanges.run(ask)
        asked += 1
        times.update(key for key, held in table._items.items() if before.get(key) is not held)
    assert max(times.values()) <= asked / 2
    again = {key.pk.partition("#")[0] for key, several in times.items() if several > 1}
    # what is counted twice is of one agreement; bytes are in one place for each agreement, and so for rare answers
    assert again == {"QUOTA", "RATE", "VOLUME"}
    quota = [several for key, several in times.items() if key.pk.startswith(f"QUOTA#{OFFICE}#")]
    assert len(quota) > 1 and max(quota) < asked / 2


def test_units_are_counted_as_dynamodb_counts_them() -> None:
    assert [kilobytes(size) for size in (0, 1, 1024, 1025, 4096)] == [1, 1, 1, 2, 4]
    assert [kilobytes(size, 4096) for size in (4096, 4097)] == [1, 2]
    watched = Counter().table
    assert watched.written and all(each.units >= 2 for each in watched.written)


def test_more_load_needs_more_and_costs_the_same_for_each(counted: Counted) -> None:
    model = Model(counted)
    busier = replace(model, load=replace(model.load, per_year=model.load.per_year * 10))
    assert busier.load.peak == pytest.approx(model.load.peak * 10) and busier.million() == model.million()
    ends = {each.name: each.rate for each in model.bottlenecks()}
    assert {each.name: each.rate for each in busier.bottlenecks()} == ends
    # a limit that is raised ends later
    raised = replace(model, limits=replace(model.limits, kms_ecc=model.limits.kms_ecc * 10))
    assert {each.name: each.rate for each in raised.bottlenecks()}["KMS signatures"] == ends["KMS signatures"] * 10


def test_the_page_says_what_the_model_says(counted: Counted) -> None:
    fresh = page(Model(counted), count_uses(), read_runs())
    assert PAGE.read_text(encoding="utf-8") == fresh, "run: .venv/bin/python -m bench.scale"
