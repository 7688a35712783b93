"""One exchange in a few plain sentences, and what its proof shows."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.workdays import thai_time

from .checking import Checked, Outcome
from .model import OwnReceipt

PROOF: dict[Outcome, Text] = {
    "verified": Text(
        th="ตรวจสอบแล้ว: รายการนี้อยู่ในบันทึกของศูนย์แลกเปลี่ยนข้อมูลกลางจริง ลบหรือแก้ไขภายหลังโดยไม่มีใครรู้ไม่ได้",
        en="Checked: this entry stands in the exchange's log, and cannot be removed or changed unseen.",
    ),
    "pending": Text(
        th="กำลังผนึกลงบันทึก โดยปกติใช้เวลาไม่กี่นาที โปรดเปิดดูอีกครั้ง",
        en="It is being sealed into the log, which takes a few minutes; look again then.",
    ),
    "failed": Text(
        th="หลักฐานไม่ตรงกับรายการ เราแจ้งผู้ดูแลระบบแล้ว โปรดเก็บข้อมูลในหน้านี้ไว้",
        en="The proof does not fit the entry. The operators have been told; keep what this page shows.",
    ),
}


def explained(own: OwnReceipt) -> Text:
    """Who got what, from whom, when, what for, and by which right."""
    return Text(
        th=(
            f"เมื่อ{_moment(own.at, 'th')} {own.consumer_th} ได้รับข้อมูลของท่านจาก “{own.service_th}” "
            f"({_fields(own, 'th')}) วัตถุประสงค์: {own.purpose_th} {_right(own).th}"
        ),
        en=(
            f"On {_moment(own.at, 'en')} {own.consumer_en} received data about you from “{own.service_en}” "
            f"({_fields(own, 'en')}). What for: {own.purpose_en}. {_right(own).en}"
        ),
    )


def _right(own: OwnReceipt) -> Text:
    if own.consent is not None:
        return Text(
            th=f"ท่านให้ความยินยอมไว้ และกฎหมายที่เกี่ยวข้องคือ {own.legal_basis_th}",
            en=f"You had given your consent; the law behind it is {own.legal_basis_en}.",
        )
    return Text(
        th=f"อาศัยอำนาจตาม {own.legal_basis_th} โดยกฎหมายไม่ต้องขอความยินยอม",
        en=f"The law allows it without your consent: {own.legal_basis_en}.",
    )


def _fields(own: OwnReceipt, language: Language) -> str:
    if not own.fields:
        return "คำตอบเพียงว่าตรงหรือไม่ตรง" if language == "th" else "only whether something matched"
    count = len(own.fields)
    return f"{count} รายการ" if language == "th" else f"{count} field{'' if count == 1 else 's'}"


def _moment(at: str, language: Language) -> str:
    local = thai_time(dt.datetime.fromisoformat(at))
    day = format_date(local.date(), language, "long")
    return f"วันที่ {day} เวลา {local:%H.%M} น." if language == "th" else f"{day} at {local:%H:%M}"


def proof_words(found: Checked) -> Text:
    """What the check showed."""
    return PROOF[found.outcome]
