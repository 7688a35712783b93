"""The journal on DynamoDB and SQS while calls fail, double, arrive late, or the process dies between any two of them.

Whatever happens: a command that was acknowledged, or is repeated with its key until it is, has happened exactly once;
its event reaches the consumer, and the consumer's effect happens exactly once.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from boto3.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.queues import SqsPost
from chalicelib.shared.errors import Stale
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import OPEN, Event, Head, Journal, Once, Replayed, chain_is_whole
from chalicelib.shared.outbox import SHARDS
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Update, every
from tests.support.cloud import REGION, local_cloud
from tests.support.faults import KINDS, Crash, Faults, Kind, faults

pytestmark = pytest.mark.slow

QUEUE = "biz-events"
CASES = ("1", "2")


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """An account with the table and queues of Biz."""
    with local_cloud(["biz"]) as made:
        yield made


class Notes:
    """A tiny room: cases that take notes, and a consumer that counts the notes of each case.

    Args:
        session: the account.
        layer: the faults.
        run: keeps the partitions of one run apart from all others.
    """

    def __init__(self, session: Session, layer: Faults) -> None:
        self.session = session
        self.layer = layer
        self.run = new_id()
        self.now = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
        self.failures: list[Exception] = []
        self.start()
        self.address = self.sqs.get_queue_url(QueueName=f"klang-test-{QUEUE}")["QueueUrl"]

    def start(self) -> None:
        """A fresh process: new clients, nothing in memory."""
        clients = Clients(REGION, self.session)
        self.sqs = clients.sqs
        self.table = DynamoTable(lambda: clients.dynamodb, "klang-test-biz", sleep=lambda _: None)
        post = SqsPost(lambda: clients.sqs, lambda name: f"klang-test-{name}")
        self.journal = Journal(self.table, post, ids=new_id, clock=lambda: self.now)

    def case(self, name: str) -> Key:
        return Key(f"CASE#{self.run}#{name}", "CASE")

    def note(self, name: str, key: str) -> bool:
        """The command, once: True when it was acknowledged. Dying is followed by a restart."""
        attempt = Once(f"{self.run}#{name}#{key}", "same", new_token())
        where = self.case(name)
        try:
            there = self.journal.read(attempt, where).get(where)
            before = Head(**there.data["head"]) if there else Head()
            event, head = self.journal.happened(
                before,
                subject=self.case(name).pk,
                type="biz.case.noted",
                by="citizen:x",
                data={"key": key},
                queue=QUEUE,
            )
            data = {"head": asdict(head)}
            change: Change = Update(there.next(data)) if there else Create(Item(where, data))
            self.journal.commit(attempt, [change], [(where.pk, event)], {"seq": event.seq})
        except Replayed as again:
            assert again.answer is not None
        except Crash:
            self.start()
            return False
        except Exception:
            return False
        return True

    def count(self, event: Event) -> None:
        """The consumer's effect."""
        self.journal.commit(Once.of_event(event.id, "count"), [Count(Key("TALLY", event.subject), 1, 10**6)])

    def deliver(self) -> int:
        """What Lambda does with the queue, for all messages there are; gives how many there were."""
        messages = self.sqs.receive_message(QueueUrl=self.address, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in messages.get("Messages", []):
            try:
                self.journal.carry(message["Body"], self.count)
                self.sqs.delete_message(QueueUrl=self.address, ReceiptHandle=message["ReceiptHandle"])
            except Crash:
                self.start()
            except Exception as error:
                self.failures.append(error)  # the message stays and is delivered again
        return len(messages.get("Messages", []))

    def sweep(self) -> None:
        """The scheduled function, a minute later."""
        self.now += timedelta(seconds=61)
        try:
            self.journal.sweep(self.now)
        except Crash:
            self.start()
        except Exception:
            return

    def settle(self) -> None:
        """Calm weather, until nothing is left to do."""
        self.layer.on = False
        self.start()
        while self.layer.land_zombie():
            continue
        for _ in range(3):
            self.sweep()
            while self.deliver():
                continue

    def verify(self, acknowledged: set[tuple[str, str]], tried: set[tuple[str, str]]) -> None:
        """Nothing lost, nothing doubled."""
        for name in CASES:
            events = self.journal.history(self.case(name).pk)
            keys = [event.data["key"] for event in events]
            assert len(keys) == len(set(keys)), "an effect happened twice"
            assert {key for case, key in acknowledged if case == name} <= set(keys), "an acknowledged command is lost"
            assert set(keys) <= {key for case, key in tried if case == name}
            assert chain_is_whole(events)
            tally = self.table.get(Key("TALLY", self.case(name).pk))
            assert (tally.data["count"] if tally else 0) == len(keys), "an event was lost or counted twice"
        rows = [row for shard in range(SHARDS) for row in every(self.table, f"OPEN#{shard}", index=OPEN)]
        assert [row for row in rows if self.run in row.data["event"]["subject"]] == []


@contextlib.contextmanager
def weather(session: Session, pick: Callable[[str, str, int], Kind]) -> Iterator[Notes]:
    """A room under faults; they are off while the room is made."""
    with faults(pick) as layer:
        layer.on = False
        notes = Notes(session, layer)
        layer.on = True
        yield notes


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ok"])
@pytest.mark.parametrize("call", range(8))
def test_a_fault_at_any_call_of_a_command(session: Session, call: int, kind: Kind) -> None:
    with weather(session, lambda service, operation, n: kind if n == call else "ok") as notes:
        acknowledged = {("1", key) for key in ("a", "b") if notes.note("1", key)}
        tried = {("1", "a"), ("1", "b")}
        notes.settle()
        notes.verify(acknowledged, tried)
        # the client never learned of it and repeats with the same key
        for _, key in tried:
            assert notes.note("1", key)
        notes.settle()
        notes.verify(tried, tried)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ok"])
@pytest.mark.parametrize("call", range(9))
def test_a_fault_at_any_call_of_a_consumer_or_of_the_sweep(session: Session, call: int, kind: Kind) -> None:
    with weather(session, lambda service, operation, n: kind if n == call else "ok") as notes:
        notes.layer.on = False
        tried = {("1", "a"), ("2", "b")}
        for name, key in tried:
            assert notes.note(name, key)
        notes.start()
        notes.layer.on = True
        with contextlib.suppress(Exception, Crash):
            notes.deliver()
            notes.sweep()
        notes.settle()
        notes.verify(tried, tried)


@pytest.mark.parametrize("kind", ["drop", "500", "throttle", "lost"])
@pytest.mark.parametrize("service", ["dynamodb", "sqs"])
def test_an_outage_longer_than_the_sdks_patience(session: Session, service: str, kind: Kind) -> None:
    with weather(session, lambda which, operation, n: kind if which == service else "ok") as notes:
        acknowledged = {("1", key) for key in "abc" if notes.note("1", key)}
        assert bool(acknowledged) is (service == "sqs")
        with contextlib.suppress(Exception):
            notes.deliver()
        notes.sweep()
        notes.settle()
        notes.verify(acknowledged, {("1", key) for key in "abc"})


STEP = st.one_of(
    st.tuples(st.just("note"), st.sampled_from(CASES), st.sampled_from("abc")),
    st.tuples(st.sampled_from(("deliver", "sweep", "land", "restart")), st.just(""), st.just("")),
)
PLAN = st.lists(st.one_of(st.just("ok"), st.sampled_from(KINDS)), max_size=40)


@settings(max_examples=25)
@given(steps=st.lists(STEP, min_size=3, max_size=14), plan=PLAN, outage=st.integers(0, 60))
def test_any_schedule_of_faults(
    session: Session, steps: list[tuple[str, str, str]], plan: list[Kind], outage: int
) -> None:
    """One program under one plan of faults, with everything failing for eight calls from `outage` on."""
    coming: Iterator[Kind] = itertools.chain(plan, itertools.repeat("ok"))

    def pick(service: str, operation: str, n: int) -> Kind:
        planned = next(coming)
        return "drop" if outage <= n < outage + 8 else planned

    acknowledged: set[tuple[str, str]] = set()
    tried: set[tuple[str, str]] = set()
    with weather(session, pick) as notes:
        for what, name, key in steps:
            if what == "note":
                tried.add((name, key))
                if notes.note(name, key):
                    acknowledged.add((name, key))
            elif what == "land":
                notes.layer.land_zombie()
            elif what == "restart":
                notes.start()
            else:
                with contextlib.suppress(Exception, Crash):
                    notes.deliver() if what == "deliver" else notes.sweep()
        notes.settle()
        notes.verify(acknowledged, tried)


def test_a_stale_command_is_refused_and_leaves_nothing(session: Session) -> None:
    with weather(session, lambda service, operation, n: "ok") as notes:
        assert notes.note("1", "a")
        there = notes.table.get(notes.case("1"))
        assert there is not None
        assert notes.note("1", "b")
        event, head = notes.journal.happened(
            Head(**there.data["head"]), subject="1", type="x", by="citizen:x", data={"key": "c"}, queue=QUEUE
        )
        slower = Once(f"{notes.run}#slower", "same", new_token())
        with pytest.raises(Stale):
            notes.journal.commit(slower, [Update(there.next({"head": asdict(head)}))], [(notes.case("1").pk, event)])
        notes.settle()
        notes.verify({("1", "a"), ("1", "b")}, {("1", "a"), ("1", "b")})
