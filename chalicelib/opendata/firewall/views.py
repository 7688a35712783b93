"""The JSON of findings and overrides. None of it has a value of a table."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..views import naive
from .model import BASES, CERTAINTIES, KINDS, MEND, Finding, Override, Words
from .service import MAX_REASON, State, Wish

BasisName = Literal["public_register", "official_duty", "consent", "deceased_or_historical", "not_personal"]


class BothLanguages(Outgoing):
    """A text in both languages."""

    th: str
    en: str

    @classmethod
    def of(cls, words: Words) -> BothLanguages:
        """The view of one."""
        return cls(th=words.th, en=words.en)


class PersonalFindingView(Outgoing):
    """Something in a column that may tell who somebody is."""

    table: int = Field(description="Number of the table within the file")
    column: str = Field(description="Its name; # and its place where the name itself may be somebody's")
    kind: str
    kind_words: BothLanguages
    certainty: Literal["sure", "likely", "hint"] = Field(description="A hint stands in nobody's way")
    certainty_words: BothLanguages
    rows: int = Field(description="How many rows have it")
    share: float = Field(description="Of the rows that have a value there, 0 to 1")
    at: list[int] = Field(description="Numbers of the first of these rows, as `_id` of the DataStore")
    mend: BothLanguages = Field(description="What to do about it")
    covered: bool = Field(description="Whether an override says that it may be published")

    @classmethod
    def of(cls, found: Finding, covered: bool) -> PersonalFindingView:
        """The view of one."""
        table, column, kind = found.where
        return cls(
            table=table,
            column=column,
            kind=kind,
            kind_words=BothLanguages.of(KINDS[kind]),
            certainty=found.certainty,
            certainty_words=BothLanguages.of(CERTAINTIES[found.certainty]),
            rows=found.rows,
            share=found.share,
            at=list(found.at),
            mend=BothLanguages.of(MEND[kind]),
            covered=covered,
        )


class FoundWhere(Incoming):
    """Names a finding."""

    table: int = Field(default=1, ge=1, le=10_000)
    column: str = Field(max_length=2_000)
    kind: str = Field(max_length=40)


class GiveOverride(Incoming):
    """A steward's word that what was found may be published."""

    version: int = Field(ge=1, description="Number of the file version that was looked at")
    basis: BasisName = Field(description="Why that is lawful")
    reason: str = Field(max_length=MAX_REASON, description="In words, for whoever asks later; without personal data")
    scope: Literal["version", "column"] = Field(
        default="version", description="Good for this very content, or for the same kind in this column of later files"
    )
    findings: list[FoundWhere] = Field(
        default=[], max_length=40, description="Which; all that stand in the way if none"
    )

    def wish(self) -> Wish:
        """As the service takes it."""
        named = [(each.table, each.column, each.kind) for each in self.findings]
        return Wish(self.version, self.scope, self.basis, self.reason, named)


class NamedFinding(Outgoing):
    """A finding by its name."""

    table: int
    column: str
    kind: str


class OverrideView(Outgoing):
    """A steward's word on findings, and its end."""

    id: str
    dataset: str
    resource: str
    version: int
    sha256: str
    findings: list[NamedFinding]
    scope: Literal["version", "column"]
    basis: str
    basis_words: BothLanguages
    reason: str
    by: str = Field(description="Kind and pseudonym of who gave it")
    at: str
    revoked_at: str | None
    revoked_by: str

    @classmethod
    def of(cls, override: Override) -> OverrideView:
        """The view of one."""
        return cls(
            id=override.id,
            dataset=override.dataset,
            resource=override.resource,
            version=override.number,
            sha256=override.sha256,
            findings=[NamedFinding(table=table, column=column, kind=kind) for table, column, kind in override.findings],
            scope=override.scope,
            basis=override.basis,
            basis_words=BothLanguages.of(BASES[override.basis]),
            reason=override.reason,
            by=override.by,
            at=f"{naive(override.at)}Z",
            revoked_at=f"{naive(override.revoked_at)}Z" if override.revoked_at else None,
            revoked_by=override.revoked_by,
        )


class VersionFindings(Outgoing):
    """What was found in one version of a file."""

    version: int
    looked: bool = Field(description="False where nobody could look: no table, or too large for one")
    findings: list[PersonalFindingView]


class PersonalDataView(Outgoing):
    """What was found in a resource's file; for its organisation alone."""

    resource: str
    dataset: str
    public: bool = Field(description="Whether everybody sees the dataset")
    current: VersionFindings | None
    held: VersionFindings | None = Field(description="A newer version that waits, because something was found in it")
    blocked: bool = Field(description="Whether something stands in the way of publishing the newest version")
    may_override: bool
    bases: dict[str, BothLanguages] = Field(description="The legal bases that an override can have")
    overrides: list[OverrideView]

    @classmethod
    def of(cls, state: State) -> PersonalDataView:
        """The view of one."""
        resource = state.resource
        newest = state.held if resource.held is not None else state.current
        return cls(
            resource=resource.id,
            dataset=state.package.id,
            public=state.package.dataset.public,
            current=None
            if resource.file is None
            else VersionFindings(
                version=resource.file.number,
                looked=resource.file.personal is not None,
                findings=[PersonalFindingView.of(*each) for each in state.current],
            ),
            held=None
            if resource.held is None
            else VersionFindings(
                version=resource.held.number,
                looked=resource.held.personal is not None,
                findings=[PersonalFindingView.of(*each) for each in state.held],
            ),
            blocked=any(found.blocks and not covered for found, covered in newest),
            may_override=state.may_override,
            bases={name: BothLanguages.of(words) for name, words in BASES.items()},
            overrides=[OverrideView.of(each) for each in state.overrides],
        )


class OverrideListing(Incoming):
    """Which page."""

    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=50, ge=1, le=100)


class OverrideList(Outgoing):
    """Overrides, those of the resource that was decided on last first."""

    items: list[OverrideView]
    next: str | None
