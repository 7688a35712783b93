"""What the query function is asked and answers, as JSON: the same whether it is called in this process or in Lambda."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

Json = dict[str, Any]
Form = Literal["csv", "parquet", "jsonl"]

FORMS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/x-ndjson",
}
"""Media types of the results of long queries."""


@dataclass(frozen=True)
class Thing:
    """An immutable object that may be read.

    Attributes:
        key: what it is; two of the same key are the same.
        size: bytes.
        url: a short-lived address of it; "" where whoever reads has the bucket.
    """

    key: str
    size: int
    url: str = ""


@dataclass(frozen=True)
class Granted:
    """A table that the query may read.

    Attributes:
        name: as the query names it.
        rows: of its Parquet file.
        columns: (name, type) of that file, types as CKAN names them.
        numbered: whether that file has a column `_id`.
        live: of a table that is written row by row, its state (`opendata.live`); `deltas` are its objects.
    """

    name: str
    file: Thing
    rows: int
    columns: tuple[tuple[str, str], ...]
    numbered: bool = False
    live: Mapping[str, Any] | None = None
    deltas: tuple[Thing, ...] = ()


@dataclass(frozen=True)
class Bounds:
    """How much a query may take.

    Attributes:
        seconds: until it is killed.
        memory: bytes of address space of its process.
        engine: what DuckDB may use of them, in its own spelling.
        rows, size: of the answer: rows, and bytes as JSON records (or of the file).
    """

    seconds: float
    memory: int
    engine: str
    rows: int
    size: int


MB = 1024 * 1024
AT_ONCE = Bounds(seconds=5.0, memory=1000 * MB, engine="400MB", rows=32_000, size=4_000_000)
"""Of a request. The answer fits into what Lambda answers, and API Gateway with it."""
LONG = Bounds(seconds=300.0, memory=2560 * MB, engine="1600MB", rows=10_000_000, size=256 * MB)
"""Of a job."""


@dataclass(frozen=True)
class Into:
    """Where the result of a long query goes.

    Attributes:
        key: in the room's bucket.
        url: a short-lived address that takes a PUT of exactly this object; "" where the bucket is at hand.
    """

    form: Form
    key: str
    url: str = ""


@dataclass(frozen=True)
class Order:
    """One query."""

    sql: str
    tables: tuple[Granted, ...]
    bounds: Bounds = AT_ONCE
    into: Into | None = None


@dataclass(frozen=True)
class Answer:
    """What became of it.

    Attributes:
        fields: (name, type) of the columns.
        rows: in the order of the fields; none where the result went into a file.
        truncated: whether there were more rows than may be answered.
        written: rows of the file; `size` its bytes.
        refused: why nothing is answered: kind, and what its words need (`wording.py`).
    """

    fields: tuple[tuple[str, str], ...] = ()
    rows: list[list[Any]] = field(default_factory=list)
    truncated: bool = False
    written: int = 0
    size: int = 0
    refused: Mapping[str, Any] | None = None


def order_json(order: Order) -> Json:
    """As it is sent."""
    return asdict(order)


def order_of(given: Mapping[str, Any]) -> Order:
    """As it was sent."""
    return Order(
        sql=given["sql"],
        tables=tuple(
            Granted(
                **{
                    **each,
                    "file": Thing(**each["file"]),
                    "columns": tuple((name, kind) for name, kind in each["columns"]),
                    "deltas": tuple(Thing(**delta) for delta in each["deltas"]),
                }
            )
            for each in given["tables"]
        ),
        bounds=Bounds(**given["bounds"]),
        into=None if given["into"] is None else Into(**given["into"]),
    )


def answer_of(given: Any) -> Answer:
    """As it was answered.

    Raises:
        TypeError, ValueError: it is no answer.
    """
    fields = tuple((str(name), str(kind)) for name, kind in given.get("fields", ()))
    answer = Answer(**{**given, "fields": fields})
    if any(len(row) != len(fields) for row in answer.rows) or not isinstance(answer.refused, Mapping | None):
        raise ValueError("not an answer")
    return answer
