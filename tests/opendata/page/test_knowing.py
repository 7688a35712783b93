"""What a table's page tells beyond its rows: columns, a chart to choose, a map, joins, the other tables of a file."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from tests.opendata.page.town import Page, get, seen
from tests.opendata.portal import Portal

MESSY = (
    "ใบอนุญาตรายจังหวัด,,,\r\n,,,\r\nจังหวัด,ปี พ.ศ.,จำนวน,วันที่\r\n"
    + "".join(
        f'{name},{year},"{1000 * at + year:,}",{at + 1:02}/01/{year}\r\n'
        for year in (2565, 2566, 2567)
        for at, name in enumerate(("จ.ตราด", "กทม.", "เชียงใหม่", "ภูเก็ต"))
    )
    + ",,,\r\n,,,\r\n"
).encode("cp874")
PEOPLE = "รหัสจังหวัด,ประชากร\n23,229914\n10,5527994\n50,1789385\n".encode()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Portal, str]:
    portal = Portal(tmp_path_factory.mktemp("tables"))
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], MESSY, name="ใบอนุญาต", format="CSV")
    people = portal.dataset("people", title="ประชากรรายจังหวัด")["id"]
    portal.table_of(people, PEOPLE, name="ประชากร", format="CSV")
    portal.settle()
    return portal, resource


def page(told: tuple[Portal, str], query: str = "?lang=th") -> Page:
    portal, resource = told
    return seen(portal, f"/dataset/food-licences/resource/{resource}{query}")


def test_columns_are_told_with_what_they_mean_and_how_they_spread(told: tuple[Portal, str]) -> None:
    found = page(told)
    assert found.wrong == []
    text = found.text()
    for part in ("ชื่อจังหวัด", "ปีพุทธศักราช", "2565 – 2567", "100%", "กทม. (3)", "ม.ค. 2565"):
        assert part in text, part
    assert len([svg for svg in found.all("svg") if svg.get("class") == "spark"]) >= 3


def test_the_map_and_the_chart_tell_all_rows_and_name_their_source(told: tuple[Portal, str]) -> None:
    text = page(told).text()
    for part in ("ผลรวมของ จำนวน รายจังหวัด", "จาก 4 จังหวัด (12 แถว)", "CC BY 4.0", "ดูเป็นตัวเลข", "ตราด"):
        assert part in text, part
    english = page(told, "?lang=en").text()
    assert "Sum of จำนวน by province" in english and "Trat" in english and "Name of a province" in english


def test_the_chart_is_chosen_by_the_address(told: tuple[Portal, str]) -> None:
    text = page(told, "?chart_value=จำนวน&chart_by=ปี พ.ศ.&lang=th").text()
    assert "ผลรวมของ จำนวน แยกตาม ปี พ.ศ." in text
    odd = page(told, "?chart_value=ไม่มี&chart_by=ไม่มี&lang=th")
    assert odd.wrong == [] and "แผนภูมิและแผนที่" in odd.text()
    selected = [each for each in page(told, "?chart_by=จังหวัด&chart_value=-").all("option") if "selected" in each]
    assert {"-", "จังหวัด"} <= {each.get("value", "") for each in selected}


def test_what_it_joins_with_is_named_with_sql_to_copy(told: tuple[Portal, str]) -> None:
    found = page(told)
    assert "ประชากรรายจังหวัด" in found.text() and "จังหวัด กับ รหัสจังหวัด: ค่าตรงกัน 75%" in found.text()
    (sql,) = [code for code in found.texts["code"] if "JOIN" in code]
    portal, _ = told
    assert len(portal.result(portal.act("datastore_search_sql", sql=sql))["records"]) == 9


def test_the_owners_writing_is_shown_when_asked_for(told: tuple[Portal, str]) -> None:
    plain, whole = page(told), page(told, "?original=1&lang=th")
    assert '"1,000' not in plain.text() and "01/01/2565" not in plain.text()
    assert "3,565" in whole.text() and "01/01/2565" in whole.text() and whole.wrong == []
    assert "แสดงเฉพาะค่าที่แปลงแล้ว" in whole.text()
    # the dataset's own page shows each value under its own column
    portal, _ = told
    assert "2565" in seen(portal, "/dataset/food-licences?lang=th").text()


def test_the_tables_of_a_workbook_are_tabs(portal: Portal) -> None:
    book = Workbook()
    first: Any = book.active
    first.title = "ข้อมูล"
    second = book.create_sheet("สถานี")
    for row in (("จังหวัด", "ฝน"), ("ตราด", 12.5), ("ภูเก็ต", 3.25)):
        first.append(row)
    for row in (("สถานี", "สูง"), ("คลองใหญ่", 5), ("กะทู้", 9)):
        second.append(row)
    content = BytesIO()
    book.save(content)
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], content.getvalue(), file_name="ฝน.xlsx", format="XLSX")
    address = f"/dataset/food-licences/resource/{resource}"
    other = seen(portal, f"{address}?table=2&lang=th")
    assert "กะทู้" in other.text() and "ภูเก็ต" not in other.text()
    tabs = [a["href"] for a in other.all("a") if "table=2" in a["href"] or a["href"] == f"{address}?lang=th"]
    assert f"{address}?lang=th" in tabs and other.wrong == []
    sorted_page = seen(portal, f"{address}?table=2&sort=-สูง&lang=th").text()
    assert sorted_page.index("กะทู้") < sorted_page.index("คลองใหญ่")
    assert get(portal, f"{address}?table=9").status == 404
