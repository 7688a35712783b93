"""What the ingest is told and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from chalicelib.shared.dataclass import dataclass

Json = Mapping[str, Any]


class Unreadable(Exception):
    """The file cannot be taken as a table; the reason is for its owner, in both languages."""

    def __init__(self, th: str, en: str) -> None:
        super().__init__(en)
        self.th = th
        self.en = en


@dataclass(frozen=True)
class BuiltTable:
    """One table that was made of a file.

    Attributes:
        name: of its sheet or member; "" where the file is one table.
        parquet: the rows.
        columns: as `model.Table.columns`.
        rows: how many; wholly blank rows are not counted.
        preview: content of `preview.json`: fields, total and the first records.
        report: content of `report.json`: what was assumed of this table and what was found in it.
    """

    name: str
    parquet: Path
    columns: tuple[Json, ...]
    rows: int
    preview: Json
    report: Json


@dataclass(frozen=True)
class Built:
    """What an ingest made.

    Attributes:
        tables: at least one.
        report: the short form of what was assumed of the file, for its owner.
    """

    tables: tuple[BuiltTable, ...]
    report: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """One table before its types are known: text as CSV in UTF-8, or the columns of a Parquet file.

    Attributes:
        name: of its sheet or member; "" where the file is one table.
        path: where the rows are.
        columns: names as published; for Parquet those of the file, in order.
        delimiter: of the CSV.
        skip: lines before the first row of data.
        longest: bytes that a row may have.
        ours: whether this package wrote the CSV, so that every row has the right width and plain quoting.
        quoted_lines: whether cells with line ends were seen in the first rows.
        facts: what was assumed of its layout, as JSON.
        notes: what its owner is told (`notes.note`).
        means: what some columns are known to be, by name.
        parquet: whether `path` is a Parquet file.
    """

    name: str
    path: Path
    columns: tuple[str, ...]
    delimiter: str = ","
    skip: int = 0
    longest: int = 1 << 20
    ours: bool = True
    quoted_lines: bool = False
    facts: Json = field(default_factory=dict)
    notes: tuple[Json, ...] = ()
    means: Mapping[str, str] = field(default_factory=dict)
    parquet: bool = False
