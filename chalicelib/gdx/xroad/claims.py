"""Claim checks: what is too large for one request or one reply lies in the exchange's bucket, and a name of it travels.

A Lambda takes and gives less than 6 MB, in which bytes grow by a third. A larger answer is put into the bucket and the
reply is a small document of a media type of its own, so that a client that knows nothing of claim checks stops there
instead of taking it for the answer. A larger request is uploaded as a document first, and `X-Gdx-Claim-Check` names it.
What the provider gets and what the log commits to is the content itself, either way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.egress import MAX_LARGE
from ...shared.errors import Fault, NotFound
from ...shared.objects import Objects
from ..documents.model import DocumentState
from ..documents.rules import object_name
from ..documents.service import Documents
from ..ids import ServiceId, SubsystemId
from ..model import Outcome
from ..refusals import InvalidBody

INLINE = 4 * 1024 * 1024
"""Bytes of an answer that goes back as it is."""

MAX_JSON = 10 * 1024 * 1024
"""Bytes of a JSON answer that can be cut down to the agreed fields: reading it takes some ten times its size."""

MEDIA_TYPE = "application/vnd.klang.claim-check+json"

ABOUT_THE_ANSWER = frozenset({"Cache-Control", "accept-ranges", "content-range", "etag", "expires", "last-modified"})
"""Headers of the provider that speak of the answer's own bytes; a reply that holds an address must not be cached."""

LASTS = timedelta(minutes=15)
"""How long the address works. The object itself is deleted by the bucket's rule for `answers/` after a day."""


def declares_large(document: Mapping[str, Any]) -> bool:
    """Whether a service says of itself that it answers more than 5 MB: `x-gdx-large-answers: true` at the root of its
    description. Of any other service the exchange reads no more than that.
    """
    return document.get("x-gdx-large-answers") is True


@dataclass(frozen=True)
class Claim:
    """What goes back instead of a large answer."""

    url: str
    media_type: str
    size: int
    sha256: str
    expires_at: datetime

    @property
    def headers(self) -> dict[str, str]:
        """Header fields (lower-case names), for clients that do not read the document."""
        return {
            "x-gdx-claim-check": self.url,
            "x-gdx-content-sha256": self.sha256,
            "x-gdx-content-length": str(self.size),
        }

    @property
    def document(self) -> dict[str, Any]:
        """The body, in JSON types."""
        return {
            "claim_check": {
                "url": self.url,
                "media_type": self.media_type,
                "size": self.size,
                "sha256": self.sha256,
                "expires_at": self.expires_at.isoformat(timespec="seconds"),
            }
        }


class Claims:
    """Puts large answers aside.

    Args:
        objects: the room's bucket.
        documents: what systems upload for their exchanges.
        clock: tells the time.
    """

    def __init__(self, objects: Objects, documents: Documents, clock: Callable[[], datetime]) -> None:
        self._objects = objects
        self._documents = documents
        self._clock = clock

    def redeemed(self, identifier: str, client: SubsystemId, service: ServiceId) -> tuple[bytes, str]:
        """The content and media type of a document that stands for a request's body.

        It stays where it is until it expires or its owner deletes it, so that the request can be repeated.

        Raises:
            InvalidBody: it is not this client's document for this service, not whole yet, gone, larger than 64 MB, or
                not what its SHA-256 says.
        """
        try:
            document = self._documents.read(identifier, client)
        except NotFound:
            raise _no_claim() from None
        ours = document.owner == client and document.service == service
        if not ours or document.state is not DocumentState.READY or document.size > MAX_LARGE:
            raise _no_claim()
        try:
            content = self._objects.read(object_name(identifier))
        except NotFound:
            raise _no_claim() from None
        if hashlib.sha256(content).hexdigest() != document.sha256:
            raise _no_claim()
        return content, document.media_type

    def check_in(self, outcome: Outcome) -> Claim | None:
        """Puts an answer aside if it is too large for a reply; None if it is not.

        The same answer of the same exchange lies in one place, however often it is asked for.
        """
        if len(outcome.body) <= INLINE:
            return None
        media_type = outcome.headers.get("content-type", "application/octet-stream")
        digest = hashlib.sha256(outcome.body).hexdigest()
        key = f"answers/{outcome.id}/{digest}"
        self._objects.put(key, outcome.body, media_type=media_type, only_if_new=True)
        seconds = int(LASTS.total_seconds())
        url = self._objects.download_url(key, expires_in=seconds)
        return Claim(url, media_type, len(outcome.body), digest, self._clock() + LASTS)


def _no_claim() -> InvalidBody:
    return InvalidBody(
        "X-Gdx-Claim-Check ต้องเป็นเอกสารของระบบนี้สำหรับบริการนี้ ที่อัปโหลดครบแล้วและไม่เกิน 64 เมกะไบต์",
        "X-Gdx-Claim-Check must name a whole document of this system for this service, of at most 64 MB.",
        [Fault("header:X-Gdx-Claim-Check", "ใช้ไม่ได้", "Cannot be used.")],
    )
