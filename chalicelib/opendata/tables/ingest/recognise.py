"""What a file is, by its content; its name and announced type only tell whether it was mislabelled."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Literal

from .model import Unreadable

Kind = Literal["csv", "json", "parquet", "xlsx", "ods", "zip", "gz"]

MAX_MEMBERS = 5_000

_EXPECTED: dict[str, tuple[Kind, ...]] = {
    "csv": ("csv",),
    "tsv": ("csv",),
    "tab": ("csv",),
    "psv": ("csv",),
    "txt": ("csv",),
    "xlsx": ("xlsx",),
    "xlsm": ("xlsx",),
    "xls": (),
    "ods": ("ods",),
    "json": ("json",),
    "jsonl": ("json",),
    "ndjson": ("json",),
    "geojson": ("json",),
    "parquet": ("parquet",),
    "zip": ("zip",),
    "gz": ("gz",),
}
_LATIN = {
    "csv": "CSV",
    "json": "JSON",
    "parquet": "Parquet",
    "xlsx": "Excel (XLSX)",
    "ods": "OpenDocument (ODS)",
    "zip": "ZIP",
    "gz": "GZIP",
}
_OLD_OFFICE = (
    "ไฟล์ Office รุ่นเก่า (XLS, DOC) หรือไฟล์ที่ใส่รหัสผ่าน โปรดเปิดด้วย Excel เอารหัสผ่านออก แล้วบันทึกเป็น XLSX หรือ CSV",
    "an old Office file (XLS, DOC) or one with a password. Open it in Excel, take the password off and save it as XLSX "
    "or CSV.",
)
_PICTURE = (
    "รูปภาพ โปรดส่งข้อมูลต้นฉบับเป็น CSV หรือ XLSX ไม่ใช่ภาพของตาราง",
    "a picture. Send the data themselves as CSV or XLSX, not a picture of the table.",
)
_ARCHIVE = ("ไฟล์บีบอัดชนิดที่ไม่รองรับ โปรดใช้ ZIP", "an archive of a kind that is not read. Use ZIP.")
_DATABASE = ("ฐานข้อมูล โปรดส่งออกแต่ละตารางเป็น CSV", "a database. Export each table as CSV.")
_REFUSED: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_OFFICE),
    (
        b"%PDF",
        (
            "PDF ซึ่งไม่มีโครงสร้างตาราง โปรดส่งไฟล์ที่ใช้ทำ PDF (เช่น XLSX) หรือบันทึกเป็น CSV",
            "a PDF, which holds no tables. Send the file that it was made of (as XLSX), or save it as CSV.",
        ),
    ),
    (b"{\\rtf", ("เอกสาร RTF โปรดบันทึกตารางเป็น CSV หรือ XLSX", "an RTF document. Save the table as CSV or XLSX.")),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"SQLite format 3", _DATABASE),
    (b"\x00\x01\x00\x00Standard", _DATABASE),
    (
        b"\x00\x00\x27\x0a",
        ("Shapefile โปรดส่งออกเป็น GeoJSON (UTF-8)", "a shapefile. Export it as GeoJSON (UTF-8)."),
    ),
    (b"\x7fELF", ("โปรแกรม ไม่ใช่ข้อมูล", "a program, not data.")),
    (b"MZ\x90\x00", ("โปรแกรม ไม่ใช่ข้อมูล", "a program, not data.")),
)
_MARKUP = (
    ((b"<!doctype html", b"<html", b"<table"), "หน้าเว็บ (HTML)", "a web page (HTML)"),
    ((b"<?xml", b"<!doctype", b"<kml", b"<svg"), "XML", "XML"),
)


def kind_of(path: Path) -> Kind:
    """The kind of a file; text that is not JSON counts as "csv", whatever its delimiter.

    Raises:
        Unreadable: a kind that holds no table, or none that can be read; with what to do instead.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"\x1f\x8b"):
        return "gz"
    for magic, (th, en) in _REFUSED:
        if start.startswith(magic):
            raise Unreadable(f"ไฟล์นี้เป็น{th}", f"This is {en}")
    text = start.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    text = text.lstrip(b" \t\r\n").lower()
    for marks, th, en in _MARKUP:
        if text.startswith(marks):
            raise Unreadable(
                f"ไฟล์นี้เป็น{th} ไม่ใช่ตาราง โปรดเปิดด้วย Excel แล้วบันทึกเป็น XLSX หรือ CSV",
                f"This is {en}, not a table. Open it in Excel and save it as XLSX or CSV.",
            )
    return "json" if _like_json(text) else "csv"


def mislabelled(kind: Kind, file_name: str) -> tuple[str, str] | None:
    """What to tell the owner when the name promises another kind than the content is; Thai and English."""
    extension = file_name.rpartition(".")[2].lower() if "." in file_name else ""
    expected = _EXPECTED.get(extension)
    if expected is None or kind in expected:
        return None
    return (
        f"ชื่อไฟล์ลงท้ายด้วย .{extension} แต่เนื้อหาเป็น {_LATIN[kind]} จึงอ่านตามเนื้อหา",
        f"The name ends in .{extension} but the content is {_LATIN[kind]}; it was read as what it is.",
    )


def _like_json(text: bytes) -> bool:
    if text[:1] not in (b"{", b"["):
        return False
    second = text[1:].lstrip()
    return second[:1] in (b'"', b"{", b"[", b"}", b"]", b"") or _scalars(second)


def _scalars(text: bytes) -> bool:
    """Whether an array of numbers or words begins here: `[1, 2` is JSON, `[id],[name]` is not."""
    word = text.split(b",")[0].strip().rstrip(b"]")
    try:
        json.loads(word)
    except (ValueError, RecursionError):
        return False
    return True


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > MAX_MEMBERS:
                raise Unreadable(
                    f"ไฟล์ ZIP มีไฟล์ข้างในเกิน {MAX_MEMBERS:,}", f"The archive has more than {MAX_MEMBERS:,} members."
                )
            mimetype = _mimetype(archive) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unreadable(
            "ไฟล์ ZIP หรือ XLSX เสียหายหรือส่งมาไม่ครบ โปรดส่งใหม่",
            "The ZIP or XLSX file is damaged or cut short; send it again.",
        ) from None
    if any(name.startswith("xl/worksheets/") for name in names):
        return "xlsx"
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "xl/workbook.bin" in names:
        raise Unreadable("ไฟล์นี้เป็น XLSB โปรดบันทึกเป็น XLSX หรือ CSV", "This is XLSB; save it as XLSX or CSV.")
    if "[Content_Types].xml" in names or mimetype.startswith(b"application/vnd.oasis"):
        raise Unreadable(
            "ไฟล์นี้เป็นเอกสารหรือสไลด์ (เช่น DOCX, PPTX) โปรดคัดลอกตารางลง Excel แล้วบันทึกเป็น XLSX หรือ CSV",
            "This is a document or slides (as DOCX, PPTX). Copy the table into Excel and save it as XLSX or CSV.",
        )
    return "zip"


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    info = archive.getinfo("mimetype")
    if info.flag_bits & 1 or info.file_size > 200:
        return b""
    with archive.open(info) as member:
        return member.read(200)
