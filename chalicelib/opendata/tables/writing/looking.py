"""Which rows of a live table are there: for writers, who must know before they write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from ...live import Live
from ...model import Table
from ..ingest.types import quoted
from . import values
from .delta import Overlay, Range, holds, joined
from .merging import ROW_ID, id_of, laid_over, own_columns, put, readable
from .planning import Known, Place, Records

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Open = Callable[[Table], AbstractContextManager[tuple["DuckDBPyConnection", str]]]
"""A connection that can read a table's Parquet file, and the SQL of its rows (`Merging.relation`)."""


class Looking:
    """Looks rows up in what was written and in the base; opens the base only where it must."""

    def __init__(self, opened: Open) -> None:
        self._open = opened

    def known(self, live: Live, overlay: Overlay, base: Table | None, records: Records) -> Known:
        """The rows that these records speak of, as they are."""
        if not records.by:
            return {}
        wanted = set(records.places)
        found: dict[Place, tuple[int, tuple[Any, ...]]] = {}
        if records.by == (ROW_ID,):
            found = {place: (place[0], overlay.rows[place[0]]) for place in wanted if place[0] in overlay.rows}
        else:
            at = [overlay.columns.index(name) for name in records.by]
            for row_id, row in overlay.rows.items():
                place = tuple(row[each] for each in at)
                if place in wanted:
                    found[place] = (row_id, row)
        if base is not None and base.rows and (left := sorted(wanted - found.keys(), key=repr)):
            found |= self._in_base(live, overlay, base, records.by, left)
        return found

    def _in_base(
        self, live: Live, overlay: Overlay, base: Table, by: Sequence[str], places: Sequence[Place]
    ) -> dict[Place, tuple[int, tuple[Any, ...]]]:
        own = own_columns(live, base)
        kinds = {ROW_ID: "int8", **{column["id"]: column["type"] for column in live.columns}}
        shape = [(f"k{at}", kinds[name]) for at, name in enumerate(by)]
        same = " AND ".join(f"wanted.k{at} = base.{quoted(name)}" for at, name in enumerate(by))
        columns = ", ".join([f"{id_of(base)} AS {ROW_ID}", *(f"{sql} AS {quoted(name)}" for name, sql in own.items())])
        chosen = ", ".join(f"{readable(name, kinds[name], 'base.')}" for name in own)
        found: dict[Place, tuple[int, tuple[Any, ...]]] = {}
        with self._open(base) as (connection, rows):
            put(connection, "wanted", shape, list(range(len(places))), places)
            answered = connection.execute(
                f"SELECT wanted.{ROW_ID}, base.{ROW_ID}, {chosen}"  # noqa: S608 - names are quoted
                f" FROM (SELECT {columns} FROM {rows}) AS base JOIN wanted ON {same}"
            ).fetchall()
        for place, row_id, *row in answered:
            if row_id in overlay.rows or holds(overlay.gone, row_id):
                continue
            kept = tuple(values.kept(value, kinds[name]) for name, value in zip(own, row, strict=True))
            found[places[place]] = (row_id, kept)
        return found

    @contextmanager
    def rows(self, live: Live, overlay: Overlay, base: Table | None) -> Iterator[tuple[DuckDBPyConnection, str]]:
        """A connection, and the SQL of all rows as they are."""
        table = base or Table(1, "", "", (), 0, 0)
        with self._open(table) as (connection, rows):
            yield connection, laid_over(connection, live, overlay, table, rows)

    def unique(self, live: Live, overlay: Overlay, base: Table | None, key: Sequence[str]) -> bool:
        """Whether these columns tell all rows apart and none of them is empty anywhere."""
        names = ", ".join(map(quoted, key))
        empty = " OR ".join(f"{quoted(name)} IS NULL" for name in key)
        with self.rows(live, overlay, base) as (connection, rows):
            found = connection.execute(
                f"SELECT count(*), count(*) FILTER (WHERE {empty}),"  # noqa: S608 - names are quoted
                f" (SELECT count(*) FROM (SELECT DISTINCT {names} FROM {rows})) FROM {rows}"
            ).fetchone()
        return found is not None and int(found[1]) == 0 and int(found[0]) == int(found[2])

    def matching(
        self, live: Live, overlay: Overlay, base: Table | None, where: str, bound: Sequence[Any], most: int
    ) -> tuple[list[Range], int] | None:
        """The rows for which a condition holds, as ranges of ids, and how many; None where they are too many.

        Two rows that follow one another are of one range, whatever ids between them are given to none.
        """
        with self.rows(live, overlay, base) as (connection, rows):
            found = connection.execute(
                f"WITH numbered AS (SELECT {ROW_ID}, row_number() OVER (ORDER BY {ROW_ID}) AS place, ({where}) AS hit"  # noqa: S608 - names are quoted, values bound
                f" FROM {rows}), hits AS (SELECT {ROW_ID}, place - row_number() OVER (ORDER BY {ROW_ID}) AS run"
                f" FROM numbered WHERE hit) SELECT min({ROW_ID}), max({ROW_ID}), count(*) FROM hits GROUP BY run"
                f" LIMIT {most + 1}",
                list(bound),
            ).fetchall()
        if len(found) > most:
            return None
        return joined((int(first), int(last)) for first, last, _ in found), sum(int(count) for _, _, count in found)

    def values(
        self, live: Live, overlay: Overlay, base: Table | None, where: str, bound: Sequence[Any], most: int
    ) -> list[dict[str, Any]]:
        """The rows for which a condition holds, as records, in the order of their ids; at most so many."""
        kinds = [(column["id"], column["type"]) for column in live.columns]
        chosen = ", ".join([ROW_ID, *(readable(name, kind) for name, kind in kinds)])
        with self.rows(live, overlay, base) as (connection, rows):
            found = connection.execute(
                f"SELECT {chosen} FROM {rows} WHERE {where} ORDER BY {ROW_ID} LIMIT {most}",  # noqa: S608 - names are quoted, values bound
                list(bound),
            ).fetchall()
        return [
            {
                ROW_ID: row_id,
                **{
                    name: values.shown(values.kept(value, kind), kind)
                    for (name, kind), value in zip(kinds, row, strict=True)
                },
            }
            for row_id, *row in found
        ]
