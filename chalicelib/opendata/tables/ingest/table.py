"""One file in; Parquet, a preview and a report for each table that is in it out.

Whatever a file is, its rows become a relation of texts first (`opening`), their types are decided from every value
(`types`), and a table is written (`writing`). Parquet alone brings its types along (`columnar`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import columnar, deciding, delimited, encoding, looks, opening, recognise, telling, types, writing
from .kinds import literal
from .layout import MAX_COLUMNS
from .model import Built, BuiltTable, Grid, Json, Unreadable
from .notes import note
from .options import Options
from .types import Column, quoted
from .writing import PREVIEW_BYTES, PREVIEW_ROWS, ROW_GROUP

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["PREVIEW_BYTES", "PREVIEW_ROWS", "ROW_GROUP", "RULES", "build"]

RULES = "2"
"""Version of the rules of this package; part of the address of what they make."""

MEMORY = "400MB"
MAX_TABLES = 100
MAX_DESCRIBED = 200_000
"""Bytes of all columns' descriptions as JSON: they are kept in one row of the database."""

_LINE = re.compile(r"CSV Error on Line: ([0-9]+)")


def build(
    source: Path, scratch: Path, options: Options | None = None, *, file_name: str = "", media_type: str = ""
) -> Built:
    """Reads a file and writes its tables into `scratch`.

    Args:
        source: the bytes as uploaded.
        scratch: an empty folder.
        options: what the owner wants to be assumed instead of what is found.
        file_name, media_type: as announced; they decide nothing, the report tells when the content is another.

    Raises:
        Unreadable: with the reason, in both languages.
    """
    import duckdb

    asked = options or Options()
    kind = recognise.kind_of(source)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": 2,
        "temp_directory": str(scratch / "spill"),
    }
    try:
        with duckdb.connect(config=settings) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            tables, notes = _tables(source, scratch, asked, connection, kind)
    except duckdb.OutOfMemoryException:
        raise Unreadable("ตารางใหญ่เกินหน่วยความจำ", "The table does not fit in memory.") from None
    except duckdb.Error as error:
        raise _unreadable(str(error)) from None
    wrong = recognise.mislabelled(kind, file_name)
    if wrong:
        notes.insert(0, note("mislabelled", *wrong))
    return Built(tuple(tables), telling.short(kind, tables, notes, asked, RULES))


def _tables(
    source: Path, scratch: Path, options: Options, connection: DuckDBPyConnection, kind: recognise.Kind
) -> tuple[list[BuiltTable], list[Json]]:
    tables: list[BuiltTable] = []
    notes: list[Json] = []
    unknown = set(options.types)
    for each in opening.grids(source, scratch, options, connection, kind):
        if not isinstance(each, Grid):
            notes.append(each)
            continue
        if len(tables) == MAX_TABLES:
            raise Unreadable(f"ไฟล์มีเกิน {MAX_TABLES} ตาราง", f"The file has more than {MAX_TABLES} tables.")
        folder = scratch / str(len(tables) + 1)
        folder.mkdir()
        tables.append(_table(connection, each, folder, options))
        unknown -= set(each.columns)
        if sum(len(json.dumps(table.columns)) for table in tables) > MAX_DESCRIBED:
            raise Unreadable(
                "ไฟล์มีคอลัมน์มากเกินไป (รวมทุกตาราง) โปรดแบ่งไฟล์",
                "The file has too many columns (of all tables together); split it.",
            )
    if not tables:
        raise Unreadable("ไม่มีตารางที่มีข้อมูลในไฟล์", "No table with anything in it was found in the file.")
    if unknown:
        raise Unreadable("ตัวเลือก types ระบุคอลัมน์ที่ไม่มีในไฟล์", "`types` names a column that the file does not have.")
    return tables, notes


def _table(connection: DuckDBPyConnection, grid: Grid, folder: Path, options: Options) -> BuiltTable:
    parquet = folder / "data.parquet"
    if grid.parquet:
        chosen = columnar.outputs(connection, grid)
        rows = writing.write(connection, columnar.projection(grid, chosen), parquet)
        filled = _filled(connection, chosen, parquet)
        described = [{**output.described, "filled": count} for output, count in zip(chosen, filled, strict=True)]
        return _built(connection, grid, described, rows, parquet, {}, ())
    import duckdb

    try:
        return _typed(connection, grid, parquet, options)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if grid.ours:
            raise
        if "nicode" in str(error):
            # only the first bytes were proved to be UTF-8
            found = encoding.find(grid.path, whole=True)
            asked = options.model_copy(update={"encoding": options.encoding or found.encoding})
            again = delimited.read(grid.path, folder, asked, grid.name)
            if not again.ours:
                again = delimited.mended(again, folder, asked)
            return _typed(connection, again, parquet, asked)
    return _typed(connection, delimited.mended(grid, folder, options), parquet, options)


def _typed(connection: DuckDBPyConnection, grid: Grid, parquet: Path, options: Options) -> BuiltTable:
    _open(connection, grid)
    guessed = _at_once(connection, grid, parquet, options)
    if guessed is not None:
        return guessed
    try:
        columns, found = deciding.decide(connection, "raw", grid.columns, options)
    except deciding.Misfit as misfit:
        raise _misfit(misfit) from None
    source, blank = _filled_rows(connection, columns, found)
    kept = [column for at, column in enumerate(columns) if column.filled or column.name != f"column_{at + 1}"]
    if not kept:
        raise Unreadable("ไม่มีข้อมูลในตาราง", "There is nothing in the table.")
    chosen = _outputs(kept, options, grid)
    rows = writing.write(connection, writing.projection(kept, chosen, source, options), parquet)
    facts = {**grid.facts, "blank_rows": grid.facts.get("blank_rows", 0) + blank}
    described = [output.described for output in chosen]
    notes = (*grid.notes, *telling.of_values(kept, dropped=len(columns) - len(kept)))
    return _built(connection, replace(grid, facts=facts, notes=notes), described, rows, parquet, facts, kept)


def _outputs(columns: Sequence[Column], options: Options, grid: Grid) -> list[writing.Output]:
    chosen = writing.outputs(columns, options, grid.means)
    if len(chosen) > 2 * MAX_COLUMNS + 1:
        raise Unreadable(f"ตารางมีคอลัมน์เกิน {MAX_COLUMNS:,}", f"The table has more than {MAX_COLUMNS:,} columns.")
    return chosen


def _at_once(connection: DuckDBPyConnection, grid: Grid, parquet: Path, options: Options) -> BuiltTable | None:
    """The table, written by one scan as its first rows are; None where that cannot be known or a row contradicts."""
    import duckdb

    columns = deciding.guess(connection, "raw", grid.columns, options)
    if columns is None:
        return None
    chosen = _outputs(columns, options, grid)
    try:
        rows = writing.write(connection, writing.projection(columns, chosen, "raw", options, held=True), parquet)
    except duckdb.InvalidInputException as error:
        if writing.CONTRADICTED in str(error):
            return None
        raise
    counts = dict(zip((each.described["id"] for each in chosen), _filled(connection, chosen, parquet), strict=True))
    owners = {each.described["original_of"]: each.described["id"] for each in chosen if "original_of" in each.described}
    counted = []
    for column in columns:
        filled = counts[column.name]
        missing = counts[owners[column.name]] - filled if column.name in owners else 0
        counted.append(replace(column, filled=filled, missing=missing))
    if not any(column.filled + column.missing == rows for column in counted):
        return None  # some rows may be wholly blank
    described = [output.described for output in _outputs(counted, options, grid)]
    facts = {**grid.facts, "blank_rows": grid.facts.get("blank_rows", 0)}
    notes = (*grid.notes, *telling.of_values(counted, dropped=0))
    return _built(connection, replace(grid, facts=facts, notes=notes), described, rows, parquet, facts, counted)


def _open(connection: DuckDBPyConnection, grid: Grid) -> None:
    """Makes the view `raw`: all rows, all text."""
    shape = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in grid.columns)
    padding = not grid.ours and not grid.quoted_lines
    connection.execute(
        f"CREATE OR REPLACE VIEW raw AS SELECT * FROM read_csv({literal(str(grid.path))}, auto_detect=false,"  # noqa: S608 - names and words are literals
        f" header=false, skip={grid.skip}, delim={literal(grid.delimiter)}, quote='\"', escape='\"',"
        f" columns={{{shape}}}, null_padding={'true' if padding else 'false'}, max_line_size={grid.longest})"
    )


def _filled_rows(connection: DuckDBPyConnection, columns: Sequence[Column], rows: int) -> tuple[str, int]:
    """The relation without its wholly blank rows, and how many those are."""
    if any(column.filled + column.missing == rows for column in columns):
        return "raw", 0
    values = [types.trimmed(column.name) if column.careful else quoted(column.name) for column in columns]
    nothing = f"coalesce({', '.join(values)}) IS NULL"
    counted = connection.execute(f"SELECT count(*) FILTER (WHERE {nothing}) FROM raw").fetchone()  # noqa: S608 - names are quoted
    blank = int(counted[0]) if counted else 0
    return (f"(SELECT * FROM raw WHERE NOT ({nothing}))" if blank else "raw"), blank  # noqa: S608 - names are quoted


def _filled(connection: DuckDBPyConnection, chosen: Sequence[writing.Output], parquet: Path) -> list[int]:
    counts = ", ".join(f"count({quoted(output.described['id'])})" for output in chosen)
    row = connection.execute(f"SELECT {counts} FROM read_parquet(?)", [str(parquet)]).fetchone()  # noqa: S608 - names are quoted
    return [int(count) for count in row or ()]


def _built(
    connection: DuckDBPyConnection,
    grid: Grid,
    described: Sequence[Mapping[str, Any]],
    rows: int,
    parquet: Path,
    facts: Json,
    columns: Sequence[Column],
) -> BuiltTable:
    preview = writing.preview(connection, described, parquet, rows)
    relation = f"read_parquet({literal(str(parquet))})"
    looked, described = looks.taken(connection, relation, described)
    report = {
        "rules": RULES,
        "rows": rows,
        **facts,
        "columns": list(telling.of_columns(described, columns)),
        "notes": list(grid.notes),
        **looked,
    }
    name = re.sub(r"[@/]", "_", grid.name)[:100]
    return BuiltTable(name, parquet, tuple(described), rows, preview, report)


def _misfit(misfit: deciding.Misfit) -> Unreadable:
    if not misfit.values:
        return Unreadable(
            f"คอลัมน์ที่ {misfit.column:,} มีวันที่ที่อ่านได้สองแบบ โปรดระบุ day_first",
            f"Column {misfit.column:,} has dates that can be read in two orders; say `day_first`.",
        )
    return Unreadable(
        f"คอลัมน์ที่ {misfit.column:,} มี {misfit.values:,} ค่าที่ไม่ใช่ชนิดที่ระบุใน types",
        f"Column {misfit.column:,} has {misfit.values:,} values that are not of the type in `types`.",
    )


def _unreadable(message: str) -> Unreadable:
    # DuckDB quotes the offending line in its message; only the line's number may leave here
    found = _LINE.search(message)
    if found:
        return Unreadable(f"อ่านบรรทัดที่ {int(found[1]):,} ไม่ได้", f"Line {int(found[1]):,} cannot be read.")
    return Unreadable("อ่านไฟล์เป็นตารางไม่ได้", "The file cannot be read as a table.")
