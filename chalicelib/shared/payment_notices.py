"""What payment providers tell: one transaction in a callback, or a line of a day's statement. Pure.

    pending, failed  ->  settled  ->  reversed  ->  settled ...

Notices come twice, late and in any order, so the last one to arrive says nothing; the latest in the provider's own
order does. Where a provider numbers nothing, a later state of the life above is later. No state is an end: a
`failed` that is followed by `settled` was paid, and money that was taken back may come again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Literal, Protocol

from pydantic import AwareDatetime, Field

from .dataclass import dataclass
from .web import Incoming

Status = Literal["pending", "failed", "settled", "reversed"]
"""What a provider says of a transaction. None is the end: after each another may follow."""

Source = Literal["callback", "statement"]

Relation = Literal["new", "newer", "same", "older", "other"]

Amount = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$", description="Baht, two decimals")]

_RANK: dict[Status, int] = {"pending": 0, "failed": 1, "settled": 2, "reversed": 3}


@dataclass(frozen=True)
class Notice:
    """What a payment provider says of one transaction.

    Attributes:
        transaction: the provider's id of it.
        ref1, ref2: the bill's references, as the payer's bank passed them on.
        satang: amount.
        paid_at: when it was paid.
        status: how it stands.
        sequence: the provider's own order of its notices about this transaction; a later one is larger.
    """

    transaction: str
    ref1: str
    ref2: str
    satang: int
    paid_at: dt.datetime
    status: Status = "settled"
    sequence: int = 0


class Known(Protocol):
    """What is known of a transaction already."""

    @property
    def ref1(self) -> str:
        """Reference 1."""
        ...

    @property
    def ref2(self) -> str:
        """Reference 2."""
        ...

    @property
    def satang(self) -> int:
        """Amount."""
        ...

    @property
    def status(self) -> Status:
        """The provider's latest word."""
        ...

    @property
    def sequence(self) -> int:
        """Its place in the provider's order."""
        ...


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


def satang(amount: str) -> int:
    """An amount in satang, without a detour through floating point."""
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(part)


def relation(known: Known | None, notice: Notice) -> Relation:
    """How a notice stands to what is known of its transaction: `other` says other content under the same id."""
    if known is None:
        return "new"
    if (known.ref1, known.ref2, known.satang) != (notice.ref1, notice.ref2, notice.satang):
        return "other"
    here, told = (known.sequence, _RANK[known.status]), (notice.sequence, _RANK[notice.status])
    if told == here:
        return "same"
    return "newer" if told > here else "older"


def variant(notice: Notice) -> str:
    """A short name for what was told of a transaction besides its state."""
    said = "|".join((notice.ref1, notice.ref2, str(notice.satang)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
