"""Receipts: as a credential of the room, and as a page that prints. State money bears no value-added tax."""

from __future__ import annotations

from html import escape

from chalicelib.shared import credentials
from chalicelib.shared.credential_types import Claim, TypeMetadata, metadata
from chalicelib.shared.credentials import SdJwt
from chalicelib.shared.jose import IssuerKey
from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.thai_qr import Satang, baht
from chalicelib.shared.workdays import BANGKOK, thai_date

from .model import Receipt

VCT = "urn:klang:bill-receipt:1"

_WORDS = {
    "title": Text(th="ใบเสร็จรับเงิน", en="Receipt"),
    "no": Text(th="เลขที่", en="No."),
    "payee": Text(th="ผู้รับเงิน", en="Payee"),
    "payer": Text(th="ได้รับเงินจาก", en="Received from"),
    "customer": Text(th="เลขผู้ใช้บริการ", en="Customer number"),
    "number": Text(th="เลขที่ใบแจ้ง", en="Bill"),
    "period": Text(th="รอบการใช้", en="Period"),
    "paid": Text(th="วันที่ชำระ", en="Paid on"),
    "issued": Text(th="ออกใบเสร็จเมื่อ", en="Issued on"),
    "amount": Text(th="จำนวนเงิน (บาท)", en="Amount (baht)"),
}
TYPE = metadata(
    VCT,
    Text(th="ใบเสร็จรับเงินค่าบริการ", en="Receipt for a bill"),
    [
        Claim("receipt_no", Text(th="เลขที่ใบเสร็จ", en="Receipt number")),
        Claim("payee", Text(th="รหัสผู้รับเงิน", en="Code of the payee")),
        Claim("payee_name", _WORDS["payee"]),
        Claim("paid_at", Text(th="ชำระเมื่อ", en="Paid at")),
        Claim("total_baht", _WORDS["amount"]),
        Claim("period", _WORDS["period"]),
        Claim("bill_no", _WORDS["number"], sd="always"),
        Claim("customer_no", _WORDS["customer"], sd="always"),
        Claim("payer", _WORDS["payer"], sd="always"),
    ],
)
"""What the credential and its claims are called."""

_VOID = Text(
    th="ใบเสร็จนี้ใช้ไม่ได้แล้ว เพราะเงินที่ชำระถูกเรียกคืนเมื่อ", en="This receipt holds no longer: the payment was taken back on"
)
_STYLE = """body{font:1.05rem/1.7 "Sarabun","Noto Sans Thai","Leelawadee UI",Tahoma,sans-serif;max-width:40rem;
margin:2rem auto;padding:0 1rem;color:#1b2733}.void{background:#fde2e1;border:1px solid #b3261e;padding:.5rem .8rem}
dt{color:#5a6773}dd{margin:0 0 .5rem}"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def credential(receipt: Receipt, signer: IssuerKey) -> SdJwt:
    """The receipt as an SD-JWT VC; who paid and for which account may be withheld."""
    return credentials.issue(
        {
            "receipt_no": receipt.no,
            "payee": receipt.agency,
            "payee_name": receipt.names.model_dump(),
            "paid_at": receipt.paid_at.isoformat(),
            "total_baht": baht(Satang(receipt.satang)),
            "period": receipt.period,
            "bill_no": receipt.number,
            "customer_no": receipt.customer_no,
            "payer": receipt.payer,
        },
        {"payer", "customer_no", "bill_no"},
        vct=VCT,
        signer=signer,
        issued_at=receipt.issued_at,
    )


def credential_type(vct: str) -> TypeMetadata | None:
    """The type of the room's own credentials; None for any other."""
    return TYPE if vct == VCT else None


def page(receipt: Receipt, language: Language) -> str:
    """The whole page in one language: no script, nothing from elsewhere."""
    clock = receipt.paid_at.astimezone(BANGKOK).strftime("%H:%M")
    paid, issued = (format_date(thai_date(at), language) for at in (receipt.paid_at, receipt.issued_at))
    amount = f"{receipt.satang // 100:,}.{receipt.satang % 100:02}"
    facts = {
        "no": receipt.no,
        "payee": receipt.names.pick(language),
        "payer": receipt.payer,
        "customer": receipt.customer_no,
        "number": receipt.number,
        "period": receipt.period,
        "paid": f"{paid} {clock}",
        "issued": issued,
        "amount": amount,
    }
    listed = "".join(
        f"<dt>{escape(_WORDS[name].pick(language))}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()
    )
    void = ""
    if receipt.voided_at is not None:
        day = escape(format_date(thai_date(receipt.voided_at), language))
        void = f'<p class="void" role="alert">{escape(_VOID.pick(language))} {day}</p>'
    title = escape(_WORDS["title"].pick(language))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} {escape(receipt.no)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{void}<dl>{listed}</dl></main></body></html>\n"
    )
