"""What a licence's holder is told of it, for the inbox: reasons, days and what may be done."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Text, format_date

from ..definitions.model import ServiceDefinition
from . import succession
from .model import Licence


@dataclass(frozen=True)
class Renewal:
    """How a licence is renewed: what is applied for, from which day (None: any) and until which."""

    name: Text
    first: dt.date | None
    last: dt.date


def renewal_of(licence: Licence, live: ServiceDefinition | None) -> Renewal | None:
    """How it is renewed by what the service offers today; None where it offers that not, or not any more."""
    rule = None if live is None else live.procedures.get("renew")
    if rule is None or licence.replaced_by is not None:
        return None
    return Renewal(rule.name, *succession.days("renew", rule, licence.valid_until))


_SUSPENDED = Text(th="ใบอนุญาตของท่านถูกพักใช้", en="Your licence was suspended.")
_REVOKED = Text(th="ใบอนุญาตของท่านถูกเพิกถอน", en="Your licence was revoked.")
_REINSTATED = Text(th="ใบอนุญาตของท่านกลับมาใช้ได้แล้ว", en="Your licence is valid again.")
HEARD = frozenset({"suspended", "revoked", "reinstated", "expiring", "expired", "renewed", "replaced", "cancelled"})
"""Last words of the types of events that a holder learns of."""


_LATE = Text(
    th="หากยื่นหลังวันหมดอายุอาจมีเงินเพิ่ม และระหว่างนั้นประกอบกิจการไม่ได้",
    en="After the last day of the licence it may cost more, and the business must rest meanwhile.",
)
_BY_ANOTHER = {
    "renewed": Text(th="ได้รับการต่ออายุ", en="was renewed"),
    "replaced": Text(th="ถูกแทนที่ด้วยใบอนุญาตฉบับใหม่", en="was replaced by a new one"),
    "cancelled": Text(th="ถูกยกเลิก", en="was cancelled"),
}


def letter(name: str, licence: Licence, renewal: Renewal | None) -> Text:
    """The words for one of `HEARD`.

    Reasons are the newest that fit: a letter that comes late tells what is so now, and the whole list stands in the
    licence's history.

    Args:
        name: last word of the event's type.
        licence: as it is now.
        renewal: how it is renewed by what the service offers today, if it is.
    """
    end = _day(licence.valid_until)
    if name in _BY_ANOTHER:
        what = _BY_ANOTHER[name]
        by = licence.replaced_by
        return Text(
            th=f"ใบอนุญาตเลขที่ {licence.no} {what.th}ตามคำขอของกรรมการนิติบุคคล" + (f" ฉบับใหม่เลขที่ {by}" if by else ""),
            en=f"Licence {licence.no} {what.en}, as a director of the company asked." + (f" New: {by}." if by else ""),
        )
    if name == "expiring":
        if renewal is None:
            return Text(
                th=f"ใบอนุญาตเลขที่ {licence.no} จะหมดอายุในวันที่ {end.th} จะประกอบกิจการต่อต้องยื่นคำขอใหม่ก่อนวันดังกล่าว",
                en=f"Licence {licence.no} ends on {end.en}. To go on, apply anew before that day.",
            )
        last, late = _day(renewal.last), renewal.last > licence.valid_until
        th, en = f"ถึงวันที่ {last.th}", f"until {last.en}."
        if renewal.first is not None:
            first = _day(renewal.first)
            th, en = f"ตั้งแต่วันที่ {first.th} {th}", f"from {first.en} {en}"
        return Text(
            th=f"ใบอนุญาตเลขที่ {licence.no} จะหมดอายุในวันที่ {end.th} ยื่น “{renewal.name.th}” ได้ที่พอร์ทัลนี้ {th}"
            + (f" {_LATE.th}" if late else ""),
            en=f"Licence {licence.no} ends on {end.en}. Apply here for '{renewal.name.en}' {en}"
            + (f" {_LATE.en}" if late else ""),
        )
    if name == "expired":
        if renewal is not None and renewal.last > licence.valid_until:
            last = _day(renewal.last)
            return Text(
                th=f"ใบอนุญาตเลขที่ {licence.no} หมดอายุแล้วเมื่อสิ้นวันที่ {end.th} "
                f"ยังยื่น “{renewal.name.th}” ได้ถึงวันที่ {last.th} แต่จะประกอบกิจการต่อได้เมื่อได้รับใบอนุญาตใหม่",
                en=f"Licence {licence.no} ended with {end.en}. You may still apply for '{renewal.name.en}' until "
                f"{last.en}, but go on only with a new licence.",
            )
        return Text(
            th=f"ใบอนุญาตเลขที่ {licence.no} หมดอายุแล้วเมื่อสิ้นวันที่ {end.th} จะประกอบกิจการต่อได้เมื่อได้รับใบอนุญาตใหม่",
            en=f"Licence {licence.no} ended with {end.en}. You may go on only with a new licence.",
        )
    if name == "reinstated":
        return _REINSTATED
    opening = _SUSPENDED if name == "suspended" else _REVOKED
    change = next((each for each in reversed(licence.changes) if each.status == name), None)
    if change is None:
        return opening
    until_th = f" ถึงวันที่ {format_date(change.until, 'th')}" if change.until else ""
    until_en = f" It lasts until {format_date(change.until, 'en')}." if change.until else ""
    return Text(
        th=f"{opening.th}{until_th} เหตุผล: {change.reasons.th}",
        en=f"{opening.en}{until_en} Reasons: {change.reasons.en}",
    )


def _day(on: dt.date) -> Text:
    return Text(th=format_date(on, "th"), en=format_date(on, "en"))
