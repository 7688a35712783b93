"""The transparency log at a thousand to a million entries: what a proof and a sealed entry cost as it grows."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bench.measure import Sample, side_by_side
from bench.report import Comparison
from chalicelib.gdx.store import leaf_key, unsealed_place
from chalicelib.gdx.transparency import store
from chalicelib.gdx.transparency.log import Log
from chalicelib.gdx.transparency.sealer import Sealer
from chalicelib.gdx.transparency.signing_key import SigningKey
from chalicelib.gdx.transparency.store import Head, head_json
from chalicelib.gdx.transparency.tiles import WIDTH, Edge, pack, tile_path
from chalicelib.shared.storage import Create, Item
from chalicelib.shared.tlog_merkle import leaf_hash
from chalicelib.shared.tlog_note import Checkpoint
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SEALED = 100
"""Entries of one measured sealing."""

AT = datetime(2026, 11, 25, 4, tzinfo=UTC)


def entry(number: int) -> bytes:
    """An entry about as long as those of exchanges."""
    return json.dumps({"id": f"{number:026d}", "at": AT.isoformat(), "of": "x" * 500}, sort_keys=True).encode()


def _entry_of(data: Mapping[str, Any]) -> bytes:
    return entry(int(data["leaf"]["id"]))


class GrownLog:
    """A log that has this many entries already; all but the last bundle of them are only hashes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.objects = MemoryObjects()
        self.table = MemoryTable()
        key = SigningKey(self.table, local_keyring(), "klang.test/gdx/v1/log")
        last = range(size - size % WIDTH, size)
        edge = Edge(0, self.objects.read)
        real = {size // 3, *last}
        tiles = edge.grow(
            [
                leaf_hash(entry(number)) if number in real else hashlib.sha256(number.to_bytes(8, "big")).digest()
                for number in range(size)
            ]
        )
        if last:
            tiles[tile_path("entries", size // WIDTH, len(last))] = pack([entry(number) for number in last])
        for name, content in tiles.items():
            self.objects.put(name, content, media_type="application/octet-stream")
        head = Head(size, edge.root(), True, {})
        note = key.note(Checkpoint(key.vkey.name, size, head.root).text)
        self.objects.put(store.CHECKPOINT, str(note).encode(), media_type="text/plain")
        self.table.write([Create(Item(store.HEAD, head_json(head)))], "head")
        self.log = Log(self.objects)
        self._sealer = Sealer(self.table, self.objects, key, _entry_of, lambda: AT, batch=SEALED)
        self._next = size

    def prove(self) -> str:
        """The proof of an entry in the midst of the log."""
        number = self.size // 3
        return self.log.proof(number, entry(number))

    def compare(self) -> int:
        """How many hashes show that the log grew from half its size."""
        return len(self.log.consistency(self.size // 2 + 1, self.size)[1])

    def seal(self) -> None:
        """So many more exchanges, sealed in one step."""
        for number in range(self._next, self._next + SEALED):
            leaf = {"id": f"{number:026d}", "at": AT.isoformat(timespec="milliseconds")}
            place = {"open": unsealed_place(leaf["id"], leaf["at"])}
            row = Item(leaf_key(leaf["id"]), {"leaf": leaf, "cover": None, "log": None}, indexes=place)
            self.table.write([Create(row)], leaf["id"])
        self._sealer.step()
        for number in range(self._next, self._next + SEALED):
            # a dict is no DynamoDB: rows that stay would make its index slower for every size alike
            self.table._items.pop(leaf_key(f"{number:026d}"))
        self._next += SEALED


def proofs(rounds: int, sizes: Sequence[int] = SIZES, batch: int = 20) -> Comparison:
    """The proof of one entry, made and checked."""
    logs = {f"{size:,} entries": GrownLog(size) for size in sizes}
    lengths = {name: len(log.prove()) for name, log in logs.items()}
    between = {name: log.compare() for name, log in logs.items()}
    return _comparison(
        "The log: a receipt's proof",
        "A tlog-proof made from tiles and checked, as `GET /gdx/v1/receipts/{id}/proof` does; the bucket is in\n"
        f"memory. Bytes of its text: {_list(lengths)}.\n"
        f"Hashes that show that the log grew from half its size: {_list(between)}.",
        {name: log.prove for name, log in logs.items()},
        rounds,
        batch,
    )


def sealing(rounds: int, sizes: Sequence[int] = SIZES) -> Comparison:
    """One step of the sealer."""
    logs = {f"{size:,} entries": GrownLog(size) for size in sizes}
    counts = {name: _calls(log) for name, log in logs.items()}
    return _comparison(
        f"The log: sealing {SEALED} exchanges",
        f"{SEALED} leaves written, taken, put into tiles and marked, in one step; table and bucket are in memory, so\n"
        "the time is the processor's. Tiles and bundles that a step reads (the right edge only) and requests that it\n"
        f"makes to the table: {_list(counts)}.",
        {name: log.seal for name, log in logs.items()},
        rounds,
        1,
    )


def _calls(log: GrownLog) -> str:
    log.objects.reads.clear()
    log.table.requests.clear()
    log.seal()
    tiles = sum(name.startswith("tile/") for name in log.objects.reads)
    return f"{tiles} and {len(log.table.requests) - SEALED}"


def _list(values: Mapping[str, object]) -> str:
    return "; ".join(f"{value} at {name}" for name, value in values.items())


def _comparison(
    title: str, about: str, things: Mapping[str, Callable[[], object]], rounds: int, batch: int
) -> Comparison:
    samples: dict[str, Sample] = side_by_side(things, rounds=rounds, batch=batch, clock=time.process_time)
    return Comparison(title, about, samples, next(iter(things)))
