"""What goes in and out of `/gdx/v1/registers`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, field_validator

from ...shared.web import Incoming, Outgoing
from ..ids import MemberId
from ..views import Name, checked
from .model import Difference, Draft, Entry, Register, Version
from .rules import MAX_CODE

RegisterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$", description="e.g. provinces")]
Code = Annotated[str, Field(min_length=1, max_length=MAX_CODE)]
Day = Annotated[date, Field(description="Thai calendar day, ISO 8601 (Gregorian)")]


class PostEntry(Incoming):
    """One code to publish."""

    code: Code
    th: Name
    en: Name
    valid_from: Day
    valid_until: date | None = Field(default=None, description="Last day of use; absent while in use")
    parent: Code | None = None
    superseded_by: Annotated[tuple[Code, ...], Field(max_length=20)] = ()

    def entry(self) -> Entry:
        """As the register keeps it."""
        return Entry(
            self.code, self.th, self.en, self.valid_from, self.valid_until, self.parent, tuple(self.superseded_by)
        )


class PutRegister(Incoming):
    """The next version of a register: all its codes, ended ones included."""

    title_th: Name
    title_en: Name
    owner: str = Field(description="Member that answers for it, e.g. TH/CENTRAL/DOPA")
    source: str = Field(min_length=1, max_length=500, description="Law, announcement or standard behind the codes")
    parents: RegisterName | None = Field(default=None, description="Register of the parents, if not this one")
    effective_from: Day
    entries: list[PostEntry]

    @field_validator("owner")
    @classmethod
    def _owner(cls, text: str) -> str:
        return checked(MemberId.parse, text)

    def draft(self) -> Draft:
        """As the register reads it."""
        return Draft(
            self.title_th,
            self.title_en,
            MemberId.parse(self.owner),
            self.source,
            self.parents,
            self.effective_from,
            tuple(each.entry() for each in self.entries),
        )


class AsOf(Incoming):
    """Which state of the register: a day, or a version by its number."""

    at: date | None = Field(default=None, description="Entries in force on this day; today in Thailand if absent")
    version: int | None = Field(default=None, ge=1, le=10_000, description="This version; whole, unless `at` is given")


class Between(Incoming):
    """Which two versions to compare."""

    older: int = Field(ge=1, le=10_000)
    newer: int = Field(ge=1, le=10_000)


class VersionView(Outgoing):
    """One published version."""

    version: int
    effective_from: date
    published_at: str
    entries: int = Field(description="Codes, ended ones included")
    sha256: str = Field(description="Over the content; equal for equal versions")

    @classmethod
    def of(cls, version: Version) -> VersionView:
        """From the model."""
        return cls(
            version=version.number,
            effective_from=version.effective_from,
            published_at=version.published_at,
            entries=version.entries,
            sha256=version.digest,
        )


class RegisterView(Outgoing):
    """A register without its entries."""

    name: str
    title_th: str
    title_en: str
    owner: str
    source: str
    parents: str | None
    latest: VersionView

    @classmethod
    def of(cls, register: Register) -> RegisterView:
        """From the model."""
        return cls(**outline(register), latest=VersionView.of(register.latest))


class RegistersView(Outgoing):
    """All registers."""

    items: list[RegisterView]


class EntryView(Outgoing):
    """One code."""

    code: str
    th: str
    en: str
    valid_from: date
    valid_until: date | None
    parent: str | None
    superseded_by: tuple[str, ...]

    @classmethod
    def of(cls, entry: Entry) -> EntryView:
        """From the model."""
        return cls(
            code=entry.code,
            th=entry.th,
            en=entry.en,
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
            parent=entry.parent,
            superseded_by=entry.superseded_by,
        )


class RegisterContent(Outgoing):
    """A register with its entries."""

    name: str
    title_th: str
    title_en: str
    owner: str
    source: str
    parents: str | None
    version: VersionView
    versions: list[VersionView] = Field(description="All versions, oldest first")
    at: date | None = Field(description="The day for which entries are listed; null: all, ended ones included")
    entries: list[EntryView]


class OneEntry(EntryView):
    """One code as it stands in a version."""

    register_name: str
    version: int
    in_force: bool = Field(description="On the day asked for")


class DifferenceView(Outgoing):
    """What changed from one version to another."""

    older: int
    newer: int
    added: tuple[str, ...]
    ended: tuple[str, ...]
    changed: tuple[str, ...]

    @classmethod
    def of(cls, older: int, newer: int, found: Difference) -> DifferenceView:
        """From the model."""
        return cls(older=older, newer=newer, added=found.added, ended=found.ended, changed=found.changed)


class PublishedView(Outgoing):
    """What came of publishing."""

    name: str
    version: int
    changed: bool = Field(description="False: the latest version says the same already")


def outline(register: Register) -> dict[str, str | None]:
    """What all views of a register say."""
    return {
        "name": register.name,
        "title_th": register.title_th,
        "title_en": register.title_en,
        "owner": str(register.owner),
        "source": register.source,
        "parents": register.parents,
    }
