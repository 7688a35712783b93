"""The exchange: what goes out is recorded, counted and logged once; an order comes to its end, and all hear of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from chalicelib.gdx import store as rooms
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Ask, Outcome
from chalicelib.gdx.orders import store
from chalicelib.gdx.orders.inbox import Leased
from chalicelib.gdx.orders.model import Order, OrderState
from chalicelib.gdx.orders.rules import DECIDED
from chalicelib.gdx.refusals import QuotaExceeded
from chalicelib.gdx.rules import thai_day
from chalicelib.gdx.service import Service
from chalicelib.gdx.sight import REPEAT
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.errors import WrongState
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import CLAIM_LIVES, Once, Replayed
from chalicelib.shared.storage import Item
from tests.gdx.exchange import MALEE, OFFICE, PERSON, RECORD

from ..flow import Command, Parts, Violation
from ..judging import chains, histories
from ..stage import Stage
from .gdx import COMPANY, HOOK, GdxFlow

QUOTA = 6
"""Exchanges a day that the agreements allow: few enough to be used up."""
FIRM = {"juristic_id": "0105500000001", "name_th": "บริษัท ตัวอย่าง จำกัด", "status": "active", "directors": []}
GOOD = HttpAnswer(200, {"content-type": "application/json"}, json.dumps(FIRM).encode())


class Exchange(GdxFlow):
    """An office asks about a person at once, orders answers for later, and fetches them; a register has an inbox."""

    name = "exchange"
    agreements: ClassVar = {"laemngop-person": {"daily_quota": QUOTA}, "laemngop-company": {"daily_quota": QUOTA}}
    systems: ClassVar = {COMPANY.rpartition("/")[0]: {"endpoint": None}}

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.passed: dict[str, list[Outcome]] = defaultdict(list)
        self.began: dict[str, datetime] = {}
        self.orders: dict[str, str] = {}
        self.fetched: set[str] = set()
        self.leases: list[Leased] = []
        self.in_time: set[str] = set()
        self.answered: dict[str, str] = {}

    @classmethod
    def prepare(cls, service: Service) -> None:
        once = Once("webhook", "", new_token())
        service.webhooks.register(SubsystemId.parse(OFFICE), HOOK, ("gdx.exchange.*",), once)

    # -- what systems do -------------------------------------------------------------------------

    def draw(self, random: Random) -> Command[Service]:
        message, key = f"m{random.randint(1, 3)}", f"k{random.randint(1, 3)}"
        pulls = random.random() < 0.5
        inbox = any(COMPANY in key for key in self.orders)
        weights = (6, 6, 3, 4 * inbox, 6 * bool(self.leases))
        match random.choices(("ask", "order", "fetch", "lease", "answer"), weights)[0]:
            case "ask":
                return Command(f"ask {message}", lambda service: self._asks(service, message))
            case "fetch" if self.orders:
                order = random.choice(sorted(self.orders.values()))
                return Command("fetch an answer", lambda service: self._fetches(service, order))
            case "lease":
                seconds = random.choice((10, 600))
                return Command("lease", lambda service: self._leases(service, seconds))
            case "answer":
                leased = random.choice(self.leases)
                return Command("answer under a lease", lambda service: self._answers(service, leased))
        what = COMPANY if pulls else PERSON
        return Command(f"order {key} of {what}", lambda service: self._orders(service, f"{key} {what}", what))

    def _asks(self, service: Service, message: str) -> None:
        """Asks at once; a repeat soon after is the same exchange."""
        try:
            outcome = service.exchanges.run(ask(PERSON, message))
        except QuotaExceeded:
            return
        if outcome.status == 200 and json.loads(outcome.body)["first_name_th"] != RECORD["first_name_th"]:
            self.noticed.append(Violation("HALF", "an answer without its fields"))
        for before in self.passed[message]:
            apart = datetime.fromisoformat(outcome.at) - datetime.fromisoformat(before.at)
            if outcome.id != before.id and timedelta(0) <= apart < REPEAT:
                self.noticed.append(Violation("DOUBLED", "a repeat was recorded as another exchange"))
            if outcome.id == before.id and outcome.receipt != before.receipt:
                self.noticed.append(Violation("DOUBLED", "one exchange, two receipts"))
        self.passed[message].append(outcome)

    def _orders(self, service: Service, key: str, what: str) -> None:
        """Orders an answer for later; without a reply it says so again with its key."""
        began = self.began.setdefault(key, self.stage.now)
        if self.stage.now - began > timedelta(seconds=CLAIM_LIVES - 3600):
            return
        try:
            order = str(service.orders.accept(ask(what, ""), Once(key, "same", new_token())).id)
        except Replayed as again:
            order = str((again.answer or {})["id"])
        except QuotaExceeded:
            return
        if self.orders.setdefault(key, order) != order:
            self.noticed.append(Violation("DOUBLED", "one key, two orders"))

    def _fetches(self, service: Service, order: str) -> None:
        """Fetches an answer and says that it has it."""
        client = SubsystemId.parse(OFFICE)
        try:
            service.orders.fetch(order, client)
            service.orders.taken(order, client)
        except WrongState:
            return
        self.fetched.add(order)

    def _leases(self, service: Service, seconds: int) -> None:
        """A worker of the register that has an inbox takes what waits."""
        provider = ServiceId.parse(COMPANY).subsystem
        self.leases += service.orders.inbox.lease(provider, 5, seconds)

    def _answers(self, service: Service, leased: Leased) -> None:
        """A worker answers under any lease that it ever had."""
        provider = ServiceId.parse(COMPANY).subsystem
        over = leased.order.lease is None or self.stage.now >= leased.order.lease.until
        if not over:
            self.in_time.add(leased.token)
        try:
            order = service.orders.inbox.answer(leased.order.id, provider, leased.token, GOOD)
        except (WrongState, QuotaExceeded):
            return
        if order.state is not OrderState.DELIVERED and order.state is not OrderState.FETCHED:
            return
        if self.answered.setdefault(leased.order.id, leased.token) != leased.token:
            self.noticed.append(Violation("STALE", "two leases answered one order"))
        elif leased.token not in self.in_time:
            self.noticed.append(Violation("STALE", "a lease that is over answered"))

    # -- the end ---------------------------------------------------------------------------------

    def busy(self) -> bool:
        """Orders whose provider is asked again."""
        return any(not order.pull and order.state in (OrderState.ACCEPTED, OrderState.QUEUED) for order in self._all())

    def finish(self, process: Service) -> None:
        """The register's worker does what is there."""
        self.stage.pass_time(hours=1)
        for key in sorted(self.began.keys() - self.orders.keys()):
            self._orders(process, key, key.partition(" ")[2])
        before = len(self.leases)
        self._leases(process, 600)
        for leased in self.leases[before:]:
            self._answers(process, leased)

    def judge(self, process: Service) -> Iterator[Violation]:
        rows = self.stage.rows("gdx")
        yield from chains(rows)
        leaves = {str(row.data["leaf"]["id"]): row for row in rows if row.key.sk == "LEAF"}
        lines = Counter(str(row.data["receipt"]) for row in rows if row.key.pk.startswith("SUBJECT#"))
        for outcome in (each for outcomes in self.passed.values() for each in outcomes):
            if outcome.id not in leaves:
                yield Violation("LOST", "an exchange that was answered has no record")
            elif leaves[outcome.id].data["receipt"] != outcome.receipt:
                yield Violation("DOUBLED", "the record has another receipt than was given")
        asked_of = {name: row.data["leaf"]["service"] for name, row in leaves.items()}
        people = {name for name, service in asked_of.items() if service == PERSON}
        if any(lines[name] != 1 for name in people) or set(lines) - people:
            yield Violation("HALF", "records and lines of the person's log differ")
        yield from self._counted(rows, leaves)
        yield from self._ended(leaves)
        yield from self._heard(rows)

    def _counted(self, rows: list[Item], leaves: dict[str, Item]) -> Iterator[Violation]:
        """The quota's counters and the records say the same, and no more than was agreed."""
        records = Counter(
            rooms.quota_key(
                SubsystemId.parse(row.data["leaf"]["consumer"]),
                ServiceId.parse(row.data["leaf"]["service"]),
                thai_day(datetime.fromisoformat(row.data["leaf"]["at"])),
                0,
            ).pk
            for row in leaves.values()
        )
        counted: Counter[str] = Counter()
        for row in rows:
            if row.key.pk.startswith("QUOTA#"):
                counted[row.key.pk] += int(row.data["count"])
        lately = thai_day(self.stage.now - timedelta(days=2)).isoformat()
        for day, number in counted.items():  # of days long ago some counters are gone and some are not
            if day.rpartition("#")[2] >= lately and records[day] != number:
                yield Violation("HALF", f"{records[day]} records, {number} counted")
        if any(number > QUOTA for number in records.values()):
            yield Violation("DOUBLED", f"more than the quota: {sorted(records.values())}")

    def _ended(self, leaves: dict[str, Item]) -> Iterator[Violation]:
        """Every order that was taken came to its end with a record and an answer, or waits within its time."""
        orders = {order.id: order for order in self._all()}
        objects = self.stage.account.objects("gdx-documents")
        for identifier in self.orders.values():
            if identifier not in orders:
                yield Violation("LOST", "an order that was taken is not there")
        for order in orders.values():
            done = order.state in (OrderState.DELIVERED, OrderState.FETCHED)
            if done and order.id not in leaves:
                yield Violation("HALF", f"{order.state} without a record")
            if order.id in leaves and order.state not in (*DECIDED, OrderState.EXPIRED):
                yield Violation("HALF", f"recorded and still {order.state}")
            if order.state is OrderState.DELIVERED and order.answer not in objects:
                yield Violation("LOST", "delivered without an answer")
            if order.state is OrderState.ACCEPTED and order.expires_at > self.stage.now:
                yield Violation("LOST", "an order that nobody carries out")
            if order.state in DECIDED and order.sealed is not None:
                yield Violation("HALF", "a request outlives its order")
        for identifier in self.fetched:
            if orders[identifier].state is not OrderState.FETCHED:
                yield Violation("LOST", "an answer was taken and nobody knows")

    def _heard(self, rows: list[Item]) -> Iterator[Violation]:
        """The webhook's receiver heard of every end."""
        events = [event for history in histories(rows).values() for event in history]
        due = {event.id for event in events if event.queue == "gdx-events" and event.type.startswith("gdx.exchange.")}
        if due - set(self.outside.heard):
            yield Violation("LOST", "the receiver was not told of an end")

    def _all(self) -> list[Order]:
        return [store.order_of(row) for row in self.stage.rows("gdx", "EXCHANGE#", "ORDER")]


def ask(service: str, message: str) -> Ask:
    wanted: dict[str, Any] = {"pid": MALEE} if service == PERSON else {"juristic_id": "0105500000001"}
    made = Ask(
        client=SubsystemId.parse(OFFICE),
        service=ServiceId.parse(service),
        method="POST",
        path="/lookup",
        query="",
        body=json.dumps(wanted).encode(),
        headers={"content-type": "application/json", "accept": "application/json"},
        message_id="",
    )
    return replace(made, message_id=message)
