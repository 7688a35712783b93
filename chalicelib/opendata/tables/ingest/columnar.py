"""Parquet as it was uploaded: the types stay those of the file, as far as the room has a name for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .kinds import MAX_SIGNIFICANT, literal
from .layout import MAX_COLUMNS, column_names
from .model import Grid, Unreadable
from .plain import MAX_ROWS
from .types import quoted
from .writing import Output

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_UNPACKED = 16 << 30
MAX_PAGE = 256 << 20
"""Bytes that a row group's column may unpack to: as much is held at once while it is read."""

_DECIMAL = re.compile(r"DECIMAL\(([0-9]+), ?([0-9]+)\)")
_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_AS_THEY_ARE = {
    "BOOLEAN": ("bool", "BOOLEAN"),
    "DATE": ("date", "DATE"),
    "TIMESTAMP": ("timestamp", "TIMESTAMP"),
    "TIMESTAMP_S": ("timestamp", "TIMESTAMP"),
    "TIMESTAMP_MS": ("timestamp", "TIMESTAMP"),
    "TIMESTAMP_NS": ("timestamp", "TIMESTAMP"),
    "TIMESTAMP WITH TIME ZONE": ("timestamptz", "TIMESTAMPTZ"),
}


def read(source: Path, connection: DuckDBPyConnection, name: str = "") -> Grid:
    """The table of a Parquet file, after its footer was held against what is taken.

    Raises:
        Unreadable: cut short, or it claims more than is taken.
    """
    import duckdb

    size = source.stat().st_size
    with source.open("rb") as file:
        file.seek(max(0, size - 8))
        end = file.read()
    if end[4:] != b"PAR1" or int.from_bytes(end[:4], "little") > size - 8:
        raise _damaged()
    try:
        _judge(connection, source, size)
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(source)]).fetchall()
    except duckdb.Error:
        raise _damaged() from None
    if len(described) > MAX_COLUMNS:
        raise Unreadable(f"ตารางมีคอลัมน์เกิน {MAX_COLUMNS:,}", f"The table has more than {MAX_COLUMNS:,} columns.")
    return Grid(name, source, tuple(found[0] for found in described), parquet=True)


def names(grid: Grid) -> tuple[str, ...]:
    """The file's names as published."""
    return column_names(grid.columns)


def _judge(connection: DuckDBPyConnection, source: Path, size: int) -> None:
    rows, groups = _one(connection, "SELECT num_rows, num_row_groups FROM parquet_file_metadata(?)", source)
    if rows > MAX_ROWS or rows < 0:
        raise Unreadable(f"ตารางมีเกิน {MAX_ROWS:,} แถว", f"The table has more than {MAX_ROWS:,} rows.")
    if groups > 100_000:
        raise _damaged()
    unpacked, largest, packed, counted, negative = _one(
        connection,
        "SELECT coalesce(sum(total_uncompressed_size), 0), coalesce(max(total_uncompressed_size), 0),"
        " coalesce(sum(total_compressed_size), 0), coalesce(max(row_group_num_rows), 0),"
        " coalesce(min(least(total_uncompressed_size, total_compressed_size, row_group_num_rows, num_values)), 0)"
        " FROM parquet_metadata(?)",
        source,
    )
    if negative < 0 or packed > size or counted > MAX_ROWS:
        raise _damaged()
    if unpacked > MAX_UNPACKED or largest > MAX_PAGE:
        raise Unreadable(
            "ไฟล์ Parquet คลายแล้วใหญ่เกินกำหนด โปรดแบ่งไฟล์หรือใช้ row group ที่เล็กลง",
            "The Parquet file unpacks to more than is taken; split it, or write smaller row groups.",
        )


def _one(connection: DuckDBPyConnection, query: str, source: Path) -> tuple[Any, ...]:
    found = connection.execute(query, [str(source)]).fetchone()
    if found is None:
        raise _damaged()
    return tuple(found)


def _damaged() -> Unreadable:
    return Unreadable(
        "ไฟล์ Parquet เสียหายหรือส่งมาไม่ครบ โปรดส่งใหม่", "The Parquet file is damaged or cut short; send it again."
    )


def outputs(connection: DuckDBPyConnection, grid: Grid) -> list[Output]:
    """What is published of a Parquet file's columns: their types as they are, or as near as the room can show them.

    Wide integers and decimals become text if some value would lose digits in a JSON number; nested values become JSON
    text; NaN and infinity, which JSON does not know, become NULL.
    """
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(grid.path)]).fetchall()
    kinds = [(name, str(type_)) for name, type_, *_ in described]
    wide = [(name, type_) for name, type_ in kinds if _is_wide(type_)]
    fits = _fitting(connection, grid, wide)
    made = []
    for published, (name, type_) in zip(names(grid), kinds, strict=True):
        shown, sql = _shown(quoted(name), type_, fits.get(name, True))
        made.append(Output({"id": published, "type": shown}, sql))
    return made


def projection(grid: Grid, chosen: Sequence[Output]) -> str:
    """The SELECT of the rows as published."""
    listed = ", ".join(f"{output.sql} AS {quoted(output.described['id'])}" for output in chosen)
    return f"SELECT {listed} FROM read_parquet({literal(str(grid.path))})"  # noqa: S608 - names are quoted, a literal


def _is_wide(type_: str) -> bool:
    if type_ in ("UBIGINT", "HUGEINT", "UHUGEINT"):
        return True
    found = _DECIMAL.fullmatch(type_)
    return found is not None and int(found[1]) > MAX_SIGNIFICANT


def _fitting(connection: DuckDBPyConnection, grid: Grid, wide: Sequence[tuple[str, str]]) -> dict[str, bool]:
    if not wide:
        return {}
    tests = []
    for name, type_ in wide:
        found = _DECIMAL.fullmatch(type_)
        narrow = f"DECIMAL({MAX_SIGNIFICANT}, {min(int(found[2]), MAX_SIGNIFICANT)})" if found else "BIGINT"
        value = quoted(name)
        tests.append(f"count({value}) = count(CASE WHEN TRY_CAST({value} AS {narrow}) = {value} THEN 1 END)")
    row = connection.execute(f"SELECT {', '.join(tests)} FROM read_parquet(?)", [str(grid.path)]).fetchone()  # noqa: S608 - names are quoted
    return {name: bool(fit) for (name, _), fit in zip(wide, row or (), strict=True)}


def _shown(value: str, type_: str, fits: bool) -> tuple[str, str]:
    """The type as published and the SQL of a value of a Parquet column."""
    head = type_.partition("(")[0]
    if type_ in _INTEGERS or (type_ in ("UBIGINT", "HUGEINT", "UHUGEINT") and fits):
        return "int8", f"CAST({value} AS BIGINT)"
    if head == "DECIMAL" and fits:
        found = _DECIMAL.fullmatch(type_)
        scale = min(int(found[2]), MAX_SIGNIFICANT) if found else 0
        return "numeric", f"CAST({value} AS DECIMAL({MAX_SIGNIFICANT}, {scale}))"
    if type_ in ("DOUBLE", "FLOAT"):
        # a float of 32 bits is 0.1, not 0.10000000149
        number = value if type_ == "DOUBLE" else f"CAST(CAST({value} AS VARCHAR) AS DOUBLE)"
        return "float8", f"CASE WHEN isfinite({value}) THEN {number} END"
    if type_ in _AS_THEY_ARE:
        shown, sql = _AS_THEY_ARE[type_]
        return shown, f"CAST({value} AS {sql})"
    if type_.endswith("]") or head in ("STRUCT", "MAP", "UNION", "VARIANT", "JSON"):
        return "text", f"CAST(to_json({value}) AS VARCHAR)"
    if head == "BLOB":
        return "text", f"base64({value})"
    return "text", f"CAST({value} AS VARCHAR)"
