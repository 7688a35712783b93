"""Makes a file of a table, on the local disk."""

from __future__ import annotations

from pathlib import Path

from chalicelib.shared.objects import Objects

from ..model import Table
from ..tables.ingest.types import quoted
from .forms import Form
from .writing import ROW_ID, Column, write

MEMORY = "400MB"


def made(objects: Objects, table: Table, form: Form, scratch: Path) -> Path:
    """The table in a form, with the columns that are shown; all rows in the file's order.

    Raises:
        NotFound: the table is gone.
    """
    import duckdb

    source, target = scratch / "table.parquet", scratch / f"export.{form.ending}"
    objects.fetch(table.parquet, source)
    shown = [quoted(column["id"]) for column in table.shown]
    columns: list[Column] = list(table.shown)
    if form.numbered:
        shown.insert(0, f"file_row_number + 1 AS {quoted(ROW_ID)}")
        columns.insert(0, {"id": ROW_ID, "type": "int"})
    rows = f"SELECT {', '.join(shown)} FROM read_parquet('{source}', file_row_number=true)"  # noqa: S608 - names are quoted, the path is ours
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2, "temp_directory": str(scratch)}) as connection:
        write(connection, rows, (), columns, form, target)
    return target
