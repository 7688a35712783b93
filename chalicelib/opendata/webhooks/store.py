"""How webhooks lie in the table.

WEBHOOKS         / {id}            all of them: whoever fans an event out reads this partition
WEBHOOK#{id}     / SENT#{event}    how telling it of an event went; two weeks
WEBHOOKS#{owner} / COUNT           how many somebody has
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.shared.storage import Item, Key

from .model import Delivery, Webhook

ALL = "WEBHOOKS"
SENT = "SENT#"


def webhook_key(id: str) -> Key:
    """Where a webhook lies."""
    return Key(ALL, id)


def delivery_pk(webhook: str) -> str:
    """The partition of a webhook's deliveries."""
    return f"WEBHOOK#{webhook}"


def delivery_key(webhook: str, event: str) -> Key:
    """Where the telling of an event lies."""
    return Key(delivery_pk(webhook), f"{SENT}{event}")


def count_key(owner: str) -> Key:
    """Where it is counted how many webhooks somebody has."""
    return Key(f"{ALL}#{owner}", "COUNT")


def webhook_item(webhook: Webhook) -> Item:
    """A webhook as stored."""
    return Item(webhook_key(webhook.id), asdict(webhook), webhook.version)


def webhook_of(item: Item | None) -> Webhook | None:
    """A webhook as read."""
    if item is None:
        return None
    data: Mapping[str, Any] = {**item.data, "events": tuple(item.data["events"]), "version": item.version}
    return Webhook(**data)


def delivery_of(item: Item) -> Delivery:
    """A delivery as read."""
    return Delivery(**item.data)
