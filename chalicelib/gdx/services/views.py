"""What goes in and out of the routes of services."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, JsonValue, field_validator, model_validator

from ...shared.problems import Bilingual
from ...shared.web import Incoming, Outgoing
from ..ids import MemberId, ServiceId
from ..model import Agreement, Service, Window
from ..views import Name, Words, checked
from .catalogue import Card
from .describing import Described
from .model import Change, Version

SHOWN = 200
"""Changes that an answer lists; the breaking ones stand first."""


class Notice(Incoming):
    """Why a service is switched off."""

    th: Words
    en: Words


class PostService(Incoming):
    """A service to register, or a new description of one. Either `document`, or `from` where the provider serves it."""

    id: str = Field(description="e.g. TH/CENTRAL/DOPA/civil/person")
    title_th: Name
    title_en: Name
    document: dict[str, JsonValue] | None = Field(default=None, description="OpenAPI 3 description")
    source: str | None = Field(
        default=None,
        alias="from",
        max_length=200,
        pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$",
        description="Path at the subsystem's endpoint from which the description is taken, e.g. /openapi.json",
    )
    timeout: float = Field(default=10.0, ge=0.5, le=25.0, description="Seconds that the exchange waits")
    subject: str | None = Field(
        default=None, max_length=200, description="JSON Pointer into the request body to the national id asked about"
    )
    notice: Notice | None = Field(default=None, description="Switched off for now; left out: as it is")

    @field_validator("id")
    @classmethod
    def _id(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    @model_validator(mode="after")
    def _one_of_two(self) -> PostService:
        if (self.document is None) == (self.source is None):
            raise Bilingual("ระบุ document หรือ from อย่างใดอย่างหนึ่ง", "Give either document or from.")
        return self

    def service(self, document: dict[str, Any] | None = None) -> Service:
        """As the directory keeps it; `document` is what was taken from the source."""
        notice = None if self.notice is None else (self.notice.th, self.notice.en)
        return Service(
            id=ServiceId.parse(self.id),
            title_th=self.title_th,
            title_en=self.title_en,
            document=(document or {}) if self.document is None else self.document,
            timeout=self.timeout,
            subject=self.subject,
            notice=notice,
            source=self.source,
        )


class DryRun(Incoming):
    """Whether anything is to be written."""

    dry_run: bool = Field(default=False, description="Only tell what would happen")


class ChangeView(Outgoing):
    """One difference between two descriptions."""

    rule: str = Field(description="Stable name, e.g. answer-field-removed")
    kind: Literal["added", "removed", "changed"]
    breaking: bool
    method: str
    path: str
    field: str | None = Field(description="Of an answer, as agreements name fields; null: the whole operation")
    pointer: str = Field(description="JSON Pointer into the new document; into the old one for what was removed")
    message_th: str
    message_en: str

    @classmethod
    def of(cls, change: Change) -> ChangeView:
        """The view of one."""
        return cls(
            rule=change.rule,
            kind=change.kind,
            breaking=change.breaking,
            method=change.method,
            path=change.path,
            field=change.field,
            pointer=change.pointer,
            message_th=change.th,
            message_en=change.en,
        )


class SuspendedView(Outgoing):
    """An agreement that a change breaks."""

    agreement: str
    consumer: str
    because_th: str
    because_en: str

    @classmethod
    def of(cls, agreement: Agreement, because: tuple[str, str]) -> SuspendedView:
        """The view of one."""
        return cls(
            agreement=agreement.id,
            consumer=str(agreement.consumer),
            because_th=because[0],
            because_en=because[1],
        )


class DescribedView(Outgoing):
    """What a description did, or would do."""

    id: str
    changed: bool = Field(description="False when exactly this was registered before")
    version: int
    document_hash: str = Field(description="SHA-256 (hex) of the canonical JSON of the document")
    breaking: int = Field(description="How many of the changes are breaking")
    changes: list[ChangeView] = Field(description="From the version before, breaking ones first; at most 200")
    suspended: list[SuspendedView] = Field(description="Agreements that the change breaks")
    dry_run: bool

    @classmethod
    def of(cls, described: Described, *, dry_run: bool) -> DescribedView:
        """The view of one."""
        return cls(
            id=str(described.service.id),
            changed=described.changed,
            version=described.service.version,
            document_hash=described.service.document_hash,
            breaking=sum(change.breaking for change in described.changes),
            changes=[ChangeView.of(change) for change in described.changes[:SHOWN]],
            suspended=[SuspendedView.of(agreement, why) for agreement, why in described.suspended],
            dry_run=dry_run,
        )


class WindowBody(Incoming):
    """A time for which a service is away."""

    begins: AwareDatetime = Field(alias="from")
    ends: AwareDatetime = Field(alias="until")
    th: Words
    en: Words

    def window(self) -> Window:
        """As the directory keeps it."""
        return Window(self.begins, self.ends, self.th, self.en)


class PutMaintenance(Incoming):
    """All planned absences, in place of those before; an empty list takes them back."""

    windows: Annotated[list[WindowBody], Field(max_length=20)]


class WindowView(Outgoing):
    """A planned absence."""

    begins: datetime = Field(serialization_alias="from")
    ends: datetime = Field(serialization_alias="until")
    th: str
    en: str


class FindServices(Incoming):
    """What to look for."""

    q: str = Field(default="", max_length=100, description="Words in titles, agencies and descriptions")
    member: str | None = Field(default=None, description="Only services of this member")
    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=50, ge=1, le=100)

    @field_validator("member")
    @classmethod
    def _member(cls, text: str | None) -> str | None:
        return None if text is None else checked(MemberId.parse, text)


class CardView(Outgoing):
    """A service in the list."""

    id: str
    title_th: str
    title_en: str
    member_th: str
    member_en: str
    version: int
    personal: bool = Field(description="About a person; each exchange is then in that person's access log")

    @classmethod
    def of(cls, card: Card) -> CardView:
        """The view of one."""
        return cls(
            id=str(card.id),
            title_th=card.title_th,
            title_en=card.title_en,
            member_th=card.member_th,
            member_en=card.member_en,
            version=card.version,
            personal=card.personal,
        )


class Cards(Outgoing):
    """Some services."""

    items: list[CardView]
    next: str | None


class ServiceView(Outgoing):
    """A service with its description."""

    id: str
    title_th: str
    title_en: str
    timeout: float
    subject: str | None
    notice_th: str | None
    notice_en: str | None
    maintenance: list[WindowView]
    version: int
    document_hash: str
    document: dict[str, Any]

    @classmethod
    def of(cls, service: Service) -> ServiceView:
        """The view of one."""
        th, en = service.notice or (None, None)
        return cls(
            id=str(service.id),
            title_th=service.title_th,
            title_en=service.title_en,
            timeout=service.timeout,
            subject=service.subject,
            notice_th=th,
            notice_en=en,
            maintenance=[
                WindowView(begins=each.begins, ends=each.ends, th=each.th, en=each.en) for each in service.maintenance
            ],
            version=service.version,
            document_hash=service.document_hash,
            document=dict(service.document),
        )


class VersionLine(Outgoing):
    """One version of a description."""

    version: int
    document_hash: str
    at: str
    breaking: int = Field(description="Breaking changes from the version before")

    @classmethod
    def of(cls, version: Version) -> VersionLine:
        """The view of one."""
        return cls(version=version.number, document_hash=version.hash, at=version.at, breaking=version.breaking)


class Versions(Outgoing):
    """All versions, the newest first."""

    items: list[VersionLine]


class VersionView(VersionLine):
    """One version with its document."""

    document: dict[str, Any]


class Between(Incoming):
    """Two versions."""

    old: int = Field(alias="from", ge=1)
    new: int = Field(alias="to", ge=1)


class Diff(Outgoing):
    """What changed from one version to another."""

    old: int = Field(serialization_alias="from")
    new: int = Field(serialization_alias="to")
    breaking: int
    changes: list[ChangeView]
