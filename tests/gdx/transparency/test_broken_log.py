"""The sealer beside the happy road: what it refuses to go on with, how it catches up, what it tells."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.gdx.store import LOG_FRESH
from chalicelib.gdx.transparency import store
from chalicelib.gdx.transparency.store import head_from
from chalicelib.gdx.transparency.tiles import BrokenLog, pack, unpack
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.storage import Change, Item, Key, Page, Update
from chalicelib.shared.tlog_note import Checkpoint, Note
from tests.gdx.transparency.logbook import Logbook
from tests.support.memory import MemoryTable


def edited(name: str, change: Callable[[bytes], bytes]) -> Callable[[Logbook], None]:
    """Somebody writes another content over an object."""

    def touch(book: Logbook) -> None:
        book.objects.kept[name] = (change(book.objects.kept[name][0]), "application/octet-stream")

    return touch


def gone(name: str) -> Callable[[Logbook], None]:
    """Somebody deletes an object."""
    return lambda book: book.objects.delete(name)


def rolled_back(book: Logbook) -> None:
    """Somebody sets the head in the table back to the empty log."""
    item = book.table.get(store.HEAD)
    assert item is not None
    book.table.write([Update(item.next({**item.data, "size": 4}))], "tamper")


def forged(text: bytes) -> bytes:
    """A checkpoint of the same size with another root."""
    told = Checkpoint.parse(Note.parse(text.decode()).text)
    other = base64.b64encode(bytes(32)).decode()
    return text.replace(base64.b64encode(told.root), other.encode())


TOUCHED: dict[str, Callable[[Logbook], None]] = {
    "a leaf hash in the last tile": edited("tile/0/001.p/2", lambda tile: bytes(32) + tile[32:]),
    "a hash of a level above": edited("tile/1/000.p/1", lambda tile: bytes(32)),
    "a tile cut off": edited("tile/0/001.p/2", lambda tile: tile[:-1]),
    "a tile is gone": gone("tile/1/000.p/1"),
    "an entry": edited("tile/entries/001.p/2", lambda bundle: pack([b"other", *unpack(bundle)[1:]])),
    "a bundle cut off": edited("tile/entries/001.p/2", lambda bundle: bundle[:-1]),
    "a bundle is gone": gone("tile/entries/001.p/2"),
    "the head": rolled_back,
}


@pytest.mark.parametrize("where", sorted(TOUCHED))
def test_a_log_that_was_touched_is_not_sealed_any_further(where: str, caplog: pytest.LogCaptureFixture) -> None:
    book = Logbook()
    checkpoint = book.grow(6)
    TOUCHED[where](book)
    before = dict(book.objects.kept)
    book.append()
    with pytest.raises(BrokenLog), caplog.at_level(logging.ERROR):
        book.sealer.run()
    assert [record.message for record in caplog.records] == ["the log is broken and not sealed any more"]
    assert book.objects.kept == before and book.log.published().text == checkpoint
    fresh = book.table.get(LOG_FRESH)
    assert fresh is not None and fresh.data["oldest_open"] == book.now.isoformat(timespec="milliseconds")


def test_a_checkpoint_of_another_tree_or_no_checkpoint_at_all_stops_the_recovery() -> None:
    for change, why in ((forged, "another tree"), (lambda _: b"no note", "cannot be read")):
        book = Logbook()
        book.grow(3)
        edited(store.CHECKPOINT, change)(book)
        item = book.table.get(store.HEAD)
        assert item is not None
        book.table.write([Update(item.next({**item.data, "published": False}))], "crash")
        with pytest.raises(BrokenLog, match=why):
            book.sealer.run()


def test_a_head_whose_step_was_staged_nowhere_is_not_guessed() -> None:
    book = Logbook()
    book.grow(3)
    item = book.table.get(store.HEAD)
    assert item is not None
    book.table.write([Update(item.next({**item.data, "published": False}))], "crash")
    book.objects.delete(head_from(item.data).staging)
    with pytest.raises(BrokenLog, match="staging/3-"):
        book.sealer.run()


def test_many_leaves_are_sealed_in_several_steps_of_one_run_and_only_edges_are_read() -> None:
    book = Logbook(width=256)
    book.append(1201)
    run = book.sealer.run()
    assert (run.size, run.added, run.behind) == (1201, 1201, timedelta(0))
    book.append()
    book.objects.reads.clear()
    book.sealer.run()
    read = [name for name in book.objects.reads if name.startswith("tile/")]
    assert read == ["tile/0/004.p/177", "tile/1/000.p/4", "tile/entries/004.p/177"]


def test_a_run_ends_with_its_time_and_tells_how_far_it_is_behind() -> None:
    book = Logbook()
    book.append(1201)
    run = book.sealer.run(budget=timedelta(seconds=-1))
    assert (run.size, run.added) == (0, 0) and run.behind == timedelta(seconds=1200)
    sealed = book.sealer.step()
    assert sealed.added == 500
    run = book.sealer.run(budget=timedelta(seconds=-1))
    left = [item.data["leaf"]["at"] for item, _ in book.table._items.values() if "open" in item.indexes]
    assert len(left) == 701 and run.behind == book.now - datetime.fromisoformat(min(left))
    fresh = book.table.get(LOG_FRESH)
    assert fresh is not None and fresh.data["checked_at"] == book.now.isoformat()


class Down(MemoryTable):
    """A table that takes no new head while it is down."""

    down = False

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.down and any(isinstance(change, Update) and change.item.key == store.HEAD for change in changes):
            raise Unavailable("ไม่ว่าง", "Busy.")
        super().write(changes, token)


def test_a_run_that_fails_tells_the_freshness_all_the_same() -> None:
    table = Down()
    book = Logbook(table=table)
    book.grow(2)
    book.append()
    table.down = True
    book.now += timedelta(minutes=7)
    with pytest.raises(Unavailable):
        book.sealer.run()
    fresh = book.table.get(LOG_FRESH)
    assert fresh is not None and fresh.data["checked_at"] == book.now.isoformat()
    table.down = False
    assert book.sealer.run().size == 3


class Haunted(MemoryTable):
    """A table whose index still shows rows as they were."""

    def __init__(self) -> None:
        super().__init__()
        self.ghosts: dict[Key, tuple[Item, str]] = {}

    def query(self, pk: str, **given: Any) -> Page:
        real, self._items = self._items, {**self._items, **self.ghosts}
        try:
            return super().query(pk, **given)
        finally:
            self._items = real


def test_the_index_is_not_believed() -> None:
    table = Haunted()
    book = Logbook(table=table)
    book.append()
    ghosts = dict(table._items)
    book.sealer.run()
    table.ghosts = ghosts
    run = book.sealer.run()
    assert (run.size, run.added, run.behind) == (1, 0, timedelta(0))


READS: dict[str, Callable[[Logbook], object]] = {
    "a checkpoint that is none": lambda book: book.log.published(),
    "a tile that lies": lambda book: book.log.proof(5, book.written[5]),
    "a tile cut off": lambda book: book.log.inclusion(5, None),
    "a tile is gone": lambda book: book.log.consistency(5, 6),
    "another entry than the row says": lambda book: book.log.proof(4, book.written[5]),
    "a place that the log does not reach": lambda book: book.log.proof(6, book.written[5]),
}
TOUCHES: dict[str, Callable[[Logbook], None]] = {
    "a checkpoint that is none": edited(store.CHECKPOINT, lambda _: b"hello"),
    "a tile that lies": edited("tile/0/001.p/2", lambda tile: bytes(32) + tile[32:]),
    "a tile cut off": edited("tile/0/001.p/2", lambda tile: tile[:-1]),
    "a tile is gone": gone("tile/0/001.p/2"),
}


@pytest.mark.parametrize("what", sorted(READS))
def test_no_proof_goes_out_that_does_not_hold(what: str, caplog: pytest.LogCaptureFixture) -> None:
    book = Logbook()
    book.grow(6)
    if what in TOUCHES:
        TOUCHES[what](book)
    with pytest.raises(Unavailable), caplog.at_level(logging.ERROR):
        READS[what](book)
    assert {record.message for record in caplog.records} == {"the published log does not hold together"}


def test_an_entry_that_no_bundle_can_hold_is_not_cut() -> None:
    assert unpack(pack([b"x" * 0xFFFF])) == [b"x" * 0xFFFF]
    with pytest.raises(BrokenLog, match="longer"):
        pack([b"x" * 0x10000])
