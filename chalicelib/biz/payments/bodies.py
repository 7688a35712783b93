"""What callers send to the cash desk."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from chalicelib.shared.web import Incoming

from .model import Kind, Notice, Status, Way
from .resolving import ID_PATTERN

Amount = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$", description="Baht, two decimals")]


class ProviderBody(Incoming):
    """The secret that a payment provider signs with."""

    secret: Annotated[str, Field(min_length=32, max_length=200)]


class CallbackBody(Incoming):
    """One transaction, as a payment provider tells of it; also a line of a day's statement."""

    transaction: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{6,64}$")]
    ref1: Annotated[str, Field(max_length=20)]
    ref2: Annotated[str, Field(max_length=20)]
    amount: Amount
    paid_at: AwareDatetime
    status: Status = Field(default="settled", description="How the transaction stands now")
    sequence: Annotated[int, Field(ge=0, lt=2**53)] = Field(
        default=0,
        description="The provider's order of its notices about this transaction (a number, or milliseconds); a notice "
        "with a smaller one than was heard before changes nothing. Without any: pending, failed, settled, reversed",
    )

    def notice(self) -> Notice:
        """As the cash desk hears it."""
        return Notice(
            transaction=self.transaction,
            ref1=self.ref1,
            ref2=self.ref2,
            satang=satang(self.amount),
            paid_at=self.paid_at,
            status=self.status,
            sequence=self.sequence,
        )


class StatementHead(Incoming):
    """The first line of a day's statement: what it is of, and how to see that it is whole."""

    statement: dt.date = Field(description="The day; the same as in the address")
    lines: Annotated[int, Field(ge=0)] = Field(description="How many lines follow")
    total: Amount = Field(description="Sum of the amounts of all lines")


class EntriesQuery(Incoming):
    """Which entries, and which page of them."""

    kind: Kind | None = Field(default=None, description="One queue; absent: all of the agency's")
    state: Literal["open", "closed"] = "open"
    agency: Annotated[str, Field(max_length=120)] | None = Field(
        default=None, description="For the operator; absent: money of which no case is known"
    )
    cursor: Annotated[str, Field(max_length=2000)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class DecisionBody(Incoming):
    """One officer's step on an entry. To confirm, say in full what was proposed."""

    step: Literal["propose", "confirm", "decline"]
    way: Way | None = Field(default=None, description="To propose or confirm")
    case: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = Field(
        default=None, description="The application to be paid, with `apply`"
    )
    others: Annotated[tuple[Annotated[str, Field(pattern=ID_PATTERN)], ...], Field(max_length=4)] = Field(
        default=(), description="Further entries that pay it together with this one"
    )
    reason: Annotated[str, Field(min_length=3, max_length=1000)]


class DayQuery(Incoming):
    """Which run."""

    run: Annotated[int, Field(ge=1, le=999999)] | None = Field(default=None, description="Absent: the last one")


class ReceiptQuery(Incoming):
    """How the receipt is wanted."""

    format: Literal["json", "html"] | None = Field(default=None, description="Absent: as the Accept header says")


def satang(amount: str) -> int:
    """An amount in satang, without a detour through floating point."""
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(part)
