"""The published files: a month's figures as CSV with headers in both languages, and the dictionary of the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import NamedTuple

from chalicelib.shared.provinces import provinces
from chalicelib.shared.suppression import K
from chalicelib.shared.thai import Text

from .model import COUNTS, Count, Row

DICTIONARY = "data-dictionary.csv"
MOST_ROWS = 10_000
"""Rows of one file; a month with more has several."""
ALL = Text(th="ทั้งหมด", en="all")


class Names(NamedTuple):
    """How services and agencies are called: id -> both languages."""

    service: Callable[[str], Text]
    agency: Callable[[str], Text]


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


_OF_RECEIVED_TH, _OF_RECEIVED_EN = "จำนวนคำขอที่ได้รับในเดือนนี้และ", "Applications received in the month that "
COLUMNS: tuple[Column, ...] = (
    Column("month", "เดือน", "text", "เดือนที่ได้รับคำขอตามกฎหมาย (ค.ศ.-เดือน)", "Month of legal receipt"),
    Column("service", "รหัสบริการ", "text", "ว่าง = ทุกบริการ", "Empty: all services"),
    Column("service_th", "บริการ", "text", "ชื่อบริการภาษาไทย", "Name in Thai"),
    Column("service_en", "บริการ (อังกฤษ)", "text", "ชื่อบริการภาษาอังกฤษ", "Name in English"),
    Column("agency", "รหัสหน่วยงาน", "text", "ว่าง = ทุกหน่วยงาน", "Empty: all agencies"),
    Column("agency_th", "หน่วยงาน", "text", "ชื่อหน่วยงานภาษาไทย", "Name in Thai"),
    Column("agency_en", "หน่วยงาน (อังกฤษ)", "text", "ชื่อหน่วยงานภาษาอังกฤษ", "Name in English"),
    Column("province", "รหัสจังหวัด", "text", "รหัสตาม มอก. 1099; - = ไม่ระบุ", "Code of TIS 1099; -: not given"),
    Column("province_th", "จังหวัด", "text", "ชื่อจังหวัดภาษาไทย", "Name in Thai"),
    Column("province_en", "จังหวัด (อังกฤษ)", "text", "ชื่อจังหวัดภาษาอังกฤษ", "Name in English"),
    Column("received", "ได้รับ", "integer", "จำนวนคำขอที่ได้รับในเดือนนี้", "Applications received in the month"),
    Column("granted", "อนุญาต", "integer", _OF_RECEIVED_TH + "อนุญาตแล้ว", _OF_RECEIVED_EN + "were granted"),
    Column("refused", "ไม่อนุญาต", "integer", _OF_RECEIVED_TH + "ไม่อนุญาต", _OF_RECEIVED_EN + "were refused"),
    Column("withdrawn", "ถอน", "integer", _OF_RECEIVED_TH + "ผู้ยื่นถอน", _OF_RECEIVED_EN + "were withdrawn"),
    Column("returned_once", "คืนครั้งเดียว", "integer", _OF_RECEIVED_TH + "ถูกคืนให้แก้ไขหนึ่งครั้ง",
           _OF_RECEIVED_EN + "were returned once for what was missing"),
    Column("returned_more", "คืนหลายครั้ง", "integer", _OF_RECEIVED_TH + "ถูกคืนให้แก้ไขเกินหนึ่งครั้ง",
           _OF_RECEIVED_EN + "were returned more than once"),
    Column("overdue", "เกินกำหนด", "integer", _OF_RECEIVED_TH + "พิจารณาเกินกำหนดเวลาตามกฎหมาย",
           _OF_RECEIVED_EN + "passed the legal time limit"),
    Column("omissions", "ความบกพร่องของเจ้าหน้าที่", "integer", _OF_RECEIVED_TH + "ถูกคืนอีกครั้งเพราะเจ้าหน้าที่บกพร่อง",
           _OF_RECEIVED_EN + "were returned again for an officer's omission"),
    Column("median_days", "วันทำการ (มัธยฐาน)", "number", "วันทำการที่ใช้พิจารณา ไม่นับช่วงรอผู้ยื่น",
           "Working days until the decision, without the waiting for the applicant: median"),
    Column("p90_days", "วันทำการ (เปอร์เซ็นไทล์ที่ 90)", "integer", "คำขอร้อยละ 90 ใช้ไม่เกินจำนวนวันนี้",
           "Nine of ten took no longer than this"),
    Column("hidden", "ช่องที่ปกปิด", "text", f"ช่องที่ไม่เผยแพร่เพราะมีค่าน้อยกว่า {K} หรือจะทำให้คำนวณค่าดังกล่าวได้",
           f"Columns that are not published, because they are below {K} or would tell one that is"),
)  # fmt: skip


def month_files(month: str, rows: Iterable[Row], names: Names) -> dict[str, str]:
    """The files of a month by name."""
    lines = [_line(month, row, names) for row in rows]
    found = {}
    for start in range(0, len(lines), MOST_ROWS):
        number = start // MOST_ROWS + 1
        name = f"licensing-{month}.csv" if number == 1 else f"licensing-{month}-{number}.csv"
        found[name] = _csv([column.header for column in COLUMNS], lines[start : start + MOST_ROWS])
    return found


def dictionary() -> str:
    """The dictionary of the columns."""
    header = ["column (คอลัมน์)", "name_th (ชื่อ)", "type (ชนิด)", "meaning_th (ความหมาย)", "meaning_en (ความหมายภาษาอังกฤษ)"]
    return _csv(
        header, [[column.header, column.th, column.type, column.about_th, column.about_en] for column in COLUMNS]
    )


def _line(month: str, row: Row, names: Names) -> list[str]:
    place = row.place
    service = names.service(place.service) if place.service else ALL
    agency = names.agency(place.agency) if place.agency else ALL
    province = provinces().get(place.province)
    nowhere = ALL if not place.province else Text(th="ไม่ระบุ", en="not given")
    shown: dict[Count, str] = {name: "" if name in row.hidden else str(row.counts[name]) for name in COUNTS}
    return [
        month,
        place.service, service.th, service.en,
        place.agency, agency.th, agency.en,
        place.province, province.th if province else nowhere.th, province.en if province else nowhere.en,
        *shown.values(),
        "" if row.median_days is None else f"{row.median_days:g}",
        "" if row.p90_days is None else str(row.p90_days),
        " ".join(name for name in COUNTS if name in row.hidden),
    ]  # fmt: skip


def _csv(header: list[str], lines: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()
