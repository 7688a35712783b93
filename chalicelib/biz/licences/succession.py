"""What may be done with a licence, and what becomes of it when that is done. Pure."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.thai import Text, format_date

from ..definitions.parts import Procedure
from ..definitions.procedures import ProcedureRule
from ..model import Licence, LicenceStatus
from . import rules

_ENDED: dict[LicenceStatus, Text] = {
    "revoked": Text(th="ใบอนุญาตนี้ถูกเพิกถอนแล้ว", en="This licence was revoked."),
    "replaced": Text(th="ใบอนุญาตนี้ถูกแทนที่แล้ว", en="This licence was replaced by another."),
    "cancelled": Text(th="ใบอนุญาตนี้ถูกยกเลิกแล้ว", en="This licence was cancelled."),
}
_SUSPENDED = Text(
    th="ใบอนุญาตนี้ถูกพักใช้อยู่ ในระหว่างนี้ยื่นได้เฉพาะคำขอยกเลิก",
    en="This licence is suspended; meanwhile it can only be cancelled.",
)


def days(procedure: Procedure, rule: ProcedureRule, valid_until: dt.date) -> tuple[dt.date | None, dt.date]:
    """The first day (None: at any time) and the last day on which it may be filed for a licence with that last day."""
    if procedure == "renew" and rule.window is not None:
        window = rule.window
        closes = min(dt.timedelta(days=window.closes), dt.date.max - valid_until)
        return valid_until - dt.timedelta(days=window.opens), valid_until + closes
    return None, valid_until


def out_of_time(procedure: Procedure, rule: ProcedureRule, valid_until: dt.date, on: dt.date) -> Text | None:
    """Why it cannot be filed on that day, naming the days on which it can; None when it can."""
    first, last = days(procedure, rule, valid_until)
    if on <= last and (first is None or first <= on):
        return None
    end = Text(th=format_date(last, "th"), en=format_date(last, "en"))
    if first is None:
        return Text(
            th=f"ใบอนุญาตนี้ใช้ได้ถึงวันที่ {end.th} จึงยื่นคำขอนี้ได้ถึงวันดังกล่าวเท่านั้น",
            en=f"This licence is valid until {end.en}; this can be applied for until then only.",
        )
    return Text(
        th=f"ยื่นคำขอต่ออายุใบอนุญาตนี้ได้ตั้งแต่วันที่ {format_date(first, 'th')} ถึงวันที่ {end.th}",
        en=f"The renewal of this licence can be applied for from {format_date(first, 'en')} until {end.en}.",
    )


def not_so(licence: Licence, procedure: Procedure, on: dt.date) -> Text | None:
    """Why the licence as it stands does not allow the procedure, its days aside; None when it does."""
    if licence.replaced_by is not None:
        return Text(
            th=f"ใบอนุญาตนี้มีใบอนุญาตฉบับใหม่แล้ว เลขที่ {licence.replaced_by} โปรดใช้เลขที่ดังกล่าว",
            en=f"There is a newer licence already, no. {licence.replaced_by}; apply with that number.",
        )
    if licence.status in _ENDED:
        return _ENDED[licence.status]
    if licence.status == "suspended" and procedure != "cancel" and not rules.suspension_over(licence, on):
        return _SUSPENDED
    return None


def why_not(licence: Licence, procedure: Procedure, rule: ProcedureRule, on: dt.date) -> Text | None:
    """Why the procedure may not be begun with the licence on that day; None when it may."""
    return not_so(licence, procedure, on) or out_of_time(procedure, rule, licence.valid_until, on)
