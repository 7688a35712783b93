"""The harness itself: a seed is one life, what is put back is as it was, and messages come as SQS promises."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Create, Item, Key, Update

from .flows.outbox import Outbox
from .history import overwritten
from .life import live
from .queues import Message
from .stage import START, Stage, stage
from .tally import KEPT, PAGE, Tally, kept, page


@pytest.fixture(scope="module")
def here() -> Iterator[Stage]:
    """A stage."""
    with stage() as made:
        yield made


def test_a_seed_lives_the_same_life_again(here: Stage) -> None:
    def trace(seed: int) -> tuple[list[str], list[tuple[str, str, str]]]:
        told = live(here, Outbox, Random(seed))
        return told.story, [*here.layer.trace]

    first = [trace(seed) for seed in (3, 4, 5)]
    assert [trace(seed) for seed in (3, 4, 5)] == first
    assert first[0] != first[1]


def test_nothing_of_a_life_is_left_for_the_next(here: Stage) -> None:
    live(here, Outbox, Random(1))
    assert here.rows("biz") or here.history.commits()
    here.prepare(Outbox)
    assert here.rows("biz") == [] and here.now == START and list(here.history.commits()) == []
    assert here.queues.waiting == [] and here.layer.pending == 0 and here.layer.trace == []


def test_messages_come_at_least_once_in_any_order(here: Stage) -> None:
    here.prepare(Outbox)
    post = here.post()
    for number in range(40):
        post.send("biz-events", str(number))
    came: list[str] = []

    def run(message: Message) -> bool:
        came.append(message.body)
        return len(came) % 3 != 0

    while here.queues.collect():
        here.queues.deliver(Random(7), run, at_most=10)
    assert set(came) | {message.body for message in here.queues.set_aside} == {str(number) for number in range(40)}
    assert came != sorted(came, key=int), "any order"
    assert max(Counter(came).values()) > 1, "more than once"
    assert all(message.receives >= 5 for message in here.queues.set_aside)


def test_a_write_over_something_newer_is_seen_in_the_history(here: Stage) -> None:
    here.prepare(Outbox)
    table, key = here.table("biz"), Key("CASE#1", "CASE")
    table.write([Create(Item(key, {"n": 1}))], new_token())
    table.write([Update(Item(key, {"n": 2}, version=2))], new_token())
    assert list(overwritten(here.history)) == []
    row = {"pk": {"S": "CASE#1"}, "sk": {"S": "CASE"}, "v": {"N": "2"}, "data": {"S": "{}"}, "w": {"S": "x"}}
    here.history.note(here.now, "TransactWriteItems", json.dumps({"TransactItems": [{"Put": {"Item": row}}]}))
    assert [each.kind for each in overwritten(here.history)] == ["STALE"]


def test_what_expired_goes_when_dynamodb_comes_by(here: Stage) -> None:
    here.prepare(Outbox)
    soon = int((here.now + timedelta(hours=1)).timestamp())
    here.table("biz").write([Create(Item(Key("A", "1"), {}, expires=soon))], new_token())
    here.table("biz").write([Create(Item(Key("B", "1"), {}))], new_token())
    assert here.account.remove_expired(["biz"], here.now.timestamp()) == []
    assert here.account.remove_expired(["biz"], soon + 1) == [Key("A", "1")]
    assert [row.key.pk for row in here.rows("biz")] == ["B"]


def test_what_expired_may_be_made_anew(here: Stage) -> None:
    here.prepare(Outbox)
    row = Create(Item(Key("A", "1"), {}, expires=int(here.now.timestamp())))
    here.table("biz").write([row], new_token())
    gone = here.account.remove_expired(["biz"], here.now.timestamp() + 1)
    here.history.expired(here.now, gone)
    here.table("biz").write([row], new_token())
    assert list(overwritten(here.history)) == []


def test_figures_add_up_and_no_seed_counts_twice() -> None:
    one = Tally([[0, 10]], lives=10, calls=100, struck={"lost": 4}, violations=[[3, "LOST", "x"]])
    both = one.plus(Tally([[10, 30]], lives=20, calls=150, struck={"lost": 1, "drop": 2}))
    assert (both.seeds, both.lives, both.calls, both.faulted) == ([[0, 30]], 30, 250, 7)
    with pytest.raises(ValueError, match="lived already"):
        both.plus(Tally([[29, 31]]))
    told = page({"outbox": both})
    assert "| outbox | 30 | 250 | 7 |" in told and "--flow outbox --seed 3" in told and "0 to 29" in told


def test_the_page_is_what_the_figures_say() -> None:
    assert KEPT.exists() == PAGE.exists()
    if KEPT.exists():
        assert PAGE.read_text(encoding="utf-8") == page(kept())
