"""How what is known of a table's columns looks on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from chalicelib.shared.web import Outgoing

from ..tables.source import Source
from . import codes


class HistogramView(Outgoing):
    """How many values lie in each of as many equal steps from the lowest to the highest."""

    low: float | str
    high: float | str
    counts: list[int]


class CountedView(Outgoing):
    """A value or pattern, and in how many rows it stands."""

    value: str
    rows: int


class MisfitView(Outgoing):
    """A value that is not what the column was recognised as."""

    value: str
    row: int = Field(description="The first of its rows, from 1")
    rows: int


class ColumnProfileView(Outgoing):
    """What is known of a column."""

    id: str
    type: str
    means: str | None = Field(description="What it was recognised as, e.g. `province_name`")
    means_th: str | None
    means_en: str | None
    share: float | None = Field(description="Of its different values, the part that is what it was recognised as")
    misfits: list[MisfitView] = Field(description="The first of those that are not")
    filled: int | None = Field(description="Rows that have a value; null where nobody counted")
    distinct: int | None
    distinct_is_about: bool
    minimum: float | str | None
    maximum: float | str | None
    mean: float | None
    quantiles: dict[str, float | None] = Field(description="By share, e.g. `0.5`: the median")
    histogram: HistogramView | None
    shortest: int | None = Field(description="Characters of the shortest text")
    longest: int | None
    top: list[CountedView] = Field(description="The commonest texts that stand in more than one row")
    patterns: list[CountedView] = Field(description="Texts with ก for Thai letters, A for Latin ones, 9 for digits")
    withheld: bool = Field(description="Whether values are kept back because they may be somebody's")


class TableProfileView(Outgoing):
    """What is known of a table."""

    table: str
    version: int
    rows: int
    bbox: list[float] | None = Field(description="West, south, east, north of what lies on the map")
    columns: list[ColumnProfileView]


Json = Mapping[str, Any]


def profile_view(source: Source, profile: Json, recognised: Json, kept_back: frozenset[str]) -> TableProfileView:
    """The whole.

    Args:
        kept_back: columns whose values are not told.
    """
    return TableProfileView(
        table=source.asked,
        version=source.file.number,
        rows=source.table.rows,
        bbox=recognised.get("bbox"),
        columns=[
            _column(
                column,
                profile.get("columns", {}).get(column["id"], {}),
                recognised.get("columns", {}).get(column["id"], {}),
                column["id"] in kept_back,
            )
            for column in source.table.shown
        ],
    )


def kept_back(report: Json, recognised: Json) -> frozenset[str]:
    """Columns of which no value is told: those that hold, or may hold, what tells who somebody is.

    Args:
        report: of the table; `personal` are the findings of the firewall.
    """
    found = {finding["column"] for finding in (report.get("personal") or {}).get("findings", ())}
    found |= {name for name, told in recognised.get("columns", {}).items() if told["means"] in codes.PERSONAL}
    return frozenset(found)


def _column(column: Json, told: Json, known: Json, withheld: bool) -> ColumnProfileView:
    means = known.get("means")
    titles = codes.TITLES.get(means) if means else None
    back = withheld or bool(told.get("withheld"))
    histogram = told.get("histogram")
    return ColumnProfileView(
        id=column["id"],
        type=column["type"],
        means=means,
        means_th=titles[0] if titles else None,
        means_en=titles[1] if titles else None,
        share=known.get("share"),
        misfits=[] if back else [MisfitView(**each) for each in known.get("misfits", ())],
        filled=told.get("filled"),
        distinct=told.get("distinct"),
        distinct_is_about=bool(told.get("about")),
        minimum=None if back else told.get("min"),
        maximum=None if back else told.get("max"),
        mean=None if back else told.get("mean"),
        quantiles={} if back else told.get("quantiles", {}),
        histogram=None
        if back or not histogram
        else HistogramView(low=histogram["from"], high=histogram["to"], counts=histogram["counts"]),
        shortest=told.get("shortest"),
        longest=told.get("longest"),
        top=[] if back else [CountedView(value=value, rows=rows) for value, rows in told.get("top", ())],
        patterns=[] if back else [CountedView(value=value, rows=rows) for value, rows in told.get("patterns", ())],
        withheld=back,
    )
