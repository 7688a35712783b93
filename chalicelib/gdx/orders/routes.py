"""`/gdx/v1/exchanges`: ask asynchronously, see how it stands, fetch the answer; what operators do when it stalls."""

from __future__ import annotations

import json
from datetime import timedelta

from ...shared.identity import SYSTEM, officer
from ...shared.web import Call, Reply, Room
from ..ids import ServiceId, SubsystemId
from ..model import Ask
from ..rules import checked_case
from ..service import Service
from ..staff import OPERATOR
from ..xroad.paths import normalised
from . import routes_inbox
from .prefer import located
from .rules import shown, waiting
from .views import ExchangeView, Page, PostExchange, StalledList, StalledView


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    routes_inbox.hang(room, service)

    @room.post(
        "/gdx/v1/exchanges",
        allow=[SYSTEM],
        body=PostExchange,
        answer=ExchangeView,
        status=202,
        again=located,
        summary="Ask a service asynchronously; the answer waits for 24 hours, or as long as you say",
    )
    def order(call: Call) -> Reply:
        asked: PostExchange = call.body
        normalised(asked.path)
        ask = asked_for(asked, SubsystemId.parse(call.caller.id))
        return located(shown(service.orders.accept(ask, call.once, timedelta(seconds=asked.expires_in))))

    @room.get(
        "/gdx/v1/exchanges/{id}", allow=[SYSTEM], answer=ExchangeView, summary="How an asynchronous exchange stands"
    )
    def read(call: Call) -> Reply:
        return Reply(shown(service.orders.read(call.params["id"], SubsystemId.parse(call.caller.id))))

    @room.get(
        "/gdx/v1/exchanges/{id}/answer",
        allow=[SYSTEM],
        summary="The answer of an asynchronous exchange, above 4 MB as a redirect to it; it waits until you delete it",
    )
    def fetch(call: Call) -> Reply:
        order, answer = service.orders.fetch(call.params["id"], SubsystemId.parse(call.caller.id))
        headers = {"x-gdx-exchange": order.id, "x-gdx-receipt": order.receipt or ""}
        if isinstance(answer, str):
            # See Other (RFC 9110 section 15.4.4): the address is of storage, and without your access token
            return Reply(None, status=303, headers={**headers, "Location": answer})
        return Reply(answer or None, headers=headers, media_type=order.media_type)

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
        "/gdx/v1/stalled-exchanges",
        allow=[officer(OPERATOR)],
        query=Page,
        answer=StalledList,
        summary="Asynchronous exchanges whose provider could not be reached in all tries",
    )
    def stalled(call: Call) -> Reply:
        asked: Page = call.query
        orders, cursor = service.orders.recovery.stalled(asked.cursor, asked.limit)
        return Reply({"items": [waiting(order) for order in orders], "next": cursor})

    @room.post(
        "/gdx/v1/exchanges/{id}/replay",
        allow=[officer(OPERATOR)],
        answer=StalledView,
        summary="Start the tries of an undecided asynchronous exchange anew",
    )
    def replay(call: Call) -> Reply:
        return Reply(waiting(service.orders.recovery.replay(call.params["id"], call.caller.label, call.once)))


def asked_for(asked: PostExchange, client: SubsystemId) -> Ask:
    """The request of an order as the pipeline takes it."""
    body = b"" if asked.body is None else json.dumps(asked.body, ensure_ascii=False, separators=(",", ":")).encode()
    return Ask(
        client=client,
        service=ServiceId.parse(asked.service),
        method=asked.method,
        path=asked.path,
        query="",
        body=body,
        headers={"accept": "application/json", **({"content-type": "application/json"} if body else {})},
        message_id="",
        purpose=asked.purpose,
        case=checked_case(asked.case),
        door="gdx",
    )
