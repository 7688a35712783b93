"""What finance officers and payment providers see of money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pydantic import Field

from chalicelib.shared.journal import Event
from chalicelib.shared.payment_notices import Status
from chalicelib.shared.payment_reconciling import Report, Sum
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from .model import Kind, Money, Proposal

WHAT: dict[Kind, Text] = {
    "unknown_reference": Text(th="เลขอ้างอิงไม่ตรงกับบิลใด", en="The references belong to no bill."),
    "short": Text(th="ชำระน้อยกว่ายอดบิล", en="Less than the bill was paid."),
    "over": Text(th="ชำระเกินยอดบิล", en="More than the bill was paid."),
    "already_paid": Text(th="บิลนี้ชำระไปแล้วด้วยรายการอื่น", en="The bill was paid already, by another transaction."),
    "bill_gone": Text(th="ผู้ออกบิลยกเลิกหรือปิดบิลนี้ไปแล้ว", en="The biller has cancelled or closed the bill meanwhile."),
    "conflict": Text(
        th="ผู้ให้บริการแจ้งเลขรายการเดิมด้วยเนื้อหาอื่น", en="The provider told of the same transaction with other content."
    ),
    "reversed": Text(th="เงินที่ใช้ชำระบิลถูกเรียกคืน บิลกลับมาค้างชำระ", en="Money that had paid a bill was taken back."),
}
_NOTHING = Text(th="ไม่มีเรื่องให้พิจารณา", en="Nothing is to be decided.")


class MoneyStep(Outgoing):
    """One thing that an officer did to an entry."""

    step: str
    way: str
    by: str = Field(description="Pseudonym of the officer")
    at: dt.datetime
    reason: str


class MoneyEntry(Outgoing):
    """The account of one transaction, or what was told under its id with other content."""

    id: str
    kind: Kind | None = Field(description="Why it waits; null once it is resolved")
    what: Text = Field(description="The same in words")
    status: Status = Field(description="The provider's last word")
    agency: str | None
    bill: str | None
    ref1: str
    ref2: str
    satang: int
    open_satang: int = Field(description="Undecided")
    booked_satang: int
    refund_satang: int = Field(description="Ordered back to the payer")
    written_off_satang: int
    paid_at: dt.datetime
    since: dt.datetime
    receipt_no: str | None
    proposal: Proposal | None = Field(description="What another officer must confirm")
    steps: list[MoneyStep]

    @classmethod
    def of(cls, money: Money) -> MoneyEntry:
        """The view of an account."""
        return cls(
            id=money.id,
            kind=money.kind,
            what=_NOTHING if money.kind is None else WHAT[money.kind],
            status=money.status,
            agency=money.agency,
            bill=money.bill,
            ref1=money.ref1,
            ref2=money.ref2,
            satang=money.satang,
            open_satang=money.open,
            booked_satang=money.booked,
            refund_satang=money.refund,
            written_off_satang=money.written_off,
            paid_at=money.paid_at,
            since=money.since or money.told_at,
            receipt_no=money.receipt_no,
            proposal=money.proposal,
            steps=[MoneyStep(**step.model_dump()) for step in money.steps],
        )


class MoneyHappened(Outgoing):
    """One line of an account's history; `hash` chains it to the one before."""

    seq: int
    at: str
    type: str
    by: str
    prev: str
    hash: str


class MoneyEntryWhole(MoneyEntry):
    """An entry with its history."""

    history: list[MoneyHappened]

    @classmethod
    def whole(cls, money: Money, events: Sequence[Event]) -> MoneyEntryWhole:
        """The view of an account with all that happened to it."""
        names = MoneyHappened.model_fields
        history = [MoneyHappened(**{name: getattr(event, name) for name in names}) for event in events]
        return cls(**dict(MoneyEntry.of(money)), history=history)


class MoneyEntryPage(Outgoing):
    """A page of entries."""

    items: list[MoneyEntry]
    next: str | None


class MoneyFlag(Outgoing):
    """One transaction that a day's report points at."""

    id: str
    agency: str | None
    satang: int
    kind: str | None


class MoneyDay(Outgoing):
    """How one day of a provider was reconciled; an agency sees its own part."""

    provider: str
    day: dt.date
    run: int
    at: dt.datetime
    lines: int | None = Field(description="Null in an agency's part, like all that tells of others")
    settled: Sum | None
    matched: int | None
    missing_here: list[MoneyFlag] = Field(description="In the statement, and not known here before")
    missing_there: list[MoneyFlag] = Field(description="Settled here that day, and not in the statement")
    differing: list[MoneyFlag] = Field(description="Told with other content than before")
    by_payee: dict[str, Sum]
    in_queues: dict[str, Sum]
    refunds: dict[str, Sum]
    written_off: dict[str, Sum]

    @classmethod
    def of(cls, report: Report, agency: str | None) -> MoneyDay:
        """The view of a report: the whole, or an agency's part."""
        shown = {name: getattr(report, name) for name in ("provider", "day", "run", "at")}
        for name in ("lines", "settled", "matched"):
            shown[name] = getattr(report, name) if agency is None else None
        for name in ("missing_here", "missing_there", "differing"):
            flags = [flag for flag in getattr(report, name) if agency is None or flag.agency == agency]
            shown[name] = [MoneyFlag(**flag.model_dump()) for flag in flags]
        for name in ("by_payee", "in_queues", "refunds", "written_off"):
            sums: dict[str, Sum] = getattr(report, name)
            shown[name] = {key: part for key, part in sums.items() if agency is None or key == agency}
        return cls(**shown)


class StatementTaken(Outgoing):
    """What a provider is told about its statement."""

    run: int
    lines: int
    matched: int
    missing_here: int
    missing_there: int
    differing: int


class NoticeTaken(Outgoing):
    """What became of a callback."""

    status: str


class ProviderKnown(Outgoing):
    """A payment provider as recorded."""

    provider: str
