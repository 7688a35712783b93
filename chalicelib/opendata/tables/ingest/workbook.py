"""Workbooks: XLSX and ODS, each filled visible sheet one table.

calamine reads the cells (values as Excel last calculated them, dates as dates). It holds a sheet in memory as one
rectangle and believes what the file says, so before it is called the parts are unpacked once with their sizes counted,
entities are refused, and the rectangle that the cells span is measured.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.shared.dataclass import dataclass

from . import layout
from .delimited import Cleaner
from .model import Grid, Json, Unreadable
from .notes import note, of_layout, told
from .options import Options
from .plain import Sheet

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MAX_PARTS = 1 << 30
MAX_SHEETS = 100
MAX_CELLS = 12_000_000
"""Cells of the rectangle that a sheet spans; each takes about 30 bytes while the sheet is read."""

CHUNK = 1 << 20
SAMPLE_ROWS = 200
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)")
_CELL = re.compile(rb'<(?:\w+:)?c [^>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_REPEATED = re.compile(rb'number-(columns|rows)-repeated="([0-9]{1,9})"')
_ODS_TAG = re.compile(rb"<(/?)(?:table:)?(table-cell|covered-table-cell|table-row|table)\b([^>]*)>", re.DOTALL)


@dataclass(frozen=True)
class Skipped:
    """A sheet that is no table of its own, and why."""

    name: str
    why: Literal["blank", "hidden", "unwanted"]


def sheets(source: Path, scratch: Path, options: Options, kind: Literal["xlsx", "ods"]) -> Iterator[Grid | Skipped]:
    """Each sheet of a workbook in turn; a grid's file is only there until the next is asked for.

    Raises:
        Unreadable: damaged, larger than is taken, or a sheet that `options` names is not there.
    """
    import python_calamine as calamine

    _judge(source, kind)
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(source))
    except calamine.PasswordError:
        raise Unreadable("ไฟล์ใส่รหัสผ่านไว้ โปรดเอารหัสผ่านออก", "The file has a password; take it off.") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise _damaged() from None
    listed = workbook.sheets_metadata
    if len(listed) > MAX_SHEETS:
        raise Unreadable(f"ไฟล์มีเกิน {MAX_SHEETS} แผ่นงาน", f"The workbook has more than {MAX_SHEETS} sheets.")
    if not set(options.sheets) <= {sheet.name for sheet in listed}:
        raise Unreadable("ไม่มีแผ่นงานที่ระบุใน sheets", "A sheet that `sheets` names is not in the workbook.")
    tables = [sheet for sheet in listed if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    for sheet in tables:
        if options.sheets and sheet.name not in options.sheets:
            yield Skipped(sheet.name, "unwanted")
        elif not options.sheets and sheet.visible != calamine.SheetVisibleEnum.Visible:
            yield Skipped(sheet.name, "hidden")
        else:
            try:
                found = workbook.get_sheet_by_name(sheet.name)
            except (calamine.CalamineError, OSError, ValueError):
                raise _damaged() from None
            yield _grid(found, scratch, options, alone=len(tables) == 1)


def _grid(sheet: CalamineSheet, scratch: Path, options: Options, *, alone: bool) -> Grid | Skipped:
    start = sheet.start
    if start is None:
        return Skipped(sheet.name, "blank")
    if sheet.height * sheet.width > MAX_CELLS:
        raise _too_many_cells()
    top, left = start
    merges = [
        ((max(0, a - top), max(0, b - left)), (c - top, d - left))
        for (a, b), (c, d) in (sheet.merged_cell_ranges or ())
        if c >= top and d >= left and (a, b) != (c, d)
    ]
    first = [_texts(row) for row in sheet.to_python(skip_empty_area=True, nrows=SAMPLE_ROWS)]
    if all(layout.blank(row) for row in first) and sheet.height <= SAMPLE_ROWS:
        return Skipped(sheet.name, "blank")
    shifted = options
    if options.header:
        shifted = options.model_copy(update={"header": max(0, options.header - top)})
    laid = layout.find(first, shifted, merges, width=sheet.width)
    path = scratch / "sheet.csv"
    cleaner = Cleaner(len(laid.columns), laid.columns, options.footer_rows)
    spread = _Downwards(merges, laid.first)
    with Sheet(path) as target:
        for number, cells in enumerate(sheet.iter_rows()):
            if number >= laid.first:
                for clean in cleaner.take(spread.over(number, _texts(cells)), number + top + 1):
                    target.add(clean)
        for clean in cleaner.finish():
            target.add(clean)
    if not target.rows:
        return Skipped(sheet.name, "blank")
    facts = {**told(laid), **cleaner.facts}
    if laid.header is not None:
        facts["header_row"] = laid.header + top + 1
    notes = [*of_layout(laid), *spread.notes(), *cleaner.notes]
    name = "" if alone else sheet.name
    return Grid(name, path, laid.columns, longest=target.longest, facts=facts, notes=tuple(notes))


class _Downwards:
    """Cells merged over several rows of data hold the same value in each: the sheet itself says so."""

    def __init__(self, merges: Sequence[layout.Merge], first: int) -> None:
        self._open: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in merges:
            if bottom > top >= first:
                self._open.setdefault(top, []).append((left, bottom))
        self._now: dict[int, tuple[int, str]] = {}
        self._count = sum(len(found) for found in self._open.values())

    def over(self, number: int, row: list[str]) -> list[str]:
        """The row with the values that reach down into it."""
        if not self._count:
            return row
        for left, bottom in self._open.get(number, ()):
            if left < len(row):
                self._now[left] = (bottom, row[left])
        for left, (bottom, value) in list(self._now.items()):
            if number > bottom:
                del self._now[left]
            elif left < len(row):
                row[left] = value
        return row

    def notes(self) -> Iterator[Json]:
        """What the owner is told."""
        if self._count:
            yield note(
                "merged_cells",
                f"มีเซลล์ผสานตามแนวตั้ง {self._count:,} แห่ง จึงใส่ค่าเดียวกันในทุกแถวที่ผสาน",
                f"{self._count:,} cells are merged over several rows; each of these rows got the value.",
                cells=self._count,
            )


def _texts(cells: Sequence[Any]) -> list[str]:
    return [cell if isinstance(cell, str) else _text(cell) for cell in cells]


def _text(cell: Any) -> str:
    """A cell as a person would type it so that nothing is lost."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (dt.datetime, dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)


def _damaged() -> Unreadable:
    return Unreadable(
        "ไฟล์สมุดงานเสียหายหรือส่งมาไม่ครบ โปรดเปิดด้วย Excel แล้วบันทึกใหม่",
        "The workbook is damaged or cut short; open it in Excel and save it anew.",
    )


def _too_many_cells() -> Unreadable:
    return Unreadable(
        f"แผ่นงานกินพื้นที่เกิน {MAX_CELLS:,} เซลล์ โปรดลบเซลล์ที่ไม่ใช้ซึ่งอยู่ไกลออกไป หรือบันทึกเป็น CSV",
        f"A sheet spans more than {MAX_CELLS:,} cells; clear stray cells far out, or save it as CSV.",
    )


def _judge(source: Path, kind: Literal["xlsx", "ods"]) -> None:
    """Unpacks every part once, to count what it really holds, before a reader is let at it."""
    left = MAX_PARTS
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                if info.flag_bits & 1:
                    raise Unreadable("ไฟล์ใส่รหัสผ่านไว้ โปรดเอารหัสผ่านออก", "The file has a password; take it off.")
                if not info.filename.endswith((".xml", ".rels")):
                    continue
                if info.file_size > left:
                    raise _swollen()
                with archive.open(info) as part:
                    left -= _judge_part(part, info.filename, kind, left)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, NotImplementedError):
        raise _damaged() from None


def _swollen() -> Unreadable:
    return Unreadable(
        f"เนื้อหาในสมุดงานใหญ่เกิน {MAX_PARTS >> 30} GB เมื่อคลายออก", f"The workbook unpacks to over {MAX_PARTS >> 30} GB."
    )


def _judge_part(part: Any, name: str, kind: Literal["xlsx", "ods"], most: int) -> int:
    size, kept = 0, b""
    ruler: _Ruler | _OdsRuler | None = None
    if kind == "xlsx" and name.startswith("xl/worksheets/"):
        ruler = _Ruler()
    elif kind == "ods" and name == "content.xml":
        ruler = _OdsRuler()
    while chunk := part.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise _swollen()
        text = kept + chunk
        if _DOCTYPE.search(text):
            raise Unreadable(
                "สมุดงานมีคำสั่ง XML ที่ไม่อนุญาต (DOCTYPE) โปรดบันทึกใหม่ด้วย Excel",
                "The workbook holds XML that is not allowed (a DOCTYPE); save it anew in Excel.",
            )
        if ruler:
            kept = ruler.measure(text)
            if ruler.cells > MAX_CELLS:
                raise _too_many_cells()
        else:
            kept = text[-10:]
    return size


class _Ruler:
    """The rectangle that the cells of an XLSX sheet span, whatever its `dimension` claims."""

    def __init__(self) -> None:
        self.cells = 0
        self._rows = (1 << 30, 0)
        self._columns = (1 << 30, 0)

    def measure(self, text: bytes) -> bytes:
        """Takes more of the part; answers what must be seen again with the next piece."""
        for found in _CELL.finditer(text):
            column = 0
            for letter in found[1]:
                column = column * 26 + letter - 64
            row = int(found[2])
            self._rows = (min(self._rows[0], row), max(self._rows[1], row))
            self._columns = (min(self._columns[0], column), max(self._columns[1], column))
        if self._rows[1]:
            self.cells = (self._rows[1] - self._rows[0] + 1) * (self._columns[1] - self._columns[0] + 1)
        return text[text.rfind(b"<") :] if text.rfind(b">") < text.rfind(b"<") else b""


class _OdsRuler:
    """The cells that an ODS sheet spells out or repeats; a repeated blank tail does not count."""

    def __init__(self) -> None:
        self.cells = 0
        self._row = 0
        self._pending = 0
        self._times = 1

    def measure(self, text: bytes) -> bytes:
        """Takes more of the part; answers what must be seen again with the next piece."""
        for found in _ODS_TAG.finditer(text):
            closing, tag, attributes = found[1], found[2], found[3]
            times = {kind: int(many) for kind, many in _REPEATED.findall(attributes)}
            if tag == b"table-row" and not closing:
                self._row, self._pending, self._times = 0, 0, times.get(b"rows", 1)
            elif tag == b"table-row":
                self.cells += self._row * self._times
            elif tag.endswith(b"cell") and not closing:
                self._pending += times.get(b"columns", 1)
                if b"value" in attributes or not attributes.endswith(b"/"):
                    self._row = self._pending
        return text[text.rfind(b"<") :] if text.rfind(b">") < text.rfind(b"<") else b""
