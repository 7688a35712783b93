"""Writes rows into a file of some form, in bounded memory.

Delimited files and JSON Lines are written by DuckDB; what CKAN's dumps look like otherwise, a JSON object and an XML
document, row by row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..tables.ingest.types import quoted
from ..tables.ingest.values import as_json
from .forms import DELIMITED, Form

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW_ID = "_id"
AT_ONCE = 5_000
"""Rows in memory at a time."""
BOM = b"\xef\xbb\xbf"

_FORMULA = r"^[=+\-@\t\r]"
"""Beginnings that spreadsheets take for a formula (OWASP, "CSV Injection")."""
_MOMENT = "%Y-%m-%dT%H:%M:%S"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
"""Names of elements that need no thought about XML's rules for letters."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, in no spelling (production Char)."""

Column = Mapping[str, Any]


def write(
    connection: DuckDBPyConnection,
    rows: str,
    values: Sequence[Any],
    columns: Sequence[Column],
    form: Form,
    path: Path,
) -> None:
    """Writes a relation's rows, in the order that it gives them.

    Args:
        connection: one that may write `path`.
        rows: a SELECT that gives exactly `columns`, by these names.
        values: bound to the placeholders of `rows`.
        columns: `id` and `type`; `_id` may be the first.
    """
    # names are quoted, values bound, here and below; paths are ours
    told = f"SELECT {', '.join(_text(column, safe=form.safe) for column in columns)} FROM ({rows})"  # noqa: S608 - see above
    if form.name in DELIMITED:
        _delimited(connection, told, values, form, path)
    elif form.name == "jsonl":
        connection.execute(f"COPY ({told}) TO {_literal(path)} (FORMAT json)", list(values))
    elif form.name == "parquet":
        connection.execute(
            f"COPY ({rows}) TO {_literal(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768,"
            " PARQUET_VERSION v2)",
            list(values),
        )
    else:
        with path.open("wb") as file:
            file.write(BOM if form.bom else b"")
            found = connection.execute(told, list(values))
            _by_row[form.name](file, columns, _records(found.fetchmany))


def _delimited(connection: DuckDBPyConnection, told: str, values: Sequence[Any], form: Form, path: Path) -> None:
    delimiter = "," if form.name == "csv" else "\t"
    body = path.with_suffix(".body") if form.bom else path
    connection.execute(
        f"COPY ({told}) TO {_literal(body)}"
        f" (FORMAT csv, HEADER true, DELIMITER '{delimiter}', NEW_LINE '\\r\\n')",  # RFC 4180
        list(values),
    )
    if form.bom:
        with body.open("rb") as read, path.open("wb") as file:
            file.write(BOM)
            while piece := read.read(1 << 20):
                file.write(piece)
        body.unlink()


def _text(column: Column, *, safe: bool) -> str:
    """A column as it is written: moments by ISO 8601, and with `safe` no text that a spreadsheet would run."""
    name = quoted(column["id"])
    match column["type"]:
        case "timestamp":
            told = f"strftime({name}, '{_MOMENT}')"
        case "timestamptz":
            told = f"strftime({name} AT TIME ZONE 'UTC', '{_MOMENT}Z')"
        case "text" | "json" if safe:
            told = f"CASE WHEN regexp_matches({name}, '{_FORMULA}') THEN '''' || {name} ELSE {name} END"
        case _:
            told = name
    header = f"'{column['id']}" if safe and re.match(_FORMULA, column["id"]) else column["id"]
    return f"{told} AS {quoted(header)}"


def _records(fetch: Callable[[int], list[tuple[Any, ...]]]) -> Iterable[list[Any]]:
    while found := fetch(AT_ONCE):
        for row in found:
            yield [as_json(value) for value in row]


def _json(file: IO[bytes], columns: Sequence[Column], records: Iterable[Sequence[Any]]) -> None:
    fields = [{"id": column["id"], "type": column["type"]} for column in columns]
    file.write(f'{{\n  "fields": {_compact(fields)},\n  "records": ['.encode())
    between = "\n    "
    for record in records:
        file.write(f"{between}{_compact(record)}".encode())
        between = ",\n    "
    file.write(b"\n]}\n")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _xml(file: IO[bytes], columns: Sequence[Column], records: Iterable[Sequence[Any]]) -> None:
    from xml.etree import ElementTree

    file.write(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    )
    for record in records:
        row = ElementTree.Element("row")
        for column, value in zip(columns, record, strict=True):
            name = column["id"]
            if name == ROW_ID:
                row.set(ROW_ID, str(value))
                continue
            # a name in Thai or with blanks cannot name an element everywhere; CKAN's dumps know `value` with a `key`
            plain = _NAME.fullmatch(name) is not None and not name.lower().startswith("xml")
            cell = ElementTree.SubElement(row, name if plain else "value", {} if plain else {"key": name})
            if value is None:
                cell.set("xsi:nil", "true")
            else:
                cell.text = _FORBIDDEN.sub("\ufffd", value if isinstance(value, str) else _compact(value))
        file.write(ElementTree.tostring(row, encoding="unicode").encode() + b"\n")
    file.write(b"</data>\n")


_by_row: Mapping[str, Callable[[IO[bytes], Sequence[Column], Iterable[Sequence[Any]]], None]] = {
    "json": _json,
    "xml": _xml,
}


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
