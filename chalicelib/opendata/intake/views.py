"""What REST answers about files on their way."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..links.model import Link


class ReadAgain(Incoming):
    """How a file shall be read once more."""

    options: dict[str, Any] | None = Field(
        default=None,
        description='What is to be assumed, e.g. {"encoding": "tis-620", "header": 3, "types": {"code": "text"}}; '
        '{"plain": true}: no table; absent: as before',
    )


class MoreParts(Incoming):
    """Which addresses are wanted."""

    after: int = Field(default=0, ge=0, le=10_000, description="Only of parts beyond this number")


class PartAddress(Outgoing):
    """Where one part is sent by PUT, with these headers and nothing but the part as its body."""

    number: int
    url: str
    headers: dict[str, str]


class UploadForms(Outgoing):
    """How to send an announced file: a form for one in one piece, or addresses of the parts that are missing."""

    url: str | None = Field(default=None, description="POST the form here, the field `file` last")
    fields: dict[str, str] | None = None
    part_size: int | None = None
    parts: list[PartAddress] | None = Field(default=None, description="At most 100 at once; ask again for more")
    expires_in: int


class AnnouncedFile(Outgoing):
    """A file as its owner announced it."""

    number: int = Field(description="Of the version that it will be")
    file_name: str
    media_type: str
    size: int
    sha256: str
    part_size: int | None
    parts: int = Field(description="How many; 0 where it comes in one piece")
    at: str | None


class UploadStatus(Outgoing):
    """An upload that is waited for."""

    upload: AnnouncedFile
    missing: list[int] = Field(description="Numbers of the parts that have not arrived")
    finished: bool = Field(description="Whether all of it lies in the bucket, so that it is being taken in")


class Assumption(Outgoing):
    """Something that was assumed of a file, and how to have it otherwise."""

    option: str
    th: str
    en: str
    assumed: Any = Field(description="null where nothing had to be assumed")
    given: Any = Field(description="What its owner gave")
    override: dict[str, Any] = Field(description="A body for this address by POST, to be changed at will")


class TableReport(Outgoing):
    """All that was assumed of a table and found in it."""

    number: int
    name: str
    rows: int
    report: Any


class IngestStatus(Outgoing):
    """What became of the file that was sent last; for its owner."""

    state: str = Field(description="none, waiting, expired, held, failed or done")
    upload: AnnouncedFile | None = Field(description="What is waited for, or what failed")
    version: int | None = Field(description="Number of the version that everybody reads")
    held: int | None = Field(description="Number of the version that waits for a decision")
    message_th: str | None
    message_en: str | None
    at: str | None = Field(description="When the message was written")
    options: dict[str, Any]
    report: dict[str, Any]
    assumptions: list[Assumption]
    tables: list[TableReport]


class LinkView(Outgoing):
    """What is known of a link."""

    resource: str
    url: str
    mirror: bool
    state: str = Field(description="unknown, ok, gone, refused, away, forbidden or large")
    status: int | None = Field(description="HTTP status of the last answer")
    checked_at: str | None
    seen_at: str | None = Field(description="When it was there last")
    changed_at: str | None = Field(description="When something else was there for the first time")
    media_type: str | None
    size: int | None
    failures: int = Field(description="Looks in a row that failed")

    @classmethod
    def of(cls, link: Link) -> LinkView:
        """As everybody reads it."""
        return cls(
            resource=link.resource,
            url=link.url,
            mirror=link.mirror,
            state=link.state,
            status=link.status or None,
            checked_at=link.at or None,
            seen_at=link.seen or None,
            changed_at=link.changed or None,
            media_type=link.media_type or None,
            size=None if link.size < 0 else link.size,
            failures=link.failures,
        )


class LinkList(Outgoing):
    """The links of a dataset, in the order of its resources."""

    items: list[LinkView]
