"""A journal on a memory table, with a clock to move and a queue to break, for the tests of the journal."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import (
    OPEN,
    Event,
    Head,
    Journal,
    Once,
    outbox_key,
)
from chalicelib.shared.outbox import SHARDS
from chalicelib.shared.storage import Change, Create, Item, Key, Update, every
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
