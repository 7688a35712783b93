"""Charts and maps of tables: those that were made with the table, and any other that is asked for.

What was asked once is kept in memory: points are few, and a version never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..recognition import codes
from ..recognition.profile import profile
from ..recognition.reports import Reports
from ..rules import Rejected
from ..tables.source import Source
from .choice import bys, chosen, is_measure, measures
from .grouping import points
from .look import charts
from .model import Choice, Points
from .rows import Rows

KEPT = 64
COUNTED_AGAIN = 200_000
"""Rows up to which a table that is written to is counted anew; a larger one is told by what it was at its base."""

Columns = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Asked:
    """What is asked of a table; "" leaves it to us.

    Attributes:
        value: the column that is told; `-` counts rows.
        by: the column it is told by.
        how: sum or mean.
    """

    value: str = ""
    by: str = ""
    how: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything is."""
        return bool(self.value or self.by or self.how)


class Charts:
    """Tells tables in few numbers."""

    def __init__(self, rows: Rows, reports: Reports) -> None:
        self._rows = rows
        self._reports = reports
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()

    def profile(self, source: Source) -> Mapping[str, Any]:
        """What the values of the table's columns are like (`recognition.profile`)."""
        kept: Mapping[str, Any] | None = self._reports.of(source.table).get("profile")
        if kept is not None and (source.live is None or source.table.rows > COUNTED_AGAIN):
            return kept
        found: Mapping[str, Any] = self._remembered(
            (self._rows.state(source), "profile"), lambda: self._counted(source)
        )
        return found

    def _counted(self, source: Source) -> Mapping[str, Any]:
        with self._rows.open(source) as (connection, relation):
            return profile(connection, relation, source.table.columns)

    def chart(self, source: Source, asked: Asked) -> Points | None:
        """A line or bars; None where there is nothing sensible to draw.

        Raises:
            Rejected: there is no such column, or it cannot be told or told by.
        """
        if not asked.anything:
            return self._automatic(source, "chart")
        columns, told = source.table.shown, self.profile(source)["columns"]
        value = _value(asked, columns, told)
        by = _column("by", asked.by, columns) if asked.by else next(iter(bys(columns)), None)
        if by is None or by is value:
            return None
        return self._points(source, chosen(value, by, told, asked.how))

    def map(self, source: Source, asked: Asked) -> Points | None:
        """A number by province; None where no column holds provinces.

        Raises:
            Rejected: there is no such column, it cannot be told, or it holds no provinces.
        """
        if not asked.anything:
            return self._automatic(source, "map")
        columns, told = source.table.shown, self.profile(source)["columns"]
        provinces = [each for each in columns if codes.LEVELS.get(each.get("means", "")) == codes.PROVINCE]
        by = _column("by", asked.by, columns) if asked.by else next(iter(provinces), None)
        if by is None:
            return None
        if by not in provinces:
            raise Rejected({"by": ["Must be a column of provinces"]})
        choice = chosen(_value(asked, columns, told), by, told, asked.how)
        return self._points(source, Choice("map", choice.value, choice.by, choice.how, means=by["means"]))

    def choices(self, source: Source) -> tuple[list[str], list[str]]:
        """Columns that can be told, and columns that they can be told by."""
        columns, told = source.table.shown, self.profile(source)["columns"]
        return [each["id"] for each in measures(columns, told)], [each["id"] for each in bys(columns)]

    def _automatic(self, source: Source, kind: str) -> Points | None:
        kept = self._reports.of(source.table).get("charts") if source.live is None else None
        if kept is None:
            kept = self._remembered((self._rows.state(source), "charts"), lambda: self._drawn(source))
        found = kept.get(kind)
        return None if found is None else Points.of(found)

    def _drawn(self, source: Source) -> Mapping[str, Any]:
        told = self.profile(source)
        with self._rows.open(source) as (connection, relation):
            return charts(connection, relation, source.table.columns, told)

    def _points(self, source: Source, choice: Choice) -> Points | None:
        def ask() -> Points | None:
            with self._rows.open(source) as (connection, relation):
                return points(connection, relation, choice)

        found: Points | None = self._remembered((self._rows.state(source), choice), ask)
        return found

    def _remembered(self, key: tuple[Any, ...], make: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _value(asked: Asked, columns: Columns, told: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    if asked.value == "-":
        return None
    if not asked.value:
        return next((each for each in columns if is_measure(each, told)), None)
    found = _column("value", asked.value, columns)
    if found not in measures(columns, told):
        raise Rejected({"value": ["Must be a column of numbers that can be added up or averaged"]})
    return found


def _column(field: str, name: str, columns: Columns) -> Mapping[str, Any]:
    found = next((each for each in columns if each["id"] == name), None)
    if found is None:
        raise Rejected({field: ["There is no such column"]})
    return found
