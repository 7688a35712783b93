"""The rows of a table as one relation for the engine, written rows laid over its file where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..tables.engine.connection import Engine
from ..tables.source import Source
from ..tables.writing.merging import Merging, id_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Rows:
    """Opens tables."""

    def __init__(self, engine: Engine, merging: Merging) -> None:
        self._engine = engine
        self._merging = merging

    @contextmanager
    def open(self, source: Source) -> Iterator[tuple[DuckDBPyConnection, str]]:
        """A connection that reads this table and nothing else, and the SQL of its rows with their `_id`.

        Raises:
            NotFound: the table is not there any more.
            Rejected: what was asked takes too long or too much memory.
        """
        table = next(each for each in source.file.tables if each.number == source.table.number)
        with self._engine.connect([table]) as opened:
            rows = opened.rows(table)
            if source.live is not None:
                yield opened.connection, self._merging.relation(opened.connection, source, rows)
            elif table.numbered:
                yield opened.connection, rows
            else:
                yield opened.connection, f"(SELECT {id_of(table)} AS _id, * FROM {rows})"  # noqa: S608 - names are ours

    @staticmethod
    def state(source: Source) -> tuple[str, ...]:
        """What stays the same as long as the rows do."""
        deltas = source.live.deltas if source.live else ()
        return (source.table.parquet, *(each.key for each in deltas))
