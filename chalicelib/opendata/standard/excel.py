"""Reads the agencies' workbook of datasets (`layout.py`) into what would be entered, and what is wrong in which cell.

Nothing of a cell is repeated in what is said about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, time
from typing import Any

from chalicelib.shared.dataclass import dataclass

from .checks import BUDDHIST_FROM, is_date
from .fields import Field, thai_standard
from .layout import FIELDS_ROW, FIRST_ROW, HEADINGS_ROW, PAIRS, Pair
from .workbook import Row, Unreadable, rows_of

MAX_DATASETS = 300
"""Datasets of one workbook: each is a transaction, and a request lives 29 seconds."""
MAX_RESOURCES_OF_ONE = 40
MAX_CELL = 20_000

_SPLIT = re.compile(r"[,;\n|]")
_THAI_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")

Sheets = Mapping[str, Mapping[int, Row]]
_FIELDS: Mapping[str, Field] = {each.name: each for each in thai_standard().fields}
_RESOURCE_FIELDS: Mapping[str, Field] = {each.name: each for each in thai_standard().resource_fields}


@dataclass(frozen=True)
class Remark:
    """Something said about one cell; a note does not stand in the way.

    Attributes:
        cell: e.g. `Temp2_Meta_Record!E7`.
    """

    cell: str
    field: str
    th: str
    en: str
    note: bool = False


@dataclass
class Line:
    """One dataset of the workbook.

    Attributes:
        given: as `package_create` takes it, without organisation.
        cells: where each field stands.
        remarks: what is wrong or was assumed.
    """

    sheet: str
    row: int
    given: dict[str, Any]
    cells: Mapping[str, str]
    remarks: list[Remark] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        """Whether it cannot be entered."""
        return any(not each.note for each in self.remarks)

    @property
    def name(self) -> str:
        """Of the dataset."""
        return str(self.given.get("name", ""))


def read(content: bytes) -> list[Line]:
    """All datasets of a workbook with their resources.

    Raises:
        Unreadable: it is no workbook of this kind, or too large.
    """
    sheets = rows_of(content, [name for pair in PAIRS for name in (pair.datasets, pair.resources)])
    lines: list[Line] = []
    for pair in PAIRS:
        found = list(_datasets(sheets, pair))
        _add_resources(sheets, pair, found)
        lines += found
    if not lines:
        raise Unreadable(
            "ไม่พบชุดข้อมูลในแผ่นงาน Temp2_Meta_... โปรดใช้แม่แบบ",
            "No datasets in the sheets Temp2_Meta_...: use the template.",
        )
    if len(lines) > MAX_DATASETS:
        raise Unreadable(
            f"ไฟล์หนึ่งมีได้ไม่เกิน {MAX_DATASETS} ชุดข้อมูล โปรดแบ่งไฟล์",
            f"A workbook may hold at most {MAX_DATASETS} datasets: split the file.",
        )
    _find_twins(lines)
    return lines


Cells = dict[str, tuple[str, Any]]
"""By field, the cell's name and its value."""


def _table(sheets: Sheets, name: str, by_place: Callable[[int], tuple[str, ...]]) -> Iterator[tuple[int, Cells]]:
    """Rows of data of a sheet; empty rows and cells are left out."""
    from openpyxl.utils import get_column_letter

    rows = sheets.get(name, {})
    named = [str(cell or "").strip() for cell in rows.get(FIELDS_ROW, ())]
    if "name" in named and sum(text in _FIELDS or text in _RESOURCE_FIELDS for text in named) > 3:
        columns = tuple(named)
    else:
        columns = by_place(sum(cell not in (None, "") for cell in rows.get(HEADINGS_ROW, ())))
    for number, cells in rows.items():
        found = {
            column: (f"{name}!{get_column_letter(place)}{number}", value)
            for place, (column, value) in enumerate(zip(columns, cells, strict=False), start=1)
            if column and value is not None and str(value).strip()
        }
        if found and number >= FIRST_ROW:
            yield number, found


def _datasets(sheets: Sheets, pair: Pair) -> Iterator[Line]:
    for number, cells in _table(sheets, pair.datasets, pair.by_place):
        line = Line(pair.datasets, number, {}, {name: cell for name, (cell, _) in cells.items()})
        for column, (cell, value) in cells.items():
            if column not in ("data_type", "owner_org"):  # the sheet says the one, the importer the other
                _take(line, line.given, _FIELDS.get(column), column, cell, value)
        line.given |= {"data_type": thai_standard().types[pair.letter], "private": True, "allow_harvest": "False"}
        line.given["name"] = _name(line.given.get("name", ""))
        yield line


def _name(text: str) -> str:
    return re.sub(r"\s+", "-", text.strip().lower())


def _add_resources(sheets: Sheets, pair: Pair, lines: list[Line]) -> None:
    by_name = {line.name: line for line in lines}
    for number, cells in _table(sheets, pair.resources, lambda _: pair.resource_columns):
        cell, value = cells.get("dataset_name", (f"{pair.resources}!A{number}", ""))
        line = by_name.get(_name(_text(value)))
        if line is None:
            for first in lines[:1]:  # said where somebody sees it
                first.remarks.append(_of_nobody(cell))
            continue
        resource: dict[str, Any] = {}
        for column, (place, given) in cells.items():
            if column != "dataset_name":
                _take(line, resource, _RESOURCE_FIELDS.get(column), column, place, given)
        resources = line.given.setdefault("resources", [])
        resources.append(resource)
        if "url" not in resource:
            line.remarks.append(Remark(cell, "url", "โปรดระบุที่อยู่ของไฟล์", "Give the address of the file."))
        if len(resources) == MAX_RESOURCES_OF_ONE + 1:
            said = (
                f"ชุดข้อมูลหนึ่งนำเข้าได้ไม่เกิน {MAX_RESOURCES_OF_ONE} ทรัพยากร",
                f"At most {MAX_RESOURCES_OF_ONE} resources of one dataset can be imported.",
            )
            line.remarks.append(Remark(cell, "dataset_name", *said))


def _of_nobody(cell: str) -> Remark:
    return Remark(
        cell,
        "dataset_name",
        "ไม่พบชุดข้อมูลชื่อนี้ในแผ่นงานคู่กัน จึงไม่นำเข้าแถวนี้",
        "No dataset of this name in the other sheet: the row is left out.",
        note=True,
    )


def _take(line: Line, into: dict[str, Any], known: Field | None, column: str, cell: str, value: Any) -> None:
    """Puts one cell's value where it belongs, as the standard has it."""
    text = _text(value)
    if len(text) > MAX_CELL:
        line.remarks.append(Remark(cell, column, f"ยาวเกิน {MAX_CELL} ตัวอักษร", f"Longer than {MAX_CELL} characters."))
    elif known is None:
        into[column] = text
    elif known.kind == "boolean":
        into[column] = _yes(text)
    elif known.kind in ("date", "year"):
        into[column] = _moment(line, known, cell, value, text)
    elif known.choices:
        _choose(line, into, known, cell, text)
    else:
        into[column] = text


def _text(value: Any) -> str:
    """A cell's value as text: numbers without a trailing `.0`, dates as ISO, blanks around it gone."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _yes(text: str) -> str:
    """`False` for whatever says no in Thai or English."""
    return str(not ("ไม่" in text or text.strip().lower() in ("false", "no", "n", "0")))


def _moment(line: Line, known: Field, cell: str, value: Any, text: str) -> str:
    """A date or year in the Common Era; a Buddhist one is 543 years more."""
    found = _THAI_DATE.fullmatch(text)
    if found is not None:
        text = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    if re.match(r"[0-9]{4}(?![0-9])", text) and int(text[:4]) >= BUDDHIST_FROM:
        text = f"{int(text[:4]) - 543:04d}{text[4:]}"
        line.remarks.append(
            Remark(
                cell,
                known.name,
                "อ่านเป็นปีพุทธศักราชและบันทึกเป็นคริสต์ศักราช",
                "Read as a year of the Buddhist Era and kept in the Common Era.",
                note=True,
            )
        )
    good = is_date(text) if known.kind == "date" else re.fullmatch(r"[0-9]{4}", text) is not None
    if not good:
        line.remarks.append(
            Remark(
                cell,
                known.name,
                f"{known.th}: ต้องเป็นวันที่ เช่น 2569-01-31 หรือปีสี่หลัก",
                f"{known.en}: must be a date like 2026-01-31, or a year of four digits.",
            )
        )
    return text


def _choose(line: Line, into: dict[str, Any], known: Field, cell: str, text: str) -> None:
    """The words of a list that are meant; what is in no list goes to อื่นๆ where there is one."""
    words = {word.lower(): word for word in known.choices}
    words |= {label.lower(): word for word, label in known.labels.items()}
    parts = [text]
    if known.multiple and text.lower() not in words:
        parts = [part.strip() for part in _SPLIT.split(text) if part.strip()]
    found = list(dict.fromkeys(words[part.lower()] for part in parts if part.lower() in words))
    strange = [part for part in parts if part.lower() not in words]
    if strange and known.other:
        found = [*(word for word in found if word != known.other), known.other]
        into[f"{known.name}_other"] = ", ".join(strange)
        said = ("ไม่อยู่ในรายการ จึงบันทึกเป็น “อื่นๆ”", "Not in the list: kept as อื่นๆ (other).")
        line.remarks.append(Remark(cell, known.name, f"{known.th}: {said[0]}", f"{known.en}: {said[1]}", note=True))
    elif strange:
        allowed = " | ".join(known.choices)
        line.remarks.append(
            Remark(cell, known.name, f"{known.th}: ต้องเป็น {allowed}", f"{known.en}: must be one of {allowed}")
        )
    if known.multiple:
        into[known.name] = found
    elif found:
        into[known.name] = found[0]


def _find_twins(lines: list[Line]) -> None:
    seen: dict[str, Line] = {}
    for line in lines:
        first = seen.setdefault(line.name, line)
        if first is not line and line.name:
            line.remarks.append(
                Remark(
                    line.cells.get("name", f"{line.sheet}!A{line.row}"),
                    "name",
                    f"ชื่อซ้ำกับ {first.sheet} แถว {first.row}",
                    f"The same name stands in {first.sheet}, row {first.row}.",
                )
            )
