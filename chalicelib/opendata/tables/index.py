"""`_table_metadata`: the list of tables, asked like a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.shared.identity import Caller

from ..model import Resource, Table
from .engine.previewed import Preview
from .engine.question import Question

INDEX = "_table_metadata"
FIELD = "res_table"
"""The search field that holds the addresses of a dataset's tables."""

Listed = Callable[[Caller], Iterable[str]]


def addresses(resource: Resource) -> list[str]:
    """Of the tables of a resource as it stands: the first has the resource's id, others their number besides."""
    tables = resource.file.tables if resource.file is not None else ()
    return [resource.id if table.number == tables[0].number else f"{resource.id}/{table.number}" for table in tables]


def listing(listed: Iterable[str]) -> tuple[Table, Mapping[str, Any]]:
    """The list as a table, and its rows as those of a preview."""
    columns = ({"id": "name", "type": "text"}, {"id": "alias_of", "type": "text"})
    records = [[name, None] for name in sorted(set(listed))]
    return Table(1, "", INDEX, columns, len(records), 0), {"fields": columns, "records": records}


def answer(table: Table, content: Mapping[str, Any], asked: Question) -> tuple[list[list[Any]], int]:
    """What a question finds in the list."""
    return Preview(table, content).answer(asked)
