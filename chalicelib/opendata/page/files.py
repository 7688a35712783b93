"""Resources as people see them, and the first rows of their tables."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.objects import Objects

from ..model import File, Package, Resource
from ..recognition.rules import NUMBERS
from .links import Links
from .markdown import as_text, cut
from .words import Words

ROWS = 8
COLUMNS = 8
CELL = 80
KEPT = 8
DESCRIPTION = 200


@dataclass(frozen=True)
class Shown:
    """A resource on a page.

    Attributes:
        url: where the bytes are; "" while they are still being taken in.
        host: of a link, the site it leads to.
        tabled: whether its rows can be looked at.
    """

    id: str
    name: str
    format: str
    description: str
    size: str
    rows: str
    modified: str
    url: str
    host: str
    page: str
    tabled: bool


def shown(package: Package, resource: Resource, links: Links, words: Words, place: int = 0) -> Shown:
    """A resource as it is shown; `place` (from 1) names one that has no name."""
    file = resource.file
    url = resource.url
    if resource.uploaded:
        url = (
            ""
            if file is None
            else links.full("dataset", package.id, "resource", resource.id, "download", file.file_name)
        )
    tabled = file is not None and file.table is not None
    name = str(resource.fields.get("name") or resource.file_name or "").strip()
    return Shown(
        id=resource.id,
        name=cut(name, 160) or words("files_count", count=place),
        format=cut(str(resource.fields.get("format") or ""), 20),
        description=as_text(resource.fields.get("description"), DESCRIPTION),
        size=words.size(file.size if file else None),
        rows=words("res_rows", count=f"{file.rows:,}", columns=len(file.columns)) if file and tabled else "",
        modified=file.at if file else resource.modified,
        url=url if safe(url) else "",
        host="" if resource.uploaded else urlsplit(url).netloc if safe(url) else "",
        page=links.to("dataset", package.dataset.name, "resource", resource.id),
        tabled=tabled,
    )


def safe(url: str) -> bool:
    """Whether a link may be followed: the web or a file server, never a script."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "ftp") and bool(parts.netloc)


@dataclass(frozen=True)
class Column:
    """A column on a page."""

    name: str
    type: str
    number: bool


@dataclass(frozen=True)
class Table:
    """Rows on a page: numbered, cells as text, at most so many columns.

    Attributes:
        hidden: columns that are not shown.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    hidden: int = 0
    caption: str = ""
    page: str = ""


def columns_of(file: File, words: Words, columns: Sequence[Mapping[str, Any]] | None = None) -> list[Column]:
    """The columns of a file's first table, or those that are given, with their types in plain words."""
    return [
        Column(
            column["id"],
            words(f"t_{column['type']}") if f"t_{column['type']}" in words else column["type"],
            column["type"] in NUMBERS,
        )
        for column in (file.columns if columns is None else columns)
    ]


def cell(value: Any, words: Words) -> str:
    """A value as text; numbers keep the digits they have, because a thousands mark would make of 2567 a 2,567."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return words("true" if value else "false")
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)
    return cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), CELL)


class Previews:
    """The first rows of tables, as the ingest left them in the bucket; the last few are kept in memory."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._kept: OrderedDict[str, Sequence[Sequence[Any]]] = OrderedDict()

    def rows(self, file: File) -> Sequence[Sequence[Any]]:
        """The first rows, all columns; none where the file is no table or its preview is gone."""
        if file.table is None:
            return []
        key = file.table.preview
        if key not in self._kept:
            try:
                content: Mapping[str, Any] = json.loads(self._objects.read(key))
            except NotFound:
                return []
            self._kept[key] = content["records"]
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def preview(file: File, rows: Sequence[Sequence[Any]], each: Shown, words: Words) -> Table:
    """The first rows of a table for a dataset's page."""
    columns = columns_of(file, words)
    few = rows[:ROWS]
    # the stored rows have the columns too that are not shown
    described = file.table.columns if file.table else ()
    places = [at for at, column in enumerate(described) if "original_of" not in column][:COLUMNS]
    return Table(
        columns=tuple(columns[:COLUMNS]),
        rows=tuple((at + 1, tuple(cell(row[place], words) for place in places)) for at, row in enumerate(few)),
        hidden=max(0, len(columns) - COLUMNS),
        caption=words("preview_of", shown=len(few), total=f"{file.rows:,}", name=each.name),
        page=each.page,
    )
