"""What may be done with a licence, and what becomes of it when that is done. Pure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.shared.errors import WrongState
from chalicelib.shared.thai import Text, format_date
from chalicelib.shared.workdays import thai_date

from ..definitions.procedures import ProcedureRule, given_for
from . import rules
from .issuance import Terms
from .model import NO_END, Licence, LicenceStatus

if TYPE_CHECKING:
    from ..definitions.model import Validity
    from ..model import Case
    from ..noun import Procedure

_ENDED: dict[LicenceStatus, Text] = {
    "revoked": Text(th="ใบอนุญาตนี้ถูกเพิกถอนแล้ว", en="This licence was revoked."),
    "replaced": Text(th="ใบอนุญาตนี้ถูกแทนที่แล้ว", en="This licence was replaced by another."),
    "cancelled": Text(th="ใบอนุญาตนี้ถูกยกเลิกแล้ว", en="This licence was cancelled."),
}
_AT_WISH = Text(th="ยกเลิกตามคำขอของผู้รับใบอนุญาต", en="Cancelled at its holder's wish.")
_FOLLOWED: dict[Procedure, Text] = {
    "renew": Text(th="ต่ออายุแล้ว โดยใบอนุญาตฉบับใหม่มีผลทันที", en="Renewed; the new licence holds at once."),
    "amend": Text(th="แก้ไขเปลี่ยนแปลงตามคำขอ", en="Changed at its holder's wish."),
    "replace": Text(th="ออกใบแทนตามคำขอ", en="A new copy was given out at its holder's wish."),
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


class Barred(WrongState):
    """The licence that an application is about does not allow any more what was applied for."""


def must_allow(licence: Licence, procedure: Procedure, on: dt.date) -> None:
    """What was filed in time may still be carried out; a renewal also when its days have passed meanwhile.

    Raises:
        Barred: with the reason, for the officer who decides.
    """
    why = not_so(licence, procedure, on)
    if why is None and procedure != "renew" and on > licence.valid_until:
        end = Text(th=format_date(licence.valid_until, "th"), en=format_date(licence.valid_until, "en"))
        why = Text(th=f"ใบอนุญาตหมดอายุเมื่อสิ้นวันที่ {end.th}", en=f"The licence ended with {end.en}.")
    if why is not None:
        raise Barred(
            f"ดำเนินการตามคำขอไม่ได้ เพราะ{why.th} (ใบอนุญาตเลขที่ {licence.no})",
            f"The application cannot be carried out (licence {licence.no}). {why.en}",
        )


def why_not(licence: Licence, procedure: Procedure, rule: ProcedureRule, on: dt.date) -> Text | None:
    """Why the procedure may not be begun with the licence on that day; None when it may."""
    return not_so(licence, procedure, on) or out_of_time(procedure, rule, licence.valid_until, on)


def terms(case: Case, rule: ProcedureRule, validity: Validity, before: Licence, on: dt.date) -> Terms:
    """What the licence of a case holds that is about another licence, when it is given on that day.

    A renewal begins with the day after the old licence's last one, or, where that has passed or the rule says so, now.
    A change and a new copy keep the last day.
    """
    answers = given_for(rule, case.base, case.answers)
    if case.procedure == "renew":
        goes_on = rule.begins == "after" and on <= before.valid_until < NO_END
        begins = before.valid_until + dt.timedelta(days=1) if goes_on else on
        return Terms(begins, rules.valid_until(begins, validity), answers, before.no)
    return Terms(max(on, before.valid_from or before.issued_on), before.valid_until, answers, before.no)


def ended(licence: Licence, procedure: Procedure, by: Terms | None, no: str | None, now: dt.datetime) -> Licence:
    """The old licence after the procedure was carried out.

    A renewed one is in force until its last day and nobody is reminded of it any more, unless the new one holds
    already: of one permission there is one paper. A changed or copied one is replaced at once, a cancelled one ends.

    Args:
        licence: as it is.
        procedure: what was done.
        by, no: terms and number of the licence that follows, if one does.
        now: when.
    """
    on = thai_date(now)
    if rules.suspension_over(licence, on):  # the sweep did not come by yet
        licence = rules.changed(licence, "valid", rules.OVER, now)
    if by is None:
        return rules.changed(licence, "cancelled", _AT_WISH, now).model_copy(update={"look_at": None})
    runs_on = procedure == "renew" and (by.valid_from > licence.valid_until or on > licence.valid_until)
    after = licence if runs_on else rules.changed(licence, "replaced", _FOLLOWED[procedure], now)
    return after.model_copy(update={"replaced_by": no, "look_at": None})
