"""The journal of a room: every command is ONE transaction, and what it says to others leaves exactly once.

A transaction holds the change itself, its events (append-only, each with the hash of the one before), an outbox row
for each event that somebody else must learn of, and the claim of the caller's Idempotency-Key with the answer.

Outbox: a row is *open* until its consumer has finished with it. After the commit the row's id is sent to the queue;
if that fails, or the process dies, the scheduled sweep sends it again. A consumer may thus see an id twice, late or
out of order: `carry` looks the row up, does nothing when it is done, and the handler's own effects are claimed by
the event's id. The queue carries ids only, never content.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Protocol

from .dataclass import dataclass
from .errors import AlreadyThere, KeyReused, Refusal, Stale, TooMany
from .ids import new_token
from .measures import measure
from .outbox import DEAD, GIVE_UP_AFTER, MOST_COUNTED, SHARDS, moment, open_partition, place
from .outbox import OPEN as OPEN
from .outbox import outbox_key as outbox_key
from .storage import Change, Count, Create, Item, Json, Key, Table, Update, WriteRefused, every, key_of

log = logging.getLogger("klang.journal")

CLAIM_LIVES = 48 * 3600
"""Seconds that an answer to an Idempotency-Key is kept."""

EFFECT_LIVES = 30 * 24 * 3600
"""Seconds that it is known what was done because of an event. Longer than any pause of the queues and sweeps: an event
whose row is still open may come again after a weekend without schedules, or when an operator revives it."""

DONE_LIVES = 7 * 24 * 3600


class NotYet(Exception):
    """A handler's wish to be called again after the outbox's pause.

    The message counts as taken, so the queue neither repeats it at its own pace nor sets it aside; the row stays open.
    For others who are away: what fails by our own fault should raise, and reach the dead-letter queue.
    """


class Post(Protocol):
    """Something that puts a message on a named queue."""

    def send(self, queue: str, body: str) -> None:
        """Raises when the message was not surely taken."""
        ...


@dataclass(frozen=True)
class Once:
    """One attempt at a command that must take effect at most once.

    Attributes:
        key: identifies the command: caller, route and Idempotency-Key, or an event's id.
        fingerprint: hash of the request; the same key with another fingerprint is refused.
        token: of this attempt alone; stored with what it writes.
        claimed: False where the caller gave no key: then only the SDK's own repeats are caught.
        lives: seconds that the claim is kept.
    """

    key: str
    fingerprint: str
    token: str
    claimed: bool = True
    lives: int = CLAIM_LIVES

    @classmethod
    def of_event(cls, event_id: str, what: str) -> Once:
        """The attempt of a consumer to do `what` because of an event."""
        return cls(f"{what}#{event_id}", "", new_token(), lives=EFFECT_LIVES)

    @property
    def item_key(self) -> Key:
        """Where the claim lies."""
        return Key(f"ONCE#{self.key}", "1")


class Replayed(Exception):
    """This very command was done before; `answer` is what it answered then."""

    def __init__(self, answer: Json | None) -> None:
        super().__init__("done before")
        self.answer = answer


@dataclass(frozen=True)
class Head:
    """The end of an aggregate's chain of events; part of the aggregate's data."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened to one aggregate; never changed afterwards.

    Attributes:
        id: sortable and unique; consumers are idempotent by it.
        type: dotted name, e.g. `biz.application.submitted`.
        at: ISO 8601, UTC.
        subject: id of the aggregate.
        by: who did it: kind and id of the caller, never a national id.
        seq: 1, 2, 3 ... within the aggregate.
        prev: hash of the event before, "" for the first.
        hash: SHA-256 over everything else, so that a backdated change breaks the chain.
        data: details; JSON types only, no personal data in the clear.
        queue: the queue whose consumer must learn of it, or None.
    """

    id: str
    type: str
    at: str
    subject: str
    by: str
    seq: int
    prev: str
    hash: str
    data: Json
    queue: str | None = None

    def as_json(self) -> Json:
        """All fields as JSON types."""
        return asdict(self)


def chained(event: Event) -> Event:
    """The event with its hash over the canonical JSON of all other fields."""
    body = {name: value for name, value in event.as_json().items() if name != "hash"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return replace(event, hash=hashlib.sha256(text.encode()).hexdigest())


def chain_is_whole(events: Sequence[Event]) -> bool:
    """True when nothing in an aggregate's history was altered, removed or inserted (its end aside: see `Head`)."""
    prev = ""
    for seq, event in enumerate(events, start=1):
        if event.seq != seq or event.prev != prev or chained(event).hash != event.hash:
            return False
        prev = event.hash
    return True


class Journal:
    """Reads and commits the commands of one room.

    Args:
        table: the room's table.
        post: where outbox ids are sent.
        ids: makes sortable unique ids.
        clock: tells the time (aware, UTC).
    """

    def __init__(self, table: Table, post: Post, *, ids: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._table = table
        self._post = post
        self._ids = ids
        self._clock = clock

    def read(self, once: Once | None, *keys: Key) -> Mapping[Key, Item]:
        """What a command needs to know, and whether it was done before, in one request.

        Raises:
            Replayed: it was done before.
            KeyReused: its key belongs to another request.
        """
        wanted = list(keys)
        if once is not None and once.claimed:
            wanted.append(once.item_key)
        found = self._table.get_many(wanted)
        if once is not None:
            _heed_claim(found.get(once.item_key), once)
        return found

    def happened(
        self, head: Head, *, subject: str, type: str, by: str, data: Json, queue: str | None = None
    ) -> tuple[Event, Head]:
        """A new event at the end of an aggregate's chain, and the chain's new end."""
        event = chained(
            Event(
                id=self._ids(),
                type=type,
                at=self._clock().isoformat(timespec="milliseconds"),
                subject=subject,
                by=by,
                seq=head.seq + 1,
                prev=head.hash,
                hash="",
                data=data,
                queue=queue,
            )
        )
        return event, Head(event.seq, event.hash)

    def commit(
        self,
        once: Once,
        changes: Sequence[Change],
        events: Sequence[tuple[str, Event]] = (),
        answer: Json | None = None,
    ) -> None:
        """Writes a command: all of it or nothing, then sends its outbox ids.

        Args:
            once: the attempt.
            changes: what the command changes.
            events: (partition of the aggregate, event) pairs.
            answer: what a repeat of this request will be answered.

        Raises:
            Replayed, KeyReused: another attempt with this key came first.
            Stale: something changed since it was read.
            AlreadyThere: something that had to be new exists.
            TooMany: a counter is full.
        """
        now = self._clock()
        claim = Create(
            Item(
                once.item_key,
                {"fingerprint": once.fingerprint, "answer": answer},
                expires=_in(now, once.lives),
            )
        )
        all_changes: list[Change] = [*changes, *(row for pk, event in events for row in self.rows(pk, event))]
        if once.claimed:
            all_changes.append(claim)
        try:
            self._table.write(all_changes, once.token)
        except WriteRefused as refused:
            raise _meaning(refused, once) from None
        for _, event in events:
            self.send(event)

    def rows(self, pk: str, event: Event) -> list[Create]:
        """What an event is in the table, for a transaction that `commit` does not make: the event, its outbox row.

        Whoever makes that transaction calls `send` afterwards; a crash in between costs a pause, not the event.
        """
        rows = [Create(Item(event_key(pk, event.seq), event.as_json()))]
        return rows if event.queue is None else [*rows, Create(_outbox_row(event, self._clock()))]

    def send(self, event: Event) -> None:
        """Puts an event whose rows are written on its queue; the sweep does it when this fails."""
        if event.queue is None:
            return
        try:
            self._post.send(event.queue, event.id)
        except Exception as error:  # the row stays open: the sweep sends it
            log.warning("outbox send failed", extra={"event_id": event.id, "error": type(error).__name__})

    def tell(self, queue: str, body: str) -> None:
        """Puts a message that is no event on a queue; for whoever is called again should this fail.

        Raises:
            Exception: it was not surely taken.
        """
        self._post.send(queue, body)

    def history(self, pk: str) -> list[Event]:
        """All events of an aggregate, oldest first."""
        return [Event(**item.data) for item in every(self._table, pk, prefix="EVT#")]

    def carry(self, body: str, handler: Callable[[Event], None]) -> None:
        """Handles one queue message: runs `handler` unless its event is done, then closes the outbox row.

        An exception of the handler passes through, so that the queue delivers again and in the end sets the message
        aside in its dead-letter queue.
        """
        key = outbox_key(body)
        row = self._table.get(key)
        if row is None or OPEN not in row.indexes:
            measure("Messages", outcome="before")
            return
        outcome = "done"
        try:
            handler(Event(**row.data["event"]))
        except Replayed:
            log.info("event was handled before", extra={"event_id": body})
            outcome = "before"
        except NotYet:
            outcome = "later"
            return
        except Exception:
            outcome = "failed"
            raise
        finally:
            measure("Messages", outcome=outcome)
        closed = row.next(row.data, indexes={}, expires=_in(self._clock(), DONE_LIVES))
        try:
            self._table.write([Update(closed)], new_token())
        except WriteRefused:
            # the sweep counted a resend meanwhile: read the row again and close that version
            again = self._table.get(key)
            if again is not None and OPEN in again.indexes:
                self._table.write([Update(again.next(again.data, indexes={}, expires=closed.expires))], new_token())

    def sweep(self, now: datetime) -> int:
        """Sends what is still open after its pause once more; returns how many were sent."""
        sent, oldest = 0, now
        for shard in range(SHARDS):
            open_rows = every(self._table, open_partition(shard), index=OPEN)
            for row in list(takewhile(lambda row: row.indexes[OPEN].sk <= f"{moment(now)}~", open_rows)):
                oldest = min(oldest, datetime.fromisoformat(row.data["event"]["at"]))
                sends = int(row.data["sends"]) + 1
                data = {**row.data, "sends": sends, "last_sent": now.isoformat()}
                indexes = {**row.indexes, OPEN: place(str(row.data["event"]["id"]), now, sends)}
                if sends > GIVE_UP_AFTER:
                    indexes[OPEN] = Key(DEAD, row.indexes[OPEN].sk)
                    log.error("outbox row given up", extra={"event_id": row.data["event"]["id"]})
                try:
                    self._table.write([Update(row.next(data, indexes=indexes))], new_token())
                except WriteRefused:
                    continue  # as in `revive`
                if sends <= GIVE_UP_AFTER:
                    self.send(Event(**row.data["event"]))
                    sent += 1
        measure("OutboxResent", sent)
        measure("OutboxAge", (now - oldest).total_seconds())
        measure("OutboxGivenUp", sum(1 for _ in islice(every(self._table, DEAD, index=OPEN), MOST_COUNTED)))
        return sent

    def revive(self, now: datetime) -> int:
        """Puts rows that the sweep gave up back among the open ones (after the cause was mended)."""
        revived = 0
        for row in list(every(self._table, DEAD, index=OPEN)):
            data = {**row.data, "sends": 0, "last_sent": now.isoformat()}
            back = row.next(data, indexes={OPEN: place(str(row.data["event"]["id"]), now, 0)})
            try:
                self._table.write([Update(back)], new_token())
            except WriteRefused:
                continue  # the index told what was true a moment ago: the row is done
            self.send(Event(**back.data["event"]))
            revived += 1
        return revived


def event_key(pk: str, seq: int) -> Key:
    """Where an aggregate's event lies."""
    return Key(pk, f"EVT#{seq:06d}")


def _outbox_row(event: Event, now: datetime) -> Item:
    data = {"event": event.as_json(), "sends": 1, "last_sent": now.isoformat()}
    return Item(outbox_key(event.id), data, indexes={OPEN: place(event.id, now, 1)})


def _in(now: datetime, seconds: int) -> int:
    return int(now.astimezone(UTC).timestamp()) + seconds


def _heed_claim(claim: Item | None, once: Once) -> None:
    if claim is None:
        return
    if claim.data["fingerprint"] != once.fingerprint:
        raise KeyReused(
            "Idempotency-Key นี้ใช้กับคำขอที่มีเนื้อหาอื่นไปแล้ว โปรดใช้ค่าใหม่",
            "This Idempotency-Key was used for a request with other content; choose a new one.",
        )
    raise Replayed(claim.data["answer"])


def _meaning(refused: WriteRefused, once: Once) -> Refusal | Replayed:
    for change, there in refused.failed:
        if key_of(change) == once.item_key:
            try:
                _heed_claim(there, once)
            except (Replayed, KeyReused) as known:
                return known
    for change, _ in refused.failed:
        match change:
            case Create(item) if not item.key.sk.startswith("EVT#"):
                return AlreadyThere("มีข้อมูลนี้อยู่แล้ว", "Something with this name or number exists already.")
            case Count():
                return TooMany("ใช้ครบโควตาแล้ว", "The quota is used up.", retry_after=60)
            case _:
                continue
    return Stale(
        "ข้อมูลถูกแก้ไขโดยผู้อื่นแล้ว โปรดอ่านข้อมูลล่าสุดก่อนทำรายการอีกครั้ง",
        "Somebody changed it since you read it; read it again and repeat.",
    )
