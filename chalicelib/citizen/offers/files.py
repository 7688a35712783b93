"""The published files: a month's figures as CSV with headers in both languages, and the dictionary of the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.shared.provinces import provinces
from chalicelib.shared.suppression import K
from chalicelib.shared.thai import Text

from .model import UNKNOWN
from .tables import ALL, COUNTS, Count, Place, Row

DICTIONARY = "rights-data-dictionary.csv"

ALL_WORDS = Text(th="ทั้งหมด", en="all")
NOT_KNOWN = Text(th="ไม่ทราบ", en="not known")
SEX_WORDS = {"F": Text(th="หญิง", en="female"), "M": Text(th="ชาย", en="male"), UNKNOWN: NOT_KNOWN, ALL: ALL_WORDS}


class Column(NamedTuple):
    """One column of a month's file."""

    name: str
    th: str
    type: str
    about_th: str
    about_en: str

    @property
    def header(self) -> str:
        """What stands above the column."""
        return f"{self.name} ({self.th})"


COUNT_WORDS: Mapping[Count, tuple[str, str, str]] = {
    "eligible": ("น่าจะมีสิทธิ", "พบในเดือนนี้ว่าน่าจะมีสิทธิและยังไม่ได้รับ = told + untold + alone",
                 "Found in the month to have the right, probably, and not to receive it yet: told + untold + alone"),
    "told": ("ได้รับการบอก", "ในจำนวนนี้ พอร์ทัลบอกแล้ว = waiting + took_up + refused + lapsed",
             "Of these, told by the portal: waiting + took_up + refused + lapsed"),
    "waiting": ("ยังไม่ตัดสินใจ", "บอกแล้ว ยังไม่ยื่น ไม่ปฏิเสธ และยังไม่พ้นกำหนดเตือน",
                "Told, and neither applied nor refused, and still reminded"),
    "took_up": ("ยื่นขอแล้ว", "บอกแล้วและยื่นขอ", "Told, and applied"),
    "refused": ("ปฏิเสธ", "บอกแล้วและตอบว่าไม่สนใจ", "Told, and said no"),
    "lapsed": ("พ้นกำหนดเตือน", "บอกแล้ว และพ้น 180 วันโดยไม่ได้ทำอะไร", "Told, and 180 days went by without anything"),
    "untold": ("ไม่ได้บอก", "ไม่ได้บอกเพราะเจ้าตัวขอไม่ให้บอก (ดูเพียงข้อมูลที่หน่วยงานแจ้ง)",
               "Not told, because they asked not to be; judged only by what the agency itself reported"),
    "alone": ("ยื่นขอเองโดยไม่ได้รับการบอก", "ยื่นขอโดยพอร์ทัลไม่เคยบอก", "Applied, although the portal had never told them"),
    "missed": ("ตกหล่น", "ไม่ได้บอกและไม่ได้ยื่น หรือบอกแล้วแต่พ้นกำหนดเตือน = untold + lapsed",
               "Not told and did not apply, or told and nothing came of it: untold + lapsed"),
}  # fmt: skip

COLUMNS: tuple[Column, ...] = (
    Column("month", "เดือน", "text", "เดือนที่พบว่าน่าจะมีสิทธิ (ค.ศ.-เดือน)", "Month in which the right was found"),
    Column("right", "รหัสสิทธิ", "text", "รหัสของสิทธิในพอร์ทัล", "The right's id in the portal"),
    Column("right_th", "สิทธิ", "text", "ชื่อสิทธิภาษาไทย", "Name in Thai"),
    Column("right_en", "สิทธิ (อังกฤษ)", "text", "ชื่อสิทธิภาษาอังกฤษ", "Name in English"),
    Column("province", "รหัสจังหวัด", "text", "รหัสตาม มอก. 1099; ว่าง = ทุกจังหวัด; - = ไม่ทราบ",
           "Code of TIS 1099; empty: all; -: not known"),
    Column("province_th", "จังหวัด", "text", "ชื่อจังหวัดภาษาไทย", "Name in Thai"),
    Column("province_en", "จังหวัด (อังกฤษ)", "text", "ชื่อจังหวัดภาษาอังกฤษ", "Name in English"),
    Column("sex", "เพศ", "text", "F หญิง M ชาย; ว่าง = ทั้งหมด; - = ไม่ทราบ", "F or M; empty: all; -: not known"),
    Column("age_band", "ช่วงอายุ", "text", "อายุ (ปี) เมื่อพบ; ว่าง = ทั้งหมด; - = ไม่ทราบ",
           "Age in years when found; empty: all; -: not known"),
    *(Column(name, th, "integer", about_th, about_en) for name, (th, about_th, about_en) in COUNT_WORDS.items()),
    Column("hidden", "ปกปิด", "text",
           f"row = แถวนี้ไม่เผยแพร่เพราะมีค่าน้อยกว่า {K} หรือจะทำให้คำนวณค่าดังกล่าวได้; groups = ไม่เผยแพร่รายเพศและช่วงอายุของจังหวัดนี้",
           f"row: not published, because a count is below {K} or would tell one that is; groups: the sexes and age"
           " bands of this province are not published"),
)  # fmt: skip


def month_file(month: str, right: str, name: Text, rows: Sequence[Row]) -> tuple[str, str]:
    """The file of a right's month: its name and its content."""
    closed = {row.place.province for row in rows if row.hidden and row.place.band}
    lines = [_line(month, right, name, row, row.place.province in closed) for row in listed(rows)]
    return f"rights-{month}-{right[:45]}.csv", _csv([column.header for column in COLUMNS], lines)


def listed(rows: Sequence[Row]) -> list[Row]:
    """The rows that a file lists: all totals, and the groups of provinces where none is hidden and somebody is."""
    return [
        row
        for row in rows
        if not (row.place.province and row.place.band) or (not row.hidden and row.counts["eligible"])
    ]


def dictionary() -> str:
    """The dictionary of the columns."""
    header = ["column (คอลัมน์)", "name_th (ชื่อ)", "type (ชนิด)", "meaning_th (ความหมาย)", "meaning_en (ความหมายภาษาอังกฤษ)"]
    return _csv(
        header, [[column.header, column.th, column.type, column.about_th, column.about_en] for column in COLUMNS]
    )


def province_words(code: str) -> Text:
    """How a province is called."""
    if code == ALL:
        return ALL_WORDS
    found = provinces().get(code)
    return NOT_KNOWN if found is None else Text(th=found.th, en=found.en)


def _line(month: str, right: str, name: Text, row: Row, closed: bool) -> list[str]:
    place: Place = row.place
    province = province_words(place.province)
    is_province = bool(place.province) and not place.band
    hidden = [word for word, holds in (("row", row.hidden), ("groups", closed and is_province)) if holds]
    return [
        month, right, name.th, name.en,
        place.province, province.th, province.en,
        place.sex, place.band,
        *("" if row.hidden else str(row.counts[each]) for each in COUNTS),
        " ".join(hidden),
    ]  # fmt: skip


def _csv(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()
