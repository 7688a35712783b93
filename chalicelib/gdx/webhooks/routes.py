"""`/gdx/v1/webhook`: a system says where it is told of events, and sees how the telling went."""

from __future__ import annotations

from typing import Any

from ...shared.identity import SYSTEM
from ...shared.web import Call, Reply, Room
from ..ids import SubsystemId
from ..service import Service
from . import store
from .views import DeliveryList, DeliveryView, Listing, PutWebhook, WebhookView


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    webhooks = service.webhooks

    @room.put(
        "/gdx/v1/webhook",
        allow=[SYSTEM],
        body=PutWebhook,
        answer=WebhookView,
        again=_kept,
        summary="Be told of events at an address of yours, which must agree first (CloudEvents web hook)",
    )
    def put(call: Call) -> WebhookView:
        asked: PutWebhook = call.body
        return WebhookView.of(webhooks.register(_system(call), asked.url, tuple(asked.events), call.once))

    @room.get("/gdx/v1/webhook", allow=[SYSTEM], answer=WebhookView, summary="Where you are told of events")
    def read(call: Call) -> WebhookView:
        return WebhookView.of(webhooks.read(_system(call)))

    @room.delete("/gdx/v1/webhook", allow=[SYSTEM], status=204, summary="Be told of events no more")
    def remove(call: Call) -> Reply:
        webhooks.remove(_system(call), call.once)
        return Reply(None)

    @room.get(
        "/gdx/v1/webhook/deliveries",
        allow=[SYSTEM],
        query=Listing,
        answer=DeliveryList,
        summary="What you were told in the last two weeks, and how that went",
    )
    def deliveries(call: Call) -> DeliveryList:
        asked: Listing = call.query
        found, cursor = webhooks.deliveries(_system(call), asked.cursor, asked.limit)
        return DeliveryList(items=[DeliveryView.of(delivery) for delivery in found], next=cursor)


def _kept(data: Any) -> Reply:
    return Reply(WebhookView.of(store.webhook_from(data)))


def _system(call: Call) -> SubsystemId:
    return SubsystemId.parse(call.caller.id)
