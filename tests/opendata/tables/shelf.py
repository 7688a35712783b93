"""Tables made at once, without the room around them: rows in, a published table in a bucket out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from chalicelib.opendata.model import Table
from chalicelib.opendata.tables.ingest.types import quoted
from chalicelib.opendata.tables.ingest.values import as_json
from tests.support.memory_objects import MemoryObjects

DUCK = {
    "text": "VARCHAR", "int8": "BIGINT", "numeric": "DECIMAL(15, 3)", "float8": "DOUBLE", "bool": "BOOLEAN",
    "date": "DATE", "timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMPTZ",
}  # fmt: skip


def published(
    objects: MemoryObjects,
    scratch: Path,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    *,
    name: str = "t",
    preview: int = 1_000,
    group: int = 2_048,
) -> Table:
    """A table as the ingest leaves it.

    Args:
        columns: types by name.
        preview: rows that its preview holds.
        group: rows of one row group.
    """
    target = scratch / f"{name}.parquet"
    shape = ", ".join(f"{quoted(column)} {DUCK[kind]}" for column, kind in columns.items())
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute(f"CREATE TABLE t ({shape})")
        if rows:
            lists = ", ".join(f"unnest(?::{DUCK[kind]}[])" for kind in columns.values())
            connection.execute(f"INSERT INTO t SELECT {lists}", [list(each) for each in zip(*rows, strict=True)])
        connection.execute(
            f"COPY t TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group}, PARQUET_VERSION v2)"
        )
    described = tuple({"id": column, "type": kind} for column, kind in columns.items())
    table = Table(1, "", f"tables/{name}", described, len(rows), target.stat().st_size)
    objects.put(table.parquet, target.read_bytes(), media_type="application/vnd.apache.parquet")
    first = [[as_json(value) for value in row] for row in rows[:preview]]
    content = {"fields": described, "total": len(rows), "records": first}
    objects.put(table.preview, json.dumps(content).encode(), media_type="application/json")
    return table
