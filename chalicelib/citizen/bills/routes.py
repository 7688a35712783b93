"""Addresses of bills: for people, and for whoever checks a receipt."""

from __future__ import annotations

import base64
from urllib.parse import unquote

from chalicelib.shared import thai_qr
from chalicelib.shared.credential_types import TypeAsked, TypeMetadata
from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import CITIZEN, PUBLIC
from chalicelib.shared.identity import citizen as person
from chalicelib.shared.journal import Replayed
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from . import bodies, views
from . import money_routes as money
from .model import Bill, Meter
from .receipts import HEADERS, credential_type, page

KEYS = "/citizen/v1/receipt-keys"
BILLS = person(acting="bills")
"""Also who acts for somebody with the scope `bills`."""


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    _bills(room, citizen)
    _meters(room, citizen)
    _receipts(room, citizen)
    money.hang(room, citizen)


def _bills(room: Room, citizen: Citizen) -> None:
    bills = citizen.bills

    def card(bill: Bill) -> views.BillCard:
        return views.BillCard.of(bill, bills.billers.there(bill.biller))

    @room.get(
        "/citizen/v1/billers",
        allow=[PUBLIC],
        answer=views.BillerList,
        summary="Whose bills can be paid here, and where the number stands on the paper bill",
    )
    def billers(call: Call) -> views.BillerList:
        return views.BillerList(items=[views.BillerCard.of(biller) for biller in bills.billers])

    @room.post(
        "/citizen/v1/me/bills/lookup",
        allow=[BILLS],
        body=bodies.LookUp,
        answer=views.BillList,
        summary="Ask a biller now for the open bills of a customer number; one's own or anybody's, without a name",
    )
    def look_up(call: Call) -> views.BillList:
        found = bills.desk.look_up(call.caller, call.body.biller, call.body.customer_no)
        return views.BillList(items=[card(bill) for bill in found])

    @room.get(
        "/citizen/v1/me/bills",
        allow=[BILLS],
        query=bodies.BillsQuery,
        answer=views.BillList,
        summary="My bills: open ones by due day, paid and closed ones newest first",
    )
    def mine(call: Call) -> views.BillList:
        found, following = bills.desk.page(
            person_of(call.caller), call.query.state, call.query.cursor, call.query.limit
        )
        return views.BillList(items=[card(bill) for bill in found], next=following)

    @room.get("/citizen/v1/me/bills/{id}", allow=[BILLS], answer=views.BillCard, summary="One of my bills")
    def one(call: Call) -> views.BillCard:
        return card(bills.desk.own(None, person_of(call.caller), call.params["id"]))

    @room.post(
        "/citizen/v1/me/bills/{id}/qr",
        allow=[BILLS],
        answer=views.BillQr,
        status=201,
        summary="The one live Thai QR of a bill, over what the biller asks for at this moment",
    )
    def qr(call: Call) -> views.BillQr:
        bill = bills.desk.own(None, person_of(call.caller), call.params["id"])
        live = bills.desk.qr(call.once, call.caller, bill.id)
        png = base64.b64encode(thai_qr.png(live.qr)).decode()
        return views.BillQr.of(live, bills.billers.there(bill.biller), thai_qr.svg(live.qr), png)

    @room.post(
        "/citizen/v1/me/bills/{id}/disputes",
        allow=[BILLS],
        body=bodies.FileDispute,
        answer=views.BillDispute,
        status=201,
        summary="Say what is wrong with a bill; it goes to the biller, and the bill is not reminded meanwhile",
    )
    def dispute(call: Call) -> views.BillDispute:
        filed = bills.disputes.file(call.once, call.caller, call.params["id"], call.body.reason, call.body.text)
        return views.BillDispute.of(filed)

    @room.get(
        "/citizen/v1/me/bills/{id}/disputes",
        allow=[BILLS],
        answer=views.BillDispute,
        summary="How the last dispute of a bill stands, asked of the biller",
    )
    def dispute_state(call: Call) -> views.BillDispute:
        return views.BillDispute.of(bills.disputes.state(call.caller, call.params["id"]))


def _meters(room: Room, citizen: Citizen) -> None:
    bills = citizen.bills

    def card(meter: Meter) -> views.MeterCard:
        return views.MeterCard.of(meter, bills.billers.there(meter.biller))

    @room.get("/citizen/v1/me/billers", allow=[BILLS], answer=views.MeterList, summary="The accounts that I saved")
    def saved(call: Call) -> views.MeterList:
        return views.MeterList(items=[card(meter) for meter in bills.meters.all(person_of(call.caller))])

    @room.post(
        "/citizen/v1/me/billers",
        allow=[BILLS],
        body=bodies.SaveMeter,
        answer=views.MeterCard,
        status=201,
        summary="Save an account; the biller says whether it is mine, and shows a name only then",
    )
    def save(call: Call) -> views.MeterCard:
        body: bodies.SaveMeter = call.body
        try:
            meter = bills.meters.save(call.once, call.caller, body.biller, body.customer_no, body.nickname, body.watch)
        except Replayed as done:
            meter = bills.meters.again(person_of(call.caller), done)
        return card(meter)

    @room.put(
        "/citizen/v1/me/billers/{id}",
        allow=[BILLS],
        body=bodies.ChangeMeter,
        answer=views.MeterCard,
        summary="Rename a saved account, and have it watched for new bills or not",
    )
    def change(call: Call) -> views.MeterCard:
        try:
            meter = bills.meters.change(call.once, call.caller, call.params["id"], call.body.nickname, call.body.watch)
        except Replayed as done:
            meter = bills.meters.again(person_of(call.caller), done)
        return card(meter)

    @room.delete("/citizen/v1/me/billers/{id}", allow=[BILLS], status=204, summary="Forget a saved account")
    def remove(call: Call) -> Reply:
        try:
            bills.meters.remove(call.once, call.caller, call.params["id"])
        except Replayed:
            return Reply(status=204)
        return Reply(status=204)


def _receipts(room: Room, citizen: Citizen) -> None:
    bills = citizen.bills

    @room.get(
        "/citizen/v1/me/receipts/{no}",
        allow=[CITIZEN],
        query=bodies.ReceiptFormat,
        answer=views.BillReceipt,
        summary="One of my receipts, as JSON or as an HTML page that prints (format=html)",
    )
    def receipt(call: Call) -> Reply:
        found = bills.receipt(person_of(call.caller), unquote(call.params["no"]))
        accepted = "html" if "text/html" in call.headers.get("accept", "") else "json"
        if (call.query.format or accepted) == "html":
            return Reply(page(found, "en" if call.language == "en" else "th"), media_type="text/html", headers=HEADERS)
        return Reply(views.BillReceipt.of(found))

    @room.get(
        "/.well-known/jwt-vc-issuer/citizen",
        allow=[PUBLIC],
        answer=views.BillIssuer,
        summary="Metadata of the issuer of receipts",
    )
    def issuer(call: Call) -> views.BillIssuer:
        return views.BillIssuer(issuer=bills.issuer, jwks_uri=f"{citizen.hall.parts.base_url}{KEYS}")

    @room.get(
        "/citizen/v1/credential-types",
        allow=[PUBLIC],
        query=TypeAsked,
        answer=TypeMetadata,
        summary="What the credential of a receipt and its claims are called (SD-JWT VC Type Metadata)",
    )
    def type_of(call: Call) -> Reply:
        found = credential_type(call.query.vct)
        if found is None:
            raise not_found("เอกสารชนิดนี้", "type of credential")
        return Reply(found, headers={"Cache-Control": "public, max-age=300"})

    @room.get(KEYS, allow=[PUBLIC], answer=views.BillKeySet, summary="Public keys of receipts")
    def keys(call: Call) -> Reply:
        found = views.BillKeySet.model_validate(citizen.hall.signing.jwks())
        return Reply(found, headers={"Cache-Control": "public, max-age=300"})
