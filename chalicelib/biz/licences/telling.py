"""What a licence's holder is told of it, for the inbox: reasons, days and what may be done."""

from __future__ import annotations

from chalicelib.shared.thai import Text, format_date

from ..model import Licence

_SUSPENDED = Text(th="ใบอนุญาตของท่านถูกพักใช้", en="Your licence was suspended.")
_REVOKED = Text(th="ใบอนุญาตของท่านถูกเพิกถอน", en="Your licence was revoked.")
_REINSTATED = Text(th="ใบอนุญาตของท่านกลับมาใช้ได้แล้ว", en="Your licence is valid again.")
HEARD = frozenset({"suspended", "revoked", "reinstated", "expiring", "expired"})
"""Last words of the types of events that a holder learns of."""


def letter(name: str, licence: Licence) -> Text:
    """The words for one of `HEARD`.

    Reasons are the newest that fit: a letter that comes late tells what is so now, and the whole list stands in the
    licence's history.
    """
    end = Text(th=format_date(licence.valid_until, "th"), en=format_date(licence.valid_until, "en"))
    if name == "expiring":
        return Text(
            th=f"ใบอนุญาตเลขที่ {licence.no} จะหมดอายุในวันที่ {end.th} โปรดยื่นคำขอต่ออายุก่อนวันดังกล่าว",
            en=f"Licence {licence.no} ends on {end.en}. Apply for its renewal before that day.",
        )
    if name == "expired":
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
