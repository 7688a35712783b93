"""The outbox: what a command says to others leaves until it has arrived, and counts once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from chalicelib.shared.journal import OPEN, Event, Head, Journal, NotYet, Once, outbox_key
from chalicelib.shared.measures import at_work, measuring
from chalicelib.shared.outbox import GIVE_UP_AFTER, RESEND_AFTER, RESEND_AT_LATEST, SHARDS, pause_before
from chalicelib.shared.storage import Change, Count, Key, Page
from tests.shared.journal_bench import CASE, QUEUE, START, Bench, Handled, once
from tests.support.memory import MemoryTable


@pytest.fixture
def bench() -> Bench:
    return Bench()


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


def test_the_pauses_double_and_together_cover_a_day() -> None:
    pauses = [pause_before(send) for send in range(2, GIVE_UP_AFTER + 2)]
    assert pauses[:4] == [60, 120, 240, 480]
    assert max(pauses) == RESEND_AT_LATEST
    assert sum(pauses) >= 24 * 3600


def test_a_row_is_given_up_after_many_sends_and_can_be_revived(bench: Bench) -> None:
    event = bench.open_case()
    for _ in range(GIVE_UP_AFTER + 5):
        bench.sweep_after(RESEND_AT_LATEST)
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
        bench.sweep_after(RESEND_AT_LATEST)
    handled = Handled()
    bench.journal.carry(event.id, handled)
    assert handled.events == [event]
    assert bench.journal.revive(bench.now) == 0


def test_an_index_that_lags_behind_makes_no_done_row_open(bench: Bench) -> None:
    """An index of DynamoDB is eventually consistent: it may still show a row that was closed."""
    event = bench.open_case()
    lagging = Page(tuple(bench.open_rows()), None)
    bench.journal.carry(event.id, Handled())
    sent = list(bench.post.sent)

    class Lagging(MemoryTable):
        """The room's table behind an index of a moment ago."""

        def query(
            self,
            pk: str,
            *,
            index: str | None = None,
            prefix: str = "",
            at_least: str = "",
            after: str | None = None,
            limit: int = 50,
            newest_first: bool = False,
        ) -> Page:
            return lagging

        def write(self, changes: Sequence[Change], token: str) -> None:
            bench.table.write(changes, token)

    journal = Journal(Lagging(), bench.post, ids=lambda: "x", clock=lambda: bench.now)
    later = bench.now + timedelta(minutes=5)
    assert journal.sweep(later) == 0
    assert journal.revive(later) == 0
    assert bench.post.sent == sent
    assert bench.open_rows() == []


def test_a_handler_that_waits_for_somebody_is_called_again_by_the_sweep_alone(bench: Bench) -> None:
    event = bench.open_case()
    handled = Handled()

    def waits(_: Event) -> None:
        raise NotYet

    bench.journal.carry(event.id, waits)
    assert bench.sweep_after(RESEND_AFTER - 1) == 0
    assert bench.sweep_after(1) == 1
    bench.journal.carry(event.id, handled)
    bench.journal.carry(event.id, handled)
    assert len(handled.events) == 1 and bench.open_rows() == []


@pytest.mark.parametrize("queue", [QUEUE, None])
def test_rows_written_by_another_transaction_are_as_good(bench: Bench, queue: str | None) -> None:
    event, _ = bench.happen(Head(), queue=queue)
    bench.table.write(bench.journal.rows(CASE.pk, event), "token")
    assert bench.journal.history(CASE.pk) == [event] and len(bench.open_rows()) == (queue is not None)
    bench.journal.send(event)
    assert bench.post.sent == ([] if queue is None else [(QUEUE, event.id)])


def test_the_sweep_reads_what_is_due_and_not_what_waits(bench: Bench) -> None:
    bench.open_case()
    for number in range(450):
        bench.note(once(f"note {number}"))
    bench.sweep_after(RESEND_AFTER)
    bench.table.requests.clear()
    assert bench.sweep_after(RESEND_AFTER) == 0
    # one page each, although every row is still open; and a look at what was given up
    assert bench.table.requests == ["query"] * (SHARDS + 1)
    assert len(bench.open_rows()) == 451


def test_what_becomes_of_a_message_is_measured(bench: Bench) -> None:
    def raises(error: Exception) -> Callable[[Event], None]:
        def handler(_: Event) -> None:
            raise error

        return handler

    with measuring() as taken, at_work("biz"):
        event = bench.open_case()
        bench.journal.carry(event.id, raises(NotYet()))
        with pytest.raises(ConnectionError):
            bench.journal.carry(event.id, raises(ConnectionError()))
        bench.journal.carry(event.id, Handled())
        bench.journal.carry(event.id, Handled())
    assert [dict(each.by)["outcome"] for each in taken] == ["later", "failed", "done", "before"]


def test_the_sweep_measures_how_old_the_oldest_is_and_how_many_were_given_up(bench: Bench) -> None:
    bench.open_case()
    with measuring() as taken, at_work("biz"):
        bench.sweep_after(RESEND_AFTER)
        bench.sweep_after(1)
    first, second = ({each.name: each.value for each in taken[at : at + 3]} for at in (0, 3))
    assert first == {"OutboxResent": 1, "OutboxAge": RESEND_AFTER, "OutboxGivenUp": 0}
    assert second == {"OutboxResent": 0, "OutboxAge": 0, "OutboxGivenUp": 0}
    with measuring() as taken, at_work("biz"):
        for _ in range(GIVE_UP_AFTER + 5):
            bench.sweep_after(RESEND_AT_LATEST)
    assert [each.value for each in taken if each.name == "OutboxGivenUp"][-1] == 1
