"""The page of one table: its rows by the DataStore, filtered by one column, sorted by one, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.identity import NOBODY

from ..model import File
from ..rules import Rejected
from ..tables.datastore import DataStore
from .files import Table, cell, columns_of
from .hits import pager
from .searching import page_of
from .showing import Sheet
from .words import Words

ROWS = 25
COLUMNS = 12
LISTED = 60
"""Columns that can be chosen to filter by and are listed; an address may name any."""
LAST_PAGE = 100_000
Described = Sequence[Mapping[str, Any]] | None
MAX_VALUE = 200


@dataclass(frozen=True)
class Asked:
    """What is asked of a table.

    Attributes:
        column, value: the filter; "" for none.
        sort: a column's name, after `-` for descending; "" for the order of the file.
        page: from 1.
        kept: what else the address says, as pairs.
    """

    column: str = ""
    value: str = ""
    sort: str = ""
    page: int = 1
    kept: tuple[tuple[str, str], ...] = ()

    def pairs(self, page: int) -> list[tuple[str, str]]:
        """The address's query in its one stable form."""
        found = [*self.kept]
        found += [("column", self.column), ("value", self.value)] if self.column else []
        found += [("sort", self.sort)] if self.sort else []
        return [*found, ("page", str(page))] if page > 1 else found


def asked(query: Mapping[str, Sequence[str]], names: Sequence[str], kept: Sequence[tuple[str, str]] = ()) -> Asked:
    """What an address asks of a table with these columns; what does not fit is left out."""
    last = {name: values[-1] for name, values in query.items() if values}
    column, sort = last.get("column", ""), last.get("sort", "")
    value = last.get("value", "")[:MAX_VALUE]
    if column not in names or not value.isprintable():
        column = value = ""
    if sort.removeprefix("-") not in names and sort not in names:
        sort = ""
    return Asked(column, value, sort, page_of(query, LAST_PAGE), tuple(kept))


@dataclass(frozen=True)
class Page:
    """A page of rows; `problem` is what stands against the filter, in words."""

    table: Table
    total: int
    problem: str = ""


def page(
    datastore: DataStore, resource_id: str, file: File, wanted: Asked, words: Words, described: Described = None
) -> Page:
    """The rows that are asked for.

    Args:
        resource_id: address of the table.
        described: its columns, where it is not the file's first as that is shown.

    Raises:
        NotFound: the table is not there any more.
    """
    columns = columns_of(file, words, described)
    shown = columns[:COLUMNS]
    given: dict[str, Any] = {
        "resource_id": resource_id,
        "fields": ["_id", *(column.name for column in shown)],
        "records_format": "objects",
        "limit": ROWS,
        "offset": (wanted.page - 1) * ROWS,
    }
    if wanted.column:
        given["filters"] = {wanted.column: wanted.value}
    if wanted.sort:
        down = wanted.sort not in [column.name for column in columns]
        order = "desc nulls last" if down else "asc"
        given["sort"] = f'"{wanted.sort.removeprefix("-") if down else wanted.sort}" {order}'
    hidden = max(0, len(columns) - COLUMNS)
    try:
        found = datastore.search(NOBODY, given)
    except Rejected:
        kind = next((column.type for column in columns if column.name == wanted.column), "")
        problem = words("table_bad", column=wanted.column, type=kind)
        return Page(Table(tuple(shown), (), hidden), 0, problem)
    rows = tuple(
        (int(record["_id"]), tuple(cell(record.get(column.name), words) for column in shown))
        for record in found["records"]
    )
    return Page(Table(tuple(shown), rows, hidden), int(found["total"]))


def context(
    file: File, wanted: Asked, page: Page, path: Sequence[str], sheet: Sheet, described: Described = None
) -> Mapping[str, Any]:
    """What the template shows of a table; `path` is that of the page."""
    words, links = sheet.words, sheet.links
    columns = columns_of(file, words, described)
    start = (wanted.page - 1) * ROWS
    sorts = [
        choice
        for column in columns[:COLUMNS]
        for choice in (
            (column.name, words("table_up", column=column.name)),
            (f"-{column.name}", words("table_down", column=column.name)),
        )
    ]
    return {
        "table": page.table,
        "problem": page.problem,
        "columns": columns[:LISTED],
        "asked": wanted,
        "action": f"{links.root}/{'/'.join(path)}",
        "kept": [*wanted.kept, *([("lang", links.chosen)] if links.chosen else [])],
        "sorts": sorts,
        "counted": words(
            "table_rows",
            first=f"{start + 1 if page.table.rows else 0:,}",
            last=f"{start + len(page.table.rows) if page.table.rows else 0:,}",
            total=f"{page.total:,}",
        ),
        "pages": pager(
            page.total, ROWS, wanted.page, LAST_PAGE, lambda number: links.to(*path, query=wanted.pairs(number))
        ),
        "narrowed": bool(wanted.column or wanted.sort or wanted.page > 1),
    }
