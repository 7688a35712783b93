"""What strangers send: each is answered clearly, in little time and memory, and without a word of its content."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import duckdb
import openpyxl
import pytest

from chalicelib.opendata.tables.ingest import caged
from chalicelib.opendata.tables.ingest.model import Unreadable
from chalicelib.opendata.tables.ingest.options import parse
from chalicelib.shared import cage
from tests.opendata.ingest.files import build, codes, column, ods, ods_row, repacked, saved, workbook, zipped

SECRET = "1100400000001"
LIMITS = cage.Limits(memory=2_560 << 20, cpu=20, wall=60.0, file=1 << 30)
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def sheet(rows: str, before: str = "") -> bytes:
    """An XLSX whose only sheet holds this XML."""
    inside = f'<?xml version="1.0"?>{before}{HEAD}{rows}</worksheet>'
    return repacked(workbook({"a": [["a", "b"], [1, 2]]}), {SHEET: inside.encode()})


FAR = (
    '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
)


def bomb() -> bytes:
    """70 MB of nothing in 70 kB."""
    return zipped({"a.csv": b"\0" * (70 << 20)})


def with_flag(content: bytes, flag: int) -> bytes:
    """A ZIP whose entries all carry a flag."""
    changed = bytearray(content)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(magic)
        changed[start + at] |= flag
    return bytes(changed)


def parquet(select: str) -> bytes:
    """A Parquet file of a SELECT."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{folder}/a' (FORMAT parquet, ROW_GROUP_SIZE 100000000)")
        return Path(folder, "a").read_bytes()


def lying_parquet() -> bytes:
    """A footer of noise."""
    whole = parquet("SELECT i AS a FROM range(1000) t(i)")
    length = struct.unpack("<I", whole[-8:-4])[0]
    footer = bytearray(whole[-8 - length : -8])
    footer[10:60] = b"\xff" * 50
    return whole[: -8 - length] + bytes(footer) + whole[-8:]


def claiming_parquet() -> bytes:
    """A thousand rows that say they are two thousand million."""
    whole = parquet("SELECT i AS a FROM range(1000) t(i)")
    length = struct.unpack("<I", whole[-8:-4])[0]
    footer = whole[-8 - length : -8].replace(b"\x16" + number(1000), b"\x16" + number(2_000_000_000))
    return whole[: -8 - length] + footer + struct.pack("<I", len(footer)) + b"PAR1"


def number(value: int) -> bytes:
    """A number as Thrift writes it."""
    value <<= 1
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def mixed() -> bytes:
    """Ten lines of UTF-8 and one of CP874."""
    lines = [f"{i},กาญจนบุรี{SECRET}\n".encode() for i in range(10)]
    return b"a,b\n" + b"".join(lines) + "10,เชียงใหม่\n".encode("cp874") + b"".join(lines)


def mostly_thai() -> bytes:
    """A hundred lines of CP874 and one of UTF-8."""
    lines = [f"{i},กาญจนบุรี\n".encode("cp874") for i in range(100)]
    return b"a,b\n" + b"".join(lines) + "100,เชียงใหม่\n".encode() + b"".join(lines)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated xlsx": (lambda: workbook({"a": [["a", "b"], [1, 2]]})[:-400], "damaged"),
    "truncated json": (lambda: json.dumps([{"a": 1}] * 50).encode()[:-30], "cut short"),
    "truncated jsonl": (lambda: b'{"a":1}\n{"a":2}\n{"a"', "Line 3"),
    "truncated gzip": (lambda: gzip.compress(b"a,b\n1,2\n" * 1000)[:-12], "damaged"),
    "truncated parquet": (lambda: parquet("SELECT 1 AS a")[:-4], "damaged"),
    "random bytes": (lambda: bytes(range(256)) * 64, "zero byte"),
    "a zero byte late": (lambda: b"a,b\n" + b"1,2\n" * 20_000 + b"1,\x00\n", "line 20,002"),
    "one stray byte": (lambda: "a,b\nกาญจนบุรี,1\n".encode() + b"\xff,2\n", "ine 3"),
    "mixed, mostly utf-8": (mixed, "line 12"),
    "mixed, mostly tis-620": (mostly_thai, "line 102"),
    "old excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "XLSX"),
    "a web page called xls": (lambda: b"\r\n<html><table><tr><td>1</td></tr></table>", "web page"),
    "docx": (lambda: zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "Excel"),
    "100,000 columns": (lambda: b",".join(b"c%d" % i for i in range(100_000)) + b"\n1\n", "2,000 columns"),
    "a million columns": (lambda: b"a," * 1_000_000 + b"a\n1\n", "Line 1"),
    "a line of 100 MB": (lambda: b"a,b\n1," + b"x" * (100 << 20), "Line 2"),
    "a line of 3 MB": (lambda: b"a,b\n1," + b"x" * (3 << 20), "Line 2"),
    "an open quote": (lambda: b'a,b\n1,"' + b"x\n" * (1 << 20), "line 2"),
    "a wide row": (lambda: f"a,b\n1,2\n1,2,{SECRET}\n".encode(), "Line 3"),
    "a far cell": (
        lambda: sheet(FAR),
        "12,000,000 cells",
    ),
    "entities in xlsx": (
        lambda: sheet("<sheetData/>", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "DOCTYPE"
    ),
    "entities in ods": (lambda: ods(ods_row(["a", "b"]), before='<!DOCTYPE x [<!ENTITY a "a">]>'), "DOCTYPE"),
    "ods that repeats": (
        lambda: ods(ods_row(["a"] * 50, repeated=1_048_576)), "12,000,000 cells"
    ),
    "zip bomb": (bomb, "beyond measure"),
    "gzip bomb": (lambda: gzip.compress(b"\0" * (70 << 20)), "beyond measure"),
    "zip within zip": (lambda: zipped({"a.zip": zipped({"a.csv": b"a,b\n1,2\n"})}), "within the archive"),
    "zip with a password": (lambda: with_flag(zipped({"a.csv": b"a,b\n1,2\n"}), 1), "password"),
    "empty zip": (lambda: zipped({}), "no files"),
    "json 10,000 deep": (lambda: b"[" * 10_000 + b"]" * 10_000, "too deep"),
    "a deep value": (lambda: b'[{"a":' + b"[" * 10_000 + b"1" + b"]" * 10_000 + b"}]", "too deep"),
    "json of numbers": (lambda: b"[1, 2, 3]", "list of objects"),
    "parquet with a lying footer": (lying_parquet, "Parquet"),
    "parquet that claims 2e9 rows": (claiming_parquet, "50,000,000 rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_with_a_reason(tmp_path: Path, name: str) -> None:
    make, words = HOSTILE[name]
    with pytest.raises(Unreadable) as refused:
        build(tmp_path, make())
    assert words in refused.value.en
    assert refused.value.th
    assert SECRET not in refused.value.th + refused.value.en


def test_a_lying_dimension_is_not_believed(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="str"><v>{first}</v></c><c r="B{row}"><v>{row}</v></c></row>'
        for row, first in ((1, "a"), (2, "x"))
    )
    built = build(tmp_path, sheet(f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData>'))
    assert built.tables[0].rows == 1


def test_a_formula_gives_its_last_value_and_text_that_looks_like_one_stays_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["ชื่อ", "ค่า"], ["=cmd|' /C calc'!A0", 1], ["+66812345678", 2]):
        page.append(row)
    page["A2"].data_type = "s"
    built = build(tmp_path, saved(book))
    assert column(built, "ชื่อ") == ["=cmd|' /C calc'!A0", "+66812345678"]


def test_a_zip_that_lies_about_its_size_is_found_out(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": b"a,b\n" + b"1,2\n" * 1000}))
    with zipfile.ZipFile(BytesIO(bytes(content))) as archive:
        at = archive.start_dir
    content[at + 24 : at + 28] = struct.pack("<I", 8)
    with pytest.raises(Unreadable, match="damaged"):
        build(tmp_path, bytes(content))


def test_the_cage_hands_out_tables_and_reasons(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes('ปี,ยอด\n2566,"1,234"\n'.encode())
    (tmp_path / "scratch").mkdir()
    made = caged.build(
        source, tmp_path / "scratch", parse({"keep_originals": False}), file_name="a.xlsx", limits=LIMITS
    )
    assert [each["id"] for each in made.tables[0].columns] == ["ปี", "ปี_ce", "ยอด"]
    assert made.tables[0].preview["records"] == [[2566, 2023, 1234]]
    assert made.tables[0].parquet.stat().st_size
    assert "mislabelled" in codes(made)
    source.write_bytes(b"%PDF-1.7")
    with pytest.raises(Unreadable, match="PDF"):
        caged.build(source, tmp_path / "scratch", limits=LIMITS)


def test_what_breaks_the_reader_breaks_only_its_cage(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"a,b\n1,2\n")
    (tmp_path / "scratch").mkdir()
    tight = cage.Limits(memory=150 << 20, cpu=20, wall=60.0, file=1 << 30)
    with pytest.raises(Unreadable, match="memory"):
        caged.build(source, tmp_path / "scratch", limits=tight)
