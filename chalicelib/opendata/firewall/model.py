"""What was found in a table, what holds a version back, and who said that it may be seen nevertheless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

Kind = Literal[
    "national_id",
    "passport",
    "bank_account",
    "patient_number",
    "person_name",
    "mobile_phone",
    "phone",
    "email",
    "line_id",
    "birth_date",
    "home_address",
    "car_plate",
    "small_cells",
    "free_text",
]
Certainty = Literal["sure", "likely", "hint"]
"""`hint` is told to the owner and stands in nobody's way."""

RANK: Mapping[Certainty, int] = {"sure": 0, "likely": 1, "hint": 2}
MOST = 40
"""Findings that are kept of a file, those that weigh most first."""
FIRST = 5
"""Rows that are named of each."""


@dataclass(frozen=True)
class Finding:
    """Something in a column. It never holds a value of the table.

    Attributes:
        table: number within the file.
        position: of the column within its table, from 1.
        column: its name; "" where the name itself may be somebody's (a file without a header).
        rows: how many rows have it.
        share: of the rows that have a value there.
        at: numbers of the first of these rows (the DataStore's `_id`).
    """

    kind: Kind
    certainty: Certainty
    position: int
    column: str
    rows: int
    share: float
    at: tuple[int, ...] = ()
    table: int = 1

    @property
    def blocks(self) -> bool:
        """Whether it keeps a table from the public."""
        return self.certainty != "hint"

    @property
    def where(self) -> tuple[int, str, str]:
        """Which finding it is, whatever the rows: table, column and kind."""
        return self.table, self.column or f"#{self.position}", self.kind

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {**asdict(self), "at": list(self.at)}


def finding_of(data: Mapping[str, Any]) -> Finding:
    """A finding as it was kept."""
    return Finding(**{**data, "at": tuple(data["at"])})


@dataclass(frozen=True)
class Hold:
    """A new version that stays behind the last good one, and why, for its owner."""

    th: str
    en: str
    findings: tuple[Finding, ...]


Scope = Literal["version", "column"]
"""What an override is good for: this very content, or the same kind of data in this column of later versions too."""


@dataclass(frozen=True)
class Override:
    """A steward's word that what was found may be published.

    Attributes:
        number: of the file version that it was given for.
        sha256: of its content.
        findings: what it is about: table, column and kind of each.
        basis: why that is lawful (`BASES`).
        by: `Caller.label`.
        revoked_at, revoked_by: "" while it holds.
        version: of the row.
    """

    id: str
    dataset: str
    organization: str
    resource: str
    number: int
    sha256: str
    findings: tuple[tuple[int, str, str], ...]
    scope: Scope
    basis: str
    reason: str
    by: str
    at: str
    revoked_at: str = ""
    revoked_by: str = ""
    version: int = 1

    @property
    def holds(self) -> bool:
        """Whether it was not revoked."""
        return not self.revoked_at


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    th: str
    en: str


KINDS: Mapping[str, Words] = {
    "national_id": Words("เลขประจำตัวประชาชน", "national id numbers"),
    "passport": Words("เลขที่หนังสือเดินทาง", "passport numbers"),
    "bank_account": Words("เลขที่บัญชีธนาคาร", "bank account numbers"),
    "patient_number": Words("เลขประจำตัวผู้ป่วย", "patients' numbers"),
    "person_name": Words("ชื่อบุคคล", "names of persons"),
    "mobile_phone": Words("หมายเลขโทรศัพท์มือถือ", "mobile telephone numbers"),
    "phone": Words("หมายเลขโทรศัพท์", "telephone numbers"),
    "email": Words("อีเมลส่วนบุคคล", "personal e-mail addresses"),
    "line_id": Words("ไอดีไลน์", "LINE ids"),
    "birth_date": Words("วันเกิด", "dates of birth"),
    "home_address": Words("ที่อยู่หรือบ้านเลขที่", "home addresses"),
    "car_plate": Words("ทะเบียนรถ", "number plates"),
    "small_cells": Words("จำนวนคนที่น้อยกว่า 5", "counts of fewer than 5 people"),
    "free_text": Words("ข้อความอิสระ", "free text"),
}

MEND: Mapping[str, Words] = {
    "national_id": Words(
        "ลบคอลัมน์นี้ หรือแทนด้วยลำดับที่ (1, 2, 3 …) ที่ย้อนกลับเป็นเลขประจำตัวไม่ได้",
        "Leave the column out, or put a running number in its place that leads back to nobody.",
    ),
    "passport": Words("ลบคอลัมน์นี้ หรือแทนด้วยลำดับที่", "Leave the column out, or put a running number in its place."),
    "bank_account": Words("ลบคอลัมน์นี้", "Leave the column out."),
    "patient_number": Words("ลบคอลัมน์นี้ หรือแทนด้วยลำดับที่", "Leave the column out, or put a running number in its place."),
    "person_name": Words(
        "ลบคอลัมน์นี้ หรือนับเป็นจำนวนคนแทนการระบุชื่อ", "Leave the column out, or publish how many people instead of who."
    ),
    "mobile_phone": Words(
        "ลบคอลัมน์นี้ หรือใช้หมายเลขกลางของหน่วยงาน", "Leave the column out, or give the office's own number."
    ),
    "phone": Words("ลบคอลัมน์นี้ หรือใช้หมายเลขกลางของหน่วยงาน", "Leave the column out, or give the office's own number."),
    "email": Words("ลบคอลัมน์นี้ หรือใช้อีเมลกลางของหน่วยงาน", "Leave the column out, or give the office's own address."),
    "line_id": Words(
        "ลบคอลัมน์นี้ หรือใช้ LINE Official ของหน่วยงาน", "Leave the column out, or give the office's own account."
    ),
    "birth_date": Words("แทนวันเกิดด้วยช่วงอายุ เช่น 30-39", "Put an age group such as 30-39 in its place."),
    "home_address": Words("ตัดให้เหลือระดับตำบลหรืออำเภอ", "Cut it down to the sub-district or district."),
    "car_plate": Words("ลบคอลัมน์นี้ หรือเหลือเฉพาะจังหวัด", "Leave the column out, or keep the province alone."),
    "small_cells": Words(
        "รวมกลุ่มให้ใหญ่ขึ้น (เช่น ตำบลเป็นอำเภอ) หรือแทนค่า 1-4 ด้วยช่องว่าง แล้วตรวจว่าคำนวณย้อนจากยอดรวมไม่ได้",
        "Make the groups larger (districts for sub-districts), or leave counts of 1 to 4 blank so that no total gives "
        "them away.",
    ),
    "free_text": Words("อ่านทวนว่าไม่มีข้อมูลที่บอกว่าเป็นใคร", "Read it through: nothing in it may tell who somebody is."),
}
"""What to do about each kind."""

CERTAINTIES: Mapping[str, Words] = {
    "sure": Words("แน่ชัด", "sure"),
    "likely": Words("น่าจะใช่", "likely"),
    "hint": Words("ควรตรวจทาน", "worth a look"),
}

BASES: Mapping[str, Words] = {
    "public_register": Words(
        "กฎหมายกำหนดให้เปิดเผย หรือเป็นทะเบียนสาธารณะ", "A law makes it public, or it is a public register"
    ),
    "official_duty": Words(
        "ข้อมูลของเจ้าหน้าที่ในการปฏิบัติหน้าที่ราชการ", "It is about officials in the exercise of their office"
    ),
    "consent": Words("เจ้าของข้อมูลยินยอมให้เผยแพร่", "The people concerned consented to its publication"),
    "deceased_or_historical": Words("ผู้ถึงแก่กรรมหรือข้อมูลทางประวัติศาสตร์", "It is about the dead, or historical"),
    "not_personal": Words("ตรวจแล้วไม่ใช่ข้อมูลส่วนบุคคล", "It was looked at and is not personal data"),
}
"""Why an override can be lawful (Personal Data Protection Act B.E. 2562, Official Information Act B.E. 2540)."""


def strongest(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those that are kept, what weighs most first."""
    return tuple(sorted(findings, key=lambda each: (RANK[each.certainty], each.table, each.position))[:MOST])
