"""Rows as GeoJSON, pictures of tables, and what is known of their columns, over the wire."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.opendata.page.town import Page
from tests.opendata.portal import Portal
from tests.support.client import Answer

SHOPS = "ร้าน,จังหวัด,ที่นั่ง,lat,lon\n" + "".join(
    f"ร้าน {at},{('ตราด', 'จ.ตราด', 'กทม.')[at % 3]},{at * 7 % 50 + 1},{12.0 + at / 100},{102.0 + at / 50}\n"
    for at in range(40)
)
AREAS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"ชื่อ": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 13], [x + 0.5, 13], [x + 0.5, 13.5], [x, 13]]],
            },
        }
        for name, x in (("ก", 100.0), ("ข", 101.0), ("ค", 102.0))
    ],
}


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Portal, str]:
    portal = Portal(tmp_path_factory.mktemp("tables"))
    portal.organization()
    return portal, portal.table_of(portal.dataset("shops")["id"], SHOPS.encode(), name="ร้านอาหาร", format="CSV")


def ask(shops: tuple[Portal, str], what: str, query: str = "", **headers: str) -> Answer:
    portal, resource = shops
    return portal.client.get(f"/opendata/v1/resources/{resource}/{what}{quote(query, safe='?&=,-')}", headers=headers)


def test_rows_are_features_page_by_page(shops: tuple[Portal, str]) -> None:
    found: list[Any] = []
    answer = ask(shops, "geojson", "?limit=15")
    assert answer.headers["content-type"].startswith("application/geo+json")
    assert answer.json["bbox"] == [102.0, 12.0, 102.78, 12.39]
    for _ in range(3):
        found += answer.json["features"]
        links = answer.json.get("links", [])
        if links:
            answer = shops[0].client.get(links[0]["href"].removeprefix("https://data.klang.test"))
    assert [feature["id"] for feature in found] == list(range(1, 41)) and links == []
    assert found[1] == {
        "type": "Feature",
        "id": 2,
        "geometry": {"type": "Point", "coordinates": [102.02, 12.01]},
        "properties": {"ร้าน": "ร้าน 1", "จังหวัด": "จ.ตราด", "ที่นั่ง": 8},
    }


def test_a_box_narrows_and_a_bad_one_is_told_so(shops: tuple[Portal, str]) -> None:
    inside = ask(shops, "geojson", "?bbox=102.0,12.0,102.1,12.02").json["features"]
    assert [feature["id"] for feature in inside] == [1, 2, 3]
    for bad in ("?bbox=1,2,3", "?bbox=a,b,c,d", "?bbox=103,12,102,13", "?limit=0", "?limit=99999", "?after=-1"):
        answer = ask(shops, "geojson", bad)
        assert answer.status == 422 and answer.json["errors"], bad
    assert ask(shops, "geojson", "?version=7").status == 404


def test_shapes_of_one_column_are_features_too(portal: Portal) -> None:
    portal.organization()
    sent = portal.table_of(
        portal.dataset("areas")["id"], json.dumps(AREAS).encode(), file_name="areas.geojson", format="GeoJSON"
    )
    whole = portal.client.get(f"/opendata/v1/resources/{sent}/geojson").json
    assert [feature["geometry"]["type"] for feature in whole["features"]] == ["Polygon"] * 3
    assert whole["features"][0]["geometry"]["coordinates"] == AREAS["features"][0]["geometry"]["coordinates"]  # type: ignore[index]  # a literal above
    inside = portal.client.get(f"/opendata/v1/resources/{sent}/geojson?bbox=101.9,12,103,14").json
    assert [feature["properties"]["ชื่อ"] for feature in inside["features"]] == ["ค"]
    assert "<path" in portal.client.get(f"/opendata/v1/resources/{sent}/map.svg").text


def test_a_table_without_places_says_so(portal: Portal) -> None:
    portal.organization()
    plain = portal.table_of(portal.dataset("plain")["id"], "ชื่อ,จำนวน\nก,1\nข,5\n".encode(), format="CSV")
    for what in ("geojson", "map.svg"):
        answer = portal.client.get(f"/opendata/v1/resources/{plain}/{what}")
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_chart_and_a_map_are_pictures_of_all_rows(shops: tuple[Portal, str]) -> None:
    for language, title in (("th", "ผลรวมของ ที่นั่ง รายจังหวัด"), ("en", "Sum of ที่นั่ง by province")):
        answer = ask(shops, "map.svg", f"?lang={language}")
        page = Page(answer.text)
        assert answer.headers["content-type"].startswith("image/svg+xml") and page.wrong == []
        assert page.texts["title"][0] == title
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    chart = ask(shops, "chart.svg", "?by=จังหวัด&value=ที่นั่ง&how=mean&lang=th")
    assert Page(chart.text).texts["title"] == ["ค่าเฉลี่ยของ ที่นั่ง แยกตาม จังหวัด"] and "<style>" in chart.text
    assert Page(ask(shops, "chart.svg", "?by=จังหวัด&value=-&lang=th").text).texts["title"] == ["จำนวนแถว แยกตาม จังหวัด"]
    known = chart.headers["etag"]
    assert ask(shops, "chart.svg", "?by=จังหวัด&value=ที่นั่ง&how=mean&lang=th", **{"if-none-match": known}).status == 304


@pytest.mark.parametrize(
    ("what", "query", "field"),
    [
        ("chart.svg", "?by=ไม่มี", "/by"),
        ("chart.svg", "?value=ไม่มี", "/value"),
        ("chart.svg", "?value=lat", "/value"),
        ("map.svg", "?by=ร้าน", "/by"),
        ("chart.svg", "?how=median", "query:how"),
    ],
)
def test_what_cannot_be_drawn_names_the_field(shops: tuple[Portal, str], what: str, query: str, field: str) -> None:
    answer = ask(shops, what, query)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [field]
    assert 'ไม่มี"' not in answer.text


def test_what_is_known_of_columns_is_told(shops: tuple[Portal, str]) -> None:
    told = ask(shops, "profile").json
    columns = {column["id"]: column for column in told["columns"]}
    assert (told["rows"], told["version"], told["bbox"]) == (40, 1, [102.0, 12.0, 102.78, 12.39])
    assert columns["จังหวัด"]["means"] == "province_name" and columns["จังหวัด"]["means_en"] == "Name of a province"
    assert columns["จังหวัด"]["top"][0] == {"value": "ตราด", "rows": 14}
    assert sum(columns["ที่นั่ง"]["histogram"]["counts"]) == 40 and columns["ที่นั่ง"]["filled"] == 40


def test_what_may_be_somebodys_is_kept_back_and_private_tables_stay_private(portal: Portal) -> None:
    portal.organization()
    rows = "ชื่อ-สกุล,โทรศัพท์,จำนวน\n" + "สมชาย ใจดี,081-234-5678,5\n" * 3 + "สมหญิง ใจงาม,081-999-5678,9\n"
    secret = portal.table_of(portal.dataset("staff", private=True)["id"], rows.encode(), format="CSV")
    for what in ("profile", "geojson", "map.svg", "chart.svg", "joins"):
        assert portal.client.get(f"/opendata/v1/resources/{secret}/{what}").status == 404
    own = portal.client.get(f"/opendata/v1/resources/{secret}/profile", headers={"Authorization": portal.publisher})
    assert own.status == 200 and "สมชาย" not in own.text and "081" not in own.text
    assert [column["withheld"] for column in own.json["columns"]] == [True, True, False]
