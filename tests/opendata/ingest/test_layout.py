"""Where the table is in a sheet: titles, headers of one or two rows, notes, and what the owner says instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.tables.ingest import layout
from chalicelib.opendata.tables.ingest.model import Unreadable
from chalicelib.opendata.tables.ingest.options import Options, parse
from chalicelib.shared.errors import Invalid
from tests.opendata.ingest.files import build, codes, column, types_of


@pytest.mark.parametrize(
    ("text", "columns", "first", "titles"),
    [
        ("a,b\n1,2", ("a", "b"), 1, ()),
        ("รายงานประจำปี 2566,,\n\nจังหวัด,ชาย,หญิง\nน่าน,1,2\nเลย,3,4", ("จังหวัด", "ชาย", "หญิง"), 3, ("รายงานประจำปี 2566",)),
        ("จังหวัด,2565,2566\nน่าน,1,2\nเลย,3,4", ("จังหวัด", "2565", "2566"), 1, ()),
        ("2565,2566\n10,20", ("2565", "2566"), 1, ()),
        ("น่าน,1.5\nเลย,2.5\nตาก,3.5", ("column_1", "column_2"), 0, ()),
        ("10.5,20\n11.5,21", ("column_1", "column_2"), 0, ()),
        ("ภาค,ประชากร,,บ้าน\n,ชาย,หญิง,\nเหนือ,1,2,3", ("ภาค", "ประชากร ชาย", "ประชากร หญิง", "บ้าน"), 2, ()),
        ("a,,c\n1,2,3", ("a", "column_2", "c"), 1, ()),
    ],
)
def test_the_header_is_found(text: str, columns: tuple[str, ...], first: int, titles: tuple[str, ...]) -> None:
    found = layout.find([line.split(",") for line in text.split("\n")], Options())
    assert (found.columns, found.first, found.titles) == (columns, first, titles)


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([["น่าน", "1"], ["ที่มา: กรมการปกครอง", ""]], 1),
        ([["น่าน", "1"], ["หมายเหตุ 1. ก", ""], ["2. ข", ""]], 2),
        ([["น่าน", "1"], ["", "หมายเหตุ"], ["Source: x", ""]], 2),
        ([["น่าน", "1"], ["ตาก", ""]], 0),
        ([["ที่มา", "1"]], 0),
    ],
)
def test_notes_at_the_end_are_told_by_their_words(rows: list[list[str]], count: int) -> None:
    assert layout.footers(rows, 2) == count
    assert layout.footers([[row[0]] for row in rows], 1) == 0


def test_titles_notes_and_a_total_are_told(tmp_path: Path) -> None:
    text = "สถิติผู้ป่วย,,\nจังหวัด,ชาย,หญิง\nน่าน,1,2\nเลย,3,4\nรวม,4,6\n\nที่มา: กระทรวงสาธารณสุข,,\n"
    built = build(tmp_path, text.encode("cp874"))
    assert column(built, "ชาย") == [1, 3, 4]
    assert built.tables[0].report["footers"] == ["ที่มา: กระทรวงสาธารณสุข"]
    assert {"titles", "footers", "total_row"} <= codes(built)


def test_rows_are_mended_where_that_is_certain(tmp_path: Path) -> None:
    built = build(tmp_path, b'a,b\r\n1,2,,\r\n3\n"x\ny",4\n5" pipe,6\n')
    assert built.tables[0].preview["records"] == [["1", 2], ["3", None], ["x\ny", 4], ['5" pipe', 6]]


def test_a_second_table_below_is_told(tmp_path: Path) -> None:
    built = build(tmp_path, "จังหวัด,ชาย\nน่าน,1\n\nอำเภอ,หญิง\nเมือง,x,\n".encode())
    assert "another_table" in codes(built)


@pytest.mark.parametrize(
    ("options", "types"),
    [
        ({"header": 2}, {"น่าน": "text", "1": "int8"}),
        ({"header": 0}, {"column_1": "text", "column_2": "text"}),
        ({"types": {"ยอด": "text"}}, {"จังหวัด": "text", "ยอด": "text"}),
        ({"types": {"ยอด": "float8"}}, {"จังหวัด": "text", "ยอด": "float8"}),
        ({"missing": []}, {"จังหวัด": "text", "ยอด": "text"}),
        ({"footer_rows": 1, "missing": []}, {"จังหวัด": "text", "ยอด": "int8"}),
        ({"delimiter": "|"}, {"จังหวัด,ยอด": "text"}),
        ({"encoding": "utf8", "keep_originals": False}, {"จังหวัด": "text", "ยอด": "int8"}),
    ],
)
def test_an_owner_may_say_otherwise(tmp_path: Path, options: dict[str, Any], types: dict[str, str]) -> None:
    built = build(tmp_path, "จังหวัด,ยอด\nน่าน,1\nเลย,2\nตาก,-\n".encode(), options)
    assert types_of(built) == types
    assert built.report["options"] == parse(options).given


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"encoding": "utf-16-le"}, "UTF-16"),
        ({"header": 9}, "header"),
        ({"sheets": ["x"]}, "sheets"),
        ({"types": {"ยอด": "date"}}, "Column 2 has 2 values"),
        ({"types": {"ไม่มี": "text"}}, "types"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        build(tmp_path, "จังหวัด,ยอด\nน่าน,1\nเลย,2\n".encode(), options)


def test_decimal_commas_and_two_digit_years(tmp_path: Path) -> None:
    options = {"decimal": ",", "era": "BE"}
    built = build(tmp_path, b"d;n\n2/1/66;1.234,5\n3/1/66;2,25\n", options)
    assert built.tables[0].preview["records"][0][:2] == ["2023-01-02", 1234.5]


def test_wrong_options_are_told_by_field_in_both_languages() -> None:
    with pytest.raises(Invalid) as wrong:
        parse({"encoding": "latin-1", "types": {"a": "money"}, "header": -1, "secret": "1100400000001"})
    assert {fault.pointer for fault in wrong.value.faults} == {
        "/options/encoding", "/options/types", "/options/header", "/options",
    }  # fmt: skip
    assert all(fault.th and fault.en and "1100400000001" not in fault.en for fault in wrong.value.faults)


def test_options_read_back_from_what_they_say() -> None:
    given = {"encoding": "TIS-620", "delimiter": "tab", "sheets": ["ก"], "missing": ["-"], "day_first": True}
    assert parse(given).encoding == "cp874"
    assert parse(parse(given).given) == parse(given)
