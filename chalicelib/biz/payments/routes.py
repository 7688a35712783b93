"""Routes of the cash desk: what providers send, what applicants and finance officers see, receipts."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import unquote

from chalicelib.shared.errors import Fault, Invalid, not_found
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.paces import Pace
from chalicelib.shared.payment_notices import CallbackBody
from chalicelib.shared.payment_statements import LIMIT as STATEMENT_LIMIT
from chalicelib.shared.payment_statements import read as read_statement
from chalicelib.shared.web import Call, Reply, Room

from ..cases import bodies as shared_bodies
from ..paging import page_of
from ..service import Biz
from . import bodies, views
from .model import Notice
from .receipt_page import HEADERS, page
from .resolving import FINANCE, OPERATOR, Wish

CALLBACK_LIMIT = 16 * 1024
CASE_PAYMENTS = "/biz/v1/applications/{id}/payments"
DAY = "/biz/v1/payments/providers/{provider}/{day}"
ENTRY = "/biz/v1/payments/entries/{entry}"
RECEIPTS = Pace("receipts", 120)
"""Receipts that one network may try in a minute by their tokens."""
MONEY = officer(FINANCE, OPERATOR)
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")


def hang(room: Room, biz: Biz) -> None:
    """Hangs the cash desk's routes on the room."""
    _providers(room, biz)
    _entries(room, biz)
    _receipts(room, biz)


def _providers(room: Room, biz: Biz) -> None:
    @room.post(
        "/biz/v1/payments/callbacks/{provider}",
        allow=[PUBLIC],
        raw=True,
        limit=CALLBACK_LIMIT,
        answer=views.Taken,
        summary="A payment provider tells of money; signed by X-Klang-Signature (HMAC-SHA256 over timestamp.body)",
    )
    def callback(call: Call) -> views.Taken:
        status = biz.counter.take(
            call.params["provider"], call.headers.get("x-klang-signature", ""), call.raw, lambda: _notice(call.raw)
        )
        return views.Taken(status=status)

    @room.put(
        DAY,
        allow=[PUBLIC],
        raw=True,
        limit=STATEMENT_LIMIT,
        answer=views.Reconciled,
        summary="A payment provider sends its statement of a day as JSON lines, signed like a callback",
    )
    def statement(call: Call) -> views.Reconciled:
        provider = call.params["provider"]
        signature = call.headers.get("x-klang-signature", "")
        told = biz.counter.believed(
            provider, signature, call.raw, lambda: read_statement(call.raw, _day(call.params["day"]))
        )
        return views.reconciled(biz.reconciliation.run(provider, told))

    @room.get(
        DAY,
        allow=[MONEY],
        query=bodies.DayQuery,
        answer=views.ReportView,
        summary="How a day was reconciled: the whole for the operator, an agency's own part for its finance officers",
    )
    def report(call: Call) -> views.ReportView:
        found = biz.reconciliation.report(call.params["provider"], _day(call.params["day"]), call.query.run)
        return views.report(found, None if OPERATOR in call.caller.roles else call.caller.agency or "")

    @room.put(
        "/biz/v1/payments/providers/{provider}",
        allow=[officer(OPERATOR)],
        body=bodies.ProviderBody,
        answer=views.ProviderView,
        summary="Set the secret with which a payment provider signs its callbacks and statements",
    )
    def provider(call: Call) -> views.ProviderView:
        name = call.params["provider"]
        if not _PROVIDER.fullmatch(name):
            text = "ใช้ a-z 0-9 และ - เท่านั้น", "Use a-z, 0-9 and - only."
            raise Invalid("ชื่อผู้ให้บริการไม่ถูกต้อง", "Not a name for a provider.", [Fault("path:provider", *text)])
        biz.know_provider(call.once, name, call.body.secret)
        return views.ProviderView(provider=name)


def _entries(room: Room, biz: Biz) -> None:
    desk = biz.treasury

    @room.get(
        "/biz/v1/payments/entries",
        allow=[MONEY],
        query=bodies.EntriesQuery,
        answer=views.EntryPage,
        summary="Money that waits for a decision, newest first: of one's agency, or (operator) of any or of none known",
    )
    def entries(call: Call) -> views.EntryPage:
        asked: bodies.EntriesQuery = call.query
        agency, closed = desk.whose(call.caller, asked.agency), asked.state == "closed"
        items, following = page_of(
            biz,
            call,
            ("entries", agency, asked.kind, asked.state),
            lambda after: desk.queue(agency, asked.kind, closed, after, asked.limit),
        )
        return views.EntryPage(items=items, next=following)

    @room.get(ENTRY, allow=[MONEY], answer=views.EntryWhole, summary="One entry with what happened to it")
    def entry(call: Call) -> views.EntryWhole:
        return desk.show(call.caller, unquote(call.params["entry"]))

    @room.post(
        ENTRY,
        allow=[MONEY],
        body=bodies.DecisionBody,
        answer=views.EntryView,
        summary="Propose how an entry is resolved (apply, refund, write_off); confirm as another officer; or decline",
    )
    def decide(call: Call) -> views.EntryView:
        body: bodies.DecisionBody = call.body
        if body.way is None and body.step != "decline":
            text = "ต้องระบุข้อมูลนี้", "Mandatory to propose and to confirm."
            raise Invalid("ยังไม่ได้ระบุวิธี", "Say in which way.", [Fault("/way", *text)])
        wish = Wish(body.way or "write_off", body.case, body.others, body.reason)
        return desk.decide(call.once, call.caller, unquote(call.params["entry"]), body.step, wish)


def _receipts(room: Room, biz: Biz) -> None:
    @room.get(
        CASE_PAYMENTS,
        allow=[CITIZEN],
        answer=views.PaymentsView,
        summary="What is owed for one's application, what came in for it, and the receipt",
    )
    def payments(call: Call) -> views.PaymentsView:
        case, monies = biz.counter.paid(call.caller, call.params["id"])
        url = None if case.payment is None else f"{biz.parts.base_url}{biz.receipts.path(case.payment.receipt_no)}"
        live = case.bill if case.bill is not None and biz.parts.clock() < case.bill.expires_at else None
        return views.payments(case, biz.counter.owed(case), live, monies, url)

    @room.get(
        "/biz/v1/payments/receipts/{token}",
        allow=[PUBLIC],
        pace=RECEIPTS,
        query=bodies.ReceiptQuery,
        answer=views.ReceiptView,
        summary="A receipt by the token that its payer has, as JSON or as an HTML page (format=html)",
    )
    def receipt(call: Call) -> Reply:
        found = biz.receipts.find(unquote(call.params["token"]))
        accepted = "html" if "text/html" in call.headers.get("accept", "") else "json"
        if (call.query.format or accepted) == "html":
            return Reply(page(found, "en" if call.language == "en" else "th"), media_type="text/html", headers=HEADERS)
        return Reply(views.receipt(found))


def _notice(raw: bytes) -> Notice:
    return shared_bodies.parsed(CallbackBody, raw).notice()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> dt.date:
    raise not_found("วันที่นี้", "day; write it like 2026-12-31")
