"""How asynchronous exchanges lie in the table.

| pk | sk | what | index |
|---|---|---|---|
| `EXCHANGE#{id}` | `ORDER` | the order | `open`: `DUE#{shard}` / `{time}#{id}`, while the sweep must look at it |
| | | | `by_agency`: `INBOX#{provider}#{shard}` / `{visible from}#{id}`, while a provider may fetch it |
| | | | `by_agency`: `STALLED` / `{accepted}#{id}`, while an operator must look at it |
| `EXCHANGE#{id}` | `EVT#...` | its history | |

A partition of the inbox takes about a thousand changes a second; with its shards a provider may be sent four times as
many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ...shared.journal import Head
from ...shared.storage import Item, Json, Key
from ..ids import ServiceId, SubsystemId
from ..store import exchange_pk
from .model import Lease, Order, OrderState
from .rules import OVER, due_at, gone_at

SHARDS = 4
STALLED = "STALLED"


def order_key(identifier: str) -> Key:
    """Where an order lies."""
    return Key(exchange_pk(identifier), "ORDER")


def due_pk(shard: int) -> str:
    """One part of what the sweep looks at, earliest first."""
    return f"DUE#{shard}"


def inbox_pk(provider: SubsystemId, shard: int) -> str:
    """One part of a provider's inbox, earliest first."""
    return f"INBOX#{provider}#{shard}"


def moment(at: datetime) -> str:
    """A time as it sorts in an index."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def until(at: datetime) -> str:
    """The last sort key of a time: everything due by then is not above it."""
    return f"{moment(at)}~"


def shard_of(identifier: str) -> int:
    """The part that an order belongs to."""
    return hashlib.sha256(identifier.encode()).digest()[0] % SHARDS


def order_item(order: Order, head: Head, item: Item | None = None) -> Item:
    """An order as the table holds it; the next version of `item` where there is one."""
    data = {"order": order_json(order), "head": asdict(head)}
    if item is None:
        return Item(order_key(order.id), data, indexes=_indexes(order), expires=gone_at(order))
    return item.next(data, _indexes(order), gone_at(order))


def order_of(item: Item) -> Order:
    """An order as read."""
    return order_from(item.data["order"])


def head_of(item: Item) -> Head:
    """The end of an order's chain of events."""
    return Head(**item.data["head"])


def order_json(order: Order) -> Json:
    """An order as JSON types."""
    lease = order.lease
    return {
        **{name: getattr(order, name) for name in _PLAIN},
        "client": str(order.client),
        "service": str(order.service),
        "state": order.state.value,
        "accepted_at": order.accepted_at.isoformat(),
        "expires_at": order.expires_at.isoformat(),
        "next_at": None if order.next_at is None else order.next_at.isoformat(),
        "lease": None if lease is None else {"token": lease.token, "until": lease.until.isoformat()},
        "error": None if order.error is None else list(order.error),
        "documents": list(order.documents),
    }


def order_from(data: Mapping[str, Any]) -> Order:
    """An order from JSON types."""
    error, lease, next_at = data["error"], data["lease"], data["next_at"]
    return Order(
        **{name: data[name] for name in _PLAIN},
        client=SubsystemId.parse(data["client"]),
        service=ServiceId.parse(data["service"]),
        state=OrderState(data["state"]),
        accepted_at=datetime.fromisoformat(data["accepted_at"]),
        expires_at=datetime.fromisoformat(data["expires_at"]),
        next_at=None if next_at is None else datetime.fromisoformat(next_at),
        lease=None if lease is None else Lease(lease["token"], datetime.fromisoformat(lease["until"])),
        error=None if error is None else (error[0], error[1], error[2]),
        documents=tuple(data["documents"]),
    )


_PLAIN = (
    "id",
    "method",
    "message_id",
    "purpose",
    "case",
    "lives",
    "predicate",
    "door",
    "sealed",
    "claim",
    "pull",
    "tries",
    "status",
    "media_type",
    "size",
    "answer",
    "receipt",
)


def _indexes(order: Order) -> dict[str, Key]:
    if order.state in OVER:
        return {}
    shard = shard_of(order.id)
    indexes = {"open": Key(due_pk(shard), f"{moment(due_at(order))}#{order.id}")}
    if order.state is OrderState.STALLED:
        indexes["by_agency"] = Key(STALLED, f"{moment(order.accepted_at)}#{order.id}")
    elif order.pull and order.state in (OrderState.QUEUED, OrderState.LEASED):
        leased = order.lease if order.state is OrderState.LEASED else None
        held = order.next_at or order.accepted_at if leased is None else leased.until
        indexes["by_agency"] = Key(inbox_pk(order.service.subsystem, shard), f"{moment(held)}#{order.id}")
    return indexes
