"""One step of the log, worked out completely before it is taken: old head + entries -> new head + all that is new.

Everything here is a pure function of what is published and of the entries, so that a step can be published again from
its staged text by whoever finds it half done.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from ...shared.dataclass import dataclass
from ...shared.tlog_merkle import leaf_hash
from .covert import counted
from .store import Head
from .tiles import BrokenLog, Edge, Read, pack, tile_path, unpack


@dataclass(frozen=True)
class Step:
    """What the step to a head publishes.

    Attributes:
        first: place of the first new leaf.
        rows: ids of the new leaves, in order.
        objects: tiles and entry bundles by name.
    """

    first: int
    rows: tuple[str, ...]
    objects: Mapping[str, bytes]

    def staged(self) -> bytes:
        """As it is staged."""
        objects = {name: base64.b64encode(content).decode() for name, content in self.objects.items()}
        return json.dumps({"first": self.first, "rows": self.rows, "objects": objects}).encode()

    @classmethod
    def of(cls, staged: bytes) -> Step:
        """As it was staged."""
        data = json.loads(staged)
        objects = {name: base64.b64decode(content) for name, content in data["objects"].items()}
        return cls(data["first"], tuple(data["rows"]), objects)


def step(head: Head, entries: Sequence[tuple[str, bytes]], now: datetime, read: Read, width: int) -> tuple[Head, Step]:
    """The next head and how to get there.

    Args:
        head: where the log stands; everything of it is published.
        entries: (id, bytes) of the leaves to append.
        now: decides which covert accesses are past their time.
        read: reads a published tile by its name.
        width: hashes of a full tile.

    Raises:
        BrokenLog: the published tiles or entries do not give the head.
    """
    edge = Edge(head.size, read, width)
    if edge.root() != head.root:
        raise BrokenLog("the tiles do not give the head of the log")
    hashes = [leaf_hash(entry) for _, entry in entries]
    bundles = _bundles(head.size, _last_entries(edge, read), [entry for _, entry in entries], width)
    tiles = edge.grow(hashes)
    grown = Head(edge.size, edge.root(), False, counted(head.covert, (entry for _, entry in entries), now))
    return grown, Step(head.size, tuple(identifier for identifier, _ in entries), tiles | bundles)


def _last_entries(edge: Edge, read: Read) -> list[bytes]:
    """The entries of the last, unfinished bundle, which the next one repeats."""
    if not edge.leaves:
        return []
    number, count = divmod(edge.size, edge.width)
    entries = unpack(read(tile_path("entries", number, count, edge.width)))
    if [leaf_hash(entry) for entry in entries] != list(edge.leaves):
        raise BrokenLog("the entries do not give the tile above them")
    return entries


def _bundles(size: int, last: Sequence[bytes], new: Sequence[bytes], width: int) -> dict[str, bytes]:
    entries = [*last, *new]
    first = size // width
    return {
        tile_path("entries", first + at // width, len(part), width): pack(part)
        for at in range(0, len(entries), width)
        if (part := entries[at : at + width])
    }
