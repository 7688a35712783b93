"""Money accounted for by transaction, and the two officers who decide about what fits nothing. Pure.

One account per transaction of a provider, for good. While its provider says that it is settled, its parts add up to
it: `booked` for what it paid, `open` in a queue, `refund` ordered back, `written_off`. When the provider takes it
back, all parts are nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Literal, TypeVar

from pydantic import Field

from .errors import NotAllowed, WrongState
from .identity import Caller
from .journal import Head
from .payment_notices import Notice, Source, Status
from .sourced import Part
from .thai import buddhist_year
from .workdays import thai_date

Way = Literal["apply", "refund", "write_off"]
"""How an entry may be resolved: the money pays something, goes back, or is given up with a reason."""

ENTRY_PATTERN = r"^[a-z0-9][a-z0-9-]{1,40}~[A-Za-z0-9._-]{6,64}(~[0-9a-f]{16})?$"
"""What an account's id looks like."""

MAX_STEPS = 40
"""More would not fit an item; by then somebody should talk."""

_READABLE = str.maketrans("IO", "89")

NO_MONEY: dict[str, object] = {
    "open": 0, "booked": 0, "refund": 0, "written_off": 0, "payees": {}, "receipt_no": None, "proposal": None,
}  # fmt: skip
"""An account in which nothing is, and nothing is wanted."""


class Wanted(Part):
    """What one officer wants done with an entry; another must confirm it."""

    way: Way
    by: str = Field(description="Pseudonym of the officer")
    at: dt.datetime


class Step(Part):
    """One thing that an officer did to an entry."""

    step: Literal["propose", "confirm", "decline"]
    way: Way
    by: str
    at: dt.datetime
    reason: str


class Account(Part):
    """The account of one transaction; with `variant`, a record of what was told under its id with other content."""

    provider: str
    transaction: str
    variant: str = ""
    version: int = 1
    satang: int
    status: Status
    sequence: int
    paid_at: dt.datetime
    told_at: dt.datetime
    day: dt.date = Field(description="Day of payment in Thailand")
    source: Source
    agency: str | None = Field(default=None, description="Whom it concerns; None where nobody knows what it is for")
    owner: str | None = Field(default=None, description="Pseudonym of whoever pays")
    kind: str | None = Field(default=None, description="The queue in which it stands; None: nothing is to be decided")
    since: dt.datetime | None = None
    open: int = 0
    booked: int = 0
    refund: int = 0
    written_off: int = 0
    payees: dict[str, int] = Field(default_factory=dict, description="Of `booked`, what belongs to which agency")
    bookings: int = Field(default=0, description="How often it was booked; a receipt's number is made of it")
    receipt_no: str | None = None
    proposal: Wanted | None = None
    head: Head = Head()

    ref1: str = Field(repr=False)
    ref2: str = Field(repr=False)
    steps: tuple[Step, ...] = Field(default=(), repr=False)

    @property
    def id(self) -> str:
        """Its name among all: provider, transaction and variant."""
        return "~".join(part for part in (self.provider, self.transaction, self.variant) if part)

    @property
    def settled(self) -> bool:
        """Whether its provider says that the money is here."""
        return self.status == "settled" and not self.variant


SomeAccount = TypeVar("SomeAccount", bound=Account)


def first_words(provider: str, notice: Notice, source: Source, now: dt.datetime) -> dict[str, object]:
    """What a notice says of a transaction that was not known, by the names of `Account`."""
    return {
        "provider": provider,
        "transaction": notice.transaction,
        "satang": notice.satang,
        "status": notice.status,
        "sequence": notice.sequence,
        "paid_at": notice.paid_at,
        "told_at": now,
        "day": thai_date(notice.paid_at),
        "source": source,
        "ref1": notice.ref1,
        "ref2": notice.ref2,
    }


def told(account: SomeAccount, notice: Notice, now: dt.datetime) -> SomeAccount:
    """The account with the provider's latest word."""
    return account.model_copy(
        update={
            "status": notice.status,
            "sequence": notice.sequence,
            "paid_at": notice.paid_at,
            "day": thai_date(notice.paid_at),
            "told_at": now,
        }
    )


def queued(account: SomeAccount, kind: str, now: dt.datetime) -> SomeAccount:
    """The account in a queue, all of its money undecided (a conflict and a reversal hold none)."""
    held = 0 if kind in ("conflict", "reversed") else account.satang
    return account.model_copy(update={**NO_MONEY, "open": held, "kind": kind, "since": now})


def taken_back(account: SomeAccount, now: dt.datetime) -> SomeAccount:
    """The account after its provider took the money back; where something was paid with it, an officer must know."""
    if account.booked:
        return queued(account, "reversed", now)
    return account.model_copy(update={**NO_MONEY, "kind": None, "since": now})


def stepped(account: SomeAccount, step: str, way: Way, reason: str, caller: Caller, now: dt.datetime) -> SomeAccount:
    """The entry with one more step in its history."""
    if len(account.steps) >= MAX_STEPS:
        raise WrongState("ทำรายการนี้เกินจำนวนครั้งที่กำหนด", "Too many steps were taken on this entry.")
    taken = Step.model_validate({"step": step, "way": way, "by": caller.id, "at": now, "reason": reason})
    return account.model_copy(update={"steps": (*account.steps, taken)})


def proposed(account: SomeAccount, proposal: Wanted, reason: str, caller: Caller, now: dt.datetime) -> SomeAccount:
    """The entry with what an officer proposes; raises WrongState when it is closed or something is proposed already."""
    must_be_open(account)
    if account.proposal is not None:
        raise WrongState(
            "รายการนี้มีข้อเสนอรอการยืนยันอยู่แล้ว", "Something is proposed for this entry already; confirm or decline it."
        )
    return stepped(account, "propose", proposal.way, reason, caller, now).model_copy(update={"proposal": proposal})


def declined(account: SomeAccount, reason: str, caller: Caller, now: dt.datetime) -> SomeAccount:
    """The entry without its proposal: turned down by another officer, or taken back by the same one."""
    if account.proposal is None:
        raise _nothing_proposed()
    return stepped(account, "decline", account.proposal.way, reason, caller, now).model_copy(update={"proposal": None})


def must_be_confirmable(account: Account, proposal: Wanted, caller: Caller) -> None:
    """Another officer must want exactly what was proposed.

    The wish is said again in full, so that nobody confirms what they did not read.

    Args:
        account: the entry.
        proposal: the wish of whoever confirms, said as a proposal.
        caller: who confirms.

    Raises:
        WrongState: nothing, or something else, is proposed.
        NotAllowed: the same officer (four eyes).
    """
    must_be_open(account)
    if account.proposal is None:
        raise _nothing_proposed()
    if account.proposal.by == caller.id:
        raise NotAllowed(
            "ผู้เสนอจะยืนยันเองไม่ได้ ต้องเป็นเจ้าหน้าที่อีกคนหนึ่ง", "Whoever proposed it may not confirm it; another officer must."
        )
    if account.proposal.model_dump(exclude={"by", "at"}) != proposal.model_dump(exclude={"by", "at"}):
        raise WrongState("ข้อเสนอที่รออยู่ไม่ตรงกับที่ยืนยัน โปรดอ่านรายการอีกครั้ง", "Something else is proposed; read it again.")


def resolved(account: SomeAccount, way: Way, reason: str, caller: Caller, now: dt.datetime) -> SomeAccount:
    """The entry refunded or written off: closed, with every satang where it belongs."""
    part = {"refund": "refund", "write_off": "written_off"}[way]
    moved = {"open": 0, part: account.open, "kind": None, "proposal": None, "since": now}
    return stepped(account, "confirm", way, reason, caller, now).model_copy(update=moved)


def must_be_open(account: Account) -> None:
    """Something is to be decided about the entry; raises WrongState."""
    if account.kind is None:
        raise WrongState("รายการนี้ปิดแล้ว", "The entry is closed.")


def _nothing_proposed() -> WrongState:
    return WrongState("ยังไม่มีข้อเสนอสำหรับรายการนี้", "Nothing is proposed for this entry.")


def receipt_number(agency: str, seed: str, now: dt.datetime) -> str:
    """A receipt's number: R-LAEMNGOP-2569-K7Q2-9ABC-DEFG.

    It is made, not counted: the agency's code, the Buddhist year of issue, and 60 bits of the seed, so that the same
    booking always gives the same number and no two bookings share one.

    Args:
        agency: as `TH/CLASS/CODE`.
        seed: names the booking.
        now: the time of issue.
    """
    code = base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode()[:12].translate(_READABLE)
    year = buddhist_year(thai_date(now))
    return "-".join(("R", agency.split("/")[2], str(year), code[:4], code[4:8], code[8:]))
