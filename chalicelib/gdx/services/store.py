"""How versions of services and the catalogue lie in the table of the exchange.

| pk | sk | what |
|---|---|---|
| `VERSIONS#{service}` | number, 6 digits | one version: hash, time, by whom; without the document |
| `DESCRIPTION#{service}` | number, 6 digits | the document of that version |
| `CATALOGUE` | service | card of a service for the public list; nothing of its document but what search needs |

The service itself lies where the pipeline reads it (`gdx/store.py`) and holds the present document, because answers
are checked against it; older documents are read by nobody on the way of an exchange.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...shared.storage import Item, Json, Key
from .. import store as rooms
from ..contract import operations
from ..ids import ServiceId
from ..model import Service
from .model import Version

CATALOGUE = "CATALOGUE"
MAX_WORDS = 2000
"""Characters of a description that search looks at."""


def versions_pk(service: ServiceId) -> str:
    """The partition of a service's versions."""
    return f"VERSIONS#{service}"


def version_key(service: ServiceId, number: int) -> Key:
    """Where one version lies."""
    return Key(versions_pk(service), f"{number:06d}")


def description_key(service: ServiceId, number: int) -> Key:
    """Where the document of one version lies."""
    return Key(f"DESCRIPTION#{service}", f"{number:06d}")


def card_key(service: ServiceId) -> Key:
    """Where the card of a service lies."""
    return Key(CATALOGUE, str(service))


def history_pk(service: ServiceId) -> str:
    """The partition of what happened to a service."""
    return f"HISTORY#SERVICE#{service}"


def version_json(version: Version) -> Json:
    """A version as stored; its document lies elsewhere."""
    return {
        "number": version.number,
        "hash": version.hash,
        "at": version.at,
        "by": version.by,
        "breaking": version.breaking,
    }


def version_from(item: Item, document: Mapping[str, Any] | None = None) -> Version:
    """A version as read."""
    return Version(**item.data, document=document or {})


def card_json(service: Service) -> Json:
    """The card of a service: what the list shows, and the words that search finds it by."""
    return {
        "title_th": service.title_th,
        "title_en": service.title_en,
        "version": service.version,
        "document_hash": service.document_hash,
        "personal": service.subject is not None,
        "notice": None if service.notice is None else list(service.notice),
        "maintenance": rooms.windows_json(service.maintenance),
        "words": " ".join(_words(service.document))[:MAX_WORDS],
    }


def _words(document: Mapping[str, Any]) -> Iterator[str]:
    info = document.get("info")
    if isinstance(info, dict):
        yield from (info[name] for name in ("title", "summary", "description") if isinstance(info.get(name), str))
    for _, path, operation in operations(document):
        yield path
        yield from (operation[name] for name in ("summary", "operationId") if isinstance(operation.get(name), str))
