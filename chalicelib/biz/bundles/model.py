"""The nouns of bundles: what a bundle is (a JSON document), and one run of it by one applicant.

A bundle holds no law. Which licence is needed, what it asks, what it costs and how long its agency may take is said by
the services it names; a bundle says only which of them belong together, what is asked once for all of them, and which
waits for which.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.journal import Head
from chalicelib.shared.sourced import Code, Part, Pointer, Slug, Sourced
from chalicelib.shared.thai import Text

from ..definitions.parts import Form, Schema
from ..noun import ApplicantKind, CaseId, Noun

MAX_MEMBERS = 8
"""Licences of a bundle: as many cases of 400 kB as fit into one transaction (4 MB), with their events (100 rows)."""

LICENCE_NO = "licence_no"
"""The claim that every licence has: its number."""

Why = Literal["refused", "withdrawn", "incomplete"]
"""Why a member that waited was not filed: what it waited for was refused or withdrawn, or something is missing."""


class Feed(Part):
    """What the licence of one member tells another."""

    from_: Code = Field(alias="from", description="The member whose licence it is; this one waits for it (`after`)")
    claim: Code = Field(description="A claim of that licence, or `licence_no`")
    to: Pointer = Field(description="The field of this member's form that it fills and locks")


class MemberRule(Sourced):
    """One licence of the bundle."""

    service: Slug
    because: Text = Field(description="Why it belongs here, in plain words")
    when: Schema | None = Field(default=None, description="JSON Schema on the shared answers; absent: always needed")
    after: tuple[Code, ...] = Field(
        default=(), max_length=MAX_MEMBERS, description="Members whose licence, where needed, must be there first"
    )
    feeds: tuple[Feed, ...] = Field(default=(), max_length=40)


class SharedDocument(Part):
    """A document that several members ask for under names of their own; sent for one, it stands for all."""

    name: Text
    members: dict[Code, Code] = Field(min_length=2, max_length=MAX_MEMBERS, description="Member -> its document code")


class Trial(Part):
    """A test case of the bundle itself, run whenever it is loaded."""

    name: str = Field(min_length=1, max_length=200)
    applicant: ApplicantKind = "person"
    on: dt.date = Field(description="Day of filing, for dated rates")
    answers: dict[str, Any] = Field(description="The shared answers")
    own: dict[Code, dict[str, Any]] = Field(
        default_factory=dict, description="What members ask beside them, and what is fed to them"
    )
    valid: bool = Field(default=True, description="Whether the shared answers are, and each member's with its own")
    faults: tuple[str, ...] = Field(default=(), description="Pointers that must be among the faults")
    members: tuple[Code, ...] = Field(description="Exactly the members that must be needed")
    fee: str | None = Field(
        default=None, pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", description="Total of all of them in baht"
    )


class BundleDefinition(Sourced):
    """A graph of licences."""

    id: Slug
    version: int = Field(ge=1)
    effective_from: dt.date
    effective_to: dt.date | None = None
    name: Text
    summary: Text
    applicants: tuple[ApplicantKind, ...] = Field(min_length=1)
    form: Form = Field(description="What is asked once; like the form of a service, without repeated or computed parts")
    shares: dict[Pointer, dict[Code, Pointer]] = Field(
        default_factory=dict,
        max_length=200,
        description="Shared answer, or a whole part of it -> {member: where it goes in that member's form}",
    )
    members: dict[Code, MemberRule] = Field(min_length=1, max_length=MAX_MEMBERS)
    documents: dict[Code, SharedDocument] = Field(default_factory=dict, max_length=40)
    tests: tuple[Trial, ...] = Field(min_length=1, max_length=50)

    def is_live(self, on: dt.date) -> bool:
        """Whether it may be begun on that day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class Bill(Noun):
    """The live QR of a run: which of its bills it is, and until when it is shown."""

    attempt: int
    expires_at: dt.datetime


class Member(Noun):
    """What a run knows of one member; all else is the case's own."""

    case: CaseId
    earlier: tuple[CaseId, ...] = Field(default=(), description="Cases that ended without a licence, begun anew since")
    held: Why | None = Field(default=None, description="Why it was not filed when its turn came")
    held_by: str | None = Field(default=None, description="The member that was refused or withdrawn")


class Run(Noun):
    """A bundle as one applicant goes through it."""

    id: str
    version: int = 1
    bundle: str
    bundle_version: int
    owner: str = Field(description="Pseudonym of the person who applies, for themselves or for a company")
    applicant: ApplicantKind
    juristic_id: str | None = None
    related: tuple[str, ...] = Field(default=(), description="Pseudonyms of the company's directors")
    opened_at: dt.datetime
    submitted_at: dt.datetime | None = Field(default=None, description="From then on members are filed as they may be")
    members: dict[str, Member] = Field(default_factory=dict, description="Those of which a case was opened")
    bill: Bill | None = None
    head: Head = Head()

    pid: str = Field(repr=False)
    applicant_name: str = Field(repr=False)
    answers: dict[str, Any] = Field(default_factory=dict, repr=False, description="The shared ones")
