"""What is known of a table, on its page: its columns, a chart, a map, and what it can be joined with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass

from ..charts.service import Asked
from ..joins.service import Joinable
from ..recognition import codes
from ..recognition.views import kept_back
from ..rules import Rejected
from ..tables.source import Source
from .chart import number
from .drawn import Drawn, chart_of, map_of, places_of
from .files import columns_of
from .hits import title_of
from .markdown import cut
from .showing import Sheet
from .words import Words

if TYPE_CHECKING:
    from ..service import Catalogue

LISTED = 60
JOINS = 5
MAPPED = 77
TOP = 3
CELL = 40
_BAR = 5
_HIGH = 16

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Known:
    """A column and what its values are like.

    Attributes:
        means: what it was recognised as, in words; "" where that is not known.
        filled: share of the rows that have a value, in words.
        spark: SVG path data of the histogram; "" for none.
        told: the range, or the commonest values.
    """

    name: str
    type: str
    means: str
    filled: str
    distinct: str
    spark: str
    told: str


@dataclass(frozen=True)
class Tab:
    """A table of a file that has several."""

    name: str
    address: str
    here: bool


@dataclass(frozen=True)
class Join:
    """A table that this one can be joined with."""

    title: str
    address: str
    name: str
    on: tuple[str, ...]
    query: str


def tables_of(source: Source, path: Sequence[str], sheet: Sheet) -> list[Tab]:
    """The tables of the file as tabs; none where there is only one."""
    tables = source.file.tables
    if len(tables) < 2:
        return []
    return [
        Tab(
            cut(each.name, 40) or sheet.words("know_table", number=each.number),
            sheet.links.to(*path, query=[("table", str(each.number))] if each.number > 1 else []),
            each.number == source.table.number,
        )
        for each in tables
    ]


def asked_of(query: Query) -> Asked:
    """Which chart an address asks for."""
    last = {name: values[-1] for name, values in query.items() if values}
    how = last.get("chart_how", "")
    return Asked(last.get("chart_value", ""), last.get("chart_by", ""), how if how in ("sum", "mean") else "")


def context(
    catalogue: Catalogue, source: Source, query: Query, kept: Sequence[tuple[str, str]], sheet: Sheet
) -> Mapping[str, Any]:
    """What the template shows of what is known.

    Args:
        kept: what the address says of the table, to be said again by the form of the chart.
    """
    words, insight = sheet.words, catalogue.insight
    asked = asked_of(query)
    charts = insight.charts
    try:
        points, land = charts.chart(source, asked), charts.map(source, Asked())
    except Rejected:  # the address names a column that is not there any more
        asked = Asked()
        points, land = charts.chart(source, asked), charts.map(source, asked)
    if land is not None and asked.anything and points is not None and points.choice.by == land.choice.by:
        land = charts.map(source, Asked(asked.value, land.choice.by, asked.how)) or land
    values, bys = charts.choices(source)
    choice = points.choice if points else None
    lang = [("lang", sheet.links.chosen)] if sheet.links.chosen else []
    return {
        "chart": chart_of(points, words) if points else None,
        "chart_values": [(name, name) for name in values[:LISTED]] + [("-", words("know_count"))],
        "chart_bys": [(name, name) for name in bys[:LISTED]],
        "chart_now": ((choice.value or "-"), choice.by) if choice else (asked.value, asked.by),
        "chart_kept": [*kept, *lang],
        "map": _map(catalogue, source, land, words),
        "known": _known(catalogue, source, words),
        "joins": _joins(catalogue, source, sheet),
    }


def _map(catalogue: Catalogue, source: Source, land: Any, words: Words) -> Drawn | None:
    if land is not None:
        return map_of(land, words)
    places = catalogue.insight.maps.preview(source)
    return places_of(places, source.table.rows, words) if places else None


def _known(catalogue: Catalogue, source: Source, words: Words) -> list[Known]:
    insight = catalogue.insight
    profile = insight.charts.profile(source)
    told, rows = profile["columns"], profile["rows"]
    back = kept_back(insight.reports.of(source.table), insight.reports.recognised(source.table))
    shown = source.table.shown[:LISTED]
    return [
        _column(described, plain.type, told.get(described["id"], {}), rows, described["id"] in back, words)
        for described, plain in zip(shown, columns_of(source.file, words, shown), strict=True)
    ]


def _column(
    described: Mapping[str, Any], type: str, told: Mapping[str, Any], rows: int, back: bool, words: Words
) -> Known:
    titles = codes.TITLES.get(described.get("means", ""))
    filled, distinct = told.get("filled"), told.get("distinct")
    about = "≈ " if told.get("about") and distinct and distinct > 100 else ""
    return Known(
        name=described["id"],
        type=type,
        means=titles[words.language == "en"] if titles else "",
        filled="" if filled is None else f"{filled / rows:.0%}" if rows else "–",
        distinct="" if distinct is None else f"{about}{distinct:,}",
        spark="" if back else _spark(told.get("histogram")),
        told=words("know_withheld") if back or told.get("withheld") else _told(told, described, words),
    )


def _told(told: Mapping[str, Any], described: Mapping[str, Any], words: Words) -> str:
    """The range of numbers and times, the commonest texts."""
    low, high = told.get("min"), told.get("max")
    if low is not None and high is not None:
        if isinstance(low, str):
            low, high = words.day(low, short=True), words.day(str(high), short=True)
        else:
            plain = described.get("means") in codes.YEARS or described.get("means") in codes.LEVELS
            low, high = (str(int(each)) if plain else number(each) for each in (low, high))
        return low if low == high else f"{low} – {high}"
    return " · ".join(f"{cut(value, CELL)} ({rows:,})" for value, rows in told.get("top", ())[:TOP])


def _spark(histogram: Mapping[str, Any] | None) -> str:
    """A histogram as small bars; the smallest that is not empty can still be seen."""
    if not histogram:
        return ""
    counts = histogram["counts"]
    top = max(counts) or 1
    heights = [max(1, round(_HIGH * count / top)) if count else 0 for count in counts]
    return "".join(f"M{at * _BAR} {_HIGH}v-{high}h{_BAR - 1}v{high}z" for at, high in enumerate(heights) if high)


def _joins(catalogue: Catalogue, source: Source, sheet: Sheet) -> list[Join]:
    found = catalogue.insight.joins.of_source(source, limit=JOINS).found
    return [_join(each, sheet) for each in found]


def _join(each: Joinable, sheet: Sheet) -> Join:
    words = sheet.words
    on = tuple(
        words(
            "know_on" if meeting.exact else "know_on_about",
            mine=cut(meeting.mine.column, CELL),
            theirs=cut(meeting.theirs.column, CELL),
            share=f"{meeting.share:.0%}",
        )
        for meeting in each.match.meetings
    )
    name = str(each.resource.fields.get("name") or each.resource.file_name)
    address = sheet.links.to("dataset", each.package.dataset.name, "resource", each.resource.id)
    return Join(title_of(each.package), address, cut(name, 100), on, each.query)
