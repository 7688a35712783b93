"""What people see of billers, their bills and receipts."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.thai_qr import Satang, baht
from chalicelib.shared.web import Outgoing

from .definition import BillerDefinition
from .model import Bill, Dispute, DisputeState, Live, Meter, Receipt, State

_STATES: dict[State, Text] = {
    "open": Text(th="รอชำระ", en="To be paid"),
    "paid": Text(th="ชำระแล้ว", en="Paid"),
    "gone": Text(th="ผู้ออกบิลไม่ได้เรียกเก็บแล้ว", en="The biller no longer asks for it"),
}
_DISPUTES: dict[DisputeState, Text] = {
    "sending": Text(th="กำลังส่งเรื่องให้ผู้ออกบิล", en="On its way to the biller"),
    "received": Text(th="ผู้ออกบิลรับเรื่องแล้ว", en="The biller has it"),
    "upheld": Text(th="ผู้ออกบิลเห็นว่าบิลไม่ถูกต้อง", en="The biller agrees that the bill is wrong"),
    "rejected": Text(th="ผู้ออกบิลยืนยันว่าบิลถูกต้อง", en="The biller holds that the bill is right"),
}


class BillReason(Outgoing):
    """Why somebody may dispute a bill."""

    code: str
    text: Text


class BillerCard(Outgoing):
    """A biller, and how to find one's number on the paper bill."""

    id: str
    names: Text
    kind: Literal["electricity", "water"]
    agency: str
    number_name: Text
    number_pattern: str
    number_example: str
    number_where: Text
    number_verified: bool = Field(description="Whether the form of the number was compared with a real bill")
    takes_parts: bool = Field(description="Whether a bill may be paid in parts")
    reminder_days: tuple[int, ...] = Field(description="Days before the due day on which the portal reminds")
    dispute_reasons: list[BillReason]

    @classmethod
    def of(cls, biller: BillerDefinition) -> BillerCard:
        """The view of a biller."""
        number = biller.customer_number
        return cls(
            id=biller.id,
            names=biller.names,
            kind=biller.kind,
            agency=biller.agency,
            number_name=number.name,
            number_pattern=number.pattern,
            number_example=number.example,
            number_where=number.where,
            number_verified=number.is_verified,
            takes_parts=biller.part_payments.value,
            reminder_days=biller.reminder_days.values,
            dispute_reasons=[BillReason(code=each.code, text=each.text) for each in biller.dispute_reasons],
        )


class BillerList(Outgoing):
    """All billers."""

    items: list[BillerCard]


class BillDispute(Outgoing):
    """A dispute and how it stands."""

    id: str
    reason: str
    at: dt.datetime
    state: DisputeState
    state_name: Text
    note: str | None = Field(description="What the biller says of it, in its own words")

    @classmethod
    def of(cls, dispute: Dispute) -> BillDispute:
        """The view of a dispute."""
        return cls(
            id=dispute.id,
            reason=dispute.reason,
            at=dispute.at,
            state=dispute.state,
            state_name=_DISPUTES[dispute.state],
            note=dispute.note,
        )


class BillPayment(Outgoing):
    """What one payment paid of a bill."""

    satang: int
    paid_at: dt.datetime
    receipt_no: str
    stands: bool = Field(description="False once the bank took it back")
    biller_knows: bool = Field(description="Whether the biller has acknowledged it")


class BillCard(Outgoing):
    """A bill of the person."""

    id: str
    biller: str
    biller_name: Text
    kind: Literal["electricity", "water"]
    customer_no: str
    number: str
    period: str
    state: State
    state_name: Text
    owed_satang: int
    owed_baht: str
    due: dt.date
    since: dt.datetime = Field(description="Since when the portal knows it")
    asked_at: dt.datetime = Field(description="When the biller said so")
    remind_at: dt.datetime | None = Field(description="When the portal reminds next")
    payments: list[BillPayment]
    dispute: BillDispute | None

    @classmethod
    def of(cls, bill: Bill, biller: BillerDefinition) -> BillCard:
        """The view of a bill."""
        return cls(
            id=bill.id,
            biller=bill.biller,
            biller_name=biller.names,
            kind=biller.kind,
            customer_no=bill.customer_no,
            number=bill.number,
            period=bill.period,
            state=bill.state,
            state_name=_STATES[bill.state],
            owed_satang=bill.owed,
            owed_baht=baht(Satang(bill.owed)),
            due=bill.due,
            since=bill.since,
            asked_at=bill.asked_at,
            remind_at=bill.remind_at,
            payments=[
                BillPayment(
                    satang=part.satang,
                    paid_at=part.paid_at,
                    receipt_no=part.receipt_no,
                    stands=part.stands,
                    biller_knows=part.told == part.real,
                )
                for part in bill.paid
            ],
            dispute=None if bill.dispute is None else BillDispute.of(bill.dispute),
        )


class BillList(Outgoing):
    """A page of bills."""

    items: list[BillCard]
    next: str | None = None


class BillQr(Outgoing):
    """The one live QR of a bill."""

    qr: str = Field(description="Text inside the QR (Thai QR, tag 30)")
    svg: str = Field(description="The same as a picture")
    png: str = Field(description="The same as PNG, base64")
    alt: Text = Field(description="What the picture is, for a screen reader")
    amount: str = Field(description="Baht, two decimals; asked of the biller just now")
    ref1: str
    ref2: str
    expires_at: dt.datetime

    @classmethod
    def of(cls, live: Live, biller: BillerDefinition, svg: str, png: str) -> BillQr:
        """The view of a QR."""
        amount = baht(Satang(live.satang))
        return cls(
            qr=live.qr,
            svg=svg,
            png=png,
            alt=Text(
                th=f"คิวอาร์โค้ดชำระเงิน {amount} บาท ให้{biller.names.th}",
                en=f"QR code to pay {amount} baht to the {biller.names.en}",
            ),
            amount=amount,
            ref1=live.ref1,
            ref2=live.ref2,
            expires_at=live.expires_at,
        )


class MeterCard(Outgoing):
    """A saved account."""

    id: str
    biller: str
    biller_name: Text
    customer_no: str
    nickname: str
    yours: bool = Field(description="What the biller says: whether the person holds the account")
    holder: str | None = Field(description="The holder's masked name; null where the account is somebody else's")
    watch: bool = Field(description="Whether the portal asks for new bills by itself")
    check_at: dt.datetime | None

    @classmethod
    def of(cls, meter: Meter, biller: BillerDefinition) -> MeterCard:
        """The view of a meter."""
        return cls(
            id=meter.id,
            biller=meter.biller,
            biller_name=biller.names,
            customer_no=meter.customer_no,
            nickname=meter.nickname,
            yours=meter.yours,
            holder=meter.holder,
            watch=meter.watch,
            check_at=meter.check_at,
        )


class MeterList(Outgoing):
    """All saved accounts."""

    items: list[MeterCard]


class BillReceipt(Outgoing):
    """A receipt. State money bears no value-added tax."""

    no: str
    payee: str = Field(description="Agency to which the money belongs")
    payee_name: Text
    payer: str
    customer_no: str
    number: str
    period: str
    paid_at: dt.datetime
    issued_at: dt.datetime
    total_satang: int
    total_baht: str
    voided_at: dt.datetime | None = Field(description="When the payment was taken back; it holds no longer")

    @classmethod
    def of(cls, receipt: Receipt) -> BillReceipt:
        """The view of a receipt."""
        return cls(
            no=receipt.no,
            payee=receipt.agency,
            payee_name=receipt.names,
            payer=receipt.payer,
            customer_no=receipt.customer_no,
            number=receipt.number,
            period=receipt.period,
            paid_at=receipt.paid_at,
            issued_at=receipt.issued_at,
            total_satang=receipt.satang,
            total_baht=baht(Satang(receipt.satang)),
            voided_at=receipt.voided_at,
        )


class BillKeySet(Outgoing):
    """Public keys of receipts (RFC 7517)."""

    keys: list[dict[str, str]]


class BillIssuer(Outgoing):
    """Metadata of the issuer of receipts (draft-ietf-oauth-sd-jwt-vc)."""

    issuer: str
    jwks_uri: str
