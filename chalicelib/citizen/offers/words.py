"""What a person reads of an offer: in plain words, Thai and English."""

from __future__ import annotations

import re

from chalicelib.shared.thai import Text, format_date

from .model import Offer, RightWords

SOURCE = "TH/CENTRAL/DGA/citizen"

REASONS: dict[str, Text] = {
    "birth-registered": Text(th="มีการแจ้งเกิดบุตรของท่าน", en="the birth of your child was registered"),
    "job-ended": Text(th="นายจ้างแจ้งว่าท่านออกจากงาน", en="your employer reported that your job ended"),
    "disability-card-issued": Text(th="ท่านได้รับบัตรประจำตัวคนพิการ", en="you were given a disability card"),
}
"""Why the portal looked, by the event's type; ages are told by `reason_of`."""

OTHER_REASON = Text(th="หน่วยงานของรัฐแจ้งเหตุการณ์ที่เกี่ยวกับท่าน", en="an agency reported something that concerns you")

WHY_WE_TELL = Text(
    th="รัฐบอกสิทธิให้ท่านทราบโดยท่านไม่ต้องขอ ท่านจะยื่นขอหรือไม่ก็ได้ และการไม่ยื่นไม่มีผลเสียใด ๆ",
    en="The state tells you of your rights without being asked. Whether you apply is up to you; not applying does you"
    " no harm.",
)
NOT_AGAIN = Text(
    th="ไม่ต้องการให้บอกอีก: เปิดข้อเสนอนี้แล้วเลือก “ไม่สนใจ” หรือปิดการบอกสิทธิทั้งหมดในการตั้งค่าข้อเสนอ ปิดได้ในขั้นตอนเดียว",
    en="If you do not want to be told again: open this offer and choose “No, thank you”, or turn all telling of rights"
    " off in the settings of offers; it takes one step.",
)
ON_BY_DEFAULT = Text(
    th="การบอกสิทธิเปิดไว้ตั้งแต่แรก เพราะการบอกให้ประชาชนรู้สิทธิเป็นหน้าที่ของรัฐ และผู้ที่ไม่เคยได้ยินเรื่องสิทธิย่อมขอไม่ได้ "
    "เมื่อท่านปิด พอร์ทัลจะไม่สอบถามข้อมูลของท่านเพื่อหาสิทธิอีก สิทธิของท่านไม่ลดลง และเปิดใหม่ได้ทุกเมื่อ",
    en="Telling is on from the start, because it is the state's duty to let people know their rights, and nobody"
    " can ask for a right they have never heard of. When you turn it off, the portal asks no register about you to find"
    " rights; your rights stay as they are, and you may turn it on again at any time.",
)
UNNAMED = Text(th="ท่านอาจมีสิทธิ", en="You may have a right")
"""Where a definition ended since."""
_AGE = re.compile(r"age-([0-9]{1,3})")


def reason_of(offer: Offer) -> Text:
    """Why the portal looked."""
    age = _AGE.fullmatch(offer.reason)
    if age is None:
        return REASONS.get(offer.reason, OTHER_REASON)
    return Text(th=f"ถึงอายุ {age[1]} ปี", en=f"the age of {age[1]} is reached")


def amount_of(offer: Offer, words: RightWords) -> Text | None:
    """How much it is, if that is known."""
    if offer.amount is None or words.unit is None:
        return None
    return Text(th=f"{offer.amount} {words.unit.th}", en=f"{offer.amount} {words.unit.en}")


def card_title(words: RightWords) -> Text:
    """The line on the home page."""
    return Text(th=f"ท่านอาจมีสิทธิ: {words.name.th}", en=f"You may have a right: {words.name.en}")


def asked_of(offer: Offer) -> Text:
    """Whom the portal asked, without any value."""
    services = sorted({receipt.service for receipt in offer.receipts})
    if not services:
        return Text(
            th="ดูจากวันเกิดในทะเบียนราษฎรหรือจากที่หน่วยงานแจ้งเท่านั้น ไม่ได้สอบถามข้อมูลอื่น",
            en="Only the birth date in the civil register, or what the agency reported; nothing else was asked.",
        )
    named = ", ".join(services)
    return Text(
        th=f"สอบถาม {named} ผ่านศูนย์แลกเปลี่ยนข้อมูลกลาง ใช้เพียงเพื่อดูสิทธินี้ ไม่ได้เก็บข้อมูลที่ได้ไว้",
        en=f"{named} by the data exchange, only to look at this right; what they said was not kept.",
    )


def message(offer: Offer, words: RightWords) -> tuple[Text, Text]:
    """Title and body of the message: what, how much, why, what was looked at, how to apply, how not to hear again."""
    much, reason, asked = amount_of(offer, words), reason_of(offer), asked_of(offer)
    th, en = [words.summary.th, ""], [words.summary.en, ""]
    if much is not None:
        th.append(f"เป็นเงิน: {much.th}")
        en.append(f"How much: {much.en}")
    th.append(f"ทำไมจึงบอกท่าน: {reason.th} และข้อมูลในทะเบียนของรัฐแสดงว่าท่านน่าจะมีสิทธิ")
    en.append(f"Why we tell you: {reason.en}, and the registers say that you probably have this right")
    th.append(f"ดูข้อมูลอะไร: {asked.th}")
    en.append(f"What we looked at: {asked.en}")
    open_th = [words.questions[code].th for code in offer.open_questions if code in words.questions]
    open_en = [words.questions[code].en for code in offer.open_questions if code in words.questions]
    if open_th:
        th.append(f"สิ่งที่ท่านเท่านั้นที่ตอบได้: {'; '.join(open_th)}")
        en.append(f"What only you can say: {'; '.join(open_en)}")
    th += [
        f"วิธีขอ: {words.how.th}",
        f"พอร์ทัลจะเตือนถึง {format_date(offer.until, 'th')} วันนี้ไม่ใช่วันหมดสิทธิ",
        "",
        WHY_WE_TELL.th,
        NOT_AGAIN.th,
    ]
    en += [
        f"How to apply: {words.how.en}",
        f"The portal reminds you until {format_date(offer.until, 'en')}; that is not the end of the right",
        "",
        WHY_WE_TELL.en,
        NOT_AGAIN.en,
    ]
    return card_title(words), Text(th="\n".join(th), en="\n".join(en))
