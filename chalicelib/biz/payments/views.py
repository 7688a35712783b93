"""What callers see of money: officers an entry with its history, the applicant what became of their payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pydantic import Field

from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..definitions.fees import baht
from ..model import Bill, Case
from .model import Flag, Kind, Money, Proposal, Receipt, ReceiptLine, Report, Share, Status, Step, Sum

WHAT: dict[Kind, Text] = {
    "unknown_reference": Text(th="เลขอ้างอิงไม่ตรงกับคำขอใด", en="The references belong to no application."),
    "no_fee_due": Text(
        th="คำขอนี้ยังไม่มีค่าธรรมเนียมที่ต้องชำระ", en="No fee is due for the application: it is not approved yet."
    ),
    "case_ended": Text(
        th="คำขอนี้สิ้นสุดไปแล้ว เช่น ถอนคำขอหรือไม่อนุญาต", en="The application has ended: it was withdrawn, or refused."
    ),
    "short": Text(th="ชำระน้อยกว่าค่าธรรมเนียม", en="Less than the fee was paid."),
    "over": Text(th="ชำระเกินค่าธรรมเนียม", en="More than the fee was paid."),
    "already_paid": Text(th="ชำระซ้ำด้วยรายการอื่น", en="The fee was paid already, by another transaction."),
    "licence_changed": Text(
        th="ใบอนุญาตที่คำขอนี้เกี่ยวข้องถูกพักใช้ เพิกถอน หรือสิ้นผลไปแล้ว จึงดำเนินการต่อไม่ได้",
        en="The licence that the application is about was suspended, was revoked or has ended, so nothing was issued.",
    ),
    "conflict": Text(
        th="ผู้ให้บริการแจ้งเลขรายการเดิมด้วยเนื้อหาอื่น", en="The provider told of the same transaction with other content."
    ),
    "reversed": Text(
        th="เงินที่ใช้ชำระค่าธรรมเนียมถูกเรียกคืน คำขอกลับมาค้างชำระ",
        en="Money that had paid a fee was taken back; the fee is owed again.",
    ),
}
_RESOLVED = Text(th="ไม่มีเรื่องให้พิจารณา", en="Nothing is to be decided.")


class StepView(Outgoing):
    """One thing that an officer did to an entry."""

    step: str
    way: str
    by: str = Field(description="Pseudonym of the officer")
    at: dt.datetime
    reason: str


class EntryView(Outgoing):
    """The account of one transaction, or what was told under its id with other content."""

    id: str
    provider: str
    transaction: str
    kind: Kind | None = Field(description="The queue in which it stands; null once it is resolved")
    what: Text = Field(description="What happened, in words")
    status: Status = Field(description="The provider's last word")
    agency: str | None
    case: str | None
    bundle: str | None = Field(description="The run of a bundle whose joint bill its references name")
    shares: tuple[Share, ...] = Field(description="What of it pays which application, where several were paid together")
    ref1: str
    ref2: str
    satang: int
    open_satang: int = Field(description="Undecided")
    booked_satang: int
    refund_satang: int = Field(description="Ordered back to the payer")
    written_off_satang: int
    paid_at: dt.datetime
    since: dt.datetime = Field(description="Since when it stands as it does; the order of the queues")
    receipt_no: str | None
    proposal: Proposal | None = Field(description="What another officer must confirm")
    steps: list[StepView]


class Happened(Outgoing):
    """One line of an account's history; `hash` chains it to the one before."""

    seq: int
    at: str
    type: str = Field(description="biz.money.kept, booked, noted, proposed, applied, reversed ...")
    status: str = Field(description="The provider's word at that time")
    by: str = Field(description="officer:<pseudonym> or system")
    prev: str
    hash: str


class EntryWhole(EntryView):
    """An entry with the whole history of its transaction."""

    history: list[Happened]


class EntryPage(Outgoing):
    """A page of entries."""

    items: list[EntryView]
    next: str | None


class PaidIn(Outgoing):
    """One payment, as its payer sees it."""

    satang: int
    paid_at: dt.datetime
    status: Status
    booked_satang: int
    open_satang: int = Field(description="An officer must decide about so much")
    refund_satang: int = Field(description="Ordered back to the payer")
    what: Text | None = Field(description="What is wrong with it, while that is undecided")


class PaymentsView(Outgoing):
    """What is owed for an application, and everything that came in for it."""

    owed_satang: int
    paid: bool
    bill_expires_at: dt.datetime | None = Field(description="End of the live QR; an older one that is paid counts too")
    receipt_no: str | None
    receipt_url: str | None
    payments: list[PaidIn]


class ReceiptView(Outgoing):
    """A receipt, for whoever was shown its token."""

    no: str
    agency: str
    agency_name: Text
    service_name: Text
    application: str
    payer: str
    paid_at: dt.datetime
    issued_at: dt.datetime
    lines: tuple[ReceiptLine, ...]
    total_satang: int
    total_baht: str
    voided_at: dt.datetime | None = Field(description="When the payment was taken back; the receipt holds no longer")


class ReportView(Outgoing):
    """How one day of a provider was reconciled: the whole for the operator, its own part for an agency."""

    provider: str
    day: dt.date
    run: int
    at: dt.datetime
    statement_sha256: str
    lines: int | None = Field(description="Null in an agency's part, like all that tells of others")
    told_satang: int | None
    settled: Sum | None
    matched: int | None
    missing_here: tuple[Flag, ...]
    missing_there: tuple[Flag, ...]
    differing: tuple[Flag, ...]
    more_flags: int
    by_payee: dict[str, Sum]
    in_queues: dict[str, Sum]
    refunds: dict[str, Sum]
    written_off: dict[str, Sum]


class Reconciled(Outgoing):
    """What a provider is told about its statement."""

    run: int
    lines: int
    matched: int
    missing_here: int
    missing_there: int
    differing: int


class Taken(Outgoing):
    """What became of a callback."""

    status: str


class ProviderView(Outgoing):
    """A payment provider as recorded."""

    provider: str


def entry(money: Money) -> EntryView:
    """An account for officers."""
    return EntryView(
        id=money.id,
        provider=money.provider,
        transaction=money.transaction,
        kind=money.kind,
        what=_RESOLVED if money.kind is None else WHAT[money.kind],
        status=money.status,
        agency=money.agency,
        case=money.case,
        bundle=money.bundle,
        shares=money.shares,
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
        steps=[_step(step) for step in money.steps],
    )


def whole(money: Money, history: Sequence[Event]) -> EntryWhole:
    """An account with its history."""
    happened = [
        Happened(
            seq=event.seq,
            at=event.at,
            type=event.type,
            status=str(event.data["status"]),
            by=event.by,
            prev=event.prev,
            hash=event.hash,
        )
        for event in history
    ]
    return EntryWhole(**dict(entry(money)), history=happened)


def _step(step: Step) -> StepView:
    return StepView(**step.model_dump())


def payments(case: Case, owed: int, live: Bill | None, monies: list[Money], url: str | None) -> PaymentsView:
    """What the applicant sees of their payments; what was told under another content is the officers' riddle."""
    paid = case.payment is not None and case.payment.stands
    return PaymentsView(
        owed_satang=owed,
        paid=paid,
        bill_expires_at=None if live is None else live.expires_at,
        receipt_no=None if case.payment is None else case.payment.receipt_no,
        receipt_url=url,
        payments=paid_in(monies),
    )


def paid_in(monies: Sequence[Money]) -> list[PaidIn]:
    """Payments as their payer sees them."""
    return [
        PaidIn(
            satang=money.satang,
            paid_at=money.paid_at,
            status=money.status,
            booked_satang=money.booked,
            open_satang=money.open,
            refund_satang=money.refund,
            what=None if money.kind is None else WHAT[money.kind],
        )
        for money in monies
        if not money.variant
    ]


def receipt(found: Receipt) -> ReceiptView:
    """A receipt as it was issued, and whether it still holds."""
    return ReceiptView(**dict(found), total_baht=baht(found.total_satang))


def report(found: Report, agency: str | None) -> ReportView:
    """A day's report; of an agency's own part only, where one is named."""
    names = ("provider", "day", "run", "at", "statement_sha256", "more_flags")
    shown = {name: getattr(found, name) for name in names}
    for name in ("lines", "told_satang", "settled", "matched"):
        shown[name] = getattr(found, name) if agency is None else None
    for name in ("missing_here", "missing_there", "differing"):
        flags = getattr(found, name)
        shown[name] = flags if agency is None else tuple(flag for flag in flags if flag.agency == agency)
    for name in ("by_payee", "in_queues", "refunds", "written_off"):
        sums = getattr(found, name)
        shown[name] = sums if agency is None else {key: part for key, part in sums.items() if key == agency}
    return ReportView(**shown)


def reconciled(found: Report) -> Reconciled:
    """A report in numbers."""
    return Reconciled(
        run=found.run,
        lines=found.lines,
        matched=found.matched,
        missing_here=len(found.missing_here),
        missing_there=len(found.missing_there),
        differing=len(found.differing),
    )
