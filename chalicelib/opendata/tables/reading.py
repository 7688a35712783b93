"""Reads rows of published tables: from the preview where it reaches, else by DuckDB over the Parquet file.

Tables lie under immutable keys, so what was fetched once stays true: previews are kept in memory, Parquet files on the
local disk (Lambda's /tmp), the least recently used leave first.

Rows are found in two steps (late materialisation): first only their numbers, from the columns that the question names;
then all columns of those few rows. Rows in file order need no first step, and are never asked for by ORDER BY: sorting
a whole table to answer one page costs seconds where its row numbers cost milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared.objects import Objects

from ..model import Table
from .ingest.types import quoted
from .ingest.values import as_json
from .question import ROW_ID, Question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "600MB"
PREVIEWS_KEPT = 16
DISK_KEPT = 256 * 1024 * 1024
_ROW = "file_row_number"


class Tables:
    """The published tables of a bucket.

    Args:
        objects: where they lie.
        folder: where Parquet files may be kept; a folder of its own under the system's temporary one if None.
        disk: bytes of Parquet files that may be kept there.
    """

    def __init__(self, objects: Objects, folder: Path | None = None, *, disk: int = DISK_KEPT) -> None:
        self._objects = objects
        self._disk = disk
        self._folder = folder or Path(tempfile.gettempdir()) / "klang-tables"
        self._previews: OrderedDict[str, Mapping[str, Any]] = OrderedDict()

    def answer(self, table: Table, question: Question) -> tuple[list[list[Any]], int]:
        """The rows that a question asks for, each in the order of `question.columns`, and how many match in all."""
        if question.plain:
            wanted = range(min(question.offset, table.rows), min(question.offset + question.limit, table.rows))
            if not wanted:
                return [], table.rows
            first = self._preview(table)["records"]
            if wanted.stop <= len(first):
                names = [column["id"] for column in table.columns]
                return [_pick(names, first[number], number, question.columns) for number in wanted], table.rows
        import duckdb

        path = self._local(table)
        with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as connection:
            # nothing that reaches this connection can read another file, whatever becomes of the SQL above it
            connection.execute(f"SET allowed_paths=['{path}']")
            connection.execute("SET enable_external_access=false")
            connection.execute("SET lock_configuration=true")
            source = f"read_parquet('{path}', {_ROW}=true)"
            if question.plain:
                return _rows(connection, source, list(wanted), question.columns), table.rows
            where, values = _where(question)
            total = _count(connection, f"SELECT count(*) FROM {source}{where}", values)  # noqa: S608 - names are quoted, values bound
            if not question.limit or question.offset >= total:
                return [], total
            order = ", ".join(
                f"{_column(name)} {'DESC NULLS LAST' if down else 'ASC NULLS LAST'}" for name, down in question.sort
            )
            found = connection.execute(
                f"SELECT {_ROW} FROM {source}{where} ORDER BY {f'{order}, ' if order else ''}{_ROW}"  # noqa: S608 - names are quoted, values bound
                f" LIMIT {question.limit} OFFSET {question.offset}",
                values,
            ).fetchall()
            return _rows(connection, source, [int(row[0]) for row in found], question.columns), total

    def _preview(self, table: Table) -> Mapping[str, Any]:
        key = table.preview
        if key not in self._previews:
            self._previews[key] = json.loads(self._objects.read(key))
            if len(self._previews) > PREVIEWS_KEPT:
                self._previews.popitem(last=False)
        self._previews.move_to_end(key)
        return self._previews[key]

    def _local(self, table: Table) -> Path:
        """The Parquet file on the local disk; fetched once, put in place by a rename so that no half file is read."""
        key = table.parquet
        path = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.parquet"
        if path.exists():
            os.utime(path)
            return path
        self._folder.mkdir(parents=True, exist_ok=True)
        arriving = path.with_suffix(f".{uuid.uuid4().hex}")
        arriving.write_bytes(self._objects.read(key))
        arriving.rename(path)
        self._make_room(path)
        return path

    def _make_room(self, newest: Path) -> None:
        kept = sorted(self._folder.glob("*.parquet"), key=lambda found: found.stat().st_mtime)
        size = sum(found.stat().st_size for found in kept)
        for found in kept:
            if size <= self._disk or found == newest:
                return
            size -= found.stat().st_size
            found.unlink(missing_ok=True)


def _pick(names: Sequence[str], row: Sequence[Any], number: int, columns: Sequence[str]) -> list[Any]:
    at = {name: place for place, name in enumerate(names)}
    return [number + 1 if name == ROW_ID else row[at[name]] for name in columns]


def _column(name: str) -> str:
    return _ROW if name == ROW_ID else quoted(name)


def _where(question: Question) -> tuple[str, list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    for name, wanted in question.filters:
        # `_id` counts from 1, the row number of the file from 0
        given = [value - 1 if name == ROW_ID and value is not None else value for value in wanted]
        real = [value for value in given if value is not None]
        parts = [f"{_column(name)} IN ({', '.join('?' * len(real))})"] if real else []
        if len(real) < len(given):
            parts.append(f"{_column(name)} IS NULL")
        conditions.append(f"({' OR '.join(parts)})")
        values += real
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def _count(connection: DuckDBPyConnection, query: str, values: list[Any]) -> int:
    found = connection.execute(query, values).fetchone()
    return int(found[0]) if found else 0


def _rows(
    connection: DuckDBPyConnection, source: str, numbers: Sequence[int], columns: Sequence[str]
) -> list[list[Any]]:
    if not numbers:
        return []
    chosen = ", ".join([_ROW, *(f"{_ROW} + 1" if name == ROW_ID else quoted(name) for name in columns)])
    low, high = min(numbers), max(numbers)
    if high - low + 1 == len(numbers):
        where = f"{_ROW} BETWEEN {low} AND {high}"
    else:
        where = f"{_ROW} IN ({', '.join(map(str, numbers))})"
    found = connection.execute(f"SELECT {chosen} FROM {source} WHERE {where}").fetchall()  # noqa: S608 - names are quoted, values bound
    by_number = {row[0]: [as_json(value) for value in row[1:]] for row in found}
    return [by_number[number] for number in numbers]
