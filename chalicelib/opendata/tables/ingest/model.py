"""What the ingest is told and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
