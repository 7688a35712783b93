"""The one double of the house: a room's table in memory, with the same promises as the DynamoDB one.

Both pass the same contract (`tests/shared/test_table_contract.py`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.shared.storage import (
    Change,
    Count,
    Create,
    Item,
    Key,
    Page,
    Remove,
    Require,
    Update,
    WriteRefused,
    key_of,
)


class MemoryTable:
    """A `Table` in a dict; counts its requests (`requests`) as DynamoDB would."""

    def __init__(self) -> None:
        self._items: dict[Key, tuple[Item, str]] = {}
        self.requests: list[str] = []
        self._lock = threading.Lock()

    def get(self, key: Key) -> Item | None:
        self.requests.append("get")
        return self._peek(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        self.requests.append("get_many")
        return {key: item for key in keys if (item := self._peek(key)) is not None}

    def query(
        self,
        pk: str,
        *,
        index: str | None = None,
        prefix: str = "",
        at_least: str = "",
        after: str | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Page:
        self.requests.append("query")
        rows: list[tuple[str, Key, Item]] = []
        for key, (item, _) in self._items.items():
            place = item.indexes.get(index) if index else key
            within = place is not None and place.pk == pk and place.sk.encode() >= at_least.encode()
            if place is not None and within and place.sk.startswith(prefix):
                rows.append((place.sk, key, item))
        rows.sort(key=lambda row: _order(row[0], row[1]), reverse=newest_first)
        if after is not None:
            sk, key = json.loads(after)
            end = _order(sk, Key(*key))
            rows = [row for row in rows if (_order(*row[:2]) < end if newest_first else _order(*row[:2]) > end)]
        page = rows[:limit]
        more = len(rows) > limit
        return Page(tuple(_copy(item) for _, _, item in page), json.dumps(page[-1][:2]) if more else None)

    def write(self, changes: Sequence[Change], token: str) -> None:
        self.requests.append("write")
        assert len({key_of(change) for change in changes}) == len(changes), "an item may stand once in a transaction"
        assert 1 <= len(changes) <= 100, "a transaction has 1 to 100 items"
        assert all(part for change in changes for part in key_of(change)), "no part of a key may be empty"
        with self._lock:
            self._write(changes, token)

    def _write(self, changes: Sequence[Change], token: str) -> None:
        failed = [change for change in changes if not self._holds(change)]
        if any(self._items[key_of(change)][1] == token for change in failed if key_of(change) in self._items):
            return
        if failed:
            raise WriteRefused([(change, self._peek(key_of(change))) for change in failed])
        for change in changes:
            match change:
                case Create(item) | Update(item):
                    assert len(json.dumps(item.data, ensure_ascii=False).encode()) < 400_000, "an item is too large"
                    self._items[item.key] = (_copy(item), token)
                case Remove(key):
                    self._items.pop(key, None)
                case Count(key, by, _, expires):
                    there = self._peek(key) or Item(key, {"count": 0})
                    kept = there.expires if expires is None else expires
                    self._items[key] = (Item(key, {"count": by + int(there.data["count"])}, expires=kept), token)
                case Require():
                    pass

    def _holds(self, change: Change) -> bool:
        there = self._peek(key_of(change))
        match change:
            case Create():
                return there is None
            case Update(item):
                return there is not None and there.version == item.version - 1
            case Require(_, version):
                return there is not None and version in (None, there.version)
            case Remove(_, version):
                return version is None or (there is not None and there.version == version)
            case Count(_, by, limit):
                return (int(there.data["count"]) if there else 0) + by <= limit

    def _peek(self, key: Key) -> Item | None:
        found = self._items.get(key)
        return _copy(found[0]) if found else None


def _order(sk: str, key: Key) -> tuple[bytes, Key]:
    # DynamoDB compares the bytes of UTF-8
    return sk.encode(), key


def _copy(item: Item) -> Item:
    return replace(item, data=json.loads(json.dumps(item.data)), indexes=dict(item.indexes))
