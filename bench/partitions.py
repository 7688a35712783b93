"""The tests' table in memory, for many items: it finds a partition without looking at all the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.shared.storage import Change, Create, Key, Page, Remove, Update, key_of
from tests.support.memory import MemoryTable


class PartitionedTable(MemoryTable):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self._partitions: dict[str, dict[Key, None]] = {}

    def query(self, pk: str, *, index: str | None = None, **asked: Any) -> Page:
        """See `Table`."""
        if index is not None:
            return super().query(pk, index=index, **asked)
        self.requests.append("query")
        one = MemoryTable()
        one._items = {key: self._items[key] for key in self._partitions.get(pk, ()) if key in self._items}
        return one.query(pk, **asked)

    def _write(self, changes: Sequence[Change], token: str) -> None:
        super()._write(changes, token)
        for change in changes:
            key = key_of(change)
            if isinstance(change, Create | Update):
                self._partitions.setdefault(key.pk, {})[key] = None
            elif isinstance(change, Remove):
                self._partitions.get(key.pk, {}).pop(key, None)
