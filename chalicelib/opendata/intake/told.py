"""What the owner of a file is told of its ingest. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..model import Resource, Upload
from ..views import naive
from .sending import WAITS

Json = dict[str, Any]

_HOW: Mapping[str, tuple[str, str]] = {
    "encoding": ("รหัสอักขระของไฟล์", "the encoding of the file"),
    "delimiter": ("ตัวคั่นช่อง", "what separates the cells"),
    "header": ("แถวที่เป็นหัวตาราง", "the row that is the header"),
    "header_rows": ("จำนวนแถวของหัวตาราง", "how many rows the header has"),
    "footer_rows": ("จำนวนแถวท้ายที่ไม่ใช่ข้อมูล", "how many rows at the end are no data"),
    "sheets": ("แผ่นงานหรือไฟล์ย่อยที่ใช้", "the sheets or members that are used"),
    "types": ("ชนิดของแต่ละคอลัมน์", "the type of each column"),
    "missing": ("คำที่แปลว่าไม่มีข้อมูล", "words that mean 'no value'"),
    "decimal": ("เครื่องหมายทศนิยม", "the decimal mark"),
    "day_first": ("วันนำหน้าเดือนหรือไม่", "whether the day comes before the month"),
    "era": ("ปีเป็น พ.ศ. หรือ ค.ศ.", "whether years are Buddhist or Common Era"),
    "keep_originals": ("เก็บข้อความเดิมไว้ข้างคอลัมน์ที่แปลงแล้วหรือไม่", "whether the owner's writing is kept beside"),
}
"""Options (`tables.ingest.options`) in words."""
_TOLD_AS = {"header": "header_row"}
"""How a report calls what an option is about, where it calls it otherwise."""


def state(resource: Resource, now: datetime) -> str:
    """waiting, expired (it never arrived), held, failed, done or none."""
    upload = resource.upload
    if upload is not None:
        return "expired" if upload.at and datetime.fromisoformat(upload.at) + WAITS < now else "waiting"
    if resource.held is not None:
        return "held"
    if resource.problem is not None:
        return "failed"
    return "done" if resource.file is not None else "none"


def announced(upload: Upload) -> Json:
    """A file as its owner announced it."""
    return {
        "number": upload.number,
        "file_name": upload.file_name,
        "media_type": upload.media_type,
        "size": upload.size,
        "sha256": upload.sha256,
        "part_size": upload.part_size or None,
        "parts": len(upload.parts),
        "at": naive(upload.at) if upload.at else None,
    }


def assumptions(report: Mapping[str, Any], given: Mapping[str, Any]) -> list[Json]:
    """What can be overridden, with what was assumed of it where the report says so, and what its owner gave."""
    found: list[Json] = []
    for option, (th, en) in _HOW.items():
        assumed = report.get(_TOLD_AS.get(option, option))
        if option == "types":
            assumed = _types(report.get("columns"))
        found.append(
            {
                "option": option,
                "th": th,
                "en": en,
                "assumed": assumed,
                "given": given.get(option),
                "override": {"options": {**given, option: assumed}},
            }
        )
    return found


def _types(columns: object) -> dict[str, str] | None:
    """The types of the columns that the file itself has, as an option says them."""
    if not isinstance(columns, Sequence):
        return None
    own = [each for each in columns if isinstance(each, Mapping) and not each.keys() & {"twin_of", "original_of"}]
    return {each["id"]: each["type"] for each in own if "id" in each and "type" in each} or None
