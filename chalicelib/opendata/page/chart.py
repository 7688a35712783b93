"""One chart of a table, chosen without asking anybody: a number by time as a line, else by category as bars.

Nothing is drawn where nothing sensible can be: no number that may be added up, or no column to tell it by. Codes,
years, coordinates and running numbers are numbers only to look at.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from .markdown import cut

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NUMBERS = frozenset({"int8", "int4", "int", "integer", "bigint", "numeric", "float8", "float4", "float", "double"})
TIMES = frozenset({"date", "timestamp"})
BARS = 10
POINTS = 60
NAMES = 200
"""Where each row has a label of its own, the ten highest of more than this many say little."""
LABEL = 18

_NO_MEASURE = re.compile(
    r"(^_?id$|_id$|^id_|code|รหัส|^no\.?$|ลำดับ|ลําดับ|เลขที่|^lat|^lon|^lng|latitude|longitude|ละติจูด|ลองจิจูด|พิกัด"
    r"|^x$|^y$|โทร|phone|zip|ไปรษณีย์)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(^ปี|^พ\.?\s?ศ\.?|^ค\.?\s?ศ\.?|ปีงบ|ปีการศึกษา|(^|_)year)", re.IGNORECASE)
_SHARE = re.compile(r"(ร้อยละ|อัตรา|เฉลี่ย|สัดส่วน|ดัชนี|percent|rate|ratio|average|mean|index|%)", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """What is to be drawn.

    Attributes:
        kind: line over time, or bars by category.
        value, by: names of the two columns.
        how: whether values of one label were added, averaged, or there is one of each.
        labels, values: of the points in order; bars from the highest.
        groups: labels in all, of which the highest are drawn.
    """

    kind: Literal["line", "bars"]
    value: str
    by: str
    how: Literal["sum", "mean", "plain"]
    labels: tuple[str, ...]
    values: tuple[float, ...]
    groups: int


def plan(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Any]]) -> Plan | None:
    """The chart of these rows, or None.

    Args:
        columns: [{id, type}], without the row's number.
        rows: values as JSON gives them, in the order of the columns.
    """
    value = next((at for at, column in enumerate(columns) if _is_measure(column, [row[at] for row in rows])), None)
    if value is None:
        return None
    for by in _candidates(columns, value):
        found = _grouped(columns, rows, value, by)
        if found is not None:
            return found
    return None


def _is_measure(column: Mapping[str, str], values: Sequence[Any]) -> bool:
    name = column["id"].strip()
    if column["type"] not in NUMBERS or _NO_MEASURE.search(name) or _YEAR.search(name):
        return False
    given = [each for each in values if isinstance(each, int | float)]
    running = all(later - earlier == 1 for earlier, later in pairwise(given))
    return len(given) >= 2 and len(set(given)) >= 2 and not (running and len(given) > 2)


def _candidates(columns: Sequence[Mapping[str, str]], value: int) -> list[int]:
    """Columns to tell the number by: times first, then years, then texts."""
    others = [at for at in range(len(columns)) if at != value]
    times = [at for at in others if columns[at]["type"] in TIMES]
    years = [at for at in others if at not in times and _YEAR.search(columns[at]["id"].strip())]
    texts = [at for at in others if columns[at]["type"] == "text" and at not in years]
    named = [at for at in texts if not _NO_MEASURE.search(columns[at]["id"].strip())]
    return [*times, *years, *named]


def _grouped(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Any]], value: int, by: int) -> Plan | None:
    groups: dict[Any, list[float]] = {}
    for row in rows:
        if isinstance(row[value], int | float) and row[by] not in (None, ""):
            groups.setdefault(row[by], []).append(row[value])
    over_time = columns[by]["type"] in TIMES or bool(_YEAR.search(columns[by]["id"].strip()))
    if len(groups) < 2 or (over_time and len(groups) > POINTS):
        return None
    name = columns[value]["id"].strip()
    once = all(len(found) == 1 for found in groups.values())
    if once and len(groups) > NAMES:
        return None
    mean = bool(_SHARE.search(name))
    points = {label: sum(found) / len(found) if mean else sum(found) for label, found in groups.items()}
    if over_time:
        ordered = sorted(points.items(), key=lambda point: (str(type(point[0])), point[0]))
    else:
        ordered = sorted(points.items(), key=lambda point: (-point[1], str(point[0])))[:BARS]
    return Plan(
        kind="line" if over_time else "bars",
        value=name,
        by=columns[by]["id"].strip(),
        how="plain" if once else "mean" if mean else "sum",
        labels=tuple(str(label) for label, _ in ordered),
        values=tuple(float(round(number, 6)) for _, number in ordered),
        groups=len(groups),
    )


def number(value: float) -> str:
    """A number as people read it: thousands parted, at most two decimals."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@cache
def _pygal() -> Any:
    """The library, without the importer for its maps that it hangs into `sys.meta_path`.

    We draw no maps, and that importer is of the protocol before Python 3.4: every later import of the process would
    pass through it and warn.
    """
    import pygal

    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]
    return pygal


def draw(plan: Plan, title: str, description: str, *, ids: str = "chart") -> str:
    """The chart as SVG for the inside of an HTML page: no style, no script; the page's own style colours it.

    Args:
        title, description: what a screen reader says.
        ids: beginning of the ids inside.
    """
    pygal = _pygal()
    options: dict[str, Any] = {
        "css": [],
        "js": [],
        "no_prefix": True,
        "show_legend": False,
        "width": 420,
        "margin": 8,
        "explicit_size": False,
        "value_formatter": number,
        "print_values": plan.kind == "bars",
        "print_values_position": "top",
        "show_dots": True,
        "x_label_rotation": 0,
        "style": pygal.style.Style(label_font_size=13, major_label_font_size=13, value_font_size=13),
    }
    labels = [cut(label, LABEL) for label in plan.labels]
    if plan.kind == "bars":
        # beyond the longest bar there must be room for its number
        edge = (min(0.0, min(plan.values)) * 1.4, max(0.0, max(plan.values)) * 1.4)
        chart = pygal.HorizontalBar(
            height=24 + 30 * len(labels),
            show_x_labels=False,
            show_y_guides=False,
            range=edge,
            **options,
        )
        # pygal draws from the bottom up
        chart.x_labels = labels[::-1]
        chart.add("", list(plan.values[::-1]))
    else:
        every = max(1, -(-len(labels) // 6))
        # amounts begin at nothing, else a small change looks like a great one
        chart = pygal.Line(
            height=260,
            show_minor_x_labels=False,
            truncate_label=-1,
            margin_right=20,
            include_x_axis=plan.how != "mean" and min(plan.values) >= 0,
            **options,
        )
        chart.x_labels = labels
        chart.x_labels_major = labels[::every]
        chart.add("", list(plan.values))
    return _plain(chart.render_tree(), title, description, ids)


_DROPPED = frozenset({"defs", "title", "desc", "style", "script"})


def _plain(svg: Element, title: str, description: str, ids: str) -> str:
    """The drawing without what pygal adds for scripts, with a title and a description of its own."""
    from xml.etree import ElementTree

    for parent in list(svg.iter()):
        for child in list(parent):
            tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else None
            if tag is None or tag in _DROPPED or "tooltip-overlay" in child.get("class", ""):
                parent.remove(child)
        parent.attrib.pop("style", None)
    for name in ("id", "xmlns"):
        svg.attrib.pop(name, None)
    svg.set("role", "img")
    svg.set("class", "chart")
    svg.set("aria-labelledby", f"{ids}-t {ids}-d")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        told = ElementTree.Element(tag, {"id": f"{ids}-{tag[0]}"})
        told.text = text
        svg.insert(place, told)
    return ElementTree.tostring(svg, encoding="unicode")
