"""Bills and what comes back from the bank. Pure.

A bill's two references carry the case id, so that a callback finds its case without a search: reference 1 is the first
20 characters, reference 2 the rest and the number of the attempt. A bill over several fees carries the id of a bundle's
run in the same way, with an `S`, which no id has, before the number of the attempt. There is one live QR per case, yet
money for an older one of the right amount is good money: late success is success.

The fee is the one that the approval fixed; a rate that changes afterwards changes no bill.
"""

from __future__ import annotations

import datetime as dt
import re

from chalicelib.shared import thai_qr
from chalicelib.shared.errors import WrongState
from chalicelib.shared.thai_qr import Satang

from ..cases.rules import Book
from ..model import Bill, Case
from ..noun import CaseId
from .model import Kind

BILLER = "099999999999900"
"""A fictitious biller id (13 + 2 digits): a real one is assigned to the agency by its bank."""

BILL_LIVES = dt.timedelta(minutes=30)
MAX_ATTEMPTS = 99

_CASE_ID = re.compile(r"[0-9a-f]{32}")
_REF1 = re.compile(r"[0-9A-F]{20}")
_REF2 = re.compile(r"([0-9A-F]{12})([0-9]{2})")
_REF2_OF_BUNDLE = re.compile(r"([0-9A-F]{12})S([0-9]{2})")


def due(case: Case, book: Book) -> int:
    """What is owed for the case now, in satang: the fee from its approval until it is paid, and again when a payment
    was taken back; nothing before, after, or once the application has ended without a licence."""
    if case.quote is None:
        return 0
    if case.payment is not None:
        again = not case.payment.stands and (case.licence is not None or book.state(case).turn != "nobody")
        return case.quote.total_satang if again else 0
    return case.quote.total_satang if book.definition.workflow.find(case.state, "paid") is not None else 0


def bill(case: Case, book: Book, now: dt.datetime) -> Bill:
    """The live bill of a case: the present one while it lasts, else the next attempt.

    Raises:
        WrongState: no fee is due.
    """
    satang = due(case, book)
    if not satang:
        raise WrongState("คำขอนี้ยังไม่มีค่าธรรมเนียมที่ต้องชำระ", "No fee is due for this application.")
    if case.bill is not None and now < case.bill.expires_at:
        return case.bill
    attempt = 1 if case.bill is None else case.bill.attempt + 1
    if attempt > MAX_ATTEMPTS:
        raise WrongState("สร้าง QR เกินจำนวนครั้งที่กำหนด", "Too many QR codes were made for this application.")
    ref1, ref2 = references(case.id, attempt)
    qr = thai_qr.encode(thai_qr.Bill(biller=BILLER, ref1=ref1, ref2=ref2, amount=Satang(satang), name="KLANG BIZ"))
    return Bill(attempt=attempt, ref1=ref1, ref2=ref2, satang=satang, qr=qr, expires_at=now + BILL_LIVES)


def references(case: CaseId, attempt: int) -> tuple[str, str]:
    """Reference 1 and 2 of a bill."""
    if not _CASE_ID.fullmatch(case):
        raise ValueError("a case id is 32 hex characters")
    upper = case.upper()
    return upper[:20], f"{upper[20:]}{attempt:02d}"


def case_of(ref1: str, ref2: str) -> CaseId | None:
    """The case that the references name, if they are ours at all."""
    tail = _REF2.fullmatch(ref2)
    if not _REF1.fullmatch(ref1) or tail is None:
        return None
    return CaseId((ref1 + tail[1]).lower())


def references_of_bundle(run: str, attempt: int) -> tuple[str, str]:
    """Reference 1 and 2 of a bill over several fees."""
    ref1, ref2 = references(CaseId(run), attempt)
    return ref1, f"{ref2[:12]}S{ref2[12:]}"


def bundle_of(ref1: str, ref2: str) -> tuple[str, int] | None:
    """The run of a bundle and the number of its bill that the references name, if they are such."""
    tail = _REF2_OF_BUNDLE.fullmatch(ref2)
    if not _REF1.fullmatch(ref1) or tail is None:
        return None
    return (ref1 + tail[1]).lower(), int(tail[2])


def mismatch(case: Case | None, book: Book | None, satang: int) -> Kind | None:
    """Why this money cannot be booked on the case; None when it can. Without a case there is no book."""
    if case is None or book is None:
        return "unknown_reference"
    if case.payment is not None and case.payment.stands:
        return "already_paid"
    owed = due(case, book)
    if not owed and book.state(case).turn == "nobody":
        return "case_ended"
    if not owed or case.bill is None:
        return "no_fee_due"
    if satang == owed:
        return None
    return "short" if satang < owed else "over"
