"""The same tables in PostgreSQL 15, as CKAN's DataStore keeps them: a row number as the primary key, typed columns, and
a text-search vector of everything with its index.

Kinder to it than a loader of CKAN is: the columns get their right types (xloader makes text of all by default), the
vector is made with the row instead of by a later update, and the table is rewritten by VACUUM FULL before it is asked.
What a page costs is what `datastore_search` asks: the rows, and how many match in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.tables_rows import (
    AMOUNT,
    CODE,
    COLUMNS,
    ITEM,
    PAID,
    PROVINCE,
    WORD,
    YEAR,
)
from bench.tables_rows import TYPES as KINDS

_PIECE = 1 << 20
_TYPES = {"text": "text", "numeric": "numeric", "int8": "bigint", "date": "date", "float8": "float8", "bool": "boolean"}
_ALL = ", ".join(f'"{name}"' for name in ("_id", *COLUMNS))


class Postgres:
    """Tables in a cluster, named by their number of rows."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def load(self, path: Path, rows: int) -> None:
        """Reads the file into a table with its indexes."""
        run = self._connection.execute
        named = ", ".join(f'"{name}" text' for name in COLUMNS)
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        run(f"CREATE UNLOGGED TABLE staging (_line serial, {named})")
        with (
            path.open("rb") as file,
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY staging ({columns}) FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while piece := file.read(_PIECE):
                copy.write(piece)
        typed = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in zip(COLUMNS, KINDS, strict=True))
        cast = ", ".join(
            f"replace(\"{name}\", ',', '')::{_TYPES[kind]}" if kind == "numeric" else f'"{name}"::{_TYPES[kind]}'
            for name, kind in zip(COLUMNS, KINDS, strict=True)
        )
        everything = " || ' ' || ".join(f'"{name}"' for name in COLUMNS)
        run(f"CREATE UNLOGGED TABLE t{rows} (_id serial PRIMARY KEY, _full_text tsvector, {typed})")
        # rows of a table may lie in another order than they came
        run(
            f"INSERT INTO t{rows} (_full_text, {columns})"  # noqa: S608 - all text is ours
            f" SELECT to_tsvector('english', {everything}), {cast} FROM staging ORDER BY _line"
        )
        run("DROP TABLE staging")
        run(f"CREATE INDEX ON t{rows} USING gin (_full_text)")
        run(f"VACUUM ANALYZE t{rows}")

    def tidy(self, rows: int) -> int:
        """Rewrites the table as small as it gets; answers its bytes with the indexes."""
        self._connection.execute(f"VACUUM FULL ANALYZE t{rows}")
        return int(self._connection.execute(f"SELECT pg_total_relation_size('t{rows}')").fetchone()[0])

    def page(
        self, rows: int, where: str = "true", values: Sequence[Any] = (), order: str = "_id", offset: int = 0
    ) -> tuple[list[int], int]:
        """Row numbers of a page of 100 whole rows, and how many match."""
        found = self._connection.execute(
            f"SELECT {_ALL} FROM t{rows} WHERE {where} ORDER BY {order} LIMIT 100 OFFSET {offset}",  # noqa: S608 - all text is ours
            values,
        ).fetchall()
        total = self._connection.execute(f"SELECT count(*) FROM t{rows} WHERE {where}", values).fetchone()  # noqa: S608 - all text is ours
        return [row[0] for row in found], int(total[0])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a statement gives."""
        found: list[tuple[Any, ...]] = self._connection.execute(query).fetchall()
        return found


SELECTIVE = f'"{CODE}" = %s'
ONE_PERCENT = f'"{PROVINCE}" = %s'
SUBSTRING = f'"{ITEM}" LIKE %s', (f"%{WORD}%",)
BY_WORDS = "_full_text @@ plainto_tsquery('english', %s)", (WORD,)
BY_AMOUNT = f'"{AMOUNT}" DESC, _id'
COUNT = f'SELECT count(*) FROM {{}} WHERE "{YEAR}" = 2567 AND "{PAID}"'  # noqa: S608 - all text is ours
GROUP = f'SELECT "{PROVINCE}", count(*), sum("{AMOUNT}") FROM {{}} GROUP BY 1 ORDER BY 1'  # noqa: S608 - all text is ours
DISTINCT = f'SELECT DISTINCT "{PROVINCE}" FROM {{}} ORDER BY 1'  # noqa: S608 - all text is ours
"""Statements that both engines understand; the braces are the table."""
