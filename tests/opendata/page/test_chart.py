"""Which chart a table gets, and that its drawing is only a drawing."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from chalicelib.opendata.page import chart
from tests.opendata.page.town import Page

Columns = list[dict[str, str]]


def columns(types: dict[str, str]) -> Columns:
    return [{"id": name, "type": kind} for name, kind in types.items()]


def test_a_number_by_year_is_a_line_of_sums() -> None:
    rows = [["ตราด", 2566, 10], ["ภูเก็ต", 2566, 5], ["ตราด", 2567, 20]]
    plan = chart.plan(columns({"จังหวัด": "text", "ปี": "int8", "จำนวน": "int8"}), rows)
    assert plan == chart.Plan("line", "จำนวน", "ปี", "sum", ("2566", "2567"), (15.0, 20.0), 2)


def test_a_number_by_name_is_bars_from_the_highest() -> None:
    rows = [[f"จังหวัด {number}", number * 3] for number in range(12)]
    plan = chart.plan(columns({"จังหวัด": "text", "ประชากร": "numeric"}), rows)
    assert plan is not None
    assert (plan.kind, plan.how, plan.groups, len(plan.labels)) == ("bars", "plain", 12, chart.BARS)
    assert plan.values[0] == 33 and list(plan.values) == sorted(plan.values, reverse=True)


def test_shares_are_averaged_and_never_added() -> None:
    plan = chart.plan(columns({"ภาค": "text", "ร้อยละ": "float8"}), [["เหนือ", 10.0], ["เหนือ", 20.0], ["ใต้", 40.0]])
    assert plan is not None
    assert (plan.how, plan.labels, plan.values) == ("mean", ("ใต้", "เหนือ"), (40.0, 15.0))


def test_dates_come_before_names() -> None:
    rows: list[list[Any]] = [["a", "2025-02-01", 3], ["b", "2025-01-01", 2]]
    plan = chart.plan(columns({"ชื่อ": "text", "วันที่": "date", "มูลค่า": "int8"}), rows)
    assert plan is not None
    assert (plan.kind, plan.labels, plan.values) == ("line", ("2025-01-01", "2025-02-01"), (2.0, 3.0))


@pytest.mark.parametrize(
    ("types", "rows"),
    [
        ({"ชื่อ": "text"}, [["a"], ["b"]]),
        ({"ชื่อ": "text", "รหัสจังหวัด": "int8"}, [["a", 10], ["b", 50]]),
        ({"ชื่อ": "text", "ละติจูด": "float8"}, [["a", 13.5], ["b", 14.5]]),
        ({"ชื่อ": "text", "ปี พ.ศ.": "int8"}, [["a", 2566], ["b", 2567]]),
        ({"ชื่อ": "text", "ที่": "int8"}, [["a", 1], ["b", 2], ["c", 3]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [["a", 5], ["a", 6]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [["a", 5], ["b", 5]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [["a", None], ["b", None]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [[f"{number}", number * number] for number in range(300)]),
        ({"จำนวน": "int8", "ราคา": "numeric"}, [[1, 5], [4, 6]]),
        ({}, []),
    ],
    ids=[
        "no number",
        "code",
        "coordinate",
        "year",
        "running number",
        "one group",
        "constant",
        "empty",
        "names",
        "no name",
        "nothing",
    ],
)
def test_nothing_is_drawn_where_nothing_sensible_can_be(types: dict[str, str], rows: list[list[Any]]) -> None:
    assert chart.plan(columns(types), rows) is None


@pytest.mark.parametrize("kind", ["bars", "line"])
def test_the_drawing_holds_no_script_no_style_and_says_what_it_shows(kind: Any) -> None:
    hostile = '<script>alert(1)</script>"&'
    plan = chart.Plan(kind, "v", "b", "plain", (hostile, "ก", "ข"), (-3.0, 5.0, 8.5), 3)
    page = Page(chart.draw(plan, f"ชื่อ {hostile}", "คำอธิบาย"))
    assert page.wrong == []
    assert {tag for tag, _ in page.elements} <= {"svg", "title", "desc", "g", "rect", "path", "text", "circle"}
    for _, attributes in page.elements:
        assert not any(name == "style" or name.startswith("on") for name in attributes)
    (svg,) = page.all("svg")
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert svg["role"] == "img" and set(svg["aria-labelledby"].split()) == ids
    assert page.texts["title"] == [f"ชื่อ {hostile}"]


def test_the_drawing_is_the_same_each_time() -> None:
    plan = chart.Plan("bars", "v", "b", "plain", ("ก", "ข"), (2.0, 1.0), 2)
    assert chart.draw(plan, "t", "d") == chart.draw(plan, "t", "d")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1234567, "1,234,567"), (0.5, "0.5"), (12.345, "12.35"), (-7, "-7")]
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert chart.number(value) == text


def test_drawing_leaves_no_trace_on_later_imports() -> None:
    chart.draw(chart.Plan("bars", "v", "b", "plain", ("ก", "ข"), (2.0, 1.0), 2), "t", "d")
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)
