"""What callers see of definitions, drafts for their own agency and versions for everybody; and what they send."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, RootModel

from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from .diff import Change, changes
from .problems import Problem, summary
from .store import Published, Work


class DefinitionBody(RootModel[dict[str, Any]]):
    """A service definition as JSON; see docs/how-to/add-a-service.md."""


class AgencyQuery(Incoming):
    """For the operator, who may act for any agency."""

    agency: Annotated[str, Field(max_length=120)] | None = Field(
        default=None, description="Whose draft; absent: one's own agency's"
    )


class RetireBody(Incoming):
    """The end of a service."""

    retire_from: dt.date = Field(description="First day on which no new application is opened; today or later")
    th: Annotated[str, Field(min_length=1, max_length=1000, description="Why, in Thai")]
    en: Annotated[str, Field(min_length=1, max_length=1000, description="Why, in English")]


class ProblemView(Outgoing):
    """One reason against publishing."""

    pointer: str = Field(description="JSON Pointer into the definition (RFC 6901)")
    message_th: str
    message_en: str


class Verdict(Outgoing):
    """Whether a definition may be published."""

    clean: bool
    summary: Text
    problems: list[ProblemView]


class DraftCard(Verdict):
    """A draft in short, and what a change of it answers."""

    service: str
    agency: str
    version: int = Field(description="Also the ETag; send it as If-Match")
    sha256: str | None = Field(description="Of the draft's canonical JSON; absent where there is none")


class DraftEvent(Outgoing):
    """One entry of the history; `hash` chains it to the one before."""

    seq: int
    at: str
    type: str
    by: str
    data: dict[str, Any]
    prev: str
    hash: str


class DraftView(DraftCard):
    """An agency's draft, whole, with its history."""

    definition: dict[str, Any] | None
    edited_at: dt.datetime | None
    history: list[DraftEvent] = Field(description="The newest first, at most 100")


class VersionCard(Outgoing):
    """A version that was published."""

    service: str
    version: int
    effective_from: dt.date
    effective_to: dt.date | None
    published_at: dt.datetime | None = Field(default=None, description="Absent for a version shipped with the platform")
    sha256: str = Field(description="Of its canonical JSON, which is what its own address gives")
    changes: tuple[Change, ...] = Field(description="Places that differ from the version before; at most 100")


class VersionPage(Outgoing):
    """The versions of a service, the newest first."""

    agency: str
    retired_from: dt.date | None = Field(description="First day on which no new application is opened")
    retired_why: Text | None
    items: list[VersionCard]
    next: str | None


class PublishedView(Outgoing):
    """What publishing answers."""

    service: str
    agency: str
    version: int
    effective_from: dt.date
    sha256: str


class RetiredView(Outgoing):
    """What retiring answers."""

    service: str
    agency: str
    retired_from: dt.date
    upto: int = Field(description="The newest version that is retired; a later one may be published")


class MigrateBody(Incoming):
    """Where running cases shall go."""

    version: int = Field(ge=1, le=999_999, description="A published version of the service")


class MigrationQuery(Incoming):
    """Which part of the queue, and whether in earnest."""

    dry_run: bool = Field(default=True, description="Only tell what would be done")
    cursor: Annotated[str, Field(max_length=2000)] | None = None
    limit: Annotated[int, Field(ge=1, le=25)] = 20


class ReasonView(Outgoing):
    """Why a case stays where it is."""

    pointer: str = Field(description="What it is about: /answers/..., /documents/..., /state, /fees, /sla, ...")
    message_th: str
    message_en: str


class MigrationItem(Outgoing):
    """One running case."""

    case: str
    from_version: int
    may_move: bool
    moved: bool
    reasons: list[ReasonView]


class MigrationPage(Outgoing):
    """Running cases of a page of the agency's queue; those of other services are left out."""

    service: str
    version: int
    dry_run: bool
    items: list[MigrationItem]
    next: str | None


def digest(text: str) -> str:
    """SHA-256 of a canonical definition, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def verdict(found: Sequence[Problem]) -> Verdict:
    """Problems as they are told."""
    return Verdict(**_verdict(found))


def _verdict(found: Sequence[Problem]) -> dict[str, Any]:
    told = [ProblemView(pointer=one.pointer, message_th=one.th, message_en=one.short) for one in found]
    return {"clean": not told, "summary": summary(found), "problems": told}


def draft_card(service: str, agency: str, work: Work, found: Sequence[Problem]) -> DraftCard:
    """A draft in short."""
    return DraftCard(**_draft(service, agency, work, found))


def _draft(service: str, agency: str, work: Work, found: Sequence[Problem]) -> dict[str, Any]:
    sha256 = None if work.text is None else digest(work.text)
    return {"service": service, "agency": agency, "version": work.version, "sha256": sha256, **_verdict(found)}


def draft_view(service: str, agency: str, work: Work, found: Sequence[Problem], history: Sequence[Event]) -> DraftView:
    """A draft, whole."""
    names = ("seq", "at", "type", "by", "data", "prev", "hash")
    return DraftView(
        **_draft(service, agency, work, found),
        definition=None if work.text is None else json.loads(work.text),
        edited_at=work.edited_at,
        history=[DraftEvent(**{name: getattr(event, name) for name in names}) for event in history],
    )


def version_card(published: Published, before: Any) -> VersionCard:
    """A published version in short, with what changed since the JSON of the version before (None: it is the first)."""
    return VersionCard(
        **published.model_dump(exclude={"text"}),
        changes=() if before is None else tuple(changes(before, json.loads(published.text))),
    )
