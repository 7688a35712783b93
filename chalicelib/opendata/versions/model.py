"""What is kept of the difference between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.shared.dataclass import dataclass

from .comparing import Counted
from .schema import Renamed, Retyped, SchemaDiff


@dataclass(frozen=True)
class TableDiff:
    """What became of one table.

    Attributes:
        name: of the sheet or member; "" where a file is one table.
        before, after: its number in the older and in the newer file; None where it is not there.
        rows_before, rows_after: how many there were and are.
        counted: how many rows are different; None where the table is in one of the files only.
        pages: objects with the different rows.
    """

    name: str
    before: int | None
    after: int | None
    rows_before: int
    rows_after: int
    schema: SchemaDiff
    counted: Counted | None = None
    pages: int = 0


@dataclass(frozen=True)
class Diff:
    """What is different between two versions of a resource's file; `dataset` is the one that they were made for."""

    old: int
    new: int
    at: str
    dataset: str
    tables: tuple[TableDiff, ...]

    @property
    def data(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def diff_of(data: Mapping[str, Any]) -> Diff:
    """A difference as it lies there."""
    return Diff(data["old"], data["new"], data["at"], data["dataset"], tuple(_table(each) for each in data["tables"]))


def _table(data: Mapping[str, Any]) -> TableDiff:
    schema, counted = data["schema"], data["counted"]
    return TableDiff(
        **{
            **data,
            "schema": SchemaDiff(
                added=tuple(schema["added"]),
                removed=tuple(schema["removed"]),
                renamed=tuple(Renamed(**each) for each in schema["renamed"]),
                retyped=tuple(Retyped(**each) for each in schema["retyped"]),
                moved=schema["moved"],
            ),
            "counted": None if counted is None else Counted(**{**counted, "key": tuple(counted["key"])}),
        }
    )
