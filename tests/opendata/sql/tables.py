"""Tables to query: as Parquet files, and as plain Python rows to compare with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chalicelib.opendata.tables.sql.order import AT_ONCE, Bounds, Granted, Order, Thing, order_json

COLUMNS = (("a", "int8"), ("b", "text"), ("v", "numeric"), ("d", "date"), ("f", "bool"), ("x", "float8"))
Row = tuple[int, int, str | None, float | None, date, bool, float]


def rows(count: int) -> list[Row]:
    """`_id` and the columns; every seventh `b` and every fifth `v` is empty."""
    places = ("แหลมงอบ", "คลองใหญ่", "เมืองตราด", "เกาะช้าง", "บ่อไร่")
    return [
        (
            number + 1,
            number % 10,
            None if number % 7 == 6 else places[number % 5],
            None if number % 5 == 4 else number * 1.25,
            date(2020, 1, 1) + timedelta(days=number * 11),
            number % 3 == 0,
            number / 8,
        )
        for number in range(count)
    ]


def parquet(path: Path, count: int = 60) -> Path:
    """These rows as the ingest lays them down."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (a BIGINT, b VARCHAR, v DECIMAL(12, 2), d DATE, f BOOLEAN, x DOUBLE)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", [row[1:] for row in rows(count)])
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return path


def granted(key: str = "t.parquet", name: str = "t", count: int = 60, size: int = 1, url: str = "") -> Granted:
    """One of them as it is granted."""
    return Granted(name, Thing(key, size, url), count, COLUMNS)


def order(sql: str, *tables: Granted, seconds: float = 5.0, bounds: Bounds = AT_ONCE) -> Order:
    """An order for a query."""
    return Order(sql, tables or (granted(),), replace(bounds, seconds=seconds))


def at_hand(sql: str, path: Path, **more: Path) -> dict[str, Any]:
    """An order as the caged process gets it, with the tables' files in place; `t` is at `path`."""
    named = {"t": path, **more}
    told = order_json(order(sql, *(granted(str(each), name) for name, each in named.items())))
    for table, each in zip(told["tables"], named.values(), strict=True):
        table["file"] = {"key": str(each), "size": 1, "path": str(each)}
    return told
