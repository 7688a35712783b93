"""Seals open leaves into the log, once a minute and off the request path.

The order is what makes it safe against crashes, lost replies, late writes and two sealers at once (it is Sunlight's:
FiloSottile/sunlight, internal/ctlog):

1. read the head (consistently); if what it promises is not all published yet, publish that again first
2. take open leaves. The index only hints at them: each row is read again, so that nothing is sealed twice
3. work the step out from the right edge of the tree, which must give the head: else stop, for somebody to look
4. stage the whole step in the bucket, under the name of the new head
5. swap the head, only if it still is the old one. Lost, or no reply: stop; the next run finds out which
6. publish what was staged: entries and tiles, then the checkpoint, which only moves forward (If-Match)
7. mark the rows (they leave the index, and say their place), then the head as published
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.errors import NotFound, Unavailable
from ...shared.ids import new_token
from ...shared.objects import Objects
from ...shared.storage import Create, Item, Key, Table, Update, WriteRefused
from ...shared.tlog_note import BadNote, Checkpoint, Note
from ..store import LOG_FRESH, SEAL_SHARDS, leaf_key, unsealed_pk
from . import store
from .signing_key import SigningKey
from .staging import Step, step
from .store import Head
from .tiles import WIDTH, BrokenLog

log = logging.getLogger("klang.gdx.log")

OPEN = "open"
BATCH = 500
"""Leaves of one step: about 1 MB staged."""

TOGETHER = 50
"""Rows marked in one transaction."""

BUDGET = timedelta(seconds=35)
"""After this time a run begins no further step; the function has 50 s."""

ATTEMPTS = 10

TILE = "application/octet-stream"


@dataclass(frozen=True)
class Run:
    """What a run did.

    Attributes:
        size: leaves of the log now.
        added: how many of them are new.
        behind: how long the oldest leaf that is still open has waited; zero when there is none.
    """

    size: int
    added: int
    behind: timedelta


@dataclass(frozen=True)
class _Taken:
    size: int
    added: int
    more: bool


class Sealer:
    """The one that appends to the log. Any number of them may run at once.

    Args:
        table: the room's table.
        objects: the log's bucket.
        key: signs checkpoints.
        entry_of: the bytes of the log's entry for a row's content.
        clock: tells the time.
        width: hashes of a full tile.
        batch: leaves of one step.
    """

    def __init__(
        self,
        table: Table,
        objects: Objects,
        key: SigningKey,
        entry_of: Callable[[Mapping[str, Any]], bytes],
        clock: Callable[[], datetime],
        *,
        width: int = WIDTH,
        batch: int = BATCH,
    ) -> None:
        self._table = table
        self._objects = objects
        self._key = key
        self._entry_of = entry_of
        self._clock = clock
        self._width = width
        self._batch = batch

    def run(self, budget: timedelta = BUDGET) -> Run:
        """Seals until nothing is open or the time is over, and tells how far the log is behind.

        Raises:
            BrokenLog: what is published is not what was sealed; nothing was added.
            Unavailable, or what S3 raises: an outcome is unknown; the next run finds out.
        """
        began, added, taken = self._clock(), 0, _Taken(0, 0, True)
        try:
            while taken.more and self._clock() - began <= budget:
                taken = self.step()
                added += taken.added
        except BrokenLog as broken:
            log.error("the log is broken and not sealed any more", extra={"reason": str(broken)})
            self._tell_freshness()
            raise
        except Exception:
            self._tell_freshness()
            raise
        return Run(taken.size, added, self._tell_freshness())

    def step(self) -> _Taken:
        """One step of at most `batch` leaves; raises as `run` does."""
        item = self._recovered(self._head())
        head = store.head_from(item.data)
        rows, more = self._open_rows()
        if not rows:
            return _Taken(head.size, 0, more=False)
        entries = [(row.data["leaf"]["id"], self._entry_of(row.data)) for row in rows]
        grown, taken = step(head, entries, self._clock(), self._read, self._width)
        self._objects.put(grown.staging, taken.staged(), media_type="application/json")
        swapped = item.next(store.head_json(grown))
        try:
            self._table.write([Update(swapped)], new_token())
        except WriteRefused:
            return _Taken(head.size, 0, more=False)  # another sealer was faster, and goes on
        self._publish(grown, taken, {row.key: row for row in rows})
        self._settle(swapped)
        return _Taken(grown.size, len(rows), more)

    def _head(self) -> Item:
        found = self._table.get(store.HEAD)
        if found is not None:
            return found
        first = Item(store.HEAD, store.head_json(Head()))
        try:
            self._table.write([Create(first)], new_token())
        except WriteRefused as refused:
            first = refused.failed[0][1] or first
        return first

    def _recovered(self, item: Item) -> Item:
        """The head, after all that it promises is published."""
        head = store.head_from(item.data)
        if head.published:
            return item
        staged = Step.of(self._read(head.staging)) if head.size else Step(0, (), {})
        self._publish(head, staged, {})
        return self._settle(item)

    def _open_rows(self) -> tuple[list[Item], bool]:
        """Leaves that are surely open, the oldest of each shard, and whether there may be more."""
        hints: list[tuple[str, Key]] = []
        more = False
        for shard in range(SEAL_SHARDS):
            # a share of the batch from each: rows that would not be taken cost reads too
            page = self._table.query(unsealed_pk(shard), index=OPEN, limit=max(1, self._batch // SEAL_SHARDS))
            hints += [(hint.indexes[OPEN].sk, hint.key) for hint in page.items]
            more = more or page.after is not None
        hints.sort()
        chosen = [key for _, key in hints[: self._batch]]
        found: dict[Key, Item] = {}
        for at in range(0, len(chosen), 100):
            found.update(self._table.get_many(chosen[at : at + 100]))
        rows = [found[key] for key in chosen if key in found and OPEN in found[key].indexes]
        return rows, more or len(hints) > len(chosen)

    def _publish(self, head: Head, taken: Step, known: Mapping[Key, Item]) -> None:
        """Everything that a head promises; may be done any number of times."""
        for name, content in taken.objects.items():
            self._put(name, content)
        self._move_checkpoint(head)
        for at in range(0, len(taken.rows), TOGETHER):
            part = taken.rows[at : at + TOGETHER]
            self._mark({leaf_key(row): taken.first + at + offset for offset, row in enumerate(part)}, known)

    def _put(self, name: str, content: bytes) -> None:
        for _ in range(ATTEMPTS):
            # tiles never change: what stands there already is the same, and overwriting it could only spoil it
            if self._objects.put(name, content, media_type=TILE, only_if_new=True) or self._objects.head(name):
                return
        raise _unsettled()  # two writers are in each other's way (S3 says 409)

    def _move_checkpoint(self, head: Head) -> None:
        text = Checkpoint(self._key.vkey.name, head.size, head.root).text
        for _ in range(ATTEMPTS):
            there = self._objects.head(store.CHECKPOINT)
            if there is not None and self._is_there(head):
                return
            done = self._objects.put(
                store.CHECKPOINT,
                str(self._key.note(text)).encode(),
                media_type="text/plain; charset=utf-8",
                only_if_new=there is None,
                if_match=None if there is None else there.etag,
            )
            if done:
                return
        raise _unsettled()

    def _is_there(self, head: Head) -> bool:
        """Whether the checkpoint tells of this head, or of a later one."""
        try:
            told = Checkpoint.parse(Note.parse(self._read(store.CHECKPOINT).decode()).text)
        except (BadNote, ValueError):
            raise BrokenLog("the checkpoint cannot be read") from None
        if told.size == head.size and told.root != head.root:
            raise BrokenLog("the checkpoint tells of another tree")
        return told.size >= head.size

    def _read(self, name: str) -> bytes:
        try:
            return self._objects.read(name)
        except NotFound:
            raise BrokenLog(f"{name} is not there") from None

    def _mark(self, places: Mapping[Key, int], known: Mapping[Key, Item]) -> None:
        """Rows leave the index and say their place in the log; what others changed meanwhile is read again."""
        found: Mapping[Key, Item] = {key: known[key] for key in places if key in known}
        for _ in range(ATTEMPTS):
            if len(found) < len(places):
                found = self._table.get_many(list(places))
            marks = [_marked(row, places[key]) for key, row in found.items() if OPEN in row.indexes]
            if not marks:
                return
            try:
                self._table.write(marks, new_token())
                return
            except WriteRefused:
                found = {}
        raise _unsettled()

    def _settle(self, item: Item) -> Item:
        """Says that all of the head is published; whoever is faster says the same or has gone on."""
        settled = item.next(store.head_json(replace(store.head_from(item.data), published=True)))
        try:
            self._table.write([Update(settled)], new_token())
        except WriteRefused as refused:
            return self._recovered(refused.failed[0][1] or self._head())
        return settled

    def _tell_freshness(self) -> timedelta:
        """Writes how far the log is behind, for the exchange to heed; returns it."""
        now, oldest = self._clock(), self._oldest_open()
        data = {"checked_at": now.isoformat(), "oldest_open": oldest}
        there = self._table.get(LOG_FRESH)
        try:
            change = Create(Item(LOG_FRESH, data)) if there is None else Update(there.next(data))
            self._table.write([change], new_token())
        except WriteRefused:
            log.info("another sealer told the freshness")
        return timedelta(0) if oldest is None else max(timedelta(0), now - datetime.fromisoformat(oldest))

    def _oldest_open(self) -> str | None:
        hints = [
            hint
            for shard in range(SEAL_SHARDS)
            for hint in self._table.query(unsealed_pk(shard), index=OPEN, limit=10).items
        ]
        found = self._table.get_many([hint.key for hint in hints]) if hints else {}
        return min((str(row.data["leaf"]["at"]) for row in found.values() if OPEN in row.indexes), default=None)


def _marked(row: Item, place: int) -> Update:
    indexes = {name: key for name, key in row.indexes.items() if name != OPEN}
    return Update(row.next({**row.data, "log": {"index": place}}, indexes=indexes, expires=row.expires))


def _unsettled() -> Unavailable:
    return Unavailable("บันทึกกำลังเปลี่ยนแปลง โปรดลองใหม่", "What is sealed keeps changing; try again.", retry_after=60)
