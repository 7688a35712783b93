"""How documents lie in the table.

| pk | sk | what | index |
|---|---|---|---|
| `DOCUMENT#{id}` | `DOCUMENT` | the document | `open`: `DOCDUE#{shard}` / `{end}#{id}` until it is gone |
| `DOCUMENT#{id}` | `EVT#...` | its history | |
| `DOCUMENTS#{consumer}#{service}#{owner}` | Thai day | how many were opened that day | |
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from ...shared.journal import Head
from ...shared.storage import Item, Json, Key
from ..ids import ServiceId, SubsystemId
from .model import Document, DocumentState
from .rules import gone_at

SHARDS = 4


def document_pk(identifier: str) -> str:
    """The partition of a document."""
    return f"DOCUMENT#{identifier}"


def document_key(identifier: str) -> Key:
    """Where a document lies."""
    return Key(document_pk(identifier), "DOCUMENT")


def opened_key(document: Document, day: date) -> Key:
    """The counter of a day's documents from one party of an agreement."""
    return Key(f"DOCUMENTS#{document.consumer}#{document.service}#{document.owner}", day.isoformat())


def due_pk(shard: int) -> str:
    """One part of what the sweep looks at, earliest first."""
    return f"DOCDUE#{shard}"


def until(now: datetime) -> str:
    """The last sort key of what is due."""
    return f"{now.astimezone(UTC).isoformat(timespec='milliseconds')}~"


def document_item(document: Document, head: Head, item: Item | None = None) -> Item:
    """A document as the table holds it; the next version of `item` where there is one."""
    data = {"document": document_json(document), "head": asdict(head)}
    indexes: dict[str, Key] = {}
    if document.state is not DocumentState.GONE:
        shard = hashlib.sha256(document.id.encode()).digest()[0] % SHARDS
        end = document.expires_at.astimezone(UTC).isoformat(timespec="milliseconds")
        indexes = {"open": Key(due_pk(shard), f"{end}#{document.id}")}
    if item is None:
        return Item(document_key(document.id), data, indexes=indexes, expires=gone_at(document))
    return item.next(data, indexes, gone_at(document))


def document_of(item: Item) -> Document:
    """A document as read."""
    return document_from(item.data["document"])


def head_of(item: Item) -> Head:
    """The end of a document's chain of events."""
    return Head(**item.data["head"])


def document_json(document: Document) -> Json:
    """A document as JSON types."""
    return {
        **{name: getattr(document, name) for name in _PLAIN},
        "consumer": str(document.consumer),
        "service": str(document.service),
        "owner": str(document.owner),
        "parts": list(document.parts),
        "state": document.state.value,
        "created_at": document.created_at.isoformat(),
        "expires_at": document.expires_at.isoformat(),
    }


def document_from(data: Mapping[str, Any]) -> Document:
    """A document from JSON types."""
    return Document(
        **{name: data[name] for name in _PLAIN},
        consumer=SubsystemId.parse(data["consumer"]),
        service=ServiceId.parse(data["service"]),
        owner=SubsystemId.parse(data["owner"]),
        parts=tuple(data["parts"]),
        state=DocumentState(data["state"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        expires_at=datetime.fromisoformat(data["expires_at"]),
    )


_PLAIN = ("id", "media_type", "size", "sha256", "parts_sha256", "part_size", "upload", "kept", "exchange")
