"""Maps are only drawings, of the right places, with a legend that tells the truth."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.maps import drawing
from chalicelib.opendata.maps.land import LAKE, _box, land
from chalicelib.shared.provinces import provinces
from tests.opendata.page.town import Page

TEXTS = drawing.Texts('ชื่อ <script>alert(1)</script>"&', "คำอธิบาย", "คน\x00", "ไม่มีข้อมูล")


def test_every_province_has_a_shape() -> None:
    assert set(land().paths) == {*provinces(), LAKE} and len(provinces()) == 77
    assert "CC BY 4.0" in land().credit


@pytest.mark.parametrize(
    ("longitude", "latitude", "code"),
    [(102.39, 12.17, "23"), (100.5, 13.75, "10"), (98.98, 18.79, "50"), (98.35, 7.95, "83"), (103.65, 18.36, "38")],
)
def test_a_place_falls_into_its_province(longitude: float, latitude: float, code: str) -> None:
    x, y = land().at(longitude, latitude)
    west, north, east, south = _box(land().paths[code])
    assert west <= x <= east and north <= y <= south


def test_provinces_are_coloured_by_class_and_named() -> None:
    values = {"10": 1.0, "23": 5.0, "50": 9.0}
    page = Page(drawing.choropleth(values, TEXTS, lambda code: provinces()[code].th, str))
    assert page.wrong == [] and page.texts["title"][0] == TEXTS.title
    assert {tag for tag, _ in page.elements} <= {"svg", "title", "desc", "g", "path", "rect", "text"}
    assert sorted(page.texts["title"][1:]) == ["กรุงเทพมหานคร: 1.0", "ตราด: 5.0", "เชียงใหม่: 9.0"]
    assert len(page.all("path")) == 78
    classes = [each["class"] for each in page.all("g") if "class" in each]
    assert sorted(each for each in classes if each[1:].isdigit()) == ["m1", "m2", "m3"]
    assert page.texts["text"] == ["คน", "9.0", "5.0", "1.0", "ไม่มีข้อมูล"]
    for _, attributes in page.elements:
        assert not any(name == "style" or name.startswith("on") for name in attributes)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=77))
def test_classes_part_all_values_without_overlap(values: list[float]) -> None:
    found = drawing.classes(values)
    assert 1 <= len(found) <= drawing.CLASSES
    assert found[0][0] == min(values) and found[-1][1] == max(values)
    assert all(low <= high for low, high in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))
    assert all(any(low <= value <= high for low, high in found) for value in values)


@pytest.mark.parametrize(
    ("geometry", "tag"),
    [
        ({"type": "Point", "coordinates": [102.4, 12.2]}, "circle"),
        ({"type": "MultiPoint", "coordinates": [[102.4, 12.2], [100, 13]]}, "circle"),
        ({"type": "LineString", "coordinates": [[102.4, 12.2], [100, 13]]}, "path"),
        ({"type": "Polygon", "coordinates": [[[100, 13], [101, 13], [101, 14], [100, 13]]]}, "path"),
        ({"type": "MultiPolygon", "coordinates": [[[[100, 13], [101, 13], [101, 14], [100, 13]]]]}, "path"),
        ({"type": "Point", "coordinates": [-170, 89.9]}, "circle"),
    ],
)
def test_shapes_are_drawn_over_the_land(geometry: dict[str, Any], tag: str) -> None:
    page = Page(drawing.places([geometry], TEXTS))
    assert page.wrong == [] and page.all(tag)
    (svg,) = page.all("svg")
    left, top, width, height = map(float, svg["viewbox"].split())
    assert width > 0 and height > 0 and abs(left) < 1e5 and abs(top) < 1e5


def test_a_map_of_few_places_is_light() -> None:
    points = [{"type": "Point", "coordinates": [100.5 + at / 1000, 13.7]} for at in range(200)]
    assert len(drawing.places(points, TEXTS).encode()) < 20_000
    assert len(drawing.choropleth(dict.fromkeys(provinces(), 1.0), TEXTS, str, str).encode()) < 25_000
