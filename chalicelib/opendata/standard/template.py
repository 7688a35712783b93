"""The empty workbook for `excel.py`, with the standard's lists behind its cells."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from .fields import Field, thai_standard
from .layout import FIELDS_ROW, FIRST_ROW, HEADINGS_ROW, HELP_ROW, PAIRS

LISTS = "Lists"
LAST_ROW = FIRST_ROW + 299

_OWN = {
    "name": Field("name", "ชื่อในที่อยู่ (a-z 0-9 - _)", "Name in the address", "text", "RSGMO", mandatory=True),
    "dataset_name": Field("dataset_name", "ชื่อชุดข้อมูลในแผ่นงานคู่กัน", "Name of the dataset", "text", "RSGMO", True),
    "url": Field("url", "ที่อยู่ของไฟล์ (https://...)", "Address of the file", "url", "RSGMO", mandatory=True),
    "tag_string": Field("tag_string", "คำสำคัญ (คั่นด้วยจุลภาค)", "Keywords, with commas", "text", "RSGMO", True),
    "data_type_other": Field("data_type_other", "ประเภทอื่นๆ ระบุ", "Other type", "text", "O", mandatory=True),
}


@cache
def template() -> bytes:
    """The workbook, as bytes of an .xlsx file."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book = Workbook()
    lists: Any = book.active
    lists.title = LISTS
    ranges = _write_lists(lists)
    datasets = {**{each.name: each for each in thai_standard().fields}, **_but(_OWN, "url")}
    resources = {**{each.name: each for each in thai_standard().resource_fields}, **_but(_OWN, "name")}
    bold, grey = Font(bold=True), PatternFill("solid", fgColor="DDDDDD")
    for pair in PAIRS:
        for name, columns, fields in (
            (pair.datasets, pair.by_place(len(pair.columns) + 1), datasets),
            (pair.resources, pair.resource_columns, resources),
        ):
            sheet = book.create_sheet(name)
            sheet["A1"] = thai_standard().types[pair.letter]
            sheet["A2"] = "กรอกตั้งแต่แถวที่ 6 · ปีเป็น พ.ศ. หรือ ค.ศ. ก็ได้ · * ต้องระบุก่อนเผยแพร่"
            for place, column in enumerate(columns, start=1):
                field = fields[column]
                sheet.cell(FIELDS_ROW, place, column)
                heading = sheet.cell(HEADINGS_ROW, place, f"{field.th}{' *' if field.mandatory else ''}")
                heading.font, heading.fill = bold, grey
                sheet.cell(HELP_ROW, place, field.help_th or field.en)
                if column in ranges:
                    _validate(sheet, place, ranges[column], strict=not field.other and not field.multiple)
            sheet.freeze_panes = sheet.cell(FIRST_ROW, 2)
    lists.sheet_state = "hidden"
    book.active = 1
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _but(fields: dict[str, Field], name: str) -> dict[str, Field]:
    return {key: value for key, value in fields.items() if key != name}


def _write_lists(sheet: Any) -> dict[str, str]:
    """Writes each list of words into a column; answers where it stands."""
    from openpyxl.utils import get_column_letter

    found: dict[str, str] = {}
    every = (*thai_standard().fields, *thai_standard().resource_fields)
    place = 0
    for field in every:
        words = ("ใช่", "ไม่ใช่") if field.kind == "boolean" else field.choices
        if not words:
            continue
        place += 1
        letter = get_column_letter(place)
        sheet.cell(1, place, field.name)
        for row, word in enumerate(words, start=2):
            sheet.cell(row, place, word)
        found[field.name] = f"{LISTS}!${letter}$2:${letter}${len(words) + 1}"
    return found


def _validate(sheet: Any, place: int, source: str, *, strict: bool) -> None:
    """A list to choose from; other words are taken where the standard has อื่นๆ or several words."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=strict)
    letter = get_column_letter(place)
    rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)
