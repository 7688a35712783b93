"""The words of harvesting: reasons in two languages, and how other standards' codes read in the Thai one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..standard import fields as standard


class Said(NamedTuple):
    """One thing in two languages."""

    th: str
    en: str


REASONS: Mapping[str, Said] = {
    # the source cannot be asked now
    "silent": Said("ต้นทางไม่ตอบ", "The source does not answer."),
    "busy": Said("ต้นทางขัดข้องหรือมีผู้ใช้มาก", "The source says that it cannot answer now."),
    "turn": Said("ถามต้นทางครบโควตาของนาทีนี้แล้ว", "The source was asked often enough this minute."),
    # the source answers what nobody can use
    "refused": Said("ต้นทางปฏิเสธคำขอ โปรดตรวจที่อยู่", "The source refuses the request; check its address."),
    "address": Said("ที่อยู่ต้นทางใช้ไม่ได้หรือไม่ได้รับอนุญาต", "The source's address is not one that may be called."),
    "moved": Said(
        "ต้นทางย้ายไปโฮสต์อื่น โปรดแก้ที่อยู่ของต้นทาง", "The source moved to another host; change the source's address."
    ),
    "redirects": Said("ต้นทางส่งต่อหลายครั้งเกินไป", "The source redirects too often."),
    "large": Said("คำตอบของต้นทางใหญ่เกินไป", "The source's answer is too large."),
    "json": Said("คำตอบไม่ใช่ JSON ที่อ่านได้", "The answer is not JSON that can be read."),
    "rdf": Said("คำตอบไม่ใช่ RDF ที่อ่านได้", "The answer is not RDF that can be read."),
    "xml": Said("XML มี DTD หรือ entity ซึ่งไม่รับ", "The XML declares a document type or entities, which is refused."),
    "context": Said(
        "JSON-LD อ้าง @context ภายนอก โปรดใส่ไว้ในเอกสาร",
        "The JSON-LD refers to a remote @context, which is never fetched; it must be in the document.",
    ),
    "shape": Said("คำตอบไม่เป็นไปตามรูปแบบของต้นทางชนิดนี้", "The answer does not have the shape of this kind of source."),
    "loop": Said("ต้นทางส่งหน้าเดิมซ้ำ", "The source gives the same page again."),
    "pages": Said("ต้นทางมีหน้ามากเกินไป", "The source has too many pages."),
    # a run is over without its end
    "away": Said("ต้นทางไม่ตอบเป็นเวลานาน", "The source did not answer for hours."),
    "late": Said("การเก็บเกี่ยวใช้เวลานานเกินกำหนด", "The run took longer than a day."),
    "removed": Said("ต้นทางถูกลบออกจากระบบ", "The source was removed."),
    "shrunk": Said(
        "พบชุดข้อมูลน้อยกว่าครึ่งของครั้งก่อน จึงไม่ลบชุดใด โปรดตรวจต้นทาง",
        "Fewer than half of the datasets of before were seen, so nothing is deleted; look at the source.",
    ),
    "unsteady": Said(
        "รายการของต้นทางเปลี่ยนระหว่างอ่าน จึงไม่นับว่าชุดที่ไม่พบถูกลบ",
        "The list changed while it was read, so what was not seen does not count as gone.",
    ),
    # about one dataset
    "no_id": Said("ชุดข้อมูลไม่มีรหัส", "The dataset has no id."),
    "consent": Said("เจ้าของไม่ยินยอมให้เก็บเกี่ยว", "Its owner does not allow harvesting."),
    "not_public": Said("ต้นทางไม่ได้เผยแพร่ชุดข้อมูลนี้", "The source does not publish this dataset."),
    "no_dataset": Said("ไม่ใช่ชุดข้อมูล", "It is no dataset."),
    "too_large": Said("ข้อมูลของชุดข้อมูลนี้ใหญ่เกินไป", "What is told of this dataset is too large."),
    "deleted_here": Said("ชุดข้อมูลนี้ถูกลบที่นี่ จึงไม่สร้างใหม่", "The dataset was deleted here by people, so it stays deleted."),
    "hidden_here": Said(
        "ชุดข้อมูลนี้ถูกปิดการเผยแพร่ที่นี่ จึงไม่เผยแพร่อีก", "People here took it from the public, so it stays private."
    ),
    "no_publisher": Said(
        "ผู้ตั้งค่าต้นทางไม่มีสิทธิ์เผยแพร่ จึงเก็บเป็นฉบับร่าง",
        "Who set up the source may not publish, so it is kept as a draft.",
    ),
    "failed": Said(
        "ระบบขัดข้องเมื่อบันทึกชุดข้อมูลนี้ ข้อความรออยู่ใน dead-letter queue",
        "Writing it failed by a fault of ours; its message waits in the dead-letter queue.",
    ),
    "ours": Said("เป็นชุดข้อมูลของเราที่วนกลับมา", "It is a dataset of our own that comes back."),
    "no_organization": Said("ไม่พบหน่วยงานที่รับชุดข้อมูล", "The receiving organisation is not there."),
    "overtaken": Said("มีการอ่านที่ใหม่กว่าแล้ว", "A later reading was written already."),
}
"""Why something did not happen; none of it repeats what a source or a caller sent."""

UNKNOWN = "ไม่ทราบ"
LICENSE_UNKNOWN = "License not specified"

_ISO_UNITS: Mapping[str, tuple[str, int]] = {
    "P1Y": ("ปี", 1),
    "P2Y": ("ปี", 2),
    "P3Y": ("ปี", 3),
    "P4Y": ("ปี", 4),
    "P5Y": ("ปี", 5),
    "P10Y": ("ปี", 10),
    "P6M": ("ครึ่งปี", 1),
    "P3M": ("ไตรมาส", 1),
    "P4M": ("เดือน", 4),
    "P2M": ("เดือน", 2),
    "P1M": ("เดือน", 1),
    "P2W": ("สัปดาห์", 2),
    "P1W": ("สัปดาห์", 1),
    "P7D": ("สัปดาห์", 1),
    "P1D": ("วัน", 1),
    "PT1H": ("ชั่วโมง", 1),
    "PT1M": ("นาที", 1),
    "PT1S": ("ตามเวลาจริง", 1),
}
"""ISO 8601 repeating intervals (data.json's accrualPeriodicity, without `R/`)."""
_EU_UNITS: Mapping[str, tuple[str, int]] = {
    "TRIENNIAL": ("ปี", 3),
    "BIENNIAL": ("ปี", 2),
    "ANNUAL": ("ปี", 1),
    "ANNUAL_2": ("ครึ่งปี", 1),
    "QUARTERLY": ("ไตรมาส", 1),
    "BIMONTHLY": ("เดือน", 2),
    "MONTHLY": ("เดือน", 1),
    "BIWEEKLY": ("สัปดาห์", 2),
    "WEEKLY": ("สัปดาห์", 1),
    "DAILY": ("วัน", 1),
    "HOURLY": ("ชั่วโมง", 1),
    "CONT": ("ตามเวลาจริง", 1),
    "UPDATE_CONT": ("ตามเวลาจริง", 1),
    "NEVER": ("ไม่มีการปรับปรุงหลังจากการจัดเก็บข้อมูล", 1),
    "UNKNOWN": (UNKNOWN, 1),
}
"""The frequency table of the EU Publications Office, as DCAT-AP uses it."""

_FORMATS: Mapping[str, str] = {
    "CSV": "CSV",
    "TSV": "CSV",
    "XML": "XML",
    "JSON": "JSON",
    "GEOJSON": "JSON",
    "HTML": "HTML",
    "DOC": "DOC/DOCX",
    "DOCX": "DOC/DOCX",
    "XLS": "XLS",
    "XLSX": "XLS",
    "PDF": "PDF",
    "RDF": "RDF",
    "TTL": "RDF",
    "JSONLD": "RDF",
    "JSON-LD": "RDF",
    "TXT": "Text",
    "TEXT": "Text",
    "PNG": "Image",
    "JPG": "Image",
    "JPEG": "Image",
    "TIFF": "Image",
    "MP4": "Video",
    "MP3": "Audio",
    "SHP": "Shapefile",
    "SHAPEFILE": "Shapefile",
    "GEOTIFF": "GeoTiff",
    "GML": "GML",
}
"""What a resource's format is in the standard's list `data_format`."""

_CC = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)")
_CC_IDS: Mapping[str, str] = {
    "zero": "cc-zero",
    "by": "Creative Commons Attributions",
    "by-sa": "Creative Commons Attribution Share-Alike",
    "by-nc": "Creative Commons Attribution Non-Commercial",
    "by-nc-sa": "Creative Commons Attribution Non-Commercial Share-Alike",
    "by-nc-nd": "Creative Commons Attribution Non-Commercial No-Derivs",
    "by-nd": "Creative Commons Attribution No-Derivs",
}


def frequency(text: str) -> tuple[str, int] | None:
    """Unit and interval of the standard for an ISO 8601 interval or a code of the EU's table; None: not known."""
    plain = text.strip().removeprefix("R/").upper()
    code = re.split(r"[/#:]", text.strip())[-1].upper()
    return _ISO_UNITS.get(plain) or _EU_UNITS.get(code)


def data_format(resource_format: str) -> str | None:
    """The standard's word for a resource's format, None where it has none."""
    return _FORMATS.get(resource_format.strip().upper())


def license_id(text: str) -> str | None:
    """The licence of our register that an id, title or address means; None: none of them."""
    plain = text.strip()
    if not plain:
        return None
    if standard.license_of(plain):
        return plain
    if found := _CC.search(plain.lower()):
        meant = _CC_IDS.get(found[1])
        return meant if meant and standard.license_of(meant) else None
    bare = _bare(plain)
    for each in standard.licenses():
        if bare and bare in (_bare(each["url"]), each["title"].lower()):
            return str(each["id"])
    return None


def _bare(url: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", url.strip().lower()).rstrip("/")
