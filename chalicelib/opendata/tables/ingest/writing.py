"""Writes a table: typed columns, the Common Era beside Buddhist years, the owner's text beside what was changed.

The Parquet file has small row groups (32,768 rows), so that a page of rows touches few of them; the preview holds the
first rows and the count, so that the commonest question of all, the first page, needs no engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass

from . import kinds, types
from .kinds import literal
from .layout import free
from .options import Options
from .types import Column, quoted
from .values import as_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW_GROUP = 32_768
PREVIEW_ROWS = 1_000
PREVIEW_BYTES = 1 << 20
CONTRADICTED = "a row contradicts the first ones"


@dataclass(frozen=True)
class Output:
    """A column of the Parquet file.

    Attributes:
        described: as `model.Table.columns`, without `filled`.
        sql: its value, over the names that `projection` gives.
    """

    described: Mapping[str, Any]
    sql: str


def outputs(columns: Sequence[Column], options: Options, means: Mapping[str, str]) -> list[Output]:
    """What is published of the columns: each with its twin behind it, the owner's writing at the end."""
    taken = {column.name.casefold() for column in columns}
    shown: list[Output] = []
    originals: list[Output] = []
    for at, column in enumerate(columns):
        described: dict[str, Any] = {"id": column.name, "type": column.type, "filled": column.filled}
        if column.era == "BE":
            described["era"] = "BE"
        if column.way and column.way.over == "q":
            described["info"] = {"notes": "ร้อยละ (%)"}
        if column.name in means:
            described["means"] = means[column.name]
        value = _typed(column, at)
        shown.append(Output(described, value))
        if column.year:
            twin = {"id": free(f"{column.name}_ce", taken), "type": "int8", "filled": column.filled}
            shown.append(Output({**twin, "twin_of": column.name}, _twin(value)))
        if not column.exact and options.keep_originals:
            kept = {"id": free(f"{column.name}_original", taken), "type": "text"}
            filled = column.filled + column.missing
            originals.append(Output({**kept, "filled": filled, "original_of": column.name}, f"o{at}"))
    return [*shown, *originals]


def projection(
    columns: Sequence[Column], chosen: Sequence[Output], source: str, options: Options, *, held: bool = False
) -> str:
    """The SELECT of a table's typed rows from a relation of texts.

    Args:
        held: the columns are guessed; a row that contradicts them ends the query with `CONTRADICTED`.
    """
    missing = types.missing_words(options)
    plain = kinds.plain_number(options.decimal or ".")
    inner: list[str] = []
    middle = ["*"]
    outer = ["*"]
    for at, column in enumerate(columns):
        inner.append(f"{types.trimmed(column.name) if column.careful else quoted(column.name)} AS o{at}")
        if column.way is None:
            inner.append(f"{quoted(column.name)} AS x{at}")
            middle.append(
                f"CASE WHEN o{at} IS NULL THEN NULL ELSE x{at} END AS v{at}" if column.careful else f"x{at} AS v{at}"
            )
            continue
        middle.append(f"{types.without(f'o{at}', missing) if column.careful else f'o{at}'} AS v{at}")
        if column.way.over == "w":
            outer.append(f"{plain(f'v{at}')} AS w{at}")
        elif column.way.over == "q":
            outer.append(f"{kinds.percent(f'v{at}')} AS q{at}")
    listed = ", ".join(f"{output.sql} AS {quoted(output.described['id'])}" for output in chosen)
    relation = f"(SELECT {', '.join(middle)} FROM (SELECT {', '.join(inner)} FROM {source}))"  # noqa: S608 - names are quoted, words are literals
    texts = f"(SELECT {', '.join(outer)} FROM {relation})"  # noqa: S608 - as above
    if not held:
        return f"SELECT {listed} FROM {texts}"  # noqa: S608 - as above
    # one projection upon another, so that no value is made twice
    made = ", ".join(f"{_typed(column, at)} AS y{at}" for at, column in enumerate(columns))
    tested = ", ".join(f"{_tested(column, at)} AS z{at}" for at, column in enumerate(columns))
    typed = f"(SELECT *, {tested} FROM (SELECT *, {made} FROM {texts}))"  # noqa: S608 - as above
    by_value = {_typed(column, at): f"z{at}" for at, column in enumerate(columns)}
    twins = {_twin(sql): _twin(name) for sql, name in by_value.items()}
    listed = ", ".join(
        f"{by_value.get(output.sql) or twins.get(output.sql) or output.sql} AS {quoted(output.described['id'])}"
        for output in chosen
    )
    return f"SELECT {listed} FROM {typed}"  # noqa: S608 - as above


def _twin(sql: str) -> str:
    """The year of the Common Era."""
    return f"({sql}) - 543"


def _tested(column: Column, at: int) -> str:
    """A value, after it was held against what its column was guessed to be."""
    value, text = f"y{at}", f"v{at}"
    if column.way is None:
        wrong = types.begins_blank(text) if column.filled else f"{text} IS NOT NULL"
        return f"CASE WHEN {wrong} THEN error('{CONTRADICTED}') ELSE {value} END"
    tests = [f"{value} IS NULL"]
    exact = column.way.kind.exact
    if column.exact and exact is not None and exact is not kinds.always:
        tests.append(f"NOT ({exact(text)})")
    if column.year:
        tests.append(f"{value} NOT BETWEEN {kinds.FIRST_YEAR} AND {kinds.LAST_BE_YEAR}")
    wrong = f"{text} IS NOT NULL AND ({' OR '.join(tests)})"
    return f"CASE WHEN {wrong} THEN error('{CONTRADICTED}') ELSE {value} END"


def _typed(column: Column, at: int) -> str:
    if column.way is None:
        return f"v{at}"
    value = f"{column.way.over}{at}"
    sql = kinds.numeric(column.scale)(value) if column.way.kind is kinds.NUMERIC else column.way.kind.value(value)
    if column.type == column.way.kind.type:
        return sql
    # a type that the owner asked for and that takes this one in
    wanted = (
        f"DECIMAL({kinds.MAX_SIGNIFICANT}, {column.scale})"
        if column.type == "numeric"
        else types.SQL_TYPES[column.type]
    )
    return f"CAST({sql} AS {wanted})"


def write(connection: DuckDBPyConnection, select: str, parquet: Path) -> int:
    """Writes the rows of a SELECT, in order; returns how many."""
    written = connection.execute(
        f"COPY ({select}) TO {literal(str(parquet))}"
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, PARQUET_VERSION v2)"
    ).fetchone()
    return int(written[0]) if written else 0


def preview(
    connection: DuckDBPyConnection, columns: Sequence[Mapping[str, Any]], parquet: Path, rows: int
) -> dict[str, Any]:
    """Content of `preview.json`: the columns, the count and the first rows, as many as fit."""
    found = connection.execute(
        f"SELECT * EXCLUDE (file_row_number) FROM read_parquet({literal(str(parquet))}, file_row_number=true)"  # noqa: S608 - a literal
        f" WHERE file_row_number < {PREVIEW_ROWS} ORDER BY file_row_number"
    )
    records: list[list[Any]] = []
    room = PREVIEW_BYTES
    while row := found.fetchone():
        record = [as_json(value) for value in row]
        room -= len(json.dumps(record, ensure_ascii=False).encode())
        if room < 0 and records:
            break
        records.append(record)
    fields = [{"id": column["id"], "type": column["type"]} for column in columns]
    return {"fields": fields, "total": rows, "records": records}
