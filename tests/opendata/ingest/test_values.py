"""Values as Thai offices write them become typed columns; nothing is guessed and nothing is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.tables.ingest import delimited, layout
from chalicelib.opendata.tables.ingest.model import Built, Unreadable
from tests.opendata.ingest.files import PROVINCES, build, codes, column, described, types_of


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PROVINCES.encode("utf-8"), "utf-8"),
        (PROVINCES.encode("utf-8-sig"), "utf-8"),
        (PROVINCES.encode("cp874"), "cp874"),
        (PROVINCES.encode("utf-16"), "utf-16-le"),
        (PROVINCES.encode("utf-16-le"), "utf-16-le"),
        (PROVINCES.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_every_encoding_gives_the_same_table(tmp_path: Path, content: bytes, encoding: str) -> None:
    built = build(tmp_path, content)
    assert built.report["encoding"] == encoding
    assert types_of(built) == {"abbr": "text", "province": "text", "area": "numeric"}
    assert column(built, "province") == ["กาญจนบุรี", "เชียงใหม่"]
    assert column(built, "area") == [19483.2, 20107.0]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["ปี", "จำนวน"]) + "\n" + delimiter.join(["2566", "12"]) + "\n"
    built = build(tmp_path, text.encode())
    assert built.report["delimiter"] == delimiter
    assert column(built, "จำนวน") == [12]


VALUES: list[tuple[list[str], str, list[Any]]] = [
    (["1", "-20", ""], "int8", [1, -20, None]),
    (["999999999999999999"], "int8", [999999999999999999]),
    (["1.50", "2"], "numeric", [1.5, 2.0]),
    (["0123", "0456"], "text", ["0123", "0456"]),
    (["-0"], "text", ["-0"]),
    (["1,234", "489,303,800", "12"], "int8", [1234, 489303800, 12]),
    (["1,234.50", "-2,000.25"], "numeric", [1234.5, -2000.25]),
    (["1,23", "4"], "text", ["1,23", "4"]),
    (["๑๒", "๓,๔๕๖"], "int8", [12, 3456]),
    (["(1,234)", "5"], "int8", [-1234, 5]),
    (["(1)", "(2)"], "text", ["(1)", "(2)"]),
    (["+5", "-5", "−6"], "int8", [5, -5, -6]),
    (["12.5%", "100%"], "numeric", [12.5, 100.0]),
    (["12.5%", "3"], "text", ["12.5%", "3"]),
    (["1.5E+05", "2E-3"], "float8", [150000.0, 0.002]),
    (["1E5", "2E10"], "text", ["1E5", "2E10"]),
    (["10", "n/a", "-", "ไม่มีข้อมูล", "NULL"], "int8", [10, None, None, None, None]),
    (["n/a", "-"], "text", ["n/a", "-"]),
    (["n/a", "ก"], "text", ["n/a", "ก"]),
    (["true", "false"], "bool", [True, False]),
    (["TRUE", "False"], "bool", [True, False]),
    (["ใช่", "ไม่ใช่"], "bool", [True, False]),
    (["จริง", "เท็จ"], "bool", [True, False]),
    (["Y", "N"], "bool", [True, False]),
    (["N", "N"], "text", ["N", "N"]),
    (["N", "S"], "text", ["N", "S"]),
    (["2 ม.ค. 66", "๒ มกราคม ๒๕๖๖"], "date", ["2023-01-02", "2023-01-02"]),
    (["29 ก.พ. 2567", "1 ธันวาคม พ.ศ. 2566"], "date", ["2024-02-29", "2023-12-01"]),
    (["31 ก.พ. 2567"], "text", ["31 ก.พ. 2567"]),
    (["2 ม.ค. 24"], "text", ["2 ม.ค. 24"]),
    (["2 Jan 2023", "3 December 2024"], "date", ["2023-01-02", "2024-12-03"]),
    (["13/01/2024", "04/08/2024"], "date", ["2024-01-13", "2024-08-04"]),
    (["01/13/2024", "04/08/2024"], "date", ["2024-01-13", "2024-04-08"]),
    (["13/01/2024", "01/13/2024"], "text", ["13/01/2024", "01/13/2024"]),
    (["2/1/66"], "text", ["2/1/66"]),
    (["๒๕๖๖-๐๑-๐๒"], "date", ["2023-01-02"]),
    (["infinity", "epoch"], "text", ["infinity", "epoch"]),
    (["nan", "1.5"], "numeric", [None, 1.5]),
    (["0-2245-2480", "02-245-2480"], "text", ["0-2245-2480", "02-245-2480"]),
    (
        ["2019-08-09T03:33:09.000+07:00", "2019-08-09T00:00:00Z"],
        "timestamptz",
        ["2019-08-09T03:33:09+07:00", "2019-08-09T07:00:00+07:00"],
    ),
    (["2024-01-02 03:04:05.250"], "timestamp", ["2024-01-02T03:04:05.250000"]),
    (["9999999999999999999"], "text", ["9999999999999999999"]),
    (["12345678901234.1234"], "text", ["12345678901234.1234"]),
    (["0.123456789012345678"], "text", ["0.123456789012345678"]),
    (["100.53352633408133", "13.5"], "float8", [100.53352633408133, 13.5]),
    (["2024-02-29", "2026-11-25"], "date", ["2024-02-29", "2026-11-25"]),
    (["2024-02-30"], "text", ["2024-02-30"]),
    (["29/02/2567", "4/8/2567"], "date", ["2024-02-29", "2024-08-04"]),
    (["29/02/2568"], "text", ["29/02/2568"]),
    (["2566-01-02"], "date", ["2023-01-02"]),
    (["04/08/2024"], "text", ["04/08/2024"]),
    (["01/02/2480"], "text", ["01/02/2480"]),
    (["2566-01-02", "2024-01-02"], "text", ["2566-01-02", "2024-01-02"]),
    (
        ["2024-01-02T03:04", "2024-01-02 03:04:05"],
        "timestamp",
        ["2024-01-02T03:04:00", "2024-01-02T03:04:05"],
    ),
    (["", "  "], "text", [None, None]),
    (["4C", "1"], "text", ["4C", "1"]),
    (["2022.3.10.0"], "text", ["2022.3.10.0"]),
]


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One table with a column for each of VALUES: the shorter ones end in blanks."""
    rows = zip_longest(*(values for values, _, _ in VALUES), fillvalue="")
    names = ",".join(["k", *(f"v{at}" for at in range(len(VALUES)))])
    lines = "".join("x," + ",".join(f'"{value}"' for value in row) + "\n" for row in rows)
    return build(tmp_path_factory.mktemp("ingest"), f"{names}\n{lines}".encode())


@pytest.mark.parametrize("at", range(len(VALUES)), ids=[" ".join(values) for values, _, _ in VALUES])
def test_a_type_is_taken_only_when_nothing_is_lost(every: Built, at: int) -> None:
    values, type_, shown = VALUES[at]
    assert types_of(every)[f"v{at}"] == type_
    assert column(every, f"v{at}")[: len(values)] == shown


def test_one_late_text_value_keeps_the_whole_column_text(tmp_path: Path) -> None:
    lines = "".join(f"{i},{i},{i}\n" for i in range(6_000))
    built = build(tmp_path, f"a,b,c\n{lines}6000,x,\n".encode())
    assert types_of(built) == {"a": "int8", "b": "text", "c": "int8"}
    assert built.tables[0].rows == 6_001


@pytest.mark.parametrize(
    ("late", "type_", "original"),
    [("n/a", "int8", True), ("1,000", "int8", True), ("1.5", "numeric", False), (" 7 ", "int8", False)],
)
def test_what_comes_late_is_seen_too(tmp_path: Path, late: str, type_: str, original: bool) -> None:
    lines = "".join(f"{i},{i}\n" for i in range(3_000))
    built = build(tmp_path, f'a,b\n{lines}3000,"{late}"\n'.encode())
    assert types_of(built) == {"a": "int8", "b": type_}
    assert any(each.get("original_of") == "b" for each in built.tables[0].columns) is original


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (["489,303,800", "12"], True),
        (["1", "n/a"], True),
        (["๑"], True),
        (["True"], True),
        (["25/11/2569"], True),
        (["2019-08-09T03:33:09.000+07:00"], True),
        (["1.50", "2"], False),
        (["true"], False),
        (["2024-01-02"], False),
        (["2024-01-02 03:04:05"], False),
        (["2019-08-09T03:33:09+07:00"], False),
    ],
)
def test_the_owners_writing_is_kept_where_it_was_changed(tmp_path: Path, values: list[str], kept: bool) -> None:
    built = build(tmp_path, ("k,v\n" + "".join(f'x,"{value}"\n' for value in values)).encode())
    assert [each["original_of"] for each in built.tables[0].columns if "original_of" in each] == ["v"] * kept
    if kept:
        assert column(built, "v_original") == values
        assert described(built, "v_original") == {
            "id": "v_original", "type": "text", "filled": len(values), "original_of": "v",
        }  # fmt: skip


def test_a_year_of_the_buddhist_era_gets_a_twin(tmp_path: Path) -> None:
    built = build(tmp_path, "ปีงบประมาณ,code,x\n2566,2566,ก\n2567,2567,ข\n".encode())
    assert types_of(built) == {"ปีงบประมาณ": "int8", "ปีงบประมาณ_ce": "int8", "code": "int8", "x": "text"}
    assert column(built, "ปีงบประมาณ") == [2566, 2567]
    assert column(built, "ปีงบประมาณ_ce") == [2023, 2024]
    assert described(built, "ปีงบประมาณ")["era"] == "BE"
    assert described(built, "ปีงบประมาณ_ce")["twin_of"] == "ปีงบประมาณ"
    assert "buddhist_years" in codes(built)


def test_an_ambiguous_date_is_told_and_the_owner_decides(tmp_path: Path) -> None:
    content = b"d,x\n04/08/2024,1\n05/08/2024,2\n"
    built = build(tmp_path, content)
    assert types_of(built)["d"] == "text"
    assert "ambiguous_dates" in codes(built)
    (tmp_path / "again").mkdir()
    told = build(tmp_path / "again", content, {"day_first": True})
    assert column(told, "d") == ["2024-08-04", "2024-08-05"]


def test_an_almost_typed_column_is_told(tmp_path: Path) -> None:
    lines = "".join(f"{i},{i if i != 50 else 'ห้าสิบ'}\n" for i in range(100))
    built = build(tmp_path, f"a,b\n{lines}".encode())
    assert types_of(built)["b"] == "text"
    assert "almost_typed" in codes(built)


def test_buddhist_dates_say_so_in_the_report(tmp_path: Path) -> None:
    built = build(tmp_path, "วันที่,x\n25/11/2569,1\n".encode())
    told = built.tables[0].report["columns"][0]
    assert (told["id"], told["type"], told["era"], told["filled"]) == ("วันที่", "date", "BE", 1)
    assert told["written"] == "be_slashed"
    assert "buddhist_dates" in codes(built)


def test_blank_tail_is_dropped_and_counted_short_rows_are_filled_and_quotes_kept(tmp_path: Path) -> None:
    built = build(tmp_path, b'a,b,c\r\n1,"x, ""q""\nnew line",3\r\n2,y\r\n , , \r\n,,\r\n')
    assert built.tables[0].rows == 2
    assert built.report["blank_rows_dropped"] == 2
    assert built.tables[0].preview["records"] == [[1, 'x, "q"\nnew line', 3], [2, "y", None]]


def test_text_is_not_trimmed(tmp_path: Path) -> None:
    built = build(tmp_path, b"a,b\n  x ,1\n")
    assert column(built, "a") == ["  x "]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"PK\x03\x04aaaa", "damaged"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"a,b\n\x00\x01\x00\x02", "text file"),
        ("é,à\ncafé,ÀÉ\n".encode("cp1252"), "encoding"),
        (PROVINCES.encode() + b"\xff", "encoding"),
        (b"\xef\xbb\xbfa,b\n\xff,1\n", "UTF-8"),
        (b",,\n , \n", "nothing in the table"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3"),
        (b"a," + b"x" * (delimited.MAX_LINE + 2), "Line 1"),
        (",".join(f"c{i}" for i in range(2_001)).encode() + b"\n", "columns"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_reason(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        build(tmp_path, content)
    assert words in refused.value.en
    assert refused.value.th


def test_a_refusal_does_not_repeat_the_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        build(tmp_path, b"a,b\n1100400000001,2\n1100400000002,4,5\n")
    assert "11004" not in refused.value.en + refused.value.th


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["a", "A", "a"], ("a", "A_2", "a_3")),
        (["", " ปี  งบ\n", "_id"], ("column_1", "ปี งบ", "c_id")),
        (['x"y', "\u200b"], ("xy", "column_2")),
    ],
)
def test_column_names(header: list[str], names: tuple[str, ...]) -> None:
    assert layout.column_names(header) == names


@settings(max_examples=200)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=12))
def test_column_names_are_always_unique_and_usable(header: list[str]) -> None:
    names = layout.column_names(header)
    assert len({name.casefold() for name in names}) == len(header)
    assert all(name.strip() and '"' not in name and not name.startswith("_") for name in names)


_SAFE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
_VALUE = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)).map(str),
    _SAFE,
)


@settings(max_examples=30, deadline=None)
@given(st.lists(_VALUE, min_size=1, max_size=6))
def test_what_was_typed_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("ingest")
    lines = "".join('k,"{}"\n'.format(value.replace('"', '""')) for value in values)
    built = build(folder, f"k,v\n{lines}".encode())
    kind = types_of(built)["v"]
    kept = column(built, "v_original") if any("original_of" in each for each in built.tables[0].columns) else values
    blanks = " \t\r\n\u00a0"
    for original, text, shown in zip(values, kept, column(built, "v"), strict=True):
        if text is not None:
            assert (
                original in (text, *([] if kind == "text" else [text.strip(blanks)])) or original.strip(blanks) == text
            )
        if shown is None:
            assert not original.strip(blanks) or text is not None
        elif kind == "text":
            assert shown == original
        elif kept is values and kind == "int8":
            assert str(shown) == original.strip(blanks)
        elif kept is values and kind in ("numeric", "float8"):
            assert float(original) == shown
        elif kept is values and kind == "date":
            assert shown == original.strip(blanks)


@pytest.mark.parametrize(
    ("early", "late", "type", "value"),
    [
        ("1", "n/a", "int8", None),
        ("1", " 2 ", "int8", 2),
        ("1", "2.5", "numeric", 2.5),
        ("1.5", "2.25", "numeric", 2.25),
        ("1.5", "0123", "text", "0123"),
        ("-", "x", "text", "x"),
        ("true", "FALSE", "bool", False),
        ("2566-01-31", "2567-13-01", "text", "2567-13-01"),
        ("ก", " ข", "text", " ข"),
        ("", "7", "int8", 7),
        ("(1)", "5", "int8", 5),
        ("yes", "no", "bool", False),
    ],
)
def test_a_late_row_that_contradicts_the_first_ones_decides(
    tmp_path: Path, early: str, late: str, type: str, value: Any
) -> None:
    first = "9" if early == "-" else early
    lines = ["k,a", f"x,{first}", *[f"x,{early}"] * 1_200, f"x,{late}"]
    built = build(tmp_path, "\n".join(lines).encode(), {"header": 1})
    assert described(built, "a")["type"] == type
    with duckdb.connect() as connection:
        found = connection.execute("SELECT a FROM read_parquet(?)", [str(built.tables[0].parquet)]).fetchall()
    assert found[-1][0] == (Decimal(str(value)) if type == "numeric" else value)
    assert described(built, "k")["filled"] == 1_202


def test_a_late_year_of_another_era_takes_the_twin_away(tmp_path: Path) -> None:
    lines = ["k,ปี", *["x,2566"] * 1_200, "x,2023"]
    assert types_of(build(tmp_path, "\n".join(lines).encode())) == {"k": "text", "ปี": "int8"}
