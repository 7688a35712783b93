"""How webhooks lie in the table.

| pk | sk | what |
|---|---|---|
| `WEBHOOK#{subsystem}` | `WEBHOOK` | its address and events |
| `WEBHOOK#{subsystem}` | `SENT#{event id}` | how telling it of an event went; two weeks |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ...shared.storage import Item, Json, Key
from ..ids import SubsystemId
from .model import Delivery, Webhook

SENT = "SENT#"


def webhook_pk(system: SubsystemId) -> str:
    """The partition of a system's webhook."""
    return f"WEBHOOK#{system}"


def webhook_key(system: SubsystemId) -> Key:
    """Where a system's webhook lies."""
    return Key(webhook_pk(system), "WEBHOOK")


def delivery_key(system: SubsystemId, event_id: str) -> Key:
    """Where the telling of an event lies."""
    return Key(webhook_pk(system), f"{SENT}{event_id}")


def webhook_json(webhook: Webhook) -> Json:
    """A webhook as stored."""
    return {
        "system": str(webhook.system),
        "url": webhook.url,
        "events": list(webhook.events),
        "since": webhook.since.isoformat(),
        "stopped": webhook.stopped,
    }


def webhook_from(data: Mapping[str, Any]) -> Webhook:
    """A webhook as read."""
    return Webhook(
        system=SubsystemId.parse(data["system"]),
        url=data["url"],
        events=tuple(data["events"]),
        since=datetime.fromisoformat(data["since"]),
        stopped=data["stopped"],
    )


def webhook_of(item: Item | None) -> Webhook | None:
    """A webhook as it lies there; None where there is none, or none any more."""
    return None if item is None or "removed" in item.data else webhook_from(item.data)


def delivery_json(delivery: Delivery) -> Json:
    """A delivery as stored."""
    done = delivery.delivered_at
    return {
        **asdict(delivery),
        "tried_at": delivery.tried_at.isoformat(),
        "delivered_at": None if done is None else done.isoformat(),
    }


def delivery_from(data: Mapping[str, Any]) -> Delivery:
    """A delivery as read."""
    done = data["delivered_at"]
    return Delivery(
        **{
            **data,
            "tried_at": datetime.fromisoformat(data["tried_at"]),
            "delivered_at": None if done is None else datetime.fromisoformat(done),
        }
    )
