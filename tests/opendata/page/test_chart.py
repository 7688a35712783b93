"""That the drawing of a chart is only a drawing."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from chalicelib.opendata.charts.model import Choice, Points
from chalicelib.opendata.page import chart
from tests.opendata.page.town import Page


def told(kind: Any, labels: tuple[str, ...], values: tuple[float, ...]) -> tuple[Points, tuple[str, ...]]:
    """Points and their labels."""
    return Points(Choice(kind, "v", "b", "sum"), labels, values, True, len(labels), len(labels)), labels


@pytest.mark.parametrize("kind", ["bars", "line"])
def test_the_drawing_holds_no_script_no_style_and_says_what_it_shows(kind: Any) -> None:
    hostile = '<script>alert(1)</script>"&'
    points = told(kind, (hostile, "ก", "ข"), (-3.0, 5.0, 8.5))
    page = Page(chart.draw(*points, f"ชื่อ {hostile}", "คำอธิบาย"))
    assert page.wrong == []
    assert {tag for tag, _ in page.elements} <= {"svg", "title", "desc", "g", "rect", "path", "text", "circle"}
    for _, attributes in page.elements:
        assert not any(name == "style" or name.startswith("on") for name in attributes)
    (svg,) = page.all("svg")
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert svg["role"] == "img" and set(svg["aria-labelledby"].split()) == ids
    assert page.texts["title"] == [f"ชื่อ {hostile}"]


def test_the_drawing_is_the_same_each_time() -> None:
    points = told("bars", ("ก", "ข"), (2.0, 1.0))
    assert chart.draw(*points, "t", "d") == chart.draw(*points, "t", "d")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1234567, "1,234,567"), (0.5, "0.5"), (12.345, "12.35"), (-7, "-7")]
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert chart.number(value) == text


def test_drawing_leaves_no_trace_on_later_imports() -> None:
    chart.draw(*told("bars", ("ก", "ข"), (2.0, 1.0)), "t", "d")
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)
