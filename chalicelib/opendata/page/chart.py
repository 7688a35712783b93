"""Draws the chart of a table: a line over time, or bars from the highest."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ..charts.model import Points
from .markdown import cut

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LABEL = 18


def number(value: float) -> str:
    """A number as people read it: thousands parted, at most two decimals."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@cache
def _pygal() -> Any:
    """The library, without the importer for its maps that it hangs into `sys.meta_path`.

    Our maps are drawn otherwise, and that importer is of the protocol before Python 3.4: every later import of the
    process would pass through it and warn.
    """
    import pygal

    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]
    return pygal


def draw(points: Points, names: Sequence[str], title: str, description: str, *, ids: str = "chart") -> str:
    """The chart as SVG for the inside of an HTML page: no style, no script; the page's own style colours it.

    Args:
        names: the labels as people read them.
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
        "print_values": points.choice.kind == "bars",
        "print_values_position": "top",
        "show_dots": True,
        "x_label_rotation": 0,
        "style": pygal.style.Style(label_font_size=13, major_label_font_size=13, value_font_size=13),
    }
    labels = [cut(label, LABEL) for label in names]
    if points.choice.kind == "bars":
        # beyond the longest bar there must be room for its number
        edge = (min(0.0, min(points.values)) * 1.4, max(0.0, max(points.values)) * 1.4)
        chart = pygal.HorizontalBar(
            height=24 + 30 * len(labels),
            show_x_labels=False,
            show_y_guides=False,
            range=edge,
            **options,
        )
        # pygal draws from the bottom up
        chart.x_labels = labels[::-1]
        chart.add("", list(points.values[::-1]))
    else:
        # as many labels as stand beside each other
        room = max(2, min(6, 46 // max(len(label) for label in labels)))
        every = max(1, -(-len(labels) // room))
        # amounts begin at nothing, else a small change looks like a great one
        chart = pygal.Line(
            height=260,
            show_minor_x_labels=False,
            truncate_label=-1,
            margin_right=20,
            include_x_axis=points.choice.how != "mean" and min(points.values) >= 0,
            **options,
        )
        chart.x_labels = labels
        chart.x_labels_major = labels[::every]
        chart.add("", list(points.values))
    return _plain(chart.render_tree(), title, description, ids)


_MEASURED = frozenset({"d", "x", "y", "cx", "cy", "width", "height", "transform"})
_LONG = re.compile(r"-?[0-9]+\.[0-9]{2,}")
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
    for element in svg.iter():
        for name in _MEASURED & element.attrib.keys():
            element.set(name, _LONG.sub(lambda found: f"{float(found[0]):.1f}", element.get(name, "")))
    return ElementTree.tostring(svg, encoding="unicode")
