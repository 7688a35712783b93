"""Makes a file of a table, on the local disk: all of its rows, or those that a question asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from chalicelib.shared.objects import Objects

from ..tables.engine import question, sql
from ..tables.engine.connection import Opened, locked
from ..tables.engine.question import Question
from ..tables.engine.reading import Tables
from ..tables.engine.sql import Rows, Sql
from ..tables.ingest.types import quoted
from ..tables.source import Source
from .forms import Form
from .writing import ROW_ID, Column, write

MEMORY = "500MB"


def made(objects: Objects, tables: Tables, source: Source, form: Form, scratch: Path, given: Mapping[str, Any]) -> Path:
    """The rows in a form, with the columns that are shown.

    Args:
        given: a question in the words of `datastore_search`; empty for all rows in the table's order.
        scratch: an empty folder, where the file will lie.

    Raises:
        NotFound: the table is gone.
        Rejected: the question is none.
    """
    base = next(each for each in source.file.tables if each.number == source.table.number)
    parquet, target = scratch / "table.parquet", scratch / f"export.{form.ending}"
    if base.rows:
        objects.fetch(base.parquet, parquet)
    asked = question.parse(dict(given), source.table) if given else None
    columns = _columns(source, form, asked)
    places = [str(each) for each in (parquet, target, target.with_suffix(".body"))]
    with locked(places, memory=MEMORY) as connection:
        opened = Opened(connection, {base.parquet: str(parquet)})
        rows = tables.rows(opened, base, source if source.live is not None else None)
        chosen = _chosen(rows, columns, asked, {ROW_ID, *(column["id"] for column in source.table.columns)})
        write(connection, chosen.text, chosen.values, columns, form, target)
    return target


def _columns(source: Source, form: Form, asked: Question | None) -> list[Column]:
    """What is shown, in order; `_id` first where it is wanted."""
    types = {column["id"]: column for column in source.table.columns}
    if asked is not None:
        # how well a row fits the words is no column of the table
        return [types.get(name, {"id": ROW_ID, "type": "int"}) for name in asked.columns if name in {ROW_ID, *types}]
    shown = [column for column in source.table.shown if column["id"] != ROW_ID]
    return [{"id": ROW_ID, "type": "int"}, *shown] if form.numbered else shown


def _chosen(rows: Rows, columns: list[Column], asked: Question | None, there: Collection[str]) -> Sql:
    """A SELECT of these columns by their names; `there` are all that the table has."""
    names = ", ".join(f"{rows.column(column['id'])} AS {quoted(column['id'])}" for column in columns)
    text = Sql(f"SELECT {'DISTINCT ' if asked and asked.distinct else ''}{names} FROM {rows.source}")  # noqa: S608 - names are quoted
    if asked is None:
        return text if rows.dense else text + f" ORDER BY {rows.number}"
    text += sql.where(asked.where, rows)
    order = [f"{rows.column(by.column)}{sql.way(by)}" for by in asked.sort if by.column in there]
    if not asked.distinct:
        order.append(rows.number)
    text += f" ORDER BY {', '.join(order)}" if order else ""
    limit = f" LIMIT {asked.limit}" if asked.limited else ""
    return text + f"{limit} OFFSET {asked.offset}"
