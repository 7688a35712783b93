"""One QR over the fees of several applications of one applicant. Pure.

Each fee stays what it is: an agency's, with a receipt of its own. A joint bill says which fees it is over; money for it
is booked for those of them that are still owed, if it is exactly as much, and stands in a queue if it is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from chalicelib.shared import thai_qr
from chalicelib.shared.errors import Fault, Invalid, NotAllowed, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.thai_qr import Satang

from ..cases.rules import Book
from ..model import Case
from . import resolving, rules
from .model import JointBill, JointPart, Kind, Money
from .resolving import Wish

MOST = 4
"""Fees on one QR: with a licence each, so many fit into one transaction (100 rows). Others wait for the next QR."""

Due = tuple[Case, Book]


def owing(dues: Sequence[Due]) -> list[Due]:
    """Those of which a fee is owed now, as many as one bill is over."""
    return [(case, book) for case, book in dues if rules.due(case, book)][:MOST]


def total(dues: Sequence[Due]) -> int:
    """What they owe together, in satang."""
    return sum(rules.due(case, book) for case, book in dues)


def parts_of(dues: Sequence[Due]) -> tuple[JointPart, ...]:
    """The fees of a bill."""
    return tuple(JointPart(case=case.id, agency=case.agency, satang=rules.due(case, book)) for case, book in dues)


def bill(run: str, last: JointBill | None, attempt: int, dues: Sequence[Due], now: dt.datetime) -> JointBill:
    """The live bill of a bundle: the last one while it lasts and says what is owed, else the next.

    Args:
        run: the bundle's run.
        last: its last bill, if there was one.
        attempt: the number of that, or 0.
        dues: all its applications.
        now: when.

    Raises:
        WrongState: no fee is due.
    """
    due = owing(dues)
    if not due:
        raise WrongState("ยังไม่มีค่าธรรมเนียมที่ต้องชำระ", "No fee is due for any of these applications.")
    parts = parts_of(due)
    if last is not None and now < last.expires_at and last.parts == parts:
        return last
    if attempt >= rules.MAX_ATTEMPTS:
        raise WrongState("สร้าง QR เกินจำนวนครั้งที่กำหนด", "Too many QR codes were made for these applications.")
    ref1, ref2 = rules.references_of_bundle(run, attempt + 1)
    satang = sum(part.satang for part in parts)
    paid = thai_qr.Bill(biller=rules.BILLER, ref1=ref1, ref2=ref2, amount=Satang(satang), name="KLANG BIZ")
    return JointBill(
        bundle=run,
        attempt=attempt + 1,
        owner=due[0][0].owner,
        parts=parts,
        ref1=ref1,
        ref2=ref2,
        satang=satang,
        qr=thai_qr.encode(paid),
        expires_at=now + rules.BILL_LIVES,
    )


def mismatch(dues: Sequence[Due], satang: int) -> Kind | None:
    """Why this money cannot be booked on the fees of its bill that are still owed; None when it can."""
    owed = total(owing(dues))
    if not owed:
        if any(case.payment is not None and case.payment.stands for case, _ in dues):
            return "already_paid"
        return "case_ended" if all(book.state(case).turn == "nobody" for case, book in dues) else "no_fee_due"
    if satang == owed:
        return None
    return "short" if satang < owed else "over"


def named(money: Money, bill: JointBill) -> Money:
    """The account of money for that bill, whose money it is and where its payer is told."""
    return money.model_copy(
        update={
            "bundle": bill.bundle,
            "attempt": bill.attempt,
            "owner": bill.owner,
            "told_in": bill.parts[0].case,
        }
    )


def part_of(money: Money, case: str) -> list[Money]:
    """What of an account pays that application, for whoever looks at that one alone; nothing: an empty list."""
    return [
        money.model_copy(update={"satang": share.satang, "booked": share.satang, "open": 0, "refund": 0})
        for share in money.shares
        if share.case == case and share.satang
    ]


def asks(money: Money, wish: Wish) -> bool:
    """Whether an officer wants the entry to pay what its own bill is over."""
    return wish.way == "apply" and wish.case is None and money.bundle is not None


def must_fit(money: Money, others: Sequence[Money], dues: Sequence[Due], wish: Wish, caller: Caller) -> None:
    """Whether entries can pay what is still owed of the bill that the first one names.

    Raises:
        Invalid, WrongState, NotAllowed, NotFound: with what does not fit.
    """
    if any(case.owner == caller.id for case, _ in dues):
        raise NotAllowed("เจ้าหน้าที่จะพิจารณาเรื่องของตนเองไม่ได้", "An officer may not act in their own matter.")
    if any(other.bundle != money.bundle for other in others):
        text = "รายการอื่นต้องเป็นเงินของชุดคำขอเดียวกัน", "The other entries must be money of the same bundle."
        raise Invalid(*text, [Fault("/others", *text)])
    resolving.must_cover(money, others, total(owing(dues)), wish, caller)
