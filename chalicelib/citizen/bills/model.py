"""The nouns: a bill of one person, what paid it, a saved meter, the account of a transaction, a receipt."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.journal import Head
from chalicelib.shared.payment_accounts import Account, Wanted
from chalicelib.shared.thai import Text

from ..model import Noun

State = Literal["open", "paid", "gone"]
"""To be paid; paid here; no longer asked for by the biller (paid elsewhere, or cancelled). None is the end: a payment
may be taken back, and a biller may ask again."""

Kind = Literal["unknown_reference", "short", "over", "already_paid", "bill_gone", "conflict", "reversed"]
"""Why money stands in a queue."""

DisputeState = Literal["sending", "received", "upheld", "rejected"]


class Live(Noun):
    """A QR that was made for a bill. Only the last one is shown; money for an older one counts as well."""

    attempt: int
    satang: int
    ref1: str
    ref2: str
    qr: str = Field(description="Text inside the QR")
    expires_at: dt.datetime


class Paid(Noun):
    """What one transaction paid of a bill."""

    money: str = Field(description="Id of the transaction's account")
    satang: int
    paid_at: dt.datetime
    receipt_no: str
    stands: bool = Field(default=True, description="False once it was taken back")
    sequence: int = Field(description="Order of what the biller is told about this transaction")
    told: int = Field(default=0, description="Satang that the biller counts for it, as far as we told")
    known: int = Field(default=0, description="The same at the time of the biller's last answer")

    @property
    def real(self) -> int:
        """Satang that it pays."""
        return self.satang if self.stands else 0


class Dispute(Noun):
    """What a person finds wrong with a bill."""

    id: str
    reason: str
    at: dt.datetime
    state: DisputeState = "sending"
    text: str = Field(default="", repr=False)
    note: str | None = Field(default=None, repr=False, description="What the biller says of it")

    @property
    def stands(self) -> bool:
        """Whether the biller has yet to decide."""
        return self.state in ("sending", "received")


class Bill(Noun):
    """One bill as one person has it. Two people may have the same bill of a biller; only one payment settles it."""

    id: str
    person: str = Field(description="Pseudonym of whoever asked for it")
    biller: str
    account: str = Field(description="Names the biller's account without telling it")
    mark: str = Field(description="Names the biller's bill without telling it; the same for everybody")
    state: State = "open"
    satang: int = Field(description="What the biller asked for at `asked_at`")
    due: dt.date
    since: dt.datetime
    asked_at: dt.datetime
    closed_at: dt.datetime | None = None
    live: Live | None = None
    paid: tuple[Paid, ...] = ()
    dispute: Dispute | None = None
    remind_at: dt.datetime | None = Field(default=None, description="When to remind next")
    card: int = Field(default=0, description="Version of its card; 0: there is none")
    settles: bool = Field(default=False, description="Nobody else may pay the biller's bill: paid here, if not in full")
    version: int = 1
    head: Head = Head()

    customer_no: str = Field(repr=False)
    number: str = Field(repr=False)
    period: str = Field(repr=False)
    payer: str = Field(default="", repr=False, description="Name of whoever asked for the QR, for the receipt")

    @property
    def owed(self) -> int:
        """What is to be paid now, in satang.

        The biller's figure, less what was paid that it could not know of yet, plus what was taken back that it still
        counts.
        """
        return max(self.satang + sum(part.known - part.real for part in self.paid), 0)


class Meter(Noun):
    """An account that a person saved."""

    id: str
    person: str
    biller: str
    yours: bool = Field(description="What the biller said: the person holds the account")
    watch: bool = Field(description="Whether the portal asks for new bills by itself; off until the person wants it")
    check_at: dt.datetime | None = None
    since: dt.datetime
    version: int = 1
    head: Head = Head()

    customer_no: str = Field(repr=False)
    nickname: str = Field(default="", repr=False)
    holder: str | None = Field(default=None, repr=False, description="Masked name, where the account is theirs")


class Proposal(Wanted):
    """What one officer wants done with an entry; another must confirm it."""

    bill: str | None = Field(default=None, description="The bill to be paid, with `apply`")


class Money(Account):
    """The account of one transaction."""

    kind: Kind | None = Field(default=None, description="The queue in which it stands; None: nothing is to be decided")
    bill: str | None = None
    proposal: Proposal | None = None


class Receipt(Noun):
    """A receipt as it was issued; it never changes."""

    no: str
    person: str
    bill: str
    biller: str
    agency: str
    names: Text
    paid_at: dt.datetime
    issued_at: dt.datetime
    satang: int
    voided_at: dt.datetime | None = Field(default=None, description="When the payment was taken back")

    customer_no: str = Field(repr=False)
    number: str = Field(repr=False)
    period: str = Field(repr=False)
    payer: str = Field(repr=False)
