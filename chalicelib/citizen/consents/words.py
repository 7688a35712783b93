"""A consent in a few plain sentences (PDPA s.19: clear, apart from other matters, in plain language, not deceptive)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.workdays import thai_date

from .model import Consent, Named, State

STATES: dict[State, Text] = {
    "REQUESTED": Text(th="รอท่านตัดสินใจ", en="Waiting for your decision"),
    "GIVEN": Text(th="ท่านให้ความยินยอมไว้ และยังมีผล", en="You gave your consent; it holds"),
    "REFUSED": Text(th="ท่านไม่ให้ความยินยอม", en="You refused"),
    "WITHDRAWN": Text(th="ถอนแล้ว ไม่มีการส่งข้อมูลอีก", en="Withdrawn: no more data passes"),
    "EXPIRED": Text(th="หมดอายุแล้ว ไม่มีการส่งข้อมูลอีก", en="Run out: no more data passes"),
    "USED": Text(th="ใช้ครบตามที่ท่านยินยอมแล้ว", en="Used up, as you allowed"),
}

NOT_GIVING = Text(
    th="หากท่านปฏิเสธ จะไม่มีข้อมูลใดถูกส่งไป และไม่มีผลเสียต่อสิทธิอื่นของท่าน หน่วยงานอาจขอเอกสารจากท่านโดยตรงแทน",
    en="If you refuse, nothing is handed over and none of your other rights suffers. You may be asked for the papers "
    "themselves instead.",
)
"""The same neutral sentence for everybody: refusing must be as easy as giving."""

YES_OR_NO = Text(th="คำตอบเพียงว่าตรงหรือไม่ตรง", en="only whether something matches")


def asked(consent: Consent) -> Text:
    """Who asks for what, what for and until when, in one sentence each."""
    return Text(
        th=(
            f"{consent.who.th} ขอข้อมูลของท่านจาก {consent.source.th} ได้แก่ {_list(consent.what, 'th')} "
            f"วัตถุประสงค์: {_list(consent.why, 'th')} ใช้ได้ถึงวันที่ {_day(consent.ends, 'th')}"
        ),
        en=(
            f"{consent.who.en} asks {consent.source.en} for data about you: {_list(consent.what, 'en')}. "
            f"What for: {_list(consent.why, 'en')}. It would hold until {_day(consent.ends, 'en')}."
        ),
    )


def how_often(consent: Consent) -> Text:
    """How often data may pass, and how long it may be kept."""
    days = consent.data_life_days
    once = consent.mode == "once"
    return Text(
        th=f"{'ส่งข้อมูลได้ครั้งเดียว' if once else 'ส่งข้อมูลได้หลายครั้ง'} ผู้รับเก็บไว้ได้ {days} วัน",
        en=f"Data may pass {'once' if once else 'repeatedly'}; the receiver may keep it for {days} days.",
    )


def _list(names: Sequence[Named], language: Language) -> str:
    if not names:
        return YES_OR_NO.pick(language)
    return ", ".join(name.en if language == "en" else name.th for name in names)


def _day(moment: str, language: Language) -> str:
    return format_date(thai_date(dt.datetime.fromisoformat(moment)), language, "long")
