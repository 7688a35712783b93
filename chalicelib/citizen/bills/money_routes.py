"""Addresses of money that pays bills: for payment providers and for finance officers."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TypeVar
from urllib.parse import unquote

from pydantic import ValidationError

from chalicelib.shared.errors import Fault, Invalid, not_found
from chalicelib.shared.identity import PUBLIC, officer
from chalicelib.shared.payment_notices import CallbackBody
from chalicelib.shared.payment_statements import LIMIT as STATEMENT_LIMIT
from chalicelib.shared.payment_statements import read as read_statement
from chalicelib.shared.problems import invalid_body
from chalicelib.shared.web import Call, Incoming, Reply, Room, parse_json

from ..service import Citizen
from . import bodies
from . import money_views as views
from .rules import is_provider
from .treasury import FINANCE, OPERATOR, Wish

CALLBACK_LIMIT = 16 * 1024
ENTRY = "/citizen/v1/payments/entries/{entry}"
DAY = "/citizen/v1/payments/providers/{provider}/{day}"
MONEY = officer(FINANCE, OPERATOR)

Body = TypeVar("Body", bound=Incoming)


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    _providers(room, citizen)
    _entries(room, citizen)


def _providers(room: Room, citizen: Citizen) -> None:
    bills = citizen.bills

    @room.post(
        "/citizen/v1/payments/callbacks/{provider}",
        allow=[PUBLIC],
        raw=True,
        limit=CALLBACK_LIMIT,
        answer=views.NoticeTaken,
        summary="A payment provider tells of money; signed by X-Klang-Signature (HMAC-SHA256 over timestamp.body)",
    )
    def callback(call: Call) -> views.NoticeTaken:
        provider = call.params["provider"]
        bills.till.believed(provider, call.headers.get("x-klang-signature", ""), call.raw)
        return views.NoticeTaken(status=bills.till.hear(provider, _parsed(CallbackBody, call.raw).notice()))

    @room.put(
        DAY,
        allow=[PUBLIC],
        raw=True,
        limit=STATEMENT_LIMIT,
        answer=views.StatementTaken,
        summary="A payment provider sends its statement of a day as JSON lines, signed like a callback",
    )
    def statement(call: Call) -> views.StatementTaken:
        provider = call.params["provider"]
        bills.till.believed(provider, call.headers.get("x-klang-signature", ""), call.raw)
        report = bills.reconciliation.run(provider, read_statement(call.raw, _day(call.params["day"])))
        return views.StatementTaken(
            run=report.run,
            lines=report.lines,
            matched=report.matched,
            missing_here=len(report.missing_here),
            missing_there=len(report.missing_there),
            differing=len(report.differing),
        )

    @room.get(
        DAY,
        allow=[MONEY],
        query=bodies.MoneyRun,
        answer=views.MoneyDay,
        summary="How a day of bills was reconciled: the whole for the operator, an agency's own part for its officers",
    )
    def report(call: Call) -> views.MoneyDay:
        provider = call.params["provider"]
        if not is_provider(provider):
            raise not_found("ผู้ให้บริการนี้", "provider")
        found = bills.reconciliation.report(provider, _day(call.params["day"]), call.query.run)
        return views.MoneyDay.of(found, None if OPERATOR in call.caller.roles else call.caller.agency or "")

    @room.put(
        "/citizen/v1/payments/providers/{provider}",
        allow=[officer(OPERATOR)],
        body=bodies.ProviderSecret,
        answer=views.ProviderKnown,
        summary="Set the secret with which a payment provider signs what it tells of bills",
    )
    def provider(call: Call) -> views.ProviderKnown:
        name = call.params["provider"]
        if not is_provider(name):
            text = "ใช้ a-z 0-9 และ - เท่านั้น", "Use a-z, 0-9 and - only."
            raise Invalid("ชื่อผู้ให้บริการไม่ถูกต้อง", "Not a name for a provider.", [Fault("path:provider", *text)])
        bills.till.know_provider(call.once, name, call.body.secret)
        return views.ProviderKnown(provider=name)


def _entries(room: Room, citizen: Citizen) -> None:
    desk, cursors = citizen.bills.treasury, citizen.hall.parts.cursors

    @room.put(
        "/citizen/v1/payments/officers",
        allow=[officer(OPERATOR)],
        body=bodies.FinanceOfficer,
        status=204,
        summary="Let somebody decide about money that concerns an agency, or no longer; two of them are needed",
    )
    def officers(call: Call) -> Reply:
        body: bodies.FinanceOfficer = call.body
        desk.appoint(citizen.staff, body.pid, body.agency, body.name, body.serves)
        return Reply(status=204)

    @room.get(
        "/citizen/v1/payments/entries",
        allow=[MONEY],
        query=bodies.MoneyQuery,
        answer=views.MoneyEntryPage,
        summary="Money that waits for a decision, newest first: of one's agency, or (operator) of any or of none known",
    )
    def entries(call: Call) -> views.MoneyEntryPage:
        asked: bodies.MoneyQuery = call.query
        agency = desk.whose(call.caller, asked.agency)
        scope = ("bill-entries", agency, asked.state)
        found, after = citizen.bills.ledger.store.entries(
            agency, closed=asked.state == "closed", after=cursors.read(asked.cursor, scope), limit=asked.limit
        )
        items = [views.MoneyEntry.of(money) for money in found]
        return views.MoneyEntryPage(items=items, next=cursors.make(after, scope))

    @room.get(ENTRY, allow=[MONEY], answer=views.MoneyEntryWhole, summary="One entry with what happened to it")
    def entry(call: Call) -> views.MoneyEntryWhole:
        return views.MoneyEntryWhole.whole(*desk.show(call.caller, unquote(call.params["entry"])))

    @room.post(
        ENTRY,
        allow=[MONEY],
        body=bodies.MoneyDecision,
        answer=views.MoneyEntry,
        summary="Propose how an entry is resolved (apply, refund, write_off); confirm as another officer; or decline",
    )
    def decide(call: Call) -> views.MoneyEntry:
        body: bodies.MoneyDecision = call.body
        if body.way is None and body.step != "decline":
            text = "ต้องระบุข้อมูลนี้", "Mandatory to propose and to confirm."
            raise Invalid("ยังไม่ได้ระบุวิธี", "Say in which way.", [Fault("/way", *text)])
        wish = Wish(body.way or "write_off", body.bill, body.reason)
        return desk.decide(call.once, call.caller, unquote(call.params["entry"]), body.step, wish)


def _parsed(model: type[Body], raw: bytes) -> Body:
    """A body that came raw, for its signature covers the bytes, read as strictly as any other."""
    try:
        return model.model_validate_json(json.dumps(parse_json(raw)))
    except ValidationError as error:
        raise invalid_body(error) from None


def _day(text: str) -> dt.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise not_found("วันที่นี้", "day; write it like 2026-12-31")
