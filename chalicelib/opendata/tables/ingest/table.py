"""One file in, one Parquet file, one preview and one report out.

The Parquet file has small row groups (32,768 rows), so that a page of rows touches few of them; the preview holds the
first rows and the count, so that the commonest question of all, the first page, needs no engine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import sniff, types
from .model import Built, BuiltTable, Unreadable
from .options import Options
from .values import as_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULES = "1"
"""Version of the rules of this package; part of the address of what they make."""

ROW_GROUP = 32_768
PREVIEW_ROWS = 1_000
PREVIEW_BYTES = 1 << 20
MEMORY = "600MB"

_LINE = re.compile(r"CSV Error on Line: ([0-9]+)")


def build(
    source: Path, scratch: Path, options: Options | None = None, *, file_name: str = "", media_type: str = ""
) -> Built:
    """Reads a file and writes its tables into `scratch`.

    Args:
        source: the bytes as uploaded.
        scratch: an empty folder.
        options: what the owner wants to be assumed instead of what is found.
        file_name, media_type: as announced; they decide nothing.

    Raises:
        Unreadable: with the reason, in both languages.
    """
    import duckdb

    encoding, bom = sniff.find_encoding(source)
    utf8 = scratch / "utf8.csv"
    sniff.transcode(source, utf8, encoding, bom)
    layout = sniff.find_layout(utf8, encoding, bom > 0)
    parquet = scratch / "data.parquet"
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": 2, "temp_directory": str(scratch / "spill")})
    try:
        with connection:
            dropped = _open(connection, utf8, layout)
            columns = types.decide(connection, "filled", layout.columns)
            rows = _write(connection, columns, parquet)
            preview = _preview(connection, columns, parquet, rows)
    except duckdb.OutOfMemoryException:
        raise Unreadable("ตารางใหญ่เกินหน่วยความจำ", "The table does not fit in memory.") from None
    except duckdb.Error as error:
        raise _unreadable(str(error)) from None
    report = {
        "encoding": layout.encoding,
        "bom": layout.bom,
        "delimiter": layout.delimiter,
        "rows": rows,
        "blank_rows_dropped": dropped,
        "columns": [
            {"name": column.name, "type": column.type, "era": column.era, "filled": column.filled} for column in columns
        ],
        "rules": RULES,
    }
    described = tuple(_described(column) for column in columns)
    return Built((BuiltTable("", parquet, described, rows, preview, report),), report)


def _described(column: types.Column) -> dict[str, Any]:
    found: dict[str, Any] = {"id": column.name, "type": column.type, "filled": column.filled}
    return {**found, "era": column.era} if column.era == "BE" else found


def _open(connection: DuckDBPyConnection, utf8: Path, layout: sniff.Layout) -> int:
    """Makes the views `raw` (all rows, all text) and `filled` (without blank rows); returns how many are blank."""
    shape = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in layout.columns)
    connection.execute(
        f"CREATE VIEW raw AS SELECT * FROM read_csv({_literal(str(utf8))}, auto_detect=false, header=true,"  # noqa: S608 - names are quoted, values bound
        f" delim={_literal(layout.delimiter)}, quote='\"', escape='\"', columns={{{shape}}}, null_padding=true,"
        f" parallel=false, max_line_size={sniff.MAX_LINE})"
    )
    anything = " OR ".join(f"{types.trimmed(name)} IS NOT NULL" for name in layout.columns)
    connection.execute(f"CREATE VIEW filled AS SELECT * FROM raw WHERE {anything}")  # noqa: S608 - names are quoted, values bound
    counted = connection.execute(f"SELECT count(*) FILTER (WHERE NOT ({anything})) FROM raw").fetchone()  # noqa: S608 - names are quoted, values bound
    return int(counted[0]) if counted else 0


def _write(connection: DuckDBPyConnection, columns: Sequence[types.Column], parquet: Path) -> int:
    chosen = ", ".join(types.typed(column) for column in columns)
    written = connection.execute(
        f"COPY (SELECT {chosen} FROM filled) TO {_literal(str(parquet))}"  # noqa: S608 - names are quoted, values bound
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, PARQUET_VERSION v2)"
    ).fetchone()
    return int(written[0]) if written else 0


def _preview(
    connection: DuckDBPyConnection, columns: Sequence[types.Column], parquet: Path, rows: int
) -> Mapping[str, Any]:
    found = connection.execute(
        f"SELECT * EXCLUDE (file_row_number) FROM read_parquet({_literal(str(parquet))}, file_row_number=true)"  # noqa: S608 - names are quoted, values bound
        f" WHERE file_row_number < {PREVIEW_ROWS} ORDER BY file_row_number"
    ).fetchall()
    records: list[list[Any]] = []
    room = PREVIEW_BYTES
    for row in found:
        record = [as_json(value) for value in row]
        room -= len(json.dumps(record, ensure_ascii=False).encode())
        if room < 0 and records:
            break
        records.append(record)
    return {
        "fields": [{"id": column.name, "type": column.type} for column in columns],
        "total": rows,
        "records": records,
    }


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unreadable(message: str) -> Unreadable:
    # DuckDB quotes the offending line in its message; only the line's number may leave here
    found = _LINE.search(message)
    if found and "Expected Number of Columns" in message:
        line = int(found[1])
        return Unreadable(f"บรรทัดที่ {line:,} มีจำนวนช่องมากกว่าหัวตาราง", f"Line {line:,} has more cells than the header.")
    if found:
        return Unreadable(f"อ่านบรรทัดที่ {int(found[1]):,} ไม่ได้", f"Line {int(found[1]):,} cannot be read.")
    return Unreadable("อ่านไฟล์เป็นตารางไม่ได้", "The file cannot be read as a table.")
