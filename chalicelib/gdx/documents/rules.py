"""The rules of documents, as functions.

    OPEN --> READY --> BOUND --> GONE       given up, expired or fetched: GONE from anywhere

A message refers to a document by an object with exactly the members `document` (its id), `sha256`, `size` and
`media_type`. The exchange signs the message (its `body_sha256`), so who signed for the message signed for the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...shared.errors import Fault, WrongState
from ...shared.objects import Part
from ...shared.storage import Json
from .model import Document, DocumentState, Reference

LARGEST = 5 * 1024**3
"""Bytes of a document."""
SMALLEST_PART, LARGEST_PART = 5 * 1024**2, 512 * 1024**2
"""Bytes of a part but the last (S3 user guide, "Multipart upload limits": 5 MiB at least)."""
MOST_PARTS = 1024
UPLOADED_WITHIN = timedelta(hours=20)
"""The bucket's lifecycle forgets an unfinished upload after a day."""
LONGEST_KEPT = timedelta(days=6)
"""The bucket's lifecycle forgets a document after seven days, should its clearing be lost."""
MOST_IN_A_MESSAGE = 10
REMEMBERED = timedelta(days=90)

MOVES: Mapping[DocumentState, frozenset[DocumentState]] = {
    DocumentState.OPEN: frozenset({DocumentState.READY, DocumentState.GONE}),
    DocumentState.READY: frozenset({DocumentState.BOUND, DocumentState.GONE}),
    DocumentState.BOUND: frozenset({DocumentState.GONE}),
    DocumentState.GONE: frozenset(),
}


def moved(document: Document, state: DocumentState, **changes: Any) -> Document:
    """The document in its next state.

    Raises:
        WrongState: `MOVES` does not allow it.
    """
    if state not in MOVES[document.state]:
        raise WrongState(
            f"เอกสารอยู่ในสถานะ {document.state} จึงทำรายการนี้ไม่ได้",
            f"The document is {document.state}; this cannot be done now.",
        )
    return replace(document, state=state, **changes)


def as_of(document: Document, now: datetime) -> Document:
    """The document as it stands at a time, whether or not the sweep has been there yet."""
    if document.state is not DocumentState.GONE and now >= document.expires_at:
        return moved(document, DocumentState.GONE)
    return document


def object_name(identifier: str) -> str:
    """Name of the object that holds a document."""
    return f"documents/{identifier}"


def pieces(document: Document) -> list[Part]:
    """The parts as S3 must get them."""
    rest = document.size - document.part_size * (len(document.parts) - 1)
    sizes = [document.part_size] * (len(document.parts) - 1) + [rest]
    return [Part(number, size, sha) for number, (size, sha) in enumerate(zip(sizes, document.parts, strict=True), 1)]


def composite(parts: tuple[str, ...]) -> str:
    """Hex SHA-256 over the parts' digests: what S3 tells of an object that came in parts."""
    return hashlib.sha256(b"".join(map(bytes.fromhex, parts))).hexdigest()


def size_faults(size: int, part_size: int, parts: tuple[str, ...], sha256: str) -> list[Fault]:
    """What does not fit together in a declared document."""
    wanted = max(1, -(-size // part_size))
    if wanted > MOST_PARTS:
        return [Fault("/part_size", f"แบ่งได้ไม่เกิน {MOST_PARTS} ส่วน", f"At most {MOST_PARTS} parts: make them larger.")]
    if len(parts) != wanted:
        return [Fault("/parts", f"ขนาดนี้ต้องแบ่งเป็น {wanted} ส่วน", f"This size makes {wanted} parts of that size.")]
    if wanted == 1 and parts[0] != sha256:
        return [Fault("/parts/0", "ต้องตรงกับ sha256 ของไฟล์", "Must be the file's sha256.")]
    return []


def arrival_faults(document: Document, arrived: Mapping[int, int]) -> list[Fault]:
    """Which parts have not arrived as they were declared."""
    return [
        Fault(f"/parts/{part.number - 1}", "ยังไม่ได้รับส่วนนี้ครบถ้วน", "This part has not arrived whole.")
        for part in pieces(document)
        if arrived.get(part.number) != part.size
    ]


def references(body: bytes) -> list[Reference]:
    """The references in a message; none in what is not JSON.

    An object with a `document` and a `sha256` that is no good reference has a size of -1, so that it fits no document.
    """
    if b'"document"' not in body:
        return []
    try:
        return list(_within(json.loads(body), ""))
    except (ValueError, RecursionError):
        return []


def reference(document: Document) -> Json:
    """What a message must say of a document."""
    return {
        "document": document.id,
        "sha256": document.sha256,
        "size": document.size,
        "media_type": document.media_type,
    }


def shown(document: Document) -> Json:
    """A document as its parties see it."""
    return {
        "id": document.id,
        "state": document.state.value,
        "owner": str(document.owner),
        "consumer": str(document.consumer),
        "service": str(document.service),
        "exchange": document.exchange,
        "parts": len(document.parts),
        "parts_sha256": document.parts_sha256,
        "expires_at": document.expires_at.isoformat(timespec="seconds"),
        "reference": reference(document),
    }


def reference_fault(
    found: Document | None, asked: Reference, owner: object, consumer: object, service: object
) -> Fault | None:
    """Why a reference of a message by `owner` between these two cannot stand, or None."""
    if found is None or (found.owner, found.consumer, found.service) != (owner, consumer, service):
        return Fault(
            asked.pointer, "ไม่พบเอกสารนี้ของผู้ส่งภายใต้ข้อตกลงนี้", "The sender has no such document under this agreement."
        )
    if found.state is not DocumentState.READY:
        return Fault(asked.pointer, "เอกสารยังไม่พร้อมหรือถูกใช้ไปแล้ว", "The document is not whole yet, or was used before.")
    if reference(found) != {name: getattr(asked, name) for name in reference(found)}:
        return Fault(asked.pointer, "ค่าแฮช ขนาด หรือชนิดไม่ตรงกับเอกสาร", "Hash, size or type is not the document's.")
    return None


def gone_at(document: Document) -> int:
    """Epoch seconds after which the table may forget a document."""
    return int((document.expires_at + REMEMBERED).timestamp())


def _within(value: Any, pointer: str) -> Iterator[Reference]:
    if isinstance(value, dict):
        if isinstance(value.get("document"), str) and "sha256" in value:
            yield _read(value, pointer)
            return
        for name, part in value.items():
            yield from _within(part, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from _within(part, f"{pointer}/{at}")


def _read(value: Mapping[str, Any], pointer: str) -> Reference:
    sha256, size, media_type = value.get("sha256"), value.get("size"), value.get("media_type")
    good = isinstance(sha256, str) and isinstance(media_type, str) and type(size) is int and len(value) == 4
    return Reference(
        pointer=pointer,
        document=str(value["document"]),
        sha256=str(sha256),
        size=size if good and isinstance(size, int) else -1,
        media_type=str(media_type),
    )
