"""Columns that others may be joined to, and tables that a table can be joined with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from chalicelib.shared.dataclass import dataclass


@dataclass(frozen=True)
class Entry:
    """A column of a table in the index.

    Attributes:
        key: what it speaks of (`recognition.codes.KEYS`).
        table: number of the table in its file.
        type: of the column.
        distinct: how many different values.
        within: columns of larger places without which its values are ambiguous.
        sketch: of its values (`recognition.sketch`).
        values: {value: code} of places, where they are few. Not kept in the index; from the table's report.
    """

    key: str
    dataset: str
    resource: str
    table: int
    column: str
    type: str
    means: str
    distinct: int
    sketch: Mapping[str, Any]
    within: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Meeting:
    """Two columns that hold the same things.

    Attributes:
        share: of the different values of `mine` that are also in `theirs`, 0 to 1.
        exact: whether that was counted, not estimated.
    """

    mine: Entry
    theirs: Entry
    share: float
    exact: bool


@dataclass(frozen=True)
class Match:
    """A table that can be joined with, and by which columns: one for the place, one for the time, or what there is."""

    resource: str
    dataset: str
    table: int
    meetings: tuple[Meeting, ...]

    @property
    def share(self) -> float:
        """The smallest of the shares: no more can meet than by each column alone."""
        return min(meeting.share for meeting in self.meetings)
