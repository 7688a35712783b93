"""What goes out at the routes of services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from ...shared.web import Outgoing
from ..model import Agreement, Service, Window
from .catalogue import Card
from .describing import Described
from .model import Change, Version

SHOWN = 200
"""Changes that an answer lists; the breaking ones stand first."""


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


class WindowView(Outgoing):
    """A planned absence."""

    begins: datetime = Field(serialization_alias="from")
    ends: datetime = Field(serialization_alias="until")
    th: str
    en: str

    @classmethod
    def all_of(cls, windows: Sequence[Window]) -> list[WindowView]:
        """The views of some."""
        return [cls(begins=each.begins, ends=each.ends, th=each.th, en=each.en) for each in windows]


class CardView(Outgoing):
    """A service in the list."""

    id: str
    title_th: str
    title_en: str
    member_th: str
    member_en: str
    version: int
    personal: bool = Field(description="About a person; each exchange is then in that person's access log")
    notice_th: str | None = Field(description="Why it is switched off until further notice, or null")
    notice_en: str | None
    maintenance: list[WindowView]

    @classmethod
    def of(cls, card: Card) -> CardView:
        """The view of one."""
        th, en = card.notice or (None, None)
        return cls(
            id=str(card.id),
            title_th=card.title_th,
            title_en=card.title_en,
            member_th=card.member_th,
            member_en=card.member_en,
            version=card.version,
            personal=card.personal,
            notice_th=th,
            notice_en=en,
            maintenance=WindowView.all_of(card.maintenance),
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
            maintenance=WindowView.all_of(service.maintenance),
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


class Diff(Outgoing):
    """What changed from one version to another."""

    old: int = Field(serialization_alias="from")
    new: int = Field(serialization_alias="to")
    breaking: int
    changes: list[ChangeView]
