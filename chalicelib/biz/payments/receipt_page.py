"""A receipt as a web page: plain HTML that prints well and needs no script; every text goes through `html.escape`."""

from __future__ import annotations

from html import escape

from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.workdays import BANGKOK, thai_date

from ..definitions.fees import baht
from .model import Receipt

_TITLE = Text(th="ใบเสร็จรับเงิน", en="Receipt")
_NO = Text(th="เลขที่", en="No.")
_RECEIVED_BY = Text(th="ผู้รับเงิน", en="Received by")
_FOR = Text(th="รายการ", en="For")
_APPLICATION = Text(th="เลขที่คำขอ", en="Application")
_PAYER = Text(th="ได้รับเงินจาก", en="Received from")
_PAID = Text(th="วันที่ชำระ", en="Paid on")
_ISSUED = Text(th="ออกใบเสร็จเมื่อ", en="Issued on")
_PAYEE = Text(th="เป็นรายได้ของ", en="Belongs to")
_AMOUNT = Text(th="จำนวนเงิน (บาท)", en="Amount (baht)")
_TOTAL = Text(th="รวม", en="Total")
_VOID = Text(
    th="ใบเสร็จนี้ใช้ไม่ได้แล้ว เพราะเงินที่ชำระถูกเรียกคืนเมื่อ", en="This receipt holds no longer: the payment was taken back on"
)
_CHECK = Text(
    th="หน้านี้อ่านจากทะเบียนของรัฐโดยตรง หากข้อมูลไม่ตรงกับฉบับที่ถืออยู่ ให้ถือหน้านี้เป็นหลัก",
    en="This page is read from the register itself; where a copy differs from it, this page holds.",
)
_STYLE = """body{font:1.05rem/1.7 "Sarabun","Noto Sans Thai","Leelawadee UI",Tahoma,sans-serif;max-width:42rem;
margin:2rem auto;padding:0 1rem;color:#1b2733}h1{line-height:1.35}table{width:100%;border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #c5cfd8}
td.n,th.n{text-align:right;white-space:nowrap}.void{background:#fde2e1;border:1px solid #b3261e;padding:.5rem .8rem}
dt{color:#5a6773}dd{margin:0 0 .5rem}small{color:#5a6773}"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
"""The address is the key to the page, so it is told to nobody: no referrer, no index, nothing loaded from elsewhere."""


def page(receipt: Receipt, language: Language) -> str:
    """The whole page in one language."""

    def word(text: Text) -> str:
        return escape(text.pick(language))

    paid, issued = (format_date(thai_date(at), language) for at in (receipt.paid_at, receipt.issued_at))
    clock = receipt.paid_at.astimezone(BANGKOK).strftime("%H:%M")
    facts = (
        (_NO, escape(receipt.no)),
        (_RECEIVED_BY, word(receipt.agency_name)),
        (_PAYER, escape(receipt.payer)),
        (_FOR, word(receipt.service_name)),
        (_APPLICATION, escape(receipt.application)),
        (_PAID, f"{escape(paid)} {clock}"),
        (_ISSUED, escape(issued)),
    )
    rows = "".join(
        f'<tr><td>{word(line.name)}</td><td>{escape(line.payee)}</td><td class="n">{_money(line.satang)}</td></tr>'
        for line in receipt.lines
    )
    void = ""
    if receipt.voided_at is not None:
        on = format_date(thai_date(receipt.voided_at), language)
        void = f'<p class="void" role="alert">{word(_VOID)} {escape(on)}</p>'
    listed = "".join(f"<dt>{word(name)}</dt><dd>{value}</dd>" for name, value in facts)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{word(_TITLE)} {escape(receipt.no)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{word(_TITLE)}</h1>{void}<dl>{listed}</dl>"
        f'<table><thead><tr><th scope="col">{word(_FOR)}</th><th scope="col">{word(_PAYEE)}</th>'
        f'<th scope="col" class="n">{word(_AMOUNT)}</th></tr></thead><tbody>{rows}</tbody>'
        f'<tfoot><tr><th scope="row" colspan="2">{word(_TOTAL)}</th>'
        f'<td class="n"><strong>{_money(receipt.total_satang)}</strong></td></tr></tfoot></table>'
        f"<p><small>{word(_CHECK)}</small></p></main></body></html>\n"
    )


def _money(satang: int) -> str:
    whole, _, part = baht(satang).partition(".")
    return f"{int(whole):,}.{part}"
