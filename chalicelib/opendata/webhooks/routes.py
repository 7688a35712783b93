"""`/opendata/v1/webhooks`: somebody says where they are told of changes, and sees how the telling went."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chalicelib.shared.identity import CITIZEN, SYSTEM, officer
from chalicelib.shared.journal import Replayed
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from .model import Webhook
from .rules import told_secret
from .views import ChangeWebhook, DeliveryList, DeliveryView, Listing, NewWebhook, WebhookList, WebhookView

ALLOW = (CITIZEN, SYSTEM, officer(*sorted(STAFF_ROLES)))


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    webhooks = catalogue.webhooks

    def shown(call: Call, webhook: Webhook, status: int | None = None) -> Reply:
        secret = told_secret(webhooks.secret(webhook))
        return Reply(WebhookView.of(webhook, secret), status=status, version=webhook.version)

    @room.post(
        "/opendata/v1/webhooks",
        allow=ALLOW,
        body=NewWebhook,
        answer=WebhookView,
        status=201,
        summary="Be told of changes at an address of yours, signed by Standard Webhooks; the address must agree first",
    )
    def register(call: Call) -> Reply:
        asked: NewWebhook = call.body
        try:
            return shown(call, webhooks.register(call.caller, call.once, asked.model_dump()))
        except Replayed as before:
            return shown(call, webhooks.read(call.caller, _id(before)))

    @room.get("/opendata/v1/webhooks", allow=ALLOW, answer=WebhookList, summary="Where you are told of changes")
    def mine(call: Call) -> WebhookList:
        return WebhookList(items=[WebhookView.of(each) for each in webhooks.mine(call.caller)])

    @room.patch(
        "/opendata/v1/webhooks/{id}",
        allow=ALLOW,
        body=ChangeWebhook,
        answer=WebhookView,
        summary="Start a stopped webhook again, or give it a new secret",
    )
    def change(call: Call) -> Reply:
        asked: ChangeWebhook = call.body
        try:
            changed = webhooks.change(call.caller, call.once, call.params["id"], new_secret=asked.new_secret)
        except Replayed as before:
            changed = webhooks.read(call.caller, _id(before))
        return shown(call, changed)

    @room.delete("/opendata/v1/webhooks/{id}", allow=ALLOW, status=204, summary="Be told no more at this address")
    def remove(call: Call) -> Reply:
        with suppress(Replayed):
            webhooks.remove(call.caller, call.once, call.params["id"])
        return Reply(None)

    @room.get(
        "/opendata/v1/webhooks/{id}/deliveries",
        allow=ALLOW,
        query=Listing,
        answer=DeliveryList,
        summary="What a webhook was told in the last two weeks, and how that went",
    )
    def deliveries(call: Call) -> DeliveryList:
        asked: Listing = call.query
        found, cursor = webhooks.deliveries(call.caller, call.params["id"], asked.cursor, asked.limit)
        return DeliveryList(items=[DeliveryView.of(each) for each in found], next=cursor)


def _id(before: Replayed) -> str:
    answer: Any = before.answer
    return str(answer["id"])
