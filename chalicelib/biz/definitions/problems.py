"""What stands against publishing a definition: one problem each, with the place where it is mended. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault
from chalicelib.shared.thai import Text

MAX_PROBLEMS = 100
"""Problems told at once; a definition with more is mended in rounds."""

_LONGEST = 400

_PARTS = {
    "form": "แบบฟอร์ม",
    "documents": "เอกสาร",
    "prefill": "ข้อมูลที่ดึงจากทะเบียนของรัฐ",
    "workflow": "ขั้นตอนการพิจารณา",
    "checklist": "แบบตรวจสถานที่",
    "tables": "ตารางอัตรา",
    "fees": "ค่าธรรมเนียม",
    "sla": "ระยะเวลาดำเนินการ",
    "credential": "ใบอนุญาตอิเล็กทรอนิกส์",
    "manual": "คู่มือสำหรับประชาชน",
    "deemed_approval": "ผลของการพิจารณาไม่เสร็จภายในกำหนด",
    "letters": "หนังสือแจ้งผลการพิจารณา",
    "procedures": "การต่ออายุ แก้ไข ยกเลิก หรือออกใบแทน",
    "link": "การเชื่อมกับระบบของหน่วยงาน",
    "guide": "การแนะนำว่าต้องใช้บริการนี้หรือไม่",
    "tests": "กรณีทดสอบ",
    "legal_basis": "ฐานกฎหมาย",
    "version": "เลขฉบับ",
    "agency": "หน่วยงาน",
    "id": "รหัสบริการ",
}


@dataclass(frozen=True)
class Problem:
    """One reason against publishing.

    Attributes:
        pointer: JSON Pointer (RFC 6901) into the definition; where something is missing, to what should hold it.
        en: what is wrong, with the definition's own words.
    """

    pointer: str
    en: str

    @property
    def th(self) -> str:
        """Which part must be mended, in Thai; the details are the definition's own words, see `en`."""
        tokens = pointers.parts(self.pointer)
        part = _PARTS.get(tokens[0], "ข้อมูลทั่วไปของบริการ") if tokens else "คำนิยามบริการทั้งฉบับ"
        return f"{part}: โปรดแก้ไขตรงตำแหน่งที่ระบุ รายละเอียด: {self.short}"

    @property
    def short(self) -> str:
        """`en`, cut where a hostile name made it long."""
        return self.en if len(self.en) <= _LONGEST else f"{self.en[:_LONGEST]}..."

    def fault(self) -> Fault:
        """For a refusal."""
        return Fault(self.pointer, self.th, self.short)

    def __str__(self) -> str:
        return f"{self.pointer}: {self.short}"


def at(*tokens: object) -> str:
    """The pointer through these names and numbers."""
    return pointers.join(list(tokens))


def summary(problems: Iterable[Problem]) -> Text:
    """How many problems, and in which parts."""
    found = list(problems)
    if not found:
        return Text(th="ไม่พบปัญหา เผยแพร่ได้", en="No problems; it may be published.")
    firsts = dict.fromkeys((pointers.parts(problem.pointer) or [""])[0] for problem in found)
    th = ", ".join(dict.fromkeys(_PARTS.get(name, "ข้อมูลทั่วไป") for name in firsts))
    en = ", ".join(name or "the whole" for name in firsts)
    more = " ขึ้นไป" if len(found) >= MAX_PROBLEMS else ""
    at_least = "at least " if len(found) >= MAX_PROBLEMS else ""
    return Text(th=f"พบปัญหา {len(found)} ข้อ{more} ใน: {th}", en=f"{at_least}{len(found)} problem(s), in: {en}")
