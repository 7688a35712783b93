"""CSV and its kin: which delimiter, where the header is, and rows mended where the engine's own reader stumbles.

A well-formed file is read by the engine as it lies there, in parallel. Everything else (short rows with cells that hold
line ends, blank cells beyond the header, notes at the end, mixed line ends, stray quotes) goes once through Python's
reader, row by row, into a plain CSV; that is slower and takes no more memory.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import encoding, layout
from .model import Grid, Json, Unreadable
from .notes import note, of_layout, told, total_note
from .options import DELIMITERS, Options
from .plain import Sheet

MAX_LINE = 1 << 20
SAMPLE_RECORDS = 200
Record = tuple[list[str], int]
TAIL = 64 << 10


def read(source: Path, scratch: Path, options: Options, name: str = "") -> Grid:
    """The table of a text file.

    Raises:
        Unreadable: of no encoding that can be proved, a line that never ends, no table.
    """
    found = encoding.find(source, asked=options.encoding)
    utf8 = source
    if found.encoding != "utf-8" or (found.bom and options.header == 0):
        utf8 = scratch / "utf8.csv"
        encoding.transcode(source, utf8, found)
    sample, whole = _sample(utf8)
    delimiter, records = _delimited(sample, options.delimiter)
    laid = layout.find([record for record, _ in records[:SAMPLE_RECORDS]], options)
    facts = {"encoding": found.encoding, "bom": found.bom > 0, "delimiter": delimiter, **told(laid)}
    skip = records[laid.first - 1][1] if laid.first else 0
    width = len(laid.columns)
    tail = _tail(utf8, delimiter)
    notes = [*of_layout(laid), *([total_note()] if tail and layout.is_total(tail[-1]) else [])]
    grid = Grid(
        name,
        utf8,
        laid.columns,
        delimiter,
        skip,
        MAX_LINE,
        ours=False,
        quoted_lines=any("\n" in cell or "\r" in cell for record, _ in records for cell in record),
        facts=facts,
        notes=tuple(notes),
    )
    noted = options.footer_rows or (options.footer_rows is None and layout.footers(tail, width))
    if noted or _another(records[laid.first :], laid.columns):
        return mended(replace(grid, notes=tuple(of_layout(laid))), scratch, options)
    return grid if whole or skip < len(sample) else mended(grid, scratch, options)


def _another(records: Sequence[Record], header: Sequence[str]) -> bool:
    """Whether the first rows hold the header of one more table."""
    return any(
        layout.is_another_header(record, header, after_blank=layout.blank(before))
        for (before, _), (record, _) in pairwise(records)
    )


def mended(grid: Grid, scratch: Path, options: Options) -> Grid:
    """The same table as a plain CSV, read row by row.

    Raises:
        Unreadable: a row has cells beyond the header, or a quote is never closed; with the line.
    """
    width = len(grid.columns)
    target = scratch / "mended.csv"
    cleaner = Cleaner(width, grid.columns, options.footer_rows)
    csv.field_size_limit(MAX_LINE)
    with grid.path.open(encoding="utf-8-sig", newline="") as file, Sheet(target) as sheet:
        for _ in range(grid.skip):
            file.readline(MAX_LINE)
        rows = csv.reader(_bounded(file, grid.skip), delimiter=grid.delimiter)
        line = grid.skip + 1
        try:
            for row in rows:
                for clean in cleaner.take(row, line):
                    sheet.add(clean)
                line = grid.skip + rows.line_num + 1
            for clean in cleaner.finish():
                sheet.add(clean)
        except csv.Error:
            raise Unreadable(
                f"ช่องที่เริ่มบรรทัด {line:,} ยาวเกินไป อาจมีเครื่องหมายคำพูดที่ไม่ปิด",
                f"A cell that begins at line {line:,} is too long; a quotation mark may not be closed.",
            ) from None
        except UnicodeDecodeError:
            encoding.find(grid.path, whole=True)
            raise
    return replace(
        grid,
        path=target,
        delimiter=",",
        skip=0,
        longest=sheet.longest,
        ours=True,
        facts={**grid.facts, **cleaner.facts},
        notes=(*grid.notes, *cleaner.notes),
    )


class Cleaner:
    """Rows below a header as they should be: of one width, without blank ones, without notes at the end.

    Attributes:
        facts: `blank_rows`, `footers` (the words of the notes) and `filled_rows`, once finished.
        notes: what the owner is told.
    """

    def __init__(self, width: int, header: Sequence[str], footer_rows: int | None) -> None:
        self._width = width
        self._header = header
        self._asked = footer_rows
        self._held: list[list[str]] = []
        self._keep = max(footer_rows or 0, 30)
        self._blank = 0
        self._after_blank = False
        self._again: int | None = None
        self._last: list[str] = []
        self.facts: dict[str, Any] = {}
        self.notes: list[Json] = []

    def take(self, row: Sequence[str], line: int) -> list[list[str]]:
        """One more row; answers those that are certainly no notes at the end.

        Args:
            row: as read.
            line: where it begins, counted from 1.

        Raises:
            Unreadable: it has cells beyond the header.
        """
        if layout.blank(row):
            self._blank += 1
            self._after_blank = True
            return []
        if len(row) > self._width and not layout.blank(row[self._width :]):
            raise Unreadable(
                f"บรรทัดที่ {line:,} มีจำนวนช่องมากกว่าหัวตาราง โปรดใส่เครื่องหมายคำพูดรอบช่องที่มีตัวคั่น",
                f"Line {line:,} has more cells than the header; put quotes around cells that hold the delimiter.",
            )
        clean = [*row[: self._width], *[""] * (self._width - len(row))]
        if self._again is None and layout.is_another_header(clean, self._header, after_blank=self._after_blank):
            self._again = line
        self._after_blank = False
        self._held.append(clean)
        if len(self._held) <= 2 * self._keep:
            return []
        ready, self._held = self._held[: -self._keep], self._held[-self._keep :]
        return ready

    def finish(self) -> list[list[str]]:
        """The last rows, without the notes among them."""
        count = self._asked if self._asked is not None else layout.footers(self._held, self._width)
        count = min(count, len(self._held))
        rows, notes = self._held[: len(self._held) - count], self._held[len(self._held) - count :]
        self.facts = {"blank_rows": self._blank, "footers": [layout.words(row) for row in notes]}
        if notes:
            self.notes.append(
                note(
                    "footers",
                    f"{count:,} แถวสุดท้ายเป็นหมายเหตุหรือแหล่งที่มา ไม่ใช่ข้อมูล จึงเก็บไว้ในรายงาน (ระบุ footer_rows: 0 ถ้าเป็นข้อมูล)",
                    f"The last {count:,} rows are notes or sources, not data; they are kept in the report "
                    "(say footer_rows: 0 if they are data).",
                    rows=count,
                )
            )
        if rows and layout.is_total(rows[-1]):
            self.notes.append(total_note())
        if self._again is not None:
            self.notes.append(
                note(
                    "another_table",
                    f"บรรทัดที่ {self._again:,} คล้ายหัวตารางอีกตาราง โปรดแยกแต่ละตารางเป็นแผ่นงานหรือไฟล์ของตน",
                    f"Line {self._again:,} looks like the header of another table; put each table into a sheet or file "
                    "of its own.",
                    line=self._again,
                )
            )
        return rows


def _sample(utf8: Path) -> tuple[str, bool]:
    """The first lines, and whether they are all."""
    lines: list[str] = []
    room = 4 * MAX_LINE
    with utf8.open(encoding="utf-8-sig", newline="") as file:
        try:
            for _ in range(SAMPLE_RECORDS * 2):
                line = file.readline(MAX_LINE + 1)
                if len(line) > MAX_LINE:
                    raise _endless(len(lines) + 1)
                if not line or room < 0:
                    break
                lines.append(line)
                room -= len(line)
            return "".join(lines), not file.read(1)
        except UnicodeDecodeError:
            encoding.find(utf8, whole=True)
            raise


def _bounded(file: io.TextIOWrapper, skipped: int) -> Iterator[str]:
    number = skipped
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise _endless(number)
        yield line


def _endless(line: int) -> Unreadable:
    return Unreadable(
        f"บรรทัดที่ {line:,} ยาวเกิน 1 ล้านตัวอักษร ไฟล์อาจเสียหายหรือไม่มีการขึ้นบรรทัดใหม่",
        f"Line {line:,} is over a million letters long; the file may be damaged or lack line ends.",
    )


def _delimited(sample: str, asked: str | None) -> tuple[str, list[Record]]:
    """The delimiter and the first records, each with the number of the line that it ends in."""
    if asked:
        return asked, _records(sample, asked)
    counted = [(delimiter, _records(sample, delimiter)) for delimiter in DELIMITERS]
    best, records = max(counted, key=lambda found: _evenness(found[1]))
    if _evenness(records)[0]:
        return best, records
    if all(layout.blank(record) for record, _ in counted[0][1]):
        return counted[0]
    # no delimiter at all: one column, split at what does not occur in it
    return next(((each, told) for each, told in counted if all(len(record) <= 1 for record, _ in told)), counted[0])


def _records(sample: str, delimiter: str) -> list[Record]:
    csv.field_size_limit(SAMPLE_RECORDS * MAX_LINE)
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    records: list[Record] = []
    try:
        for record in reader:
            records.append((record, reader.line_num))
    except csv.Error:
        return []
    return records[:SAMPLE_RECORDS]


def _evenness(records: Sequence[Record]) -> tuple[float, int]:
    """Share of the filled records that have the commonest width (if it is wider than one), then that width."""
    widths = Counter(len(record) for record, _ in records if not layout.blank(record))
    wide = Counter({width: count for width, count in widths.items() if width > 1})
    if not wide:
        return 0.0, 1
    width, count = max(wide.items(), key=lambda found: (found[1], found[0]))
    return round(count / widths.total(), 2), width


def _tail(utf8: Path, delimiter: str) -> list[list[str]]:
    """The last records, as far as whole lines tell them."""
    with utf8.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - TAIL))
        text = file.read().decode("utf-8", "replace")
    lines = text.splitlines(keepends=True)[0 if size <= TAIL else 1 :]
    csv.field_size_limit(2 * TAIL)
    try:
        return [row for row in csv.reader(lines[-60:], delimiter=delimiter) if not layout.blank(row)][-30:]
    except csv.Error:
        return []
