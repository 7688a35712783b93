"""Files as Thai offices make them become typed tables; nothing is guessed and nothing is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.tables.ingest import sniff, table
from chalicelib.opendata.tables.ingest.model import Built, Unreadable


def build(folder: Path, content: bytes) -> Built:
    source = folder / "source"
    source.write_bytes(content)
    return table.build(source, folder)


def types_of(built: Built) -> dict[str, str]:
    return {column["id"]: column["type"] for column in built.tables[0].columns}


def column(built: Built, name: str) -> list[Any]:
    at = [found["id"] for found in built.tables[0].columns].index(name)
    return [record[at] for record in built.tables[0].preview["records"]]


PROVINCES = "abbr,province,area\r\nกจ,กาญจนบุรี,19483.2\r\nชม,เชียงใหม่,20107\r\n"


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


@pytest.mark.parametrize(
    ("values", "type_", "shown"),
    [
        (["1", "-20", ""], "int8", [1, -20, None]),
        (["999999999999999999"], "int8", [999999999999999999]),
        (["1.50", "2"], "numeric", [1.5, 2.0]),
        (["0123", "0456"], "text", ["0123", "0456"]),
        (["-0"], "text", ["-0"]),
        (["1,234"], "text", ["1,234"]),
        (["๑๒"], "text", ["๑๒"]),
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
        (["", "  "], "text", []),
        (["4C", "1"], "text", ["4C", "1"]),
        (["2022.3.10.0"], "text", ["2022.3.10.0"]),
    ],
)
def test_a_type_is_taken_only_when_nothing_is_lost(
    tmp_path: Path, values: list[str], type_: str, shown: list[Any]
) -> None:
    lines = "".join(f'x,"{value}"\n' if value.strip() or shown else f'," {value}"\n' for value in values)
    built = build(tmp_path, f"k,v\n{lines}".encode())
    assert types_of(built)["v"] == type_
    assert column(built, "v") == shown


def test_one_late_text_value_keeps_the_whole_column_text(tmp_path: Path) -> None:
    lines = "".join(f"{i},{i}\n" for i in range(60_000))
    built = build(tmp_path, f"a,b\n{lines}60000,n/a\n".encode())
    assert types_of(built) == {"a": "int8", "b": "text"}
    assert built.tables[0].rows == 60_001


def test_buddhist_dates_say_so_in_the_report(tmp_path: Path) -> None:
    built = build(tmp_path, "วันที่,x\n25/11/2569,1\n".encode())
    assert built.report["columns"][0] == {"name": "วันที่", "type": "date", "era": "BE", "filled": 1}


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
        (b"PK\x03\x04aaaa", "CSV"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"a,b\n\x00\x01\x00\x02", "text file"),
        ("é,à\ncafé,ÀÉ\n".encode("cp1252"), "encoding"),
        (PROVINCES.encode() + b"\xff", "encoding"),
        (b"\xef\xbb\xbfa,b\n\xff,1\n", "UTF-8"),
        (b",,\n1,2,3\n", "column names"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3"),
        (b"a," + b"x" * (sniff.MAX_LINE + 2), "too long"),
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
    assert sniff.column_names(header) == names


@settings(max_examples=200)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=12))
def test_column_names_are_always_unique_and_usable(header: list[str]) -> None:
    names = sniff.column_names(header)
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
    for original, shown in zip(values, column(built, "v"), strict=True):
        if shown is None:
            assert not original.strip(" \t\r\n\u00a0")
        elif kind == "text":
            assert shown == original
        elif kind == "int8":
            assert str(shown) == original.strip(" \t\r\n\u00a0")
        elif kind in ("numeric", "float8"):
            assert float(original) == shown
        else:
            assert shown == original.strip(" \t\r\n\u00a0")
