"""What goes in and out of `/gdx/v1/webhook`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ...shared.web import Incoming, Outgoing
from .model import Delivery, Webhook
from .rules import EVENT

EventName = Annotated[str, Field(pattern=f"^{EVENT.pattern}$", max_length=60)]


class PutWebhook(Incoming):
    """Where to tell, and what."""

    url: str = Field(min_length=1, max_length=500, description="https, within the domains approved for your agency")
    events: list[EventName] = Field(
        min_length=1,
        max_length=20,
        description="Types (gdx.exchange.delivered) or families (gdx.service.*)",
    )


class WebhookView(Outgoing):
    """A webhook."""

    url: str
    events: list[str]
    since: str
    stopped: bool = Field(description="True after its receiver answered 410 Gone; put it again to start it")

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookView:
        """The view of one."""
        return cls(
            url=webhook.url,
            events=list(webhook.events),
            since=webhook.since.isoformat(timespec="seconds"),
            stopped=webhook.stopped,
        )


class DeliveryView(Outgoing):
    """How telling one event went."""

    id: str
    type: str
    subject: str
    at: str
    tries: int
    status: int | None
    failed: str | None
    tried_at: str
    delivered_at: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryView:
        """The view of one."""
        done = delivery.delivered_at
        return cls(
            id=delivery.id,
            type=delivery.type,
            subject=delivery.subject,
            at=delivery.at,
            tries=delivery.tries,
            status=delivery.status,
            failed=delivery.failed,
            tried_at=delivery.tried_at.isoformat(timespec="seconds"),
            delivered_at=None if done is None else done.isoformat(timespec="seconds"),
        )


class DeliveryList(Outgoing):
    """Some of them, the newest first."""

    items: list[DeliveryView]
    next: str | None


class Listing(Incoming):
    """Where a list goes on."""

    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=100)
