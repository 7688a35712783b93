"""Receipts: their number, their content, and the token by which anybody who was shown one may read it. Pure.

A number is made, not counted: see decision 28. It names the agency and the Buddhist year of issue, and 60 bits made
from the booking, so the same booking always gives the same number and no two bookings share one.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.payment_accounts import receipt_number

from ..definitions.model import ServiceDefinition
from ..model import Case
from .model import Money, Receipt, ReceiptLine


def number(case: Case, money: Money, now: dt.datetime) -> str:
    """The number of the receipt for the next booking of this account: R-LAEMNGOP-2569-K7Q2-9ABC-DEFG."""
    return receipt_number(case.agency, f"receipt/{money.id}/{case.id}/{money.bookings + 1}", now)


def receipt(case: Case, definition: ServiceDefinition, now: dt.datetime) -> Receipt:
    """The receipt for the payment that was just booked; each line with the agency to which the money belongs.

    Raises:
        ValueError: nothing was booked.
    """
    if case.payment is None or case.quote is None:
        raise ValueError("a receipt is for a payment")
    return Receipt(
        no=case.payment.receipt_no,
        agency=case.agency,
        agency_name=definition.agency_name,
        service_name=definition.name,
        application=case.id,
        paid_at=case.payment.paid_at,
        issued_at=now,
        lines=tuple(ReceiptLine(name=line.name, payee=line.payee, satang=line.satang) for line in case.quote.lines),
        total_satang=case.quote.total_satang,
        payer=case.applicant_name,
    )
