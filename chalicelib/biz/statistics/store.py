"""Where facts lie in the room's table.

    FACT#{month}#{shard}   {case}     the fact of a case, under the month in which it was received
    STATISTICS             DAY        the last day whose figures are published; since when publishing fails
    STATISTICS             FILE#{f}   hash of a published file, so that what did not change is not sent again

A case is always in the same one of 16 partitions, so no counter is hot however many cases come in a month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Create, Item, Key, Table, Update, WriteRefused, every

from .model import Fact

SHARDS = 16
DAY = Key("STATISTICS", "DAY")


def fact_key(month: str, case: str) -> Key:
    """Where the fact of a case lies."""
    shard = hashlib.sha256(case.encode()).digest()[0] % SHARDS
    return Key(f"FACT#{month}#{shard:02d}", case)


def file_key(name: str) -> Key:
    """Where the hash of a published file lies."""
    return Key("STATISTICS", f"FILE#{name}")


class FactRows:
    """Facts as items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, case: str, fact: Fact) -> bool:
        """Keeps a fact, unless one of a newer case is there; False when somebody else writes it at this moment."""
        key = fact_key(fact.month, case)
        there = self._table.get(key)
        if there is not None and int(there.data["seen"]) >= fact.seen:
            return True
        data = fact.model_dump(mode="json")
        return self.write(Create(Item(key, data)) if there is None else Update(there.next(data)))

    def of_month(self, month: str) -> Iterator[Fact]:
        """All facts of a month."""
        for shard in range(SHARDS):
            for item in every(self._table, f"FACT#{month}#{shard:02d}"):
                yield Fact.model_validate(item.data)

    def get(self, key: Key) -> Item | None:
        """A row."""
        return self._table.get(key)

    def keep(self, key: Key, there: Item | None, data: dict[str, Any]) -> bool:
        """Writes a row as it was read; False when somebody else was faster."""
        return self.write(Create(Item(key, data)) if there is None else Update(there.next(data)))

    def write(self, change: Create | Update) -> bool:
        """One change; False when its condition failed."""
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            return False
        return True
