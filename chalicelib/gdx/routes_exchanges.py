"""`/gdx/v1` for those who ask: asynchronous exchanges, receipts, and the access log as a service of the exchange."""

from __future__ import annotations

from dataclasses import asdict

from ..shared.errors import Fault, Invalid
from ..shared.gdx_request import SIGNED
from ..shared.identity import SYSTEM
from ..shared.storage import Json
from ..shared.thai import is_national_id
from ..shared.web import Call, Reply, Room
from .ids import ServiceId, SubsystemId
from .orders import shown
from .paths import normalised
from .rules import checked_case
from .service import Service
from .views import ExchangeView, FindUsage, PostExchange, ReceiptView, UsageList, UsageView


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""

    @room.post(
        "/gdx/v1/exchanges",
        allow=[SYSTEM],
        body=PostExchange,
        answer=ExchangeView,
        status=202,
        again=_accepted,
        summary="Ask a service asynchronously; the answer waits for 24 hours",
    )
    def order(call: Call) -> Reply:
        asked: PostExchange = call.body
        normalised(asked.path)
        order = service.orders.accept(
            SubsystemId.parse(call.caller.id),
            ServiceId.parse(asked.service),
            asked.method,
            asked.path,
            asked.body,
            asked.purpose,
            checked_case(asked.case),
            call.once,
        )
        return _accepted(shown(order))

    @room.get(
        "/gdx/v1/exchanges/{id}", allow=[SYSTEM], answer=ExchangeView, summary="How an asynchronous exchange stands"
    )
    def read(call: Call) -> Reply:
        return Reply(shown(service.orders.read(call.params["id"], SubsystemId.parse(call.caller.id))))

    @room.get(
        "/gdx/v1/exchanges/{id}/answer",
        allow=[SYSTEM],
        summary="The answer of an asynchronous exchange; it waits until you delete it, at most 24 hours",
    )
    def fetch(call: Call) -> Reply:
        order, body = service.orders.fetch(call.params["id"], SubsystemId.parse(call.caller.id))
        headers = {"x-gdx-exchange": order.id, "x-gdx-receipt": order.receipt or ""}
        return Reply(body or None, headers=headers, media_type=order.media_type)

    @room.delete(
        "/gdx/v1/exchanges/{id}/answer",
        allow=[SYSTEM],
        status=204,
        summary="Say that you have the answer; it is deleted here",
    )
    def taken(call: Call) -> Reply:
        service.orders.taken(call.params["id"], SubsystemId.parse(call.caller.id))
        return Reply(None)

    @room.get(
        "/gdx/v1/receipts/{id}",
        allow=[SYSTEM],
        answer=ReceiptView,
        summary="The receipt of an exchange, for the two parties: what was recorded and how to prove what was sent",
    )
    def receipt(call: Call) -> ReceiptView:
        found = service.receipts.read(call.params["id"], call.caller.id)
        return ReceiptView(
            receipt=found.token,
            leaf={**asdict(found.leaf), "fields": list(found.leaf.fields)},
            leaf_text=found.leaf_text,
            request_salt=found.request_salt,
            answer_salt=found.answer_salt,
        )

    @room.post(
        "/gdx/v1/provider/usage/find",
        allow=[SIGNED],
        body=FindUsage,
        answer=UsageList,
        summary="Service TH/CENTRAL/DGA/gdx/usage: a person's access log (called through the exchange only)",
    )
    def find_usage(call: Call) -> UsageList:
        service.requests.check(call.headers.get("authorization"), "POST", "usage", call.raw)
        asked: FindUsage = call.body
        if not is_national_id(asked.pid):
            raise Invalid(
                "เลขประจำตัวประชาชนไม่ถูกต้อง",
                "The national id is not valid.",
                [Fault("/pid", "เลขตรวจสอบไม่ถูกต้อง", "Its check digit is wrong.")],
            )
        page = service.access_log.entries(asked.pid, asked.after, asked.limit)
        return UsageList(items=[UsageView.of(usage) for usage in page.items], next=page.next)


def _accepted(order: Json) -> Reply:
    """Where the order can be followed (RFC 9110 section 15.3.3), now and when the request is repeated."""
    return Reply(order, headers={"Location": f"/gdx/v1/exchanges/{order['id']}"})
