"""Opens an Excel workbook that came from outside.

Its size unpacked, its parts and its rows are bounded before anything is parsed, and a document type declaration in any
part is refused (entities). Formulas are not computed: the value that the office program kept counts.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.shared.errors import Fault, Invalid

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 4 * 1024 * 1024
MAX_UNPACKED = 24 * 1024 * 1024
"""Bytes of all parts: texts take some ten times as much in memory."""
MAX_PARTS = 300
MAX_ROWS = 3_000
"""Rows of one sheet, empty ones too."""
MAX_COLUMNS = 60

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)

Row = tuple[Any, ...]


class Unreadable(Invalid):
    """The workbook as a whole cannot be taken."""

    slug = "unreadable-workbook"

    def __init__(self, th: str, en: str) -> None:
        super().__init__(th, en, [Fault("", th, en)])


def rows_of(content: bytes, wanted: Iterable[str]) -> Mapping[str, Mapping[int, Row]]:
    """The rows that are not empty, by their number, of those sheets that are there.

    Raises:
        Unreadable: it is no workbook, or too large.
    """
    look_inside(content)
    from openpyxl import load_workbook

    found: dict[str, dict[int, Row]] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which nobody here needs
            book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            for name in wanted:
                if name in book.sheetnames:
                    found[name] = _rows(book[name])
    except Unreadable:
        raise
    except Exception:  # openpyxl raises whatever it stumbles over in a broken file
        raise _broken() from None
    return found


def _rows(sheet: Any) -> dict[int, Row]:
    """Bounded whatever the sheet says of itself."""
    sheet.reset_dimensions()
    found: dict[int, Row] = {}
    for number, cells in enumerate(
        sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True), start=1
    ):
        if number > MAX_ROWS:
            raise Unreadable(
                f"แผ่นงานหนึ่งมีได้ไม่เกิน {MAX_ROWS} แถว โปรดแบ่งไฟล์",
                f"A sheet may have at most {MAX_ROWS} rows: split the file.",
            )
        if any(cell is not None for cell in cells):
            found[number] = cells
    return found


def look_inside(content: bytes) -> None:
    """Bounds the package before anything of it is parsed.

    Raises:
        Unreadable.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(
            f"ไฟล์ต้องไม่เกิน {MAX_BYTES // 2**20} เมกะไบต์", f"The file may be at most {MAX_BYTES // 2**20} MB."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Unreadable("ไฟล์มีขนาดเมื่อคลายแล้วใหญ่เกินไป", "The file is too large when unpacked.")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_part(package.read(part))
    except Unreadable:
        raise
    except Exception:  # zipfile and zlib have a dozen ways to fail, all of which mean one thing here
        raise _broken() from None


def _check_part(text: bytes) -> None:
    """UTF-8 without declarations: what is written in UTF-16 could hide one from the eye here."""
    if b"\x00" in text[:64] or _DOCTYPE.search(text):
        raise Unreadable(
            "ไฟล์มีการประกาศ DOCTYPE หรือเข้ารหัสแบบอื่น ซึ่งไม่รับ",
            "The file declares a document type or another encoding, which is not taken.",
        )


def _broken() -> Unreadable:
    return Unreadable("ไฟล์นี้ไม่ใช่สมุดงาน Excel (.xlsx) ที่อ่านได้", "This is no readable Excel workbook (.xlsx).")
