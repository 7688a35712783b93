"""A consent in plain words (PDPA section 19: clear, separate, in plain language, not deceptive)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ...shared.thai import Language, Text, format_date
from ..model import BANGKOK
from .model import Consent, ConsentState, Mode, Named, Terms

WITHDRAWING = Text(
    th=(
        "ท่านถอนความยินยอมได้ทุกเมื่อและไม่เสียค่าใช้จ่าย โดยเปิดรายการนี้แล้วเลือกถอน มีผลทันทีกับการขอข้อมูลครั้งต่อไป "
        "แต่ไม่กระทบการใช้ข้อมูลที่ได้ไปแล้วก่อนถอน"
    ),
    en=(
        "You may withdraw at any time, free of charge: open this consent and choose to withdraw. It takes effect at "
        "the very next request; what was used before stays lawful."
    ),
)
"""PDPA section 19, fifth and sixth paragraph."""

NOT_GIVING = Text(
    th="ท่านไม่จำเป็นต้องให้ความยินยอม หากไม่ให้ หน่วยงานอาจขอเอกสารจากท่านโดยตรงแทน",
    en="You need not consent. If you do not, the receiver may ask you for the papers themselves instead.",
)


def explained(terms: Terms) -> Text:
    """Who asks, for what, why, by which law, until when, and how to say no."""
    return Text(
        th=(
            f"{terms.consumer.th} ขอรับข้อมูลของท่านจาก “{terms.provider.th}” ได้แก่ {_list(terms.fields, 'th')} "
            f"เพื่อ: {_list(terms.purposes, 'th')} อาศัยอำนาจตาม {terms.legal_basis[0]} "
            f"{_how_often(terms.mode).th}ระหว่าง{day(terms.starts, 'th')} ถึง {day(terms.ends, 'th')} "
            f"และเก็บข้อมูลไว้ได้ {terms.data_life_days} วัน {WITHDRAWING.th} {NOT_GIVING.th}"
        ),
        en=(
            f"{terms.consumer.en} asks for data about you from “{terms.provider.en}”: {_list(terms.fields, 'en')}. "
            f"What for: {_list(terms.purposes, 'en')}. Legal basis: {terms.legal_basis[1]}. "
            f"{_how_often(terms.mode).en} from {day(terms.starts, 'en')} to {day(terms.ends, 'en')}; the data may be "
            f"kept for {terms.data_life_days} days. {WITHDRAWING.en} {NOT_GIVING.en}"
        ),
    )


def told(consent: Consent, state: ConsentState) -> tuple[Text, Text]:
    """Title and text of what the person is told when a consent came to a state."""
    who, what = consent.terms.consumer, consent.terms.provider
    match state:
        case ConsentState.REQUESTED:
            title = Text(th=f"{who.th} ขอความยินยอมจากท่าน", en=f"{who.en} asks for your consent")
            return title, explained(consent.terms)
        case ConsentState.GIVEN:
            title = Text(th=f"ท่านให้ความยินยอมแก่ {who.th} แล้ว", en=f"You gave your consent to {who.en}")
            return title, Text(
                th=f"ข้อมูล “{what.th}” ใช้ได้ถึง {day(consent.terms.ends, 'th')} {WITHDRAWING.th}",
                en=f"It covers “{what.en}” until {day(consent.terms.ends, 'en')}. {WITHDRAWING.en}",
            )
        case _:
            by_person = consent.closed_by == "person"
            title = Text(th=f"ความยินยอมต่อ {who.th} สิ้นสุดแล้ว", en=f"Your consent to {who.en} has ended")
            return title, Text(
                th=(
                    f"{'ท่านถอนความยินยอม' if by_person else f'{who.th} ยกเลิกคำขอเอง'} "
                    f"จากนี้ศูนย์แลกเปลี่ยนข้อมูลกลางจะไม่ส่งข้อมูล “{what.th}” ให้อีก"
                ),
                en=(
                    f"{'You withdrew it' if by_person else f'{who.en} gave it up'}: from now on the exchange hands "
                    f"over nothing more from “{what.en}”."
                ),
            )


def day(time: datetime, language: Language) -> str:
    """A Thai day and time for reading."""
    local = time.astimezone(BANGKOK)
    clock = f"{local:%H.%M} น." if language == "th" else f"{local:%H:%M}"
    return f"{format_date(local.date(), language, 'short')} {clock}"


def _how_often(mode: Mode) -> Text:
    if mode is Mode.ONCE:
        return Text(th="ใช้ได้ครั้งเดียว", en="It may be used once")
    return Text(th="ใช้ได้หลายครั้ง", en="It may be used repeatedly")


def _list(names: Sequence[Named], language: Language) -> str:
    if not names:
        return "คำตอบเพียงว่าตรงหรือไม่ตรง" if language == "th" else "only whether it matches"
    return ", ".join(name.th if language == "th" else name.en for name in names)
