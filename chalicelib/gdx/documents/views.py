"""What goes in and out of `/gdx/v1/documents`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from ...shared.objects import PartForm
from ...shared.web import Incoming, Outgoing
from ..ids import ServiceId, SubsystemId
from ..views import checked
from .model import Wanted
from .rules import LARGEST, LARGEST_PART, LONGEST_KEPT, MOST_PARTS, SMALLEST_PART

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PostDocument(Incoming):
    """A document to send to the other party of an agreement."""

    service: str = Field(description="The service that the agreement is about")
    consumer: str | None = Field(default=None, description="Who asks that service; you, if absent")
    media_type: str = Field(max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$")
    size: int = Field(ge=1, le=LARGEST, description="Bytes")
    sha256: Sha256 = Field(description="SHA-256 of the whole file, hex")
    part_size: int = Field(ge=SMALLEST_PART, le=LARGEST_PART, description="Bytes of every part but the last")
    parts: list[Sha256] = Field(min_length=1, max_length=MOST_PARTS, description="SHA-256 of each part, hex")
    keep_hours: int = Field(
        default=72,
        ge=1,
        le=int(LONGEST_KEPT.total_seconds()) // 3600,
        description="How long it is kept once it is whole, unless it is fetched and deleted before",
    )

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    @field_validator("consumer")
    @classmethod
    def _consumer(cls, text: str | None) -> str | None:
        return None if text is None else checked(SubsystemId.parse, text)

    def wanted(self, owner: SubsystemId) -> Wanted:
        """As the documents are told of it."""
        return Wanted(
            owner=owner,
            consumer=owner if self.consumer is None else SubsystemId.parse(self.consumer),
            service=ServiceId.parse(self.service),
            media_type=self.media_type,
            size=self.size,
            sha256=self.sha256,
            part_size=self.part_size,
            parts=tuple(self.parts),
            kept=self.keep_hours * 3600,
        )


class ReferenceView(Outgoing):
    """What a message must say of a document that goes with it: exactly these members."""

    document: str
    sha256: str
    size: int
    media_type: str


class DocumentView(Outgoing):
    """A document."""

    id: str
    state: Literal["OPEN", "READY", "BOUND", "GONE"]
    owner: str
    consumer: str
    service: str
    exchange: str | None = Field(description="The exchange that refers to it")
    parts: int
    parts_sha256: str = Field(description="SHA-256 over the parts' SHA-256 digests; S3 has checked it once READY")
    expires_at: str
    reference: ReferenceView


class PartView(Outgoing):
    """Where a part goes: PUT its bytes there, with these headers."""

    number: int
    url: str
    headers: dict[str, str]
    expires_in: int = Field(description="Seconds")

    @classmethod
    def of(cls, form: PartForm) -> PartView:
        """The view of one."""
        return cls(number=form.number, url=form.url, headers=dict(form.headers), expires_in=form.expires_in)


class PartList(Outgoing):
    """Some parts; `next` is the `after` of the rest."""

    items: list[PartView]
    next: int | None


class Beyond(Incoming):
    """Which parts."""

    after: int = Field(default=0, ge=0, le=MOST_PARTS, description="Only parts of higher numbers")
