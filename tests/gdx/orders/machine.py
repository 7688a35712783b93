"""A state machine of asynchronous exchanges: clients, workers, queue and clock in any order, with faults between.

The model knows of each order only what its parties were told. What must hold at any time is asked of the table and the
bucket themselves.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Ask
from chalicelib.gdx.orders import store
from chalicelib.gdx.orders.inbox import Leased
from chalicelib.gdx.orders.model import Order, OrderState
from chalicelib.gdx.orders.rules import DECIDED, MOVES, OVER
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import Refusal, Unavailable
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once, Replayed, chain_is_whole
from chalicelib.shared.storage import Change
from tests.gdx.exchange import MALEE, OFFICE, PERSON, RECORD, Exchange, FailingTable
from tests.gdx.orders.steps import CIVIL, change_provider
from tests.support.memory_objects import MemoryObjects

FATES = ("ok", "lost", "refused", "dies before", "dies after")
"""What becomes of a write: lost has its effect without an answer; a process that dies says nothing to anybody."""
GOOD = HttpAnswer(200, {"content-type": "application/json"}, json.dumps(RECORD).encode())
MOODS: dict[str, HttpAnswer | Exception] = {
    "good": GOOD,
    "busy": HttpAnswer(503),
    "dead": Unreachable("ConnectTimeoutError"),
    "declines": HttpAnswer(404, {"content-type": "application/json"}, b'{"title": "none"}'),
}


class Died(BaseException):
    """The process dies here. Not an Exception, so that no `except Exception` survives it."""


class FaultyTable(FailingTable):
    """A memory table whose next write meets a fate."""

    def __init__(self) -> None:
        super().__init__()
        self.fate = "ok"

    def write(self, changes: Sequence[Change], token: str) -> None:
        fate, self.fate = self.fate, "ok"
        if fate == "dies before":
            raise Died
        if fate == "refused":
            raise Unavailable("ระบบไม่ว่าง", "The table is away.")
        super().write(changes, token)
        if fate == "dies after":
            raise Died
        if fate == "lost":
            raise Unavailable("ระบบไม่ว่าง", "The table did what was asked, and its answer was lost.")


@dataclass
class Known:
    """What the parties of an order were told."""

    delivered: bool = False
    fetched: bool = False
    over: str | None = None


@dataclass
class Parts:
    """What a machine is built of; mutants give others."""

    table: Callable[[], FaultyTable] = FaultyTable
    objects: Callable[[], MemoryObjects] = MemoryObjects
    sweeps: bool = True


class Machine(RuleBasedStateMachine):
    """See the module."""

    parts: ClassVar[Parts] = Parts()
    orders: Bundle[str] = Bundle("orders")
    leases: Bundle[Leased] = Bundle("leases")

    @initialize(pull=st.booleans())
    def begin(self, pull: bool) -> None:
        table = self.parts.table()
        self.exchange = Exchange(table=table)
        self.exchange.table = self.table = table
        self.pull = pull
        if pull:
            change_provider(self.exchange)
        self.exchange.queues.held.clear()
        self.exchange.objects = self.objects = self.parts.objects()
        for part in (
            self.service,
            self.service._envelopes,
            self.service.carrier._settling,
        ):
            part._objects = self.objects
        # shards, pauses and the order of messages follow from ids: the same story must run the same way again
        numbers = itertools.count(1)
        self.service._ids = self.exchange.parts.journal._ids = lambda: f"{next(numbers):032x}"
        self.known: dict[str, Known] = {}
        self.messages: list[tuple[str, str]] = []

    @property
    def service(self) -> Any:
        """The door under test."""
        return self.exchange.service.orders

    def attempt(self, fate: str, what: Callable[[], Any]) -> Any:
        """Does something whose first write meets a fate; None when it failed."""
        self.table.fate = fate
        try:
            return what()
        except (Refusal, Replayed, Died):
            return None
        finally:
            self.table.fate = "ok"
            self.messages += self.exchange.queues.held
            self.exchange.queues.held.clear()

    # -- the client ------------------------------------------------------------------------------

    @rule(target=orders, fate=st.sampled_from(FATES))
    def accept(self, fate: str) -> Any:
        """A client places an order, and repeats the command when it had no answer."""
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
        key = new_id()
        order = None
        for each in (fate, "ok"):
            order = order or self.attempt(each, lambda: self.accepted(ask, key))
        assert order is not None
        self.known[order] = Known()
        return order

    def accepted(self, ask: Ask, key: str) -> str:
        try:
            return str(self.service.accept(ask, Once(key, "", new_token())).id)
        except Replayed as replayed:
            return str((replayed.answer or {})["id"])

    @rule(order=orders, fate=st.sampled_from(FATES))
    def fetch_and_take(self, order: str, fate: str) -> None:
        """A client fetches an answer and says that it has it."""
        client = SubsystemId.parse(OFFICE)
        got = self.attempt("ok", lambda: self.service.fetch(order, client))
        known = self.known[order]
        if got is None:
            assert not (known.delivered and known.over is None), "an answer that was promised is not there"
            return
        assert known.over is None, "what is over gives no answer"
        assert len(self.leaves(order)) == 1, "an answer without a record"
        assert json.loads(got[1])["first_name_th"] == RECORD["first_name_th"]
        known.delivered = True
        self.attempt(fate, lambda: self.service.taken(order, client))

    # -- the queue and the clock -----------------------------------------------------------------

    @rule(
        at=st.integers(0, 50),
        kept=st.booleans(),
        mood=st.sampled_from(sorted(MOODS)),
        fate=st.sampled_from(FATES),
        meanwhile=st.sampled_from(["nothing", "nothing", "the same message", "its end", "a replay"]),
    )
    def message(self, at: int, kept: bool, mood: str, fate: str, meanwhile: str) -> None:
        """The queue delivers any message, perhaps again later, to a provider in any mood.

        While the provider is at it, the same message may come to another worker, the order may come to its end, or an
        operator may replay it.
        """
        if not self.messages:
            return
        queue, body = self.messages[at % len(self.messages)]
        if not kept:
            del self.messages[at % len(self.messages)]
        self.exchange.providers.answer = MOODS[mood]

        def happens() -> None:
            self.exchange.providers.before = None
            match meanwhile:
                case "the same message":
                    self.attempt("ok", lambda: self.carry(queue, body))
                case "its end":
                    self.exchange.pass_time(hours=25)
                    self.sweep()
                case "a replay":
                    for order in self.known:
                        self.attempt("ok", partial(self.replayed, order))
            self.table.fate = fate

        self.exchange.providers.before = happens
        self.attempt(fate, lambda: self.carry(queue, body))
        self.exchange.providers.before = None

    def carry(self, queue: str, body: str) -> None:
        names = {"gdx-exchanges": "gdx_exchanges", "gdx-events": "gdx_events"}
        self.exchange.service.handlers[names[queue]](body)

    def replayed(self, order: str) -> None:
        self.service.recovery.replay(order, "officer:x", Once(new_id(), "", new_token()))

    @rule(minutes=st.sampled_from([1, 3, 75, 13 * 60]), fate=st.sampled_from(FATES))
    def time_passes(self, minutes: int, fate: str) -> None:
        """Time passes, and the sweep comes by."""
        self.exchange.pass_time(minutes=minutes)
        self.sweep(fate)

    def sweep(self, fate: str = "ok") -> None:
        if self.parts.sweeps:
            self.attempt(fate, lambda: self.exchange.service.sweep(self.exchange.now))

    # -- the provider's workers ------------------------------------------------------------------

    @rule(target=leases, seconds=st.sampled_from([10, 600]), fate=st.sampled_from(FATES))
    def lease(self, seconds: int, fate: str) -> Any:
        """A worker takes what is in the inbox."""
        return multiple(
            *(self.attempt(fate, lambda: self.service.inbox.lease(SubsystemId.parse(CIVIL), 2, seconds)) or ())
        )

    @rule(leased=leases, mood=st.sampled_from(["good", "busy", "declines"]), fate=st.sampled_from(FATES))
    def answer(self, leased: Leased, mood: str, fate: str) -> None:
        """A worker answers under any lease it ever had."""
        given = MOODS[mood]
        assert isinstance(given, HttpAnswer)
        assert leased.order.id in self.known, "an order that nobody placed"
        before = self.order(leased.order.id)
        order = self.attempt(
            fate,
            lambda: self.service.inbox.answer(leased.order.id, SubsystemId.parse(CIVIL), leased.token, given),
        )
        stale = before.lease is None or before.lease != leased.order.lease
        assert order is None or not stale, "a stale lease answered"
        if order is not None and order.state is OrderState.DELIVERED and self.known[order.id].over is None:
            self.known[order.id].delivered = True

    @rule(leased=consumes(leases), fate=st.sampled_from(FATES))
    def release(self, leased: Leased, fate: str) -> None:
        """A worker gives a request back."""
        provider = SubsystemId.parse(CIVIL)
        self.attempt(fate, lambda: self.service.inbox.release(leased.order.id, provider, leased.token))

    @rule(order=orders, fate=st.sampled_from(FATES))
    def replay(self, order: str, fate: str) -> None:
        """An operator replays an order."""
        once = Once(new_id(), "", new_token())
        for each in (fate, "ok"):
            self.attempt(each, lambda: self.service.recovery.replay(order, "officer:x", once))

    # -- what must hold --------------------------------------------------------------------------

    @invariant()
    def everything_fits_together(self) -> None:
        """The record, the access log, the counters, the answers and the states tell one story."""
        if not hasattr(self, "known"):
            return
        lines = Counter(row["receipt"] for row in self.exchange.rows("SUBJECT#"))
        counted = sum(row["count"] for row in self.exchange.rows("QUOTA#"))
        records = 0
        for identifier, known in self.known.items():
            order = self.order(identifier)
            leaves = len(self.leaves(identifier))
            records += leaves
            assert leaves <= 1 and lines[identifier] == leaves, "recorded other than once"
            if order.state in (OrderState.DELIVERED, OrderState.FETCHED):
                assert leaves == 1, "decided without a record"
            if order.state is OrderState.DELIVERED:
                assert order.answer in self.objects.kept, "delivered without an answer"
            if order.state in DECIDED:
                assert order.sealed is None and order.next_at is None, "a request outlives its order"
            if known.over is not None:
                assert order.state.value == known.over, "what is over has changed"
            if order.state in OVER:
                known.over = order.state.value
            self.history_is_lawful(identifier)
        assert counted == records, "the quota and the record differ"

    def history_is_lawful(self, identifier: str) -> None:
        events = self.exchange.parts.journal.history(f"EXCHANGE#{identifier}")
        assert chain_is_whole(events), "an unlawful history"
        states = [OrderState(event.type.rsplit(".", 1)[-1].upper()) for event in events]
        assert all(after in MOVES[before] for before, after in itertools.pairwise(states)), "an unlawful history"
        assert states[-1] is self.order(identifier).state, "an unlawful history"

    def teardown(self) -> None:
        """When all are well again, every order comes to its end and leaves nothing behind."""
        if not hasattr(self, "known"):
            return
        self.exchange.providers.answer = GOOD
        for identifier in self.known:
            if self.order(identifier).state is OrderState.STALLED:
                self.attempt("ok", partial(self.replayed, identifier))
        undecided = {each for each in self.known if self.order(each).state not in DECIDED}
        ends = {each: self.order(each).expires_at for each in undecided}
        for _ in range(3):
            self.exchange.pass_time(minutes=75)
            self.sweep()
            self.drain()
            for leased in self.attempt("ok", lambda: self.service.inbox.lease(SubsystemId.parse(CIVIL), 20, 600)) or ():
                self.answer(leased, "good", "ok")
        for each in undecided:
            in_time = ends[each] > self.exchange.now
            assert self.order(each).state is OrderState.DELIVERED or not in_time, "an order was lost"
        self.exchange.pass_time(hours=31)
        self.sweep()
        self.drain()
        self.exchange.pass_time(minutes=75)
        self.sweep()
        self.drain()
        self.everything_fits_together()
        assert all(self.order(each).state in OVER for each in self.known), "an order never ended"
        orphans = {name for name in self.objects.kept if name.split("/")[1] in self.known}
        assert not {name for name in orphans if name in {self.order(each).answer for each in self.known}}, "left behind"

    def drain(self) -> None:
        for _ in range(20):
            waiting, self.messages = self.messages, []
            for queue, body in waiting:
                self.attempt("ok", partial(self.carry, queue, body))
            if not self.messages:
                return

    def order(self, identifier: str) -> Order:
        """An order as the table has it."""
        found = self.table._items.get(store.order_key(identifier))
        assert found is not None, "an order was lost"
        return store.order_of(found[0])

    def leaves(self, identifier: str) -> list[Any]:
        """The records of an order."""
        return [row for row in self.exchange.rows("EXCHANGE#") if row.get("leaf", {}).get("id") == identifier]
