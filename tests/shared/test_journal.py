"""The journal: a command happens once and whole, and its history cannot be altered unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from chalicelib.shared.errors import AlreadyThere, KeyReused, Refusal, Stale, TooMany
from chalicelib.shared.journal import (
    Event,
    Head,
    Once,
    Replayed,
    chain_is_whole,
    chained,
)
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Require, Update
from tests.shared.journal_bench import CASE, START, Bench, once, unclaimed


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_repeat_is_answered_as_the_first_time(bench: Bench) -> None:
    bench.open_case(once())
    for read in (lambda: bench.journal.read(once(), CASE), lambda: bench.open_case(once())):
        with pytest.raises(Replayed) as again:
            read()
        assert again.value.answer == {"id": "1"}
    assert len(bench.journal.history(CASE.pk)) == 1


def test_a_key_belongs_to_one_request(bench: Bench) -> None:
    bench.open_case(once())
    other = once(fingerprint="another")
    with pytest.raises(KeyReused):
        bench.journal.read(other, CASE)
    with pytest.raises(KeyReused):
        bench.open_case(other)


def test_a_command_without_a_key_leaves_no_claim(bench: Bench) -> None:
    attempt = unclaimed()
    assert bench.journal.read(attempt) == {}
    bench.open_case(attempt)
    assert bench.table.get(attempt.item_key) is None
    with pytest.raises(AlreadyThere):
        bench.open_case(unclaimed())


def test_a_read_costs_one_request(bench: Bench) -> None:
    bench.open_case()
    bench.table.requests.clear()
    bench.note(once("second"))
    assert bench.table.requests == ["get_many", "write"]


def test_a_claim_ends_after_two_days(bench: Bench) -> None:
    attempt = once()
    bench.open_case(attempt)
    claim = bench.table.get(attempt.item_key)
    assert claim is not None
    assert claim.expires == int((START + timedelta(hours=48)).timestamp())


def test_two_attempts_that_read_before_either_wrote_write_once(bench: Bench) -> None:
    bench.open_case(queue=None)
    first, second = once("note"), once("note")
    case = bench.journal.read(first, CASE)[CASE]
    assert bench.journal.read(second, CASE)[CASE] == case
    event, head = bench.happen(Head(**case.data["head"]))
    changes: list[Change] = [Update(case.next({"head": asdict(head)}))]
    bench.journal.commit(first, changes, [(CASE.pk, event)], {"seq": 2})
    with pytest.raises(Replayed) as again:
        bench.journal.commit(second, changes, [(CASE.pk, event)], {"seq": 2})
    assert again.value.answer == {"seq": 2}
    assert len(bench.journal.history(CASE.pk)) == 2


def test_threads_with_one_key_have_one_effect(bench: Bench) -> None:
    bench.open_case(queue=None)

    def attempt(_: int) -> str:
        try:
            bench.note(once("note"))
        except Replayed as again:
            return f"replayed {again.answer}"
        return "done"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(24)))
    assert answers.count("done") == 1
    assert set(answers) == {"done", "replayed {'seq': 2}"}
    assert len(bench.journal.history(CASE.pk)) == 2


def test_events_of_consumers_are_claimed_by_event_and_purpose() -> None:
    first, second = Once.of_event("e1", "tally"), Once.of_event("e1", "tally")
    assert (first.key, first.fingerprint) == (second.key, second.fingerprint)
    assert first.token != second.token
    assert Once.of_event("e1", "mail").key != first.key


# -------------------------------------------------------------------- refusals


def commit(bench: Bench, changes: list[Change]) -> None:
    bench.journal.commit(once("other"), changes)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (Create(Item(CASE, {})), AlreadyThere),
        (Update(Item(CASE, {}, version=9)), Stale),
        (Update(Item(Key("CASE#2", "CASE"), {}, version=2)), Stale),
        (Require(CASE, 9), Stale),
        (Count(Key("QUOTA", "1"), 1, 0), TooMany),
    ],
)
def test_a_failed_condition_says_what_it_means(bench: Bench, change: Change, refusal: type[Refusal]) -> None:
    bench.open_case(queue=None)
    with pytest.raises(refusal) as said:
        commit(bench, [change])
    assert said.value.th and said.value.en
    assert bench.table.get(once("other").item_key) is None


def test_the_slower_of_two_changes_is_stale(bench: Bench) -> None:
    bench.open_case(queue=None)
    case = bench.journal.read(None, CASE)[CASE]
    bench.note(once("faster"))
    event, head = bench.happen(Head(**case.data["head"]))
    with pytest.raises(Stale):
        bench.journal.commit(once("slower"), [Update(case.next({"head": asdict(head)}))], [(CASE.pk, event)])
    assert len(bench.journal.history(CASE.pk)) == 2


def test_an_event_cannot_be_written_over(bench: Bench) -> None:
    bench.open_case(queue=None)
    event, _ = bench.happen(Head())
    with pytest.raises(Stale):
        bench.journal.commit(once("other"), [], [(CASE.pk, event)])


def test_what_is_refused_is_not_sent(bench: Bench) -> None:
    bench.open_case()
    sent = list(bench.post.sent)
    event, _ = bench.happen(Head(1, "x"))
    with pytest.raises(Stale):
        bench.journal.commit(once("other"), [Update(Item(CASE, {}, version=9))], [(CASE.pk, event)])
    assert bench.post.sent == sent


# -------------------------------------------------------------------- the chain


def history(bench: Bench, length: int) -> list[Event]:
    bench.open_case(queue=None)
    for number in range(length - 1):
        bench.now += timedelta(minutes=1)
        bench.note(once(f"note {number}"), queue=None)
    return bench.journal.history(CASE.pk)


def test_a_history_is_whole_and_in_order(bench: Bench) -> None:
    events = history(bench, 12)
    assert [event.seq for event in events] == list(range(1, 13))
    assert chain_is_whole(events)
    case = bench.table.get(CASE)
    assert case is not None and case.data["head"] == {"seq": 12, "hash": events[-1].hash}
    assert events[0].at == "2026-11-25T03:00:00.000+00:00"


TAMPERING: dict[str, Callable[[list[Event]], list[Event]]] = {
    "data": lambda events: [*events[:2], replace(events[2], data={"note": "other"}), *events[3:]],
    "time": lambda events: [replace(events[0], at="2026-01-01T00:00:00+00:00"), *events[1:]],
    "author": lambda events: [*events[:-1], replace(events[-1], by="officer:y")],
    "rehashed": lambda events: [*events[:1], chained(replace(events[1], data={})), *events[2:]],
    "one removed": lambda events: [*events[:2], *events[3:]],
    "first removed": lambda events: events[1:],
    "two swapped": lambda events: [events[1], events[0], *events[2:]],
    "one twice": lambda events: [*events[:2], events[1], *events[2:]],
    "one inserted": lambda events: [*events[:1], chained(replace(events[1], data={})), *events[1:]],
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_breaks_the_chain(bench: Bench, how: str) -> None:
    assert not chain_is_whole(TAMPERING[how](history(bench, 5)))


def test_a_cut_end_shows_against_the_head(bench: Bench) -> None:
    events = history(bench, 5)
    case = bench.table.get(CASE)
    assert case is not None
    assert chain_is_whole(events[:-1])
    assert case.data["head"]["hash"] != events[-2].hash
