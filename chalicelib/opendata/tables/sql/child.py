"""The caged process that runs one query: judges it, opens exactly the granted tables, answers JSON.

It has no environment and no credentials; its memory and time are the kernel's to bound. What comes out of it is JSON
with rows or with a reason, never anything that is run or unpacked by whoever reads it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.opendata.tables.sql import guard
from chalicelib.opendata.tables.sql.results import field_names, field_type, plain, record_size
from chalicelib.shared import cage
from chalicelib.shared.errors import Refusal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


BATCH = 2_000
DEEPEST = 250
"""Levels of an expression."""


def main() -> None:
    """Reads an order on the standard input, writes an answer to the standard output."""
    order = json.loads(sys.stdin.buffer.read())
    json.dump(answer(order), sys.stdout, ensure_ascii=False, separators=(",", ":"))


def answer(order: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to an order whose objects have `path` or `url`."""
    import duckdb

    try:
        connection = opened(order)
        judge(connection, order["sql"], [each["name"] for each in order["tables"]])
        return run(connection, order)
    except guard.Unfit as refused:
        return {"refused": {"kind": refused.kind, "name": refused.name, "place": refused.place}}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"refused": {"kind": "memory"}}
    except Refusal:
        return {"refused": {"kind": "store"}}  # an object cannot be read by its address
    except duckdb.Error as error:
        return {"refused": told(error, order)}


def judge(connection: DuckDBPyConnection, sql: str, granted: Sequence[str]) -> None:
    """Passes one SELECT of what is allowed.

    Raises:
        Unfit.
    """
    import duckdb

    if len(sql.encode()) > guard.LONGEST:
        raise guard.Unfit("long")
    try:
        found = connection.extract_statements(sql)
    except duckdb.Error as error:
        details = _details(error)
        deep = "depth" in str(details.get("exception_message", ""))
        raise guard.Unfit("large" if deep else "syntax", place=_place(details)) from None
    if len(found) != 1:
        raise guard.Unfit("single" if found else "empty")
    try:
        kind = found[0].type
    except ValueError:  # of statements for which DuckDB's Python package has no name
        raise guard.Unfit("single") from None
    if kind != duckdb.StatementType.SELECT:
        raise guard.Unfit("pivot" if kind == duckdb.StatementType.MULTI else "single")
    rows = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    guard.check(json.loads(rows[0][0]), granted)


def opened(order: Mapping[str, Any]) -> DuckDBPyConnection:
    """A locked connection in which each granted table is a view of its name."""
    from chalicelib.opendata.tables.engine.filesystem import address
    from chalicelib.opendata.tables.engine.lock import locked, read_parquet
    from chalicelib.opendata.tables.engine.ranged import Ranged
    from chalicelib.opendata.tables.sql.signed import Signed

    far = {
        address(each["file"]["key"]): Ranged(Signed(each["file"]["url"]), each["file"]["key"])
        for each in order["tables"]
        if "path" not in each["file"]
    }
    places = [each["file"].get("path") or address(each["file"]["key"]) for each in order["tables"]]
    target = order.get("target")
    connection = locked(
        [*dict.fromkeys(places), *([target] if target else [])],
        far,
        memory=order["bounds"]["engine"],
        more={"errors_as_json": True, "max_expression_depth": DEEPEST},
    )
    for table, place in zip(order["tables"], places, strict=True):
        connection.execute(
            f"CREATE TEMP VIEW {quoted(table['name'])} AS {rows_of(connection, table, read_parquet(place))}"
        )
    return connection


def rows_of(connection: DuckDBPyConnection, table: Mapping[str, Any], base: str) -> str:
    """The SELECT of a table's rows: `_id` and its columns."""
    if table["live"] is not None:
        return f"SELECT * FROM {_laid_over(connection, table, base)}"  # noqa: S608 - names are quoted there
    if table["numbered"]:
        chosen = [quoted(name) for name, _ in table["columns"] if name != "_id"]
        return f"SELECT _id, {', '.join(chosen)} FROM {base}"  # noqa: S608 - names are quoted
    chosen = [quoted(name) for name, _ in table["columns"]]
    return f"SELECT file_row_number + 1 AS _id, {', '.join(chosen)} FROM {base}"  # noqa: S608 - names are quoted


def _laid_over(connection: DuckDBPyConnection, table: Mapping[str, Any], base: str) -> str:
    """The rows of a table that is written row by row."""
    from pathlib import Path

    from chalicelib.opendata.live import live_of
    from chalicelib.opendata.model import Table
    from chalicelib.opendata.tables.writing.delta import Overlay, unpacked
    from chalicelib.opendata.tables.writing.merging import laid_over, names_of

    live = live_of(table["live"])
    if live is None:
        raise ValueError("not a live table")
    columns = tuple({"id": name, "type": kind} for name, kind in table["columns"])
    file = Table(1, "", "", columns, table["rows"], table["file"]["size"], numbered=table["numbered"])
    overlay = Overlay(names_of(live))
    for delta in table["deltas"]:
        overlay.lay(*unpacked(Path(delta["path"]).read_bytes()))
    return laid_over(connection, live, overlay, file, base)


def run(connection: DuckDBPyConnection, order: Mapping[str, Any]) -> dict[str, Any]:
    """Runs a query that was judged."""
    bounds = order["bounds"]
    if order.get("target"):
        return write(connection, order)
    cursor = connection.execute(order["sql"])
    described = cursor.description or []
    names = field_names([str(each[0]) for each in described])
    fields = [(name, field_type(str(each[1]))) for name, each in zip(names, described, strict=True)]
    rows: list[list[Any]] = []
    size, truncated = 0, False
    while not truncated and (batch := cursor.fetchmany(min(BATCH, bounds["rows"] + 1 - len(rows)))):
        for row in batch:
            values = [plain(value) for value in row]
            size += record_size(names, values)
            if len(rows) == bounds["rows"] or size > bounds["size"]:
                truncated = True
                break
            rows.append(values)
    if truncated and not rows:
        raise guard.Unfit("wide")
    return {"fields": fields, "rows": rows, "truncated": truncated}


EXPLAIN = "EXPLAIN "
FORMATS = {
    "csv": "FORMAT csv, HEADER true",
    "parquet": "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768",
    "jsonl": "FORMAT json",
}


def write(connection: DuckDBPyConnection, order: Mapping[str, Any]) -> dict[str, Any]:
    """Runs a query that was judged, into the file `target`."""
    import duckdb

    try:
        # tells where a mistake is; what runs afterwards knows places in SQL of ours only
        connection.execute(EXPLAIN + order["sql"]).fetchall()
    except duckdb.Error as error:
        return {"refused": told(error, order, ahead=len(EXPLAIN))}
    relation = connection.sql(order["sql"])
    names = field_names([str(each) for each in relation.columns])
    fields = [(name, field_type(str(kind))) for name, kind in zip(names, relation.types, strict=True)]
    relation.limit(order["bounds"]["rows"] + 1).create_view("klang_answer")
    path = order["target"].replace("'", "''")
    try:
        done = connection.execute(
            f"COPY (FROM klang_answer) TO '{path}' ({FORMATS[order['into']['form']]}, USE_TMP_FILE false)"
        ).fetchall()
    except duckdb.OutOfMemoryException:
        return {"refused": {"kind": "memory"}}
    except duckdb.Error as error:
        return {"refused": {**told(error, order), "place": None}}
    count = int(done[0][0])
    if count > order["bounds"]["rows"]:
        raise guard.Unfit("rows")
    return {"fields": fields, "written": count}


def told(error: Exception, order: Mapping[str, Any], *, ahead: int = 0) -> dict[str, Any]:
    """DuckDB's error as a kind, a place and near names of columns; nothing of its text, which repeats values.

    Args:
        ahead: letters of ours before the query.
    """
    import duckdb

    details = _details(error)
    text, place = str(details.get("exception_message", "")), _place(details)
    place = None if place is None or place < ahead else place - ahead
    match error:
        case duckdb.BinderException() if details.get("error_subtype") == "COLUMN_NOT_FOUND" or "have a column" in text:
            return {"kind": "column", "place": place, "near": _near(details, order, ahead)}
        case duckdb.BinderException() if "GROUP BY" in text:
            return {"kind": "group", "place": place}
        case duckdb.BinderException() | duckdb.CatalogException() | duckdb.NotImplementedException():
            return {"kind": "types", "place": place}
        case duckdb.ConversionException():
            return {"kind": "conversion", "place": place}
        case duckdb.OutOfRangeException():
            return {"kind": "range", "place": place}
        case duckdb.IOException():
            return {"kind": "file" if order.get("target") else "store"}
        case _:
            return {"kind": "failed", "place": place}


def _details(error: Exception) -> dict[str, Any]:
    """What DuckDB says of an error (`errors_as_json`)."""
    try:
        found = json.loads(str(error).partition(": ")[2])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _place(details: Mapping[str, Any]) -> int | None:
    """Bytes from the beginning of the query."""
    text = str(details.get("position", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _near(details: Mapping[str, Any], order: Mapping[str, Any], ahead: int) -> list[str]:
    """Columns of the granted tables whose names are near to the one that is not there."""
    from difflib import get_close_matches

    try:
        start, length = json.loads(details.get("location", "null"))
    except (TypeError, ValueError):
        return []
    start -= ahead
    word = order["sql"].encode()[start : start + length].decode(errors="replace").rsplit(".", 1)[-1].strip('"')
    known = {"_id", *(name for table in order["tables"] for name in _columns(table))}
    by_lower = {name.lower(): name for name in sorted(known)}
    return [by_lower[each] for each in get_close_matches(word.lower(), by_lower, n=5, cutoff=0.5)]


def _columns(table: Mapping[str, Any]) -> list[str]:
    live = table["live"]
    return [name for name, _ in table["columns"]] if live is None else [each["id"] for each in live["columns"]]


if __name__ == "__main__":
    cage.enter()
    main()
