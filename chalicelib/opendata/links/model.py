"""What is known of a link."""

from __future__ import annotations

from typing import Literal

from chalicelib.shared.dataclass import dataclass

State = Literal["unknown", "ok", "gone", "refused", "away", "forbidden", "large"]
"""unknown: not looked at yet. gone: 404 or 410. refused: another answer than a file. away: no answer, or not now.
forbidden: leads where Klang does not go. large: answers, but is too large to be mirrored."""


@dataclass(frozen=True)
class Link:
    """A link of a resource, as it was when somebody looked last.

    Attributes:
        resource, package: whose it is.
        url: the address.
        mirror: whether its owner wants a copy of it here.
        state: how it stands.
        status: HTTP status of the last answer, 0 for none.
        at: when it was looked at last (ISO 8601), "" for never.
        seen: when it was there last.
        changed: when something else was there for the first time.
        media_type, size: as told; size -1 where it is not told.
        etag, modified: of the answer, for the next question.
        failures: looks in a row that failed.
        sha256: of the copy that was fetched last.
    """

    resource: str
    package: str
    url: str
    mirror: bool
    state: State = "unknown"
    status: int = 0
    at: str = ""
    seen: str = ""
    changed: str = ""
    media_type: str = ""
    size: int = -1
    etag: str = ""
    modified: str = ""
    failures: int = 0
    sha256: str = ""
