"""The journal: a command happens once and whole, and what it says to others leaves until it has arrived."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.shared.errors import AlreadyThere, KeyReused, Refusal, Stale, TooMany
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import (
    GIVE_UP_AFTER,
    OPEN,
    RESEND_AFTER,
    SHARDS,
    Event,
    Head,
    Journal,
    Once,
    Replayed,
    chain_is_whole,
    chained,
    outbox_key,
)
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Require, Update, every
from tests.support.memory import MemoryTable

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
CASE = Key("CASE#1", "CASE")
QUEUE = "biz-events"


class Outbox:
    """A post that remembers, and that can be out of order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False

    def send(self, queue: str, body: str) -> None:
        if self.broken:
            raise ConnectionError("no queue today")
        self.sent.append((queue, body))


class Bench:
    """A journal on a memory table, with a clock to move."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        self.post = Outbox()
        self.now = START
        numbers = itertools.count(1)
        self.journal = Journal(self.table, self.post, ids=lambda: f"{next(numbers):032x}", clock=lambda: self.now)

    def happen(self, head: Head, what: str = "biz.case.noted", queue: str | None = QUEUE) -> tuple[Event, Head]:
        return self.journal.happened(head, subject="1", type=what, by="citizen:x", data={"note": "ร้าน"}, queue=queue)

    def open_case(self, attempt: Once | None = None, queue: str | None = QUEUE) -> Event:
        event, head = self.happen(Head(), "biz.case.opened", queue)
        changes: list[Change] = [Create(Item(CASE, {"head": asdict(head)}))]
        self.journal.commit(attempt or once(), changes, [(CASE.pk, event)], {"id": "1"})
        return event

    def note(self, attempt: Once, queue: str | None = QUEUE) -> Event:
        case = self.journal.read(attempt, CASE)[CASE]
        event, head = self.happen(Head(**case.data["head"]), queue=queue)
        changes: list[Change] = [Update(case.next({"head": asdict(head)}))]
        self.journal.commit(attempt, changes, [(CASE.pk, event)], {"seq": event.seq})
        return event

    def row(self, event: Event) -> Item:
        row = self.table.get(outbox_key(event.id))
        assert row is not None
        return row

    def open_rows(self) -> list[Item]:
        return [row for shard in range(SHARDS) for row in every(self.table, f"OPEN#{shard}", index=OPEN)]

    def sweep_after(self, seconds: int) -> int:
        self.now += timedelta(seconds=seconds)
        return self.journal.sweep(self.now)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def once(key: str = "key", fingerprint: str = "print") -> Once:
    """A new attempt at the command of that key."""
    return Once(key, fingerprint, new_token())


def unclaimed() -> Once:
    """An attempt of a caller that gave no key."""
    return Once(new_token(), "", new_token(), claimed=False)


class Handled:
    """A handler that notes what it was given, and may fail a few times first."""

    def __init__(self, failures: int = 0) -> None:
        self.events: list[Event] = []
        self.failures = failures

    def __call__(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("not now")
        self.events.append(event)


# -------------------------------------------------------------------- once


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


# -------------------------------------------------------------------- the outbox


def test_an_event_is_sent_by_id_and_closed_by_its_consumer(bench: Bench) -> None:
    event = bench.open_case()
    assert bench.post.sent == [(QUEUE, event.id)]
    assert OPEN in bench.row(event).indexes
    handled = Handled()
    bench.journal.carry(event.id, handled)
    assert handled.events == [event]
    closed = bench.row(event)
    assert OPEN not in closed.indexes
    assert closed.expires == int((START + timedelta(days=7)).timestamp())
    assert bench.open_rows() == []


def test_an_event_without_a_queue_leaves_no_row(bench: Bench) -> None:
    event = bench.open_case(queue=None)
    assert bench.post.sent == []
    assert bench.table.get(outbox_key(event.id)) is None


def test_a_second_delivery_does_nothing(bench: Bench) -> None:
    event = bench.open_case()
    handled = Handled()
    for _ in range(3):
        bench.journal.carry(event.id, handled)
    assert len(handled.events) == 1


@pytest.mark.parametrize("body", ["unknown", "", "{}", "OUT#1", "ไทย"])
def test_a_message_that_is_nothing_of_ours_does_nothing(bench: Bench, body: str) -> None:
    handled = Handled()
    bench.journal.carry(body, handled)
    assert handled.events == []


def test_a_handler_that_fails_leaves_the_row_open_for_the_next_delivery(bench: Bench) -> None:
    event = bench.open_case()
    handled = Handled(failures=2)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            bench.journal.carry(event.id, handled)
        assert OPEN in bench.row(event).indexes
    bench.journal.carry(event.id, handled)
    assert handled.events == [event]
    assert bench.open_rows() == []


def test_a_handler_whose_effect_was_claimed_before_closes_the_row(bench: Bench) -> None:
    event = bench.open_case()
    tally = Key("TALLY", "1")

    def handler(happened: Event) -> None:
        bench.journal.commit(Once.of_event(happened.id, "tally"), [Count(tally, 1, 99)])

    handler(event)
    bench.journal.carry(event.id, handler)
    counted = bench.table.get(tally)
    assert counted is not None and counted.data == {"count": 1}
    assert bench.open_rows() == []


def test_a_row_that_the_sweep_touched_meanwhile_is_closed_all_the_same(bench: Bench) -> None:
    event = bench.open_case()

    def slow(_: Event) -> None:
        assert bench.sweep_after(RESEND_AFTER + 1) == 1

    bench.journal.carry(event.id, slow)
    assert bench.open_rows() == []


def test_a_row_that_another_delivery_closed_meanwhile_stays_closed(bench: Bench) -> None:
    event = bench.open_case()
    bench.journal.carry(event.id, lambda _: bench.journal.carry(event.id, lambda _: None))
    assert bench.open_rows() == []


# -------------------------------------------------------------------- the sweep


def test_a_queue_that_is_down_loses_nothing(bench: Bench) -> None:
    bench.post.broken = True
    event = bench.open_case()
    assert bench.post.sent == []
    bench.post.broken = False
    assert bench.sweep_after(RESEND_AFTER - 1) == 0
    assert bench.sweep_after(1) == 1
    assert bench.post.sent == [(QUEUE, event.id)]
    assert bench.sweep_after(1) == 0


def test_a_closed_row_is_not_sent_again(bench: Bench) -> None:
    event = bench.open_case()
    bench.journal.carry(event.id, Handled())
    assert bench.sweep_after(3600) == 0


def test_the_sweep_finds_rows_in_every_shard(bench: Bench) -> None:
    bench.open_case()
    for number in range(60):
        bench.note(once(f"note {number}"))
    assert len({row.indexes[OPEN].pk for row in bench.open_rows()}) == SHARDS
    assert bench.sweep_after(RESEND_AFTER) == 61


def test_a_row_is_given_up_after_many_sends_and_can_be_revived(bench: Bench) -> None:
    event = bench.open_case()
    for _ in range(GIVE_UP_AFTER + 5):
        bench.sweep_after(RESEND_AFTER)
    assert len(bench.post.sent) == GIVE_UP_AFTER
    assert bench.open_rows() == []
    assert bench.journal.revive(bench.now) == 1
    assert bench.post.sent[-1] == (QUEUE, event.id)
    assert len(bench.open_rows()) == 1
    assert bench.sweep_after(RESEND_AFTER) == 1
    handled = Handled()
    bench.journal.carry(event.id, handled)
    assert handled.events == [event]
    assert bench.journal.revive(bench.now) == 0


def test_a_given_up_row_can_still_be_handled(bench: Bench) -> None:
    event = bench.open_case()
    for _ in range(GIVE_UP_AFTER + 1):
        bench.sweep_after(RESEND_AFTER)
    handled = Handled()
    bench.journal.carry(event.id, handled)
    assert handled.events == [event]
    assert bench.journal.revive(bench.now) == 0
