"""A room's table in a file, so that what a run holds in memory is the run's own; its writer may die at any write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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


class Died(BaseException):
    """The process is gone: nothing after this runs."""


class DiskTable:
    """`Table` without indexes.

    Attributes:
        deaths: at which write the process dies, before it takes effect (False) or after it did (True).
        writes: how many there were.
    """

    def __init__(self, file: Path) -> None:
        self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute("PRAGMA journal_mode = MEMORY")
        self._base.execute(
            "CREATE TABLE rows (pk TEXT, sk TEXT, version INT, token TEXT, data TEXT, PRIMARY KEY (pk, sk))"
            " WITHOUT ROWID"
        )
        self.deaths: dict[int, bool] = {}
        self.writes = 0

    def get(self, key: Key) -> Item | None:
        found = self._row(key)
        return None if found is None else Item(key, json.loads(found[2]), found[0])

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        return {key: item for key in keys if (item := self.get(key)) is not None}

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
        if index is not None or newest_first:
            raise LookupError("this table has no indexes")
        start = max(prefix, at_least, "" if after is None else f"{after}\0")
        found = self._base.execute(
            "SELECT sk, version, data FROM rows WHERE pk = ? AND sk >= ? ORDER BY sk LIMIT ?", (pk, start, limit + 1)
        ).fetchall()
        rows = [row for row in found if row[0].startswith(prefix)]
        items = tuple(Item(Key(pk, sk), json.loads(data), version) for sk, version, data in rows[:limit])
        return Page(items, rows[limit - 1][0] if len(rows) > limit else None)

    def write(self, changes: Sequence[Change], token: str) -> None:
        number, self.writes = self.writes, self.writes + 1
        if self.deaths.get(number) is False:
            raise Died
        self._base.execute("BEGIN")
        there = [(change, self._row(key_of(change))) for change in changes]
        failed = [(change, row) for change, row in there if not _holds(change, row)]
        if failed:
            self._base.execute("ROLLBACK")
            raise WriteRefused([(change, self.get(key_of(change))) for change, _ in failed])
        for change, row in there:
            self._make(change, row, token)
        self._base.execute("COMMIT")
        if self.deaths.get(number):
            raise Died

    def count(self, pk: str, sk: str = "*") -> int:
        """How many rows there are whose keys are like these (`GLOB` of SQLite)."""
        found = self._base.execute("SELECT COUNT(*) FROM rows WHERE pk GLOB ? AND sk GLOB ?", (pk, sk))
        return int(found.fetchone()[0])

    def _row(self, key: Key) -> tuple[int, str, str] | None:
        found: tuple[int, str, str] | None = self._base.execute(
            "SELECT version, token, data FROM rows WHERE pk = ? AND sk = ?", tuple(key)
        ).fetchone()
        return found

    def _make(self, change: Change, there: tuple[int, str, str] | None, token: str) -> None:
        match change:
            case Create(item) | Update(item):
                self._put(item.key, item.version, token, item.data)
            case Remove(key):
                self._base.execute("DELETE FROM rows WHERE pk = ? AND sk = ?", tuple(key))
            case Count(key, by, _, _):
                self._put(key, 1, token, {"count": by + _number(there)})
            case Require():
                pass

    def _put(self, key: Key, version: int, token: str, data: Mapping[str, Any]) -> None:
        text = json.dumps(data, ensure_ascii=False)
        self._base.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", (*key, version, token, text))


def _number(row: tuple[int, str, str] | None) -> int:
    return 0 if row is None else int(json.loads(row[2])["count"])


def _holds(change: Change, row: tuple[int, str, str] | None) -> bool:
    match change:
        case Create():
            return row is None
        case Update(item):
            return row is not None and row[0] == item.version - 1
        case Require(_, version) | Remove(_, version):
            return version is None or (row is not None and row[0] == version)
        case Count(_, by, limit):
            return _number(row) + by <= limit
