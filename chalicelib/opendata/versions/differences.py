"""Makes and keeps what is different between versions.

Of a new version and the one before it this is made as soon as it is there: at once for small tables, by a job for large
ones. Of any other two it is made when somebody asks. The rows lie in objects that never change, a page in each; a row
of the table says how many there are, and is written last. Everything can be done twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.ids import new_token
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Create, Item, Require, Table, WriteRefused

from ..forgetting import AT_ONCE, Purged, lives, take_away
from ..model import File, Resource
from ..model import Table as DataTable
from ..rows import place_key
from ..store import Store
from ..tables.engine.connection import Engine
from . import rows
from .comparing import Side, compare
from .model import Diff, TableDiff, diff_of
from .schema import SchemaDiff, difference

ON_PAGE = 100
PAGE_BYTES = 500_000
SMALL_ROWS, SMALL_BYTES = 200_000, 8 * 1024 * 1024
"""Of both versions together, to which they are compared while somebody waits; larger ones by a job."""
TINY_ROWS, TINY_BYTES = 40_000, 2 * 1024 * 1024
"""The same, for the function that carries events, which has 512 MB and many other things to do."""
SECONDS = 300.0
"""How long a job may compare; its function has 420 seconds."""


class Differences:
    """Differences as they are kept."""

    def __init__(
        self, table: Table, objects: Objects, store: Store, engine: Engine, *, clock: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._objects = objects
        self._store = store
        self._engine = engine
        self._clock = clock

    def kept(self, resource: str, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Diff]:
        """What is kept of these pairs of versions, older and newer; one request for a hundred."""
        keys = {rows.diff_key(resource, *pair): pair for pair in pairs}
        found: dict[tuple[int, int], Diff] = {}
        for start in range(0, len(keys), 100):
            there = self._table.get_many(list(keys)[start : start + 100])
            found |= {keys[key]: diff_of(row.data) for key, row in there.items()}
        return found

    @staticmethod
    def is_small(old: File, new: File, *, rows: int = SMALL_ROWS, size: int = SMALL_BYTES) -> bool:
        """Whether two versions can be compared while somebody waits."""
        tables = (*old.tables, *new.tables)
        return sum(each.rows for each in tables) <= rows and sum(each.size for each in tables) <= size

    def make(self, resource: Resource, old: File, new: File, *, seconds: float = 20.0) -> Diff:
        """Compares two versions and keeps what is different.

        Raises:
            NotFound: a table's file, or the dataset, is not there any more.
            Rejected: it takes too long or too much memory.
        """
        made = Diff(
            old.number,
            new.number,
            self._clock().isoformat(timespec="microseconds"),
            resource.package_id,
            tuple(self._tables(resource, old, new, seconds)),
        )
        key = rows.diff_key(resource.id, old.number, new.number)
        if len(json.dumps(made.data, ensure_ascii=False).encode()) > 300_000:
            made = _shortened(made)
        try:
            self._table.write([Create(Item(key, made.data)), Require(place_key(resource.id))], new_token())
        except WriteRefused:
            there = self._table.get(key)
            if there is None:  # it was purged meanwhile, or the resource was deleted
                self._drop(resource.id, made)
                raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found") from None
            return diff_of(there.data)
        if not lives(self._table, resource.package_id):
            self._drop(resource.id, made)
            raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
        return made

    def page(self, resource: str, diff: Diff, table: TableDiff, number: int) -> list[dict[str, Any]]:
        """A page of the rows that are different, from 1.

        Raises:
            NotFound: there is no such page.
        """
        if not 1 <= number <= table.pages:
            raise NotFound("ไม่พบหน้านี้", "Not found")
        found: list[dict[str, Any]] = json.loads(
            self._objects.read(_page_key(resource, diff.old, diff.new, table, number))
        )
        return found

    def before(self, resource: str, number: int) -> tuple[File, File] | None:
        """A version and the one before it; None where one is not there."""
        after: str | None = None
        newer: File | None = None
        while True:
            page, after = self._store.files(resource, limit=20, after=after)
            for file in page:
                if newer is not None:
                    return file, newer
                if file.number == number:
                    newer = file
            if after is None:
                return None

    def forget(self, purged: Purged) -> None:
        """Takes the differences of a purged dataset away, also where the resource's id was given again.

        Raises:
            WriteRefused: the dataset's id was given again.
        """
        for resource in dict.fromkeys(str(event.data.get("resource") or "") for event in purged.events):
            after: str | None = None
            while resource:
                page = self._table.query(place_key(resource).pk, prefix="DIFF#", after=after, limit=AT_ONCE)
                mine = [row for row in page.items if row.data["dataset"] == purged.id]
                for row in mine:
                    self._drop_pages(resource, diff_of(row.data))
                take_away(self._table, [row.key for row in mine], purged.still)
                after = page.after
                if after is None:
                    break

    def _tables(self, resource: Resource, old: File, new: File, seconds: float) -> list[TableDiff]:
        pairs = _matched(old.tables, new.tables)
        return [self._table_diff(resource, old, new, before, after, seconds) for before, after in pairs]

    def _table_diff(
        self,
        resource: Resource,
        old: File,
        new: File,
        before: DataTable | None,
        after: DataTable | None,
        seconds: float,
    ) -> TableDiff:
        plain = TableDiff(
            name=after.name if after is not None else before.name if before is not None else "",
            before=None if before is None else before.number,
            after=None if after is None else after.number,
            rows_before=0 if before is None else before.rows,
            rows_after=0 if after is None else after.rows,
            schema=SchemaDiff(),
        )
        if before is None or after is None:
            return plain
        schema = difference(before.shown, after.shown)
        pages = _Pages(self._objects, lambda number: _page_key(resource.id, old.number, new.number, plain, number))
        with self._engine.connect([before, after], seconds=seconds) as opened:
            counted = compare(
                opened.connection,
                Side(opened.rows(before), before),
                Side(opened.rows(after), after),
                schema,
                declared_key(resource),
                pages.add,
            )
        return TableDiff(
            plain.name,
            plain.before,
            plain.after,
            plain.rows_before,
            plain.rows_after,
            schema,
            counted,
            pages.close(),
        )

    def _drop(self, resource: str, diff: Diff) -> None:
        self._drop_pages(resource, diff)
        take_away(self._table, [rows.diff_key(resource, diff.old, diff.new)])

    def _drop_pages(self, resource: str, diff: Diff) -> None:
        for table in diff.tables:
            for number in range(1, table.pages + 1):
                self._objects.delete(_page_key(resource, diff.old, diff.new, table, number))


class _Pages:
    """Puts rows into objects, a page in each."""

    def __init__(self, objects: Objects, key: Callable[[int], str]) -> None:
        self._objects = objects
        self._key = key
        self._waiting: list[str] = []
        self._size = 0
        self._number = 0

    def add(self, row: dict[str, Any]) -> None:
        """One more row."""
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        self._waiting.append(text)
        self._size += len(text)
        if len(self._waiting) >= ON_PAGE or self._size >= PAGE_BYTES:
            self._put()

    def close(self) -> int:
        """Puts what is left; answers how many pages there are."""
        if self._waiting:
            self._put()
        return self._number

    def _put(self) -> None:
        self._number += 1
        content = f"[{','.join(self._waiting)}]".encode()
        self._objects.put(self._key(self._number), content, media_type="application/json")
        self._waiting, self._size = [], 0


def declared_key(resource: Resource) -> tuple[str, ...]:
    """The columns that tell rows apart because somebody said so: the key of a table that is written by the API, or the
    field `primary_key` of the resource (a list of names, or one text with commas)."""
    if resource.live is not None and resource.live.key:
        return resource.live.key
    said = resource.fields.get("primary_key")
    if isinstance(said, str):
        said = [each.strip() for each in said.split(",")]
    return tuple(str(each) for each in said if each) if isinstance(said, list | tuple) else ()


def _matched(old: Sequence[DataTable], new: Sequence[DataTable]) -> list[tuple[DataTable | None, DataTable | None]]:
    """Tables of two files that are the same: by name, and a file's only one whatever it is called."""
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    by_name = {each.name: each for each in old}
    pairs: list[tuple[DataTable | None, DataTable | None]] = [(by_name.pop(each.name, None), each) for each in new]
    return [*pairs, *((each, None) for each in by_name.values())]


def _shortened(diff: Diff) -> Diff:
    """Of files with very many tables or columns, the counts without the names."""
    tables = tuple(
        TableDiff(
            each.name,
            each.before,
            each.after,
            each.rows_before,
            each.rows_after,
            SchemaDiff(),
            each.counted,
            each.pages,
        )
        for each in diff.tables[:500]
    )
    return replace(diff, tables=tables)


def _page_key(resource: str, old: int, new: int, table: TableDiff, number: int) -> str:
    return f"diffs/{resource}/{old}-{new}/{table.before}-{table.after}/{number:05d}.json"
