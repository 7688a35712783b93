"""A log for tests: entries go in, and it is sealed, over doubles in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.gdx.store import leaf_key, unsealed_place
from chalicelib.gdx.transparency.log import Log
from chalicelib.gdx.transparency.sealer import Sealer
from chalicelib.gdx.transparency.signing_key import SigningKey
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Journal
from chalicelib.shared.storage import Create, Item
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects

ORIGIN = "klang.test/gdx/v1/log"
START = datetime(2026, 11, 25, 4, tzinfo=UTC)


def entry_of(data: Mapping[str, Any]) -> bytes:
    """A small entry."""
    return json.dumps(data["leaf"], sort_keys=True).encode()


class Silent:
    """A post to nowhere."""

    def send(self, queue: str, body: str) -> None:
        """Nothing is sent."""


class Logbook:
    """A log of its own.

    Args:
        width: hashes of a full tile.
        table: one that misbehaves, instead of the plain double.
    """

    def __init__(self, width: int = 4, table: MemoryTable | None = None) -> None:
        self.now = START
        self.table = table or MemoryTable()
        self.objects = MemoryObjects()
        self.journal = Journal(self.table, Silent(), ids=new_id, clock=self.clock)
        self.key = SigningKey(self.table, local_keyring(), ORIGIN)
        self.log = Log(self.objects, width)
        self.sealer = Sealer(self.table, self.objects, self.key, entry_of, self.clock, width=width)
        self.written: list[bytes] = []

    def clock(self) -> datetime:
        """The time."""
        return self.now

    def append(self, count: int = 1) -> None:
        """So many exchanges."""
        for _ in range(count):
            self.now += timedelta(seconds=1)
            leaf = {"id": f"e{len(self.written):05d}", "at": self.now.isoformat(timespec="milliseconds")}
            row = {"leaf": leaf, "cover": None, "log": None}
            place = {"open": unsealed_place(leaf["id"], leaf["at"])}
            self.table.write([Create(Item(leaf_key(leaf["id"]), row, indexes=place))], new_id())
            self.written.append(entry_of(row))

    def grow(self, count: int) -> str:
        """So many more, sealed; returns the checkpoint."""
        self.append(count)
        self.sealer.run()
        return self.log.published().text
