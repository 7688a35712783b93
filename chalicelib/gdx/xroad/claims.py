"""Answers that are too large for one reply go out by claim check: the reply names a place where they can be fetched.

A Lambda answers with less than 6 MB, in which bytes grow by a third. A larger answer is put into the exchange's bucket
and the reply is a small document of a media type of its own, so that a client that knows nothing of claim checks stops
there instead of taking it for the answer. What the log commits to is the answer itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...shared.objects import Objects
from ..model import Outcome

INLINE = 4 * 1024 * 1024
"""Bytes of an answer that goes back as it is."""

MAX_JSON = 10 * 1024 * 1024
"""Bytes of a JSON answer that can be cut down to the agreed fields: reading it takes some ten times its size."""

MEDIA_TYPE = "application/vnd.klang.claim-check+json"

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
        clock: tells the time.
    """

    def __init__(self, objects: Objects, clock: Callable[[], datetime]) -> None:
        self._objects = objects
        self._clock = clock

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
