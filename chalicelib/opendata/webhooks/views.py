"""What goes in and out of `/opendata/v1/webhooks`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from .model import Delivery, Webhook
from .rules import EVENT

EventName = Annotated[str, Field(pattern=f"^{EVENT.pattern}$", max_length=40)]


class NewWebhook(Incoming):
    """Where to tell, and what."""

    url: str = Field(min_length=1, max_length=500, description="https; it must answer OPTIONS with its agreement")
    events: list[EventName] = Field(
        default=["dataset.*", "resource.*"], min_length=1, max_length=10, description="Types or families of them"
    )
    organization: str = Field(default="", max_length=100, description="Id of an organisation: only its datasets")
    dataset: str = Field(default="", max_length=100, description="Id of a dataset: only this one")


class ChangeWebhook(Incoming):
    """Starting a stopped webhook again."""

    new_secret: bool = Field(default=False, description="The old secret signs nothing any more")


class WebhookView(Outgoing):
    """A webhook."""

    id: str
    url: str
    events: list[str]
    organization: str
    dataset: str
    created: str
    stopped: str = Field(description="`gone`, `failing`, or empty while it works")
    secret: str | None = Field(description="Told when it is made or changed, to verify Standard Webhooks signatures")

    @classmethod
    def of(cls, webhook: Webhook, secret: str | None = None) -> WebhookView:
        """The view of one."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            events=list(webhook.events),
            organization=webhook.organization,
            dataset=webhook.dataset,
            created=webhook.created,
            stopped=webhook.stopped,
            secret=secret,
        )


class WebhookList(Outgoing):
    """All of the caller's."""

    items: list[WebhookView]


class DeliveryView(Outgoing):
    """How telling one change went."""

    id: str
    type: str
    dataset: str
    at: str
    tries: int
    status: int | None
    failed: str | None
    done: str | None
    given_up: bool

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryView:
        """The view of one."""
        return cls(
            id=delivery.id,
            type=delivery.type,
            dataset=delivery.dataset,
            at=delivery.at,
            tries=delivery.tries,
            status=delivery.status,
            failed=delivery.failed,
            done=delivery.done,
            given_up=delivery.given_up,
        )


class DeliveryList(Outgoing):
    """Some of them, the newest first."""

    items: list[DeliveryView]
    next: str | None


class Listing(Incoming):
    """Where a list goes on."""

    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=100)
