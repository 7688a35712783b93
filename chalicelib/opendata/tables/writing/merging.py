"""The rows of a live table as one relation: the base's but those that were written anew or taken away, and the latest
of each that was written.

What lies over the base is handed to DuckDB as the value of one parameter, so it needs no file, and a connection that
is locked can take it as well as any other.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared.objects import Objects

from ...live import Live
from ...model import Table
from ..ingest.types import quoted
from ..source import Source
from . import values
from .delta import WIDE, Overlay, Range, Row, unpacked

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW_ID = "_id"
NOTED = 16
"""Deltas of this process's own that it need not read."""
KEPT = 8
"""Overlays that are kept in memory; each is at most what a table may have written since it was put together."""


class Merging:
    """Reads deltas and lays them over their base; what was read once is kept: a delta never changes."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._noted: OrderedDict[str, tuple[tuple[str, ...], Mapping[int, Row], Sequence[Range]]] = OrderedDict()
        self._overlays: OrderedDict[tuple[tuple[str, ...], tuple[str, ...]], Overlay] = OrderedDict()

    def overlay(self, live: Live) -> Overlay:
        """What lies over the base; to be read only. One request for each delta that was not read before.

        Raises:
            NotFound: a delta is not there any more: the rows were put together since the resource was read.
        """
        names, keys = names_of(live), tuple(each.key for each in live.deltas)
        for last in range(len(keys), 0, -1):
            if (keys[:last], names) in self._overlays:
                known = self._overlays[keys[:last], names]
                break
        else:
            known, last = Overlay(names), 0
        if last < len(keys):
            known = Overlay(names, dict(known.rows), list(known.gone))
            for key in keys[last:]:
                known.lay(*(self._noted.get(key) or unpacked(self._objects.read(key))))
        self._overlays[keys, names] = known
        self._overlays.move_to_end((keys, names))
        while len(self._overlays) > KEPT:
            self._overlays.popitem(last=False)
        return known

    def note(self, key: str, columns: tuple[str, ...], rows: Mapping[int, Row], gone: Sequence[Range]) -> None:
        """Remembers a delta that was just written, so that this process need not read it."""
        self._noted[key] = (columns, rows, gone)
        while len(self._noted) > NOTED:
            self._noted.popitem(last=False)

    def relation(self, connection: DuckDBPyConnection, source: Source, base: str) -> str:
        """SQL of a relation, as it may stand behind FROM, with `_id` and the columns of `source.table`.

        Args:
            source: one whose `live` is not None.
            base: SQL of the file's own rows as they lie in its Parquet file, with `file_row_number` where it is not
                `numbered` (`model.Table`).

        Raises:
            NotFound: see `overlay`.
        """
        file_table = next(each for each in source.file.tables if each.number == source.table.number)
        if source.live is None:
            raise ValueError("nothing lies over these rows")
        return laid_over(connection, source.live, self.overlay(source.live), file_table, base)


def names_of(live: Live) -> tuple[str, ...]:
    """Of its columns, in order."""
    return tuple(column["id"] for column in live.columns)


def laid_over(connection: DuckDBPyConnection, live: Live, overlay: Overlay, base_table: Table, base: str) -> str:
    """`Merging.relation`, of an overlay that was read."""
    digest = hashlib.sha256(json.dumps([[each.key for each in live.deltas], overlay.columns]).encode()).hexdigest()
    over, without = f"over_{digest[:16]}", f"without_{digest[:16]}"
    shape = [(column["id"], column["type"]) for column in live.columns]
    put(connection, over, shape, list(overlay.rows), list(overlay.rows.values()))
    chosen = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in own_columns(live, base_table).items())
    if not base_table.rows:
        return f"(SELECT * FROM {over})"  # noqa: S608 - a name of ours
    number = id_of(base_table)
    single = [each for first, last in overlay.gone if last - first < WIDE for each in range(first, last + 1)]
    put(connection, without, [], [*overlay.rows, *single], [])
    wide = " AND ".join(
        f"base.{ROW_ID} NOT BETWEEN {first} AND {last}" for first, last in overlay.gone if last - first >= WIDE
    )
    # everything is named by where it comes from: columns may be called anything
    return (
        f"(SELECT * FROM (SELECT {number} AS {ROW_ID}, {chosen} FROM {base}) AS base"  # noqa: S608 - names are quoted, numbers are ours
        f" WHERE NOT EXISTS (SELECT 1 FROM {without} WHERE {without}.{ROW_ID} = base.{ROW_ID})"
        f"{f' AND {wide}' if wide else ''} UNION ALL SELECT * FROM {over})"
    )


def own_columns(live: Live, base_table: Table) -> dict[str, str]:
    """By name, the SQL of each column in the rows of the base."""
    own = {column["id"] for column in base_table.columns} - set(live.dropped)
    return {
        column["id"]: quoted(column["id"]) if column["id"] in own else f"CAST(NULL AS {values.duck(column['type'])})"
        for column in live.columns
    }


def readable(name: str, kind: str, of: str = "") -> str:
    """The SQL of a column as Python can take it; `values.kept` makes of it what is kept."""
    return f"CAST({of}{quoted(name)} AS VARCHAR)" if kind == "timestamptz" else f"{of}{quoted(name)}"


def id_of(table: Table) -> str:
    """The SQL of the `_id` of a row in a table's Parquet file."""
    return ROW_ID if table.numbered else "(file_row_number + 1)"


def put(
    connection: DuckDBPyConnection,
    name: str,
    shape: Sequence[tuple[str, str]],
    ids: Sequence[int],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Makes a temporary table of kept values, with `_id` first, unless it is there.

    Args:
        name: plain letters.
        shape: (name, type) of the columns.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(shape)
    types = [values.duck(kind, column) for (_, kind), column in zip(shape, columns, strict=True)]
    told: dict[str, Any] = {"i": ids} | {f"c{place}": list(column) for place, column in enumerate(columns)}
    read = {"i": ["BIGINT"]} | {f"c{place}": [kind] for place, kind in enumerate(types)}
    chosen = ", ".join(
        [f"unnest(j.i) AS {ROW_ID}", *(f"unnest(j.c{at}) AS {quoted(column)}" for at, (column, _) in enumerate(shape))]
    )
    connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {name} AS SELECT {chosen} FROM (SELECT from_json_strict(?, ?) AS j)",  # noqa: S608 - names are quoted, values bound
        [json.dumps(told, ensure_ascii=False), json.dumps(read)],
    )
