"""`/gdx/v1/exchanges`: ask asynchronously, see how it stands, fetch the answer."""

from __future__ import annotations

from ...shared.identity import SYSTEM
from ...shared.storage import Json
from ...shared.web import Call, Reply, Room
from ..ids import ServiceId, SubsystemId
from ..rules import checked_case
from ..service import Service
from ..xroad.paths import normalised
from .service import shown
from .views import ExchangeView, PostExchange


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


def _accepted(order: Json) -> Reply:
    """Where the order can be followed (RFC 9110 section 15.3.3), now and when the request is repeated."""
    return Reply(order, headers={"Location": f"/gdx/v1/exchanges/{order['id']}"})
