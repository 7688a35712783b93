"""Charts and maps with their words: what they tell, of how many rows, and the same in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..charts.model import Points
from ..maps import drawing
from ..maps.land import land
from ..recognition import codes, places
from . import chart
from .markdown import cut
from .words import Words

NAME = 60
FEW = 200


@dataclass(frozen=True)
class Drawn:
    """A picture with its words.

    Attributes:
        numbers: what it shows as (label, number), for whoever sees no picture.
        credit: whom to name for the shapes of a map.
    """

    title: str
    svg: str
    note: str
    numbers: tuple[tuple[str, str], ...] = ()
    credit: str = ""


def chart_of(points: Points, words: Words, *, ids: str = "chart") -> Drawn:
    """The chart of a table."""
    choice = points.choice
    names = [_label(points, label, words) for label in points.labels]
    title = _title(points, words, f"chart_{'plain' if points.once else choice.how}")
    note = words("chart_whole", rows=f"{points.rows:,}")
    if choice.kind == "bars" and points.groups > len(names):
        note += " " + words("chart_top", shown=len(names), groups=f"{points.groups:,}")
    told = _told(points.values, names, words)
    return Drawn(title, chart.draw(points, names, title, told, ids=ids), f"{told} {note}", _numbers(points, names))


def map_of(points: Points, words: Words, *, ids: str = "map") -> Drawn:
    """The provinces in colours."""
    names = [_province(code, words) for code in points.labels]
    title = _title(points, words, "map_count" if points.choice.how == "count" else f"map_{points.choice.how}")
    told = _told(points.values, names, words)
    note = words("map_note", provinces=len(names), rows=f"{points.rows:,}")
    if points.left_out:
        note += " " + words.number("map_left_out", points.left_out)
    heading = words("map_rows") if points.choice.how == "count" else cut(points.choice.value.strip(), 24)
    texts = drawing.Texts(title, told, heading, words("map_nothing"), ids)
    values = dict(zip(points.labels, points.values, strict=True))
    svg = drawing.choropleth(values, texts, lambda code: _province(code, words), chart.number)
    return Drawn(title, svg, f"{told} {note}", _numbers(points, names), land().credit)


def places_of(geometries: Sequence[Mapping[str, Any]], rows: int, words: Words, *, ids: str = "map") -> Drawn:
    """Points and shapes over the provinces."""
    title = words("map_places")
    whole = len(geometries) >= rows
    note = words("map_all" if whole else "map_some", shown=f"{len(geometries):,}", rows=f"{rows:,}")
    svg = drawing.places(geometries, drawing.Texts(title, note, ids=ids))
    return Drawn(title, svg, note, credit=land().credit)


def _title(points: Points, words: Words, key: str) -> str:
    choice = points.choice
    return words(key, value=cut(choice.value.strip(), NAME), by=cut(choice.by.strip(), NAME))


def _told(values: Sequence[float], names: Sequence[str], words: Words) -> str:
    """The highest and the lowest in words."""
    top, low = (choose(range(len(values)), key=values.__getitem__) for choose in (max, min))
    return words(
        "chart_desc",
        top=cut(names[top], NAME),
        top_value=chart.number(values[top]),
        low=cut(names[low], NAME),
        low_value=chart.number(values[low]),
    )


def _numbers(points: Points, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((cut(name, NAME), chart.number(value)) for name, value in zip(names, points.values, strict=True))[:FEW]


def _label(points: Points, label: str, words: Words) -> str:
    """A label as people of this language read it: dates by their calendar, provinces by their name."""
    choice = points.choice
    if choice.grain:
        day = words.day(label, short=True)
        if choice.grain == "day" or not day:
            return day or label
        return day.split(" ", 1)[1] if choice.grain == "month" else day.rsplit(" ", 1)[1]
    if codes.LEVELS.get(choice.means) == codes.PROVINCE:
        read = places.code_of if choice.means == codes.PROVINCE_CODE else places.code_of_name
        code = read(codes.PROVINCE, label)
        return _province(code, words) if code else label
    return label


def _province(code: str, words: Words) -> str:
    return places.name(codes.PROVINCE, code, words.language)
