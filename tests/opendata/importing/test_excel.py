"""What is read from a workbook, and what is refused before it costs anything."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from chalicelib.opendata.standard import excel, workbook
from chalicelib.opendata.standard.excel import Line, read
from chalicelib.opendata.standard.layout import PAIRS
from chalicelib.opendata.standard.template import template
from chalicelib.opendata.standard.workbook import Unreadable
from tests.opendata.importing.workbooks import PART, RECORD, WHOLE, by_place, filled, filled_template, with_part


def only(content: bytes) -> Line:
    (line,) = read(content)
    return line


def record(**changes: Any) -> Line:
    return only(filled({RECORD: [{**WHOLE, **changes}]}))


def test_a_row_becomes_a_private_dataset_that_nobody_harvests() -> None:
    line = record()
    assert not line.wrong
    assert line.given == {
        **{name: value for name, value in WHOLE.items() if name != "owner_org"},
        "name": "waste-points",
        "objective": ["เพื่อการให้บริการประชาชน"],
        "data_format": ["CSV"],
        "update_frequency_interval": "1",
        "data_type": "ข้อมูลระเบียน",
        "private": True,
        "allow_harvest": "False",
    }


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2569-01-31", "2026-01-31"),
        ("31/01/2569", "2026-01-31"),
        ("2026-01-31", "2026-01-31"),
        (datetime(2026, 1, 31), "2026-01-31"),
        (datetime(2569, 1, 31), "2026-01-31"),
        ("2569", "2026"),
        (2569, "2026"),
        ("2569-01", "2026-01"),
    ],
)
def test_buddhist_years_are_543_more(written: Any, kept: str) -> None:
    line = record(created_date=written)
    assert line.given["created_date"] == kept
    assert not line.wrong
    assert bool(line.remarks) is ("2569" in str(written))


def test_years_of_statistics_are_years() -> None:
    stat = {**WHOLE, "first_year_of_data": 2560, "last_year_of_data": "2569", "disaggregate": "เพศ; อายุ/กลุ่มอายุ"}
    line = only(filled({"Temp2_Meta_Stat": [stat]}))
    assert (line.given["first_year_of_data"], line.given["last_year_of_data"]) == ("2017", "2026")
    assert line.given["disaggregate"] == ["เพศ", "อายุ/กลุ่มอายุ"]
    assert line.given["data_type"] == "ข้อมูลสถิติ"


def test_what_is_in_no_list_goes_to_other() -> None:
    line = record(geo_coverage="ลุ่มน้ำ", objective="มติคณะรัฐมนตรี, แผนตำบล", data_format="XLS/XLSX", license_id="CC-ใหม่")
    assert (line.given["geo_coverage"], line.given["geo_coverage_other"]) == ("อื่นๆ", "ลุ่มน้ำ")
    assert (line.given["objective"], line.given["objective_other"]) == (["มติคณะรัฐมนตรี", "อื่นๆ"], "แผนตำบล")
    assert (line.given["license_id"], line.given["license_id_other"]) == ("อื่นๆ", "CC-ใหม่")
    assert line.given["data_format"] == ["XLS"]
    assert not line.wrong
    assert {each.field for each in line.remarks if each.note} == {"geo_coverage", "objective", "license_id"}


def test_a_list_without_other_takes_nothing_else() -> None:
    line = record(data_category="ลับสุดยอด", created_date="เมื่อวาน")
    wrong = {each.field: each for each in line.remarks if not each.note}
    assert wrong.keys() == {"data_category", "created_date"}
    assert wrong["data_category"].cell == f"{RECORD}!O6"
    assert "ลับสุดยอด" not in wrong["data_category"].th + wrong["data_category"].en
    assert "data_category" not in line.given


@pytest.mark.parametrize(("text", "kept"), [("ใช่", "True"), ("ไม่ใช่", "False"), (True, "True"), (False, "False")])
def test_yes_and_no(text: Any, kept: str) -> None:
    assert record(high_value_dataset=text).given["high_value_dataset"] == kept
    assert "high_value_dataset" not in record().given


def test_resources_find_their_dataset() -> None:
    file = {"dataset_name": "waste points", "name": "จุดทิ้งขยะ", "url": "https://x.example/a.csv", "format": "CSV"}
    lost = {**file, "dataset_name": "somewhere-else"}
    without = {"dataset_name": "waste-points", "name": "ไม่มีที่อยู่"}
    line = only(filled({RECORD: [WHOLE], "Temp3_Resource_Record": [file, lost, without]}))
    assert line.given["resources"][0] == {"name": "จุดทิ้งขยะ", "url": "https://x.example/a.csv", "format": "CSV"}
    assert [(each.cell, each.note) for each in line.remarks] == [
        ("Temp3_Resource_Record!A7", True),
        ("Temp3_Resource_Record!A8", False),
    ]


def test_the_agencies_own_workbooks_are_read_by_place() -> None:
    old = ["Old-One", "ระเบียน", "ชื่อ", "หน่วยงาน", "ฝ่าย", "a@b.example", "น้ำ", "รายละเอียด", "ไม่ทราบ", "ปี", 1]
    old += ["ตำบล", "ที่มา", "CSV", "ข้อมูลสาธารณะ", "Open Data Common", "", "2569-01-31"]
    line = only(by_place(RECORD, [old], 25))
    assert (line.given["name"], line.given["license_id"], line.given["created_date"]) == (
        "old-one",
        "Open Data Common",
        "2026-01-31",
    )
    new = [*old[:15], "เปิดเผย", *old[15:]]
    line = only(by_place(RECORD, [new], 26))
    assert (line.given["data_classification"], line.given["license_id"]) == ("เปิดเผย", "Open Data Common")


def test_every_type_has_its_sheet() -> None:
    rows = {pair.datasets: [{"name": f"set-{pair.letter.lower()}", "title": "ก"}] for pair in PAIRS}
    rows["Temp2_Meta_Other"][0]["data_type_other"] = "แบบจำลอง"
    lines = read(filled(rows))
    assert [line.name for line in lines] == ["set-r", "set-s", "set-g", "set-m", "set-o"]
    assert lines[4].given["data_type_other"] == "แบบจำลอง"
    assert len({line.given["data_type"] for line in lines}) == 5


def test_one_name_twice_is_pointed_out() -> None:
    first, second = read(filled({RECORD: [WHOLE, {**WHOLE, "title": "อีกชุด"}]}))
    assert not first.wrong
    assert [each.cell for each in second.remarks] == [f"{RECORD}!A7"]


def test_the_template_has_the_standards_lists_behind_its_cells() -> None:
    book = load_workbook(io.BytesIO(template()))
    assert book["Lists"].sheet_state == "hidden"
    for pair in PAIRS:
        fields = [cell.value for cell in book[pair.datasets][3]]
        assert fields == list(pair.by_place(len(pair.columns) + 1))
        assert len(book[pair.datasets].data_validations.dataValidation) > 5
        assert len(book[pair.datasets][4]) == len(fields)
    with pytest.raises(Unreadable, match="No datasets"):
        read(template())
    assert only(filled_template(RECORD, WHOLE)).given == record().given


def test_a_formula_counts_as_what_the_office_program_kept() -> None:
    line = record(notes='=HYPERLINK("http://evil.example","x")')
    assert "notes" not in line.given  # nothing was kept: the formula was never computed


# -- what nobody should send

GOOD = filled({RECORD: [WHOLE]})
BILLION = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>&b;</sheetData></worksheet>"""


def sheet(rows: str) -> bytes:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no readable"),
        (b"PK\x03\x04 and nothing", "no readable"),
        (b"name,title\r\na,b\r\n", "no readable"),
        (GOOD[: len(GOOD) // 2], "no readable"),
        (b"x" * (workbook.MAX_BYTES + 1), "at most 4 MB"),
        (with_part(GOOD, PART, BILLION), "document type"),
        (with_part(GOOD, "xl/x.xml", BILLION.decode().encode("utf-16")), "another encoding"),
        (with_part(GOOD, "xl/media/bomb.bin", b"\0" * (workbook.MAX_UNPACKED + 1)), "too large when unpacked"),
        (with_part(GOOD, PART, sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')), "at most 3000 rows"),
        (with_part(GOOD, PART, sheet('<row r="x"><c r="A1"><v>1</v></c></row>')), "no readable"),
        (with_part(GOOD, PART, b"<worksheet><broken"), "no readable"),
        (with_part(GOOD, "xl/workbook.xml", b"<workbook/>"), ""),
    ],
    ids=["empty", "nozip", "csv", "half", "large", "entities", "utf16", "bomb", "farrow", "badrow", "xml", "nobook"],
)
def test_hostile_files_are_refused_in_few_words(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert said in refused.value.en
    assert refused.value.faults[0].th


def test_a_hundred_thousand_rows_cost_three_thousand() -> None:
    rows = "".join(f'<row r="{number}"><c r="A{number}" t="n"><v>1</v></c></row>' for number in range(1, 100_001))
    with pytest.raises(Unreadable, match="at most 3000 rows"):
        read(with_part(GOOD, PART, sheet(rows)))


def test_many_parts_are_too_many() -> None:
    buffer = io.BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a") as package:
        for number in range(workbook.MAX_PARTS):
            package.writestr(f"xl/more{number}.xml", b"<x/>")
    with pytest.raises(Unreadable, match="too large"):
        read(buffer.getvalue())


def test_more_datasets_than_one_request_can_enter() -> None:
    rows = [{"name": f"n-{number}", "title": "ก"} for number in range(excel.MAX_DATASETS + 1)]
    with pytest.raises(Unreadable, match="at most 300 datasets"):
        read(filled({RECORD: rows}))


def test_a_far_column_and_a_long_cell() -> None:
    line = only(with_part(GOOD, PART, sheet(
        '<row r="6"><c r="A6" t="inlineStr"><is><t>far</t></is></c>'
        '<c r="XFD6" t="inlineStr"><is><t>out of sight</t></is></c></row>'
    )))  # fmt: skip
    assert (line.name, set(line.cells)) == ("far", {"name"})
    assert record(notes="ก" * 20_001).wrong


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(PAIRS[0].columns)),
        st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
        | st.integers(-9999, 9999)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.booleans(),
    )
)
def test_whatever_stands_in_a_cell_is_read_or_named(cells: dict[str, Any]) -> None:
    for line in read(filled({RECORD: [{"name": "x-1", **cells, "title": "ก"}]})):
        assert line.given["private"] is True
        for remark in line.remarks:
            assert remark.cell.startswith(RECORD)
            assert remark.th
            assert remark.en
