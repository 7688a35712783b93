"""The nouns of the cash desk: money as a provider told of it, what officers decide about it, receipts, day reports.

Money is accounted for by transaction: one account per transaction of a provider, for good. While its provider says
that it is settled, its parts add up to it: `booked` for a case, `open` in a queue, `refund` ordered back,
`written_off`. When the provider takes it back, all parts are nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.payment_accounts import Account, Wanted
from chalicelib.shared.payment_accounts import Step as Step
from chalicelib.shared.payment_accounts import Way as Way
from chalicelib.shared.payment_notices import Notice as Notice
from chalicelib.shared.payment_notices import Source as Source
from chalicelib.shared.payment_notices import Status as Status
from chalicelib.shared.payment_reconciling import Flag as Flag
from chalicelib.shared.payment_reconciling import Report as Report
from chalicelib.shared.payment_reconciling import Sum as Sum
from chalicelib.shared.thai import Text

from ..noun import Noun

Kind = Literal[
    "unknown_reference", "no_fee_due", "case_ended", "short", "over", "already_paid", "licence_changed", "conflict",
    "reversed",
]  # fmt: skip
"""Why something stands in a queue: each kind is a queue of its own."""


class Proposal(Wanted):
    """What one officer wants done with an entry; another must confirm it."""

    case: str | None = None
    others: tuple[str, ...] = Field(default=(), description="Further entries that pay the case together with this one")


class Share(Noun):
    """What of an account's money pays one of the applications that were paid together."""

    case: str
    agency: str
    satang: int
    receipt_no: str


class JointPart(Noun):
    """One fee of a joint bill."""

    case: str
    agency: str
    satang: int


class JointBill(Noun):
    """A QR over the fees of several applications of one bundle. It never changes, and stays good for what it says."""

    bundle: str = Field(description="The run of the bundle")
    attempt: int
    owner: str = Field(description="Pseudonym of the applicant")
    parts: tuple[JointPart, ...]
    ref1: str
    ref2: str
    satang: int
    qr: str = Field(description="Text inside the QR")
    expires_at: dt.datetime


class Money(Account):
    """The account of one transaction; with `variant`, a record of what was told under its id with other content."""

    case: str | None = None
    bundle: str | None = Field(default=None, description="The run of a bundle whose joint bill its references name")
    attempt: int | None = Field(default=None, description="Which of the bundle's bills")
    told_in: str | None = Field(default=None, description="The application in whose notices a bundle's payer is told")
    kind: Kind | None = Field(default=None, description="The queue in which it stands; None: nothing is to be decided")
    partners: tuple[str, ...] = Field(default=(), description="Accounts that made up the same fee together with it")
    shares: tuple[Share, ...] = Field(
        default=(), description="Of `booked`, what pays which application, where several were paid together"
    )
    proposal: Proposal | None = None


class ReceiptLine(Noun):
    """One line of a receipt."""

    name: Text
    payee: str = Field(description="Agency to which this money belongs")
    satang: int


class Receipt(Noun):
    """A receipt as it was issued; it never changes, and issuing it again gives the same."""

    no: str
    agency: str
    agency_name: Text
    service_name: Text
    application: str
    paid_at: dt.datetime
    issued_at: dt.datetime
    lines: tuple[ReceiptLine, ...]
    total_satang: int
    voided_at: dt.datetime | None = Field(default=None, description="When the payment was taken back")
    payer: str = Field(repr=False)
