"""A biller as configuration: one file says everything that the portal must know of it.

The words that a question sends (`send`) are names of facts that the portal has; where they go in the biller's own
request, and where its answer holds what the portal needs, differs from biller to biller.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.shared.sourced import Code, Member, Part, Pointer, Slug, Sourced
from chalicelib.shared.thai import Text

Service = Annotated[str, Field(pattern=r"^TH/[A-Z]+/[A-Z0-9_-]+/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+$", max_length=200)]
Path = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_-]+)+$", max_length=120)]
Field_ = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")]

Fact = Literal[
    "customer_no", "pid", "bill_no", "transaction", "amount", "paid_at", "status", "sequence", "receipt_no",
    "dispute", "reason", "text",
]  # fmt: skip
"""What the portal can tell a biller."""


class Question(Part):
    """One service of the exchange, and what it is told."""

    service: Service
    path: Path
    purpose: Slug
    send: dict[Field_, Fact] = Field(min_length=1, description="Field of the biller's request -> what stands in it")


class BillPointers(Part):
    """Where the biller's answer holds its open bills; all but `bills` within one of them."""

    bills: Pointer
    number: Pointer
    amount: Pointer = Field(description="Baht as text with two decimals")
    due: Pointer = Field(description="Day as YYYY-MM-DD")
    period: Pointer = Field(description="Month of use, as the biller writes it")


class Inquiry(Question):
    """Which bills of a customer number are open. It names no person, and its answer does not either."""

    select: BillPointers


class AccountPointers(Part):
    """Where the biller's answer says whose account it is."""

    yours: Pointer = Field(description="true when the person who asks holds the account")
    name: Pointer = Field(description="The holder's name, masked; read only where it is theirs")


class AccountQuestion(Question):
    """Whether an account is this person's; the exchange writes it into their access log."""

    select: AccountPointers


class DisputePointers(Part):
    """Where the biller's answer says how a dispute stands."""

    state: Pointer
    note: Pointer | None = None


class DisputeQuestion(Question):
    """A dispute handed over, and asked about later."""

    ask_path: Path
    ask: dict[Field_, Fact] = Field(min_length=1)
    select: DisputePointers
    states: dict[str, Literal["received", "upheld", "rejected"]] = Field(description="The biller's words for a state")


class CustomerNumber(Sourced):
    """What identifies an account, and where people find it."""

    name: Text = Field(description="What the biller calls it")
    pattern: str = Field(max_length=100)
    example: str = Field(max_length=40)
    where: Text = Field(description="Where it stands on the paper bill")

    def fits(self, number: str) -> bool:
        """Whether this can be a customer number of the biller."""
        return re.fullmatch(self.pattern, number) is not None


class BillerNumber(Sourced):
    """The biller id of the Thai QR: 13 digits and a suffix of two."""

    value: str = Field(pattern=r"^[0-9]{15}$")


class Answer(Sourced):
    """A yes or a no about the world."""

    value: bool


class Days(Sourced):
    """Days before the due day."""

    values: tuple[Annotated[int, Field(ge=0, le=60)], ...] = Field(min_length=1, max_length=5)


class Reason(Part):
    """Why somebody may dispute a bill."""

    code: Code
    text: Text


class BillerDefinition(Part):
    """One biller."""

    id: Slug
    agency: Member
    kind: Literal["electricity", "water"]
    names: Text
    qr_name: str = Field(pattern=r"^[ -~]{1,25}$", description="What a banking app shows of the biller")
    verified_on: dt.date = Field(description="When the sources were last looked at")
    customer_number: CustomerNumber
    biller_id: BillerNumber
    part_payments: Answer
    reminder_days: Days
    dispute_reasons: tuple[Reason, ...] = Field(min_length=1)
    inquiry: Inquiry
    account: AccountQuestion
    paid: Question
    dispute: DisputeQuestion
