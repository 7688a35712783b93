"""What a bill's references say, what is owed, when to remind, and what becomes of money. Pure.

Reference 1 is the first 20 characters of the bill's id, reference 2 the rest and the number of the attempt, so that a
callback finds its bill without a search.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from chalicelib.shared import payment_accounts as accounts
from chalicelib.shared import thai_qr
from chalicelib.shared.errors import WrongState
from chalicelib.shared.payment_notices import Notice, Source, variant
from chalicelib.shared.thai_qr import Satang
from chalicelib.shared.workdays import BANGKOK

from .definition import BillerDefinition
from .model import Bill, Kind, Live, Money, Paid, State

QR_LIVES = dt.timedelta(minutes=30)
MAX_ATTEMPTS = 99
MAX_PAID = 40
"""Transactions that one bill holds; more would not fit an item, and somebody should look at them."""

REMINDED_AT = dt.time(9, tzinfo=BANGKOK)
"""The hour in Thailand at which people are reminded."""

_BILL_ID = re.compile(r"[0-9a-f]{32}")
_RECEIPT_NO = re.compile(r"R-[A-Z0-9_-]{1,40}-[0-9]{4}(-[A-Z2-9]{4}){3}")
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_REF1 = re.compile(r"[0-9A-F]{20}")
_REF2 = re.compile(r"([0-9A-F]{12})([0-9]{2})")


def is_bill_id(text: str) -> bool:
    """Whether this can be the id of a bill or a meter; anything else is not even looked up."""
    return _BILL_ID.fullmatch(text) is not None


def is_receipt_no(text: str) -> bool:
    """Whether this can be a receipt's number; anything else is not even looked up."""
    return _RECEIPT_NO.fullmatch(text) is not None


def is_provider(text: str) -> bool:
    """Whether this can be a payment provider's name."""
    return _PROVIDER.fullmatch(text) is not None


def references(bill: str, attempt: int) -> tuple[str, str]:
    """Reference 1 and 2 of a QR."""
    upper = bill.upper()
    return upper[:20], f"{upper[20:]}{attempt:02d}"


def bill_of(ref1: str, ref2: str) -> str | None:
    """The bill that the references name, if they are ours at all."""
    tail = _REF2.fullmatch(ref2)
    return (ref1 + tail[1]).lower() if _REF1.fullmatch(ref1) and tail is not None else None


def live(bill: Bill, biller: BillerDefinition, now: dt.datetime) -> Live:
    """The live QR of a bill: the present one while it lasts and its amount holds, else the next attempt.

    Raises:
        WrongState: nothing is owed, or too many were made.
    """
    if bill.state != "open" or not bill.owed:
        raise WrongState("บิลนี้ไม่มียอดค้างชำระแล้ว", "Nothing is owed for this bill any more.")
    if bill.live is not None and now < bill.live.expires_at and bill.live.satang == bill.owed:
        return bill.live
    attempt = 1 if bill.live is None else bill.live.attempt + 1
    if attempt > MAX_ATTEMPTS or len(bill.paid) >= MAX_PAID:
        raise WrongState(
            "สร้าง QR ของบิลนี้ครบจำนวนครั้งแล้ว โปรดชำระกับผู้ออกบิลโดยตรง",
            "Too many QR codes were made for this bill; please pay it at the biller.",
        )
    ref1, ref2 = references(bill.id, attempt)
    text = thai_qr.encode(
        thai_qr.Bill(biller=biller.biller_id.value, ref1=ref1, ref2=ref2, amount=Satang(bill.owed), name=biller.qr_name)
    )
    return Live(attempt=attempt, satang=bill.owed, ref1=ref1, ref2=ref2, qr=text, expires_at=now + QR_LIVES)


def next_reminder(due: dt.date, days: Sequence[int], after: dt.datetime) -> dt.datetime | None:
    """The first time to remind that is later than `after`, or None when none is left."""
    times = (dt.datetime.combine(due - dt.timedelta(days=before), REMINDED_AT) for before in days)
    return min((at.astimezone(dt.UTC) for at in times if at > after), default=None)


def answered(bill: Bill, satang: int, due: dt.date, period: str, now: dt.datetime) -> Bill:
    """The bill as the biller tells of it now: everything that it was told is in its figure."""
    counted = tuple(part.model_copy(update={"known": part.told}) for part in bill.paid)
    asked = {"satang": satang, "due": due, "period": period, "asked_at": now, "paid": counted}
    return standing(bill.model_copy(update=asked), now)


def not_answered(bill: Bill, now: dt.datetime) -> Bill:
    """The bill when the biller's answer does not hold it any more."""
    return answered(bill, 0, bill.due, bill.period, now)


def standing(bill: Bill, now: dt.datetime) -> Bill:
    """The bill in the state that follows from what is owed, and since when."""
    state: State = "open"
    if not bill.owed:
        state = "paid" if any(part.stands for part in bill.paid) else "gone"
    if state == bill.state:
        return bill
    return bill.model_copy(update={"state": state, "closed_at": None if state == "open" else now})


def reminded(bill: Bill, biller: BillerDefinition, now: dt.datetime) -> Bill:
    """The bill with its next reminder; none while nothing is to be paid."""
    at = next_reminder(bill.due, biller.reminder_days.values, now) if bill.state == "open" else None
    return bill.model_copy(update={"remind_at": at})


def opened(
    provider: str, notice: Notice, bill: Bill | None, agency: str | None, source: Source, now: dt.datetime
) -> Money:
    """A fresh account in which no money is yet."""
    whose = {} if bill is None else {"bill": bill.id, "owner": bill.person, "agency": agency}
    return Money.model_validate({**accounts.first_words(provider, notice, source, now), **whose})


def other(money: Money, notice: Notice, source: Source, now: dt.datetime) -> Money:
    """The record of what was told under a known id with other content; it holds no money and waits for an officer."""
    fresh = opened(money.provider, notice, None, None, source, now)
    known = {name: getattr(money, name) for name in ("bill", "agency", "owner")}
    return accounts.queued(fresh.model_copy(update={**known, "variant": variant(notice)}), "conflict", now)


def mismatch(bill: Bill | None, biller: BillerDefinition | None, satang: int, *, elsewhere: bool) -> Kind | None:
    """Why this money cannot be booked on the bill; None when it can.

    Args:
        bill: what the references name.
        biller: whose bill it is.
        satang: the money.
        elsewhere: whether the same bill of the biller was paid by somebody else.
    """
    if bill is None or biller is None or bill.live is None:
        return "unknown_reference"
    if elsewhere or bill.state == "paid" or len(bill.paid) >= MAX_PAID:
        return "already_paid"
    if bill.state == "gone":
        return "bill_gone"
    if satang > bill.owed:
        return "over"
    if satang < bill.owed and not biller.part_payments.value:
        return "short"
    return None


def booked(money: Money, bill: Bill, biller: BillerDefinition, now: dt.datetime) -> tuple[Money, Bill]:
    """The account with its money booked for the bill, and the bill with it; what is more than owed is ordered back."""
    satang = min(money.satang, bill.owed)
    no = accounts.receipt_number(biller.agency, f"receipt/{money.id}/{bill.id}/{money.bookings + 1}", now)
    account = money.model_copy(
        update={
            **accounts.NO_MONEY,
            "kind": None,
            "booked": satang,
            "refund": money.satang - satang,
            "payees": {biller.agency: satang},
            "bookings": money.bookings + 1,
            "receipt_no": no,
            "bill": bill.id,
            "owner": bill.person,
            "agency": biller.agency,
            "since": now,
        }
    )
    before = [part for part in bill.paid if part.money != money.id]
    told = next((part for part in bill.paid if part.money == money.id), None)
    part = Paid(
        money=money.id,
        satang=satang,
        paid_at=money.paid_at,
        receipt_no=no,
        sequence=2 * money.bookings + 1,
        told=0 if told is None else told.told,
        known=0 if told is None else told.known,
    )
    return account, standing(bill.model_copy(update={"paid": (*before, part)}), now)


def freed(bill: Bill, money: str, now: dt.datetime) -> Bill:
    """The bill after the money that paid it was taken back: it is owed again."""
    paid = tuple(
        part.model_copy(update={"stands": False, "sequence": part.sequence + 1}) if part.money == money else part
        for part in bill.paid
    )
    return standing(bill.model_copy(update={"paid": paid}), now)


def told_of(bill: Bill, money: str, sequence: int) -> Bill:
    """The bill after the biller was told how a transaction stands; a later word is not undone by an older one."""
    paid = tuple(
        part.model_copy(update={"told": part.real}) if (part.money, part.sequence) == (money, sequence) else part
        for part in bill.paid
    )
    return bill.model_copy(update={"paid": paid})


def part_of(parts: Iterable[Paid], money: str) -> Paid | None:
    """What a transaction paid of a bill."""
    return next((part for part in parts if part.money == money), None)


def day_of(at: dt.datetime) -> dt.date:
    """The day in Thailand of a moment."""
    return at.astimezone(BANGKOK).date()
