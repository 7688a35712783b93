"""Workbooks as agencies send them, and as nobody should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

from chalicelib.opendata.standard.layout import PAIRS
from chalicelib.opendata.standard.template import template

WHOLE: Mapping[str, Any] = {
    "name": "Waste Points",
    "title": "จุดทิ้งขยะ",
    "owner_org": "เทศบาลตำบลแหลมงอบ",
    "maintainer": "กองสาธารณสุข",
    "maintainer_email": "health@laemngop.example",
    "tag_string": "ขยะ, น้ำ",
    "notes": "จุดทิ้งขยะในเขตเทศบาล",
    "objective": "เพื่อการให้บริการประชาชน",
    "update_frequency_unit": "ปี",
    "update_frequency_interval": 1,
    "geo_coverage": "ตำบล",
    "data_source": "สำรวจเอง",
    "data_format": "csv",
    "data_category": "ข้อมูลสาธารณะ",
    "license_id": "Open Data Common",
}
RECORD = "Temp2_Meta_Record"


def filled(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """A workbook like our template (field names in row 3), with these rows by sheet."""
    book = Workbook()
    for pair in PAIRS:
        for name, fields in ((pair.datasets, pair.by_place(99)), (pair.resources, pair.resource_columns)):
            if name in rows:
                sheet = book.create_sheet(name)
                for place, field in enumerate(fields, start=1):
                    sheet.cell(3, place, field)
                _write(sheet, rows[name], fields)
    return saved(book)


def filled_template(sheet: str, line: Mapping[str, Any]) -> bytes:
    """Our very template with one row."""
    book = load_workbook(io.BytesIO(template()))
    _write(book[sheet], [line], [str(cell.value) for cell in book[sheet][3]])
    return saved(book)


def _write(sheet: Any, lines: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> None:
    for number, line in enumerate(lines, start=6):
        for name, value in line.items():
            sheet.cell(number, fields.index(name) + 1, value)


def by_place(sheet: str, lines: Iterable[Sequence[Any]], headings: int) -> bytes:
    """A workbook of the agencies' own: no field names, only places."""
    book = Workbook()
    page: Any = book.active
    page.title = sheet
    for place in range(1, headings + 1):
        page.cell(4, place, f"หัวข้อ {place}")
        page.cell(5, place, "คำอธิบาย")
    for number, line in enumerate(lines, start=6):
        for place, value in enumerate(line, start=1):
            page.cell(number, place, value)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """A workbook as bytes."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    """The same package with another part in place of one, or one more."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, text)
    return buffer.getvalue()


PART = "xl/worksheets/sheet2.xml"
"""Where the first sheet of `filled` lies, after the one that every new workbook has."""
