"""Where in a sheet the table is: titles above it, its header, notes below it. Rules over the first and the last rows.

What is taken away is told in the report with its place and its words, and an owner can say otherwise by `Options`. A
row is taken for a title or a note only on signs that a person would go by; a row that may be data stays data.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Iterable, Sequence

from chalicelib.shared.dataclass import dataclass

from .model import Unreadable
from .options import Options

MAX_COLUMNS = 2_000
MAX_NAME = 200
_TOLD = 300

Row = Sequence[str]
Merge = tuple[tuple[int, int], tuple[int, int]]
"""((first row, first column), (last row, last column)), from 0: cells that a sheet shows as one."""

_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"[-+(]?[0-9๐-๙][0-9๐-๙,]*(\.[0-9๐-๙]+)?%?\)?")
_SHORT_NUMBER = re.compile(r"[0-9๐-๙]{1,4}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?|[0-9๐-๙]{1,2}[/-][0-9๐-๙]{1,2}[/-][0-9๐-๙]{2,4}")
_NOTE = re.compile(
    r"\W*(หมายเหตุ|ที่มา|แหล่งที่มา|แหล่งข้อมูล|ข้อมูล\s*ณ|ข้อมูลจาก|ปรับปรุง|จัดทำโดย|ผู้จัดทำ|"
    r"sources?\b|notes?\b|remarks?\b|(last\s+)?updated?\b|data\s+as\s+of\b)",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(รวม|รวมทั้งสิ้น|รวมทั้งหมด|ยอดรวม|รวมยอด|ผลรวม|(grand )?total|sum)\s*:?", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """Where the table is, in rows counted from 0.

    Attributes:
        header: the first row of the header; None without one.
        height: rows of the header.
        first: the first row of data.
        titles: words above the header.
        columns: names as published.
        unnamed: how many columns have no name of their own.
    """

    header: int | None
    height: int
    first: int
    titles: tuple[str, ...]
    columns: tuple[str, ...]
    unnamed: int


def blank(row: Row) -> bool:
    """Whether a row holds nothing but blanks."""
    return not any(cell and not cell.isspace() for cell in row)


def words(row: Row) -> str:
    """What a title or note says, for the report."""
    return _BLANKS.sub(" ", " ".join(cell for cell in row if cell.strip())).strip()[:_TOLD]


def find(rows: Sequence[Row], options: Options, merges: Iterable[Merge] = (), *, width: int | None = None) -> Layout:
    """The layout of a table by its first rows.

    Args:
        rows: from the very first, blank ones too; the cells below a merged one may be blank.
        options: `header` and `header_rows` are taken as given.
        merges: of the same rows.
        width: of the sheet; without it the header tells how wide the table is.

    Raises:
        Unreadable: nothing filled, too many columns, or `header` points to no row.
    """
    wide = max([width or 0, *(_width(row) for row in rows)])
    if wide > MAX_COLUMNS:
        raise Unreadable(
            f"ตารางมีคอลัมน์เกิน {MAX_COLUMNS:,} โปรดแบ่งเป็นหลายตาราง",
            f"The table has more than {MAX_COLUMNS:,} columns; split it.",
        )
    told = list(merges)
    spread = _spread(rows, told, wide)
    start = _header(spread, options)
    if start is None:
        first = next((at for at, row in enumerate(rows) if not blank(row)), 0)
        return Layout(None, 0, first, (), column_names([""] * wide), wide)
    height = options.header_rows or (1 if options.header else _height(spread, start, told))
    if width is None:
        wide = max(len(row) for row in rows[start : start + height])
    names = _joined(spread[start : start + height], wide)
    titles = tuple(words(row) for row in rows[:start] if not blank(row))
    unnamed = sum(not name.strip() for name in names)
    return Layout(start, height, start + height, titles, column_names(names), unnamed)


def footers(tail: Sequence[Row], width: int) -> int:
    """How many of the last rows are notes: a word such as "ที่มา" opens them and each fills one cell only.

    Args:
        tail: the last rows, in order; blank ones too.
        width: columns of the table; in a table of one column no row can be told from data.
    """
    if width < 2:
        return 0
    found = 0
    for back, row in enumerate(reversed(tail), start=1):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) > 1:
            break
        if filled and _NOTE.match(filled[0]):
            found = back
    return found


def is_total(row: Row) -> bool:
    """Whether a row says of itself that it sums up the others."""
    first = next((cell.strip() for cell in row if cell.strip()), "")
    return _TOTAL.fullmatch(first) is not None


def is_another_header(row: Row, header: Row, *, after_blank: bool) -> bool:
    """Whether a row below the header looks like the header of one more table."""
    mine = [cell.strip() for cell in row if cell.strip()]
    if len(mine) < 2 or any(_like_data(cell) for cell in mine):
        return False
    theirs = [cell.strip() for cell in header if cell.strip()]
    return mine == theirs or (after_blank and len(set(mine)) == len(mine))


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Names as published: NFC, single spaces, no quotes, never empty, unique without regard to case.

    A leading underscore is reserved by the DataStore API (`_id`), so such a name gets a letter before it.
    """
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, start=1):
        name = _BLANKS.sub(" ", unicodedata.normalize("NFC", cell).replace('"', "")).strip()
        name = "".join(character for character in name if character.isprintable())[:MAX_NAME].strip()
        name = name or f"column_{position}"
        if name.startswith("_"):
            name = f"c{name}"
        names.append(free(name, taken))
    return tuple(names)


def free(name: str, taken: set[str]) -> str:
    """The name, or the first with a number behind it that is not taken; takes it."""
    unique, again = name, 2
    while unique.casefold() in taken:
        unique, again = f"{name}_{again}", again + 1
    taken.add(unique.casefold())
    return unique


def _width(row: Row) -> int:
    return next((at for at in range(len(row), 0, -1) if row[at - 1].strip()), 0)


def _spread(rows: Sequence[Row], merges: Sequence[Merge], wide: int) -> list[list[str]]:
    """Writes a merged cell's words into all that it covers; one across the whole table is a title and stays."""
    spread = [[*row, *[""] * (wide - len(row))] for row in rows]
    for (top, left), (bottom, right) in merges:
        if right - left + 1 >= max(2, 0.8 * wide) or top >= len(spread) or left >= len(spread[top]):
            continue
        for row in spread[top : bottom + 1]:
            row[left : right + 1] = [spread[top][left]] * len(row[left : right + 1])
    return spread


def _header(rows: Sequence[Row], options: Options) -> int | None:
    if options.header is not None:
        if options.header > len(rows) or (options.header and blank(rows[options.header - 1])):
            raise Unreadable(
                "แถวหัวตารางที่ระบุ (header) ไม่มีในไฟล์หรือเป็นแถวว่าง", "The row that `header` names is absent or blank."
            )
        return options.header - 1 if options.header else None
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    many = [count for count in filled if count]
    if not many:
        raise Unreadable("ไม่มีข้อมูลในตาราง", "There is nothing in the table.")
    typical = statistics.median([count for count in many if count > 1] or many)
    start = next(
        (at for at, count in enumerate(filled) if count and (typical < 2 or (count > 1 and count > typical / 2))),
        filled.index(many[0]),
    )
    return None if _is_data(rows[start], rows[start + 1 :]) else start


def _is_data(row: Row, below: Sequence[Row]) -> bool:
    """Whether the row that should be the header is one of the data: its cells are numbers or dates, as those below.

    Short numbers prove nothing, for years and days are names of columns.
    """
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells:
        return False
    if all(_NUMBER.fullmatch(cell) for cell in cells) and len(cells) > 1:
        numbers = [int(cell) for cell in cells if cell.isdecimal()]
        years = all(1900 <= number <= 2699 for number in numbers)
        runs = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
        return not (len(numbers) == len(cells) and (years or runs))
    for at, cell in enumerate(row):
        if _like_data(cell.strip()):
            column = [other[at].strip() for other in below if at < len(other) and other[at].strip()]
            if column and sum(_like_data(value) or _SHORT_NUMBER.fullmatch(value) is not None for value in column) >= (
                0.8 * len(column)
            ):
                return True
    return False


def _like_data(cell: str) -> bool:
    return _DATE.fullmatch(cell) is not None or (
        _NUMBER.fullmatch(cell) is not None and _SHORT_NUMBER.fullmatch(cell) is None
    )


def _height(rows: Sequence[Row], start: int, merges: Sequence[Merge]) -> int:
    """Rows of the header: as deep as its merged cells reach, or two where the second plainly completes the first."""
    deep = [bottom for (top, _), (bottom, _) in merges if top == start]
    across = any(top == start and right > left and bottom == top for (top, left), (bottom, right) in merges)
    if deep and max(deep) - start < 5 and (max(deep) > start or across):
        below = max(deep) + (1 if across and max(deep) == start else 0)
        return below - start + 1 if below < len(rows) and _is_text(rows[below]) else max(deep) - start + 1
    return 2 if start + 2 < len(rows) and _completes(rows[start], rows[start + 1], rows[start + 2 :]) else 1


def _is_text(row: Row) -> bool:
    return not any(_like_data(cell.strip()) for cell in row) and not blank(row)


def _completes(upper: Row, lower: Row, below: Sequence[Row]) -> bool:
    """Whether `lower` gives the names under headings of `upper` that span several columns (merged before the save).

    Safe only if every gap of `upper` stands to the right of a heading and has a name below it, `lower` has no number,
    and the columns under it hold numbers.
    """
    gaps = [at for at, cell in enumerate(upper) if not cell.strip()]
    named = {at for at, cell in enumerate(lower) if cell.strip()}
    if not gaps or not set(gaps) <= named or 0 in gaps or not _is_text(lower):
        return False
    if any(_SHORT_NUMBER.fullmatch(cell.strip()) for cell in lower):
        return False
    heads = {at - 1 for at in gaps} - set(gaps)
    if named != set(gaps) | (heads & named) or not heads <= named:
        return False
    values = [row[at].strip() for row in below for at in gaps if at < len(row) and row[at].strip()]
    return bool(values) and sum(_NUMBER.fullmatch(value) is not None for value in values) >= 0.8 * len(values)


def _joined(header: Sequence[Row], wide: int) -> list[str]:
    """The names of a header of one or more rows: a heading counts for the blank cells to its right, if not the last."""
    parts: list[list[str]] = [[] for _ in range(wide)]
    for depth, row in enumerate(header):
        last = ""
        for at in range(wide):
            cell = row[at].strip() if at < len(row) else ""
            named = any(at < len(other) and other[at].strip() for other in header[depth:])
            inherits = depth < len(header) - 1 and named
            last = cell or (last if inherits else "")
            if last and (not parts[at] or parts[at][-1] != last):
                parts[at].append(last)
    return [" ".join(part) for part in parts]
