"""What the two parties of a document do, over HTTP, with the bucket in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.objects import PartForm
from tests.gdx.exchange import OFFICE, PERSON, Exchange
from tests.support.client import Answer

MIB = 1024 * 1024
FILE = b"".join(bytes([letter]) * (5 * MIB) for letter in b"ab") + "ท้ายเอกสาร".encode() * 50_000


def cut(body: bytes, part_size: int = 5 * MIB) -> list[bytes]:
    """The parts of a file."""
    return [body[at : at + part_size] for at in range(0, len(body), part_size)]


def sha(body: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(body).hexdigest()


def declaration(body: bytes = FILE, **changes: Any) -> dict[str, Any]:
    """How a party declares a file."""
    return {
        "service": PERSON,
        "media_type": "application/pdf",
        "size": len(body),
        "sha256": sha(body),
        "part_size": 5 * MIB,
        "parts": [sha(part) for part in cut(body)],
        **changes,
    }


def opened(exchange: Exchange, body: bytes = FILE, owner: str = OFFICE, key: str | None = None, **more: Any) -> Answer:
    """A party opens a document."""
    headers = {} if key is None else {"idempotency-key": key}
    posted = declaration(body, **more)
    return exchange.client.post("/gdx/v1/documents", token=exchange.token(owner), json=posted, headers=headers)


def parts(exchange: Exchange, identifier: str, owner: str = OFFICE, query: str = "") -> Answer:
    """Where its parts go."""
    return exchange.client.get(f"/gdx/v1/documents/{identifier}/parts{query}", token=exchange.token(owner))


def form_of(part: Mapping[str, Any]) -> PartForm:
    """A part's address as the bucket made it."""
    return PartForm(part["number"], part["url"], part["headers"], part["expires_in"])


def complete(exchange: Exchange, identifier: str, owner: str = OFFICE, **headers: str) -> Answer:
    """The party says that all parts are there."""
    path = f"/gdx/v1/documents/{identifier}/complete"
    return exchange.client.post(path, token=exchange.token(owner), headers=headers)


def sent(exchange: Exchange, body: bytes = FILE, owner: str = OFFICE, **more: Any) -> Any:
    """A whole document: opened, uploaded, verified."""
    document = opened(exchange, body, owner, **more).json
    for part, piece in zip(parts(exchange, document["id"], owner).json["items"], cut(body), strict=True):
        assert exchange.objects.part_arrives(form_of(part), piece) == 200
    answer = complete(exchange, document["id"], owner)
    assert answer.status == 200, answer.text
    return answer.json


def content(exchange: Exchange, identifier: str, system: str) -> Answer:
    """A party fetches it."""
    return exchange.client.get(f"/gdx/v1/documents/{identifier}/content", token=exchange.token(system))


def done(exchange: Exchange, identifier: str, system: str) -> Answer:
    """A party has it, or gives it up."""
    return exchange.client.call("DELETE", f"/gdx/v1/documents/{identifier}", token=exchange.token(system))


def stands(exchange: Exchange, identifier: str, system: str = OFFICE) -> Answer:
    """How it stands."""
    return exchange.client.get(f"/gdx/v1/documents/{identifier}", token=exchange.token(system))
