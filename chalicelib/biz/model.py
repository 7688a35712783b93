"""The nouns of the Biz room: case, document, deficiency list, inspection, bill, officer.

All are immutable; a change is a new object. What may name a person (`answers`, `pid`, `applicant_name`) is kept apart
from the rest when a case is stored: see `store`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.clock_ledger import Entry
from chalicelib.shared.journal import Head
from chalicelib.shared.thai import Text

from .definitions.fees import Quote
from .definitions.procedures import Base
from .noun import ApplicantKind, CaseId, Noun, Procedure
from .roles import OFFICER_ROLES

INSPECTION_PHOTO = "@inspection"
"""Document code of an inspector's photograph: no code of a service, so neither asked of the applicant nor offered."""

ScanState = Literal["clean", "infected", "none"]


Act = Literal["fill", "file", "pay", "withdraw", "receive", "reuse"]
"""What one may let another do in one's applications: open and fill them, file them, see the bill and pay it, withdraw
them, receive licence and receipt, attach documents that earlier applications hold. Each of them lets one look."""


class Power(Noun):
    """What a power of attorney that was accepted lets somebody do, until it ends."""

    delegation: str
    grantor: str = Field(description="Pseudonym")
    agent: str = Field(description="Pseudonym")
    juristic_id: str | None = Field(description="For which company it was given; null: for the person alone")
    services: tuple[str, ...] = Field(description="Which services; none named: all")
    acts: tuple[Act, ...]
    until: dt.date = Field(description="Last day")


class Hand(Noun):
    """An agent about to do something, and the power by which they may."""

    power: Power
    name: str = Field(repr=False)


class Agent(Noun):
    """Somebody who acted on a case for its owner, by which power of attorney, and since when."""

    delegation: str
    id: str = Field(description="Pseudonym")
    name: str
    since: dt.datetime


class Provenance(Noun):
    """Where an answer came from, when the state gave it."""

    service: str = Field(description="GDX service that answered, or the service whose licence says so")
    receipt: str = Field(
        description="Receipt of the exchange, by which the citizen finds it in the access log; or the licence's number"
    )
    at: dt.datetime
    locked: bool = Field(description="Whether the applicant may not overwrite it")


class Origin(Noun):
    """Where a document was before: an earlier case of the same person had taken it."""

    case: str
    document: str
    service: str
    sent_at: dt.datetime


class Document(Noun):
    """A file that belongs to a case."""

    id: str
    code: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    status: Literal["waiting", "accepted", "refused"] = "waiting"
    reason: Text | None = None
    asked_at: dt.datetime
    decided_at: dt.datetime | None = None
    edition: int = Field(default=1, description="1, 2, 3 ... among the files of this code; the newest accepted counts")
    reason_code: str | None = Field(default=None, description="The reason's name, for programs")
    notes: tuple[Text, ...] = Field(default=(), description="What its readers should know, e.g. that it tells a place")
    scan: ScanState | None = Field(
        default=None,
        description="The malware scanner's word; none: no scanner is set up here, open with care; null: not yet",
    )
    origin: Origin | None = Field(default=None, description="The earlier case that it was taken over from")


class Deficiency(Noun):
    """One thing to mend: a field or a document."""

    pointer: str | None = None
    document: str | None = None
    text: Text


class DeficiencyList(Noun):
    """What is missing, said once (LFA 2558 s.8)."""

    at: dt.datetime
    items: tuple[Deficiency, ...]
    officer_omission: str | None = Field(default=None, description="Why the officer asks again; reported to OPDC")
    mended_at: dt.datetime | None = None


class Finding(Noun):
    """The inspector's word on one item of the checklist."""

    code: str
    passed: bool
    note: str = ""
    value: Any = Field(default=None, description="What was measured or counted, where the checklist asks for it")
    photos: tuple[str, ...] = Field(default=(), description="Ids of accepted photographs of this case")


class Place(Noun):
    """Where somebody stood (WGS 84)."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    accuracy_m: float = Field(ge=0, description="Radius in metres within which the device believes to be")


class Inspection(Noun):
    """A visit and what was found; a case may have several."""

    at: dt.datetime
    by: str = Field(description="Pseudonym of the inspector")
    findings: tuple[Finding, ...]
    passed: bool
    summary: str = ""
    place: Place | None = None


class Decision(Noun):
    """A refusal in writing: reasons, how to mend, how to appeal (LFA 2558 s.7)."""

    at: dt.datetime
    reasons: Text
    appeal: Text


class AgencyLicence(Noun):
    """A licence that the agency issued itself and told us of: its word, not ours. It is not signed, kept or suspended
    here, so it is in neither our register nor the wallet.
    """

    number: str
    issued_on: dt.date
    valid_until: dt.date | None = Field(default=None, description="Last day; null: it has none")
    url: str | None = Field(default=None, description="Where the agency lets anybody verify it")


class LateReasons(Noun):
    """Why a decision is late, in writing to the applicant with a copy to the overseeing body (LFA 2558 s.10)."""

    number: int = Field(ge=1, description="1, 2, 3 ... within the case")
    at: dt.datetime
    by: str = Field(description="Pseudonym of the officer")
    law: str = Field(description="The rule that asks for it")
    next_by: dt.date = Field(description="Last day for the next ones, unless the case is decided before")
    text: Text


class Note(Noun):
    """What officers write to each other about a case; never shown to the applicant."""

    id: str
    at: dt.datetime
    by: str = Field(description="Pseudonym of the officer")
    name: str
    text: str


class Bill(Noun):
    """The one live QR of a case."""

    attempt: int
    ref1: str
    ref2: str
    satang: int
    qr: str = Field(description="Text inside the QR")
    expires_at: dt.datetime


class Payment(Noun):
    """Money that came in for a case."""

    provider: str
    transaction: str
    satang: int
    paid_at: dt.datetime
    receipt_no: str
    also: tuple[str, ...] = Field(default=(), description="Further transactions of which the fee was made up")
    reversed_at: dt.datetime | None = Field(default=None, description="When its provider took it back: owed again")

    @property
    def stands(self) -> bool:
        """Whether the money is still here."""
        return self.reversed_at is None


class Case(Noun):
    """An application from its first draft to its end."""

    id: CaseId
    version: int = Field(default=1, description="Of the stored item; not of the service")
    service: str
    service_version: int
    agency: str
    owner: str = Field(description="Pseudonym of the person who applies, for themselves or for a company")
    procedure: Procedure = "new"
    holds_licence: bool = Field(
        default=False, description="Whether this is the one filed application that is about its licence"
    )
    bundle: str | None = Field(default=None, description="The run of a bundle to which it belongs")
    awaits: tuple[str, ...] = Field(
        default=(), description="Members of the bundle whose licence must be there before this one is filed"
    )
    applicant: ApplicantKind
    juristic_id: str | None = None
    related: tuple[str, ...] = Field(
        default=(), description="Pseudonyms of the company's directors: as officers they may not act on it"
    )
    state: str
    opened_at: dt.datetime
    received_at: dt.datetime | None = None
    legal_received_at: dt.datetime | None = None
    receipt_rule: str | None = None
    sources: dict[str, Provenance] = Field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    deficiency_lists: tuple[DeficiencyList, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    decision: Decision | None = None
    claimed_by: str | None = None
    done_by: dict[str, str] = Field(default_factory=dict, description="Action -> pseudonym of who did it last")
    ledger: tuple[Entry, ...] = ()
    due: dt.date | None = None
    next_check: dt.date | None = Field(default=None, description="Day after which the sweep looks for lateness")
    overdue: bool = False
    reasons_by: dt.date | None = Field(
        default=None, description="Last day for the next written reasons, once the decision is late"
    )
    reasons_given: int = Field(default=0, description="How often written reasons for the lateness were given")
    reasons_missed: int = Field(default=0, description="How often their day passed without any")
    quote: Quote | None = None
    bill: Bill | None = None
    payment: Payment | None = None
    licence: str | None = None
    taken_over_at: dt.datetime | None = Field(
        default=None, description="When the agency's own system took the applicant over (linked services)"
    )
    head: Head = Head()

    pid: str = Field(repr=False)
    applicant_name: str = Field(repr=False)
    answers: dict[str, Any] = Field(default_factory=dict, repr=False)
    base: Base | None = Field(default=None, repr=False, description="The licence that another procedure is about")
    receipt: str | None = Field(default=None, repr=False, description="Receipt credential")
    agency_licence: AgencyLicence | None = Field(
        default=None, repr=False, description="The licence, where the agency issues it itself"
    )
    agents: tuple[Agent, ...] = Field(default=(), repr=False, description="Who acted on it for the owner")
    hand: Hand | None = Field(default=None, exclude=True, repr=False, description="The agent of this command; not kept")

    def document(self, id: str) -> Document | None:
        """The document with that id."""
        return next((found for found in self.documents if found.id == id), None)

    def accepted(self, code: str) -> Document | None:
        """The newest accepted document of that code."""
        return next(
            (found for found in reversed(self.documents) if (found.code, found.status) == (code, "accepted")), None
        )


class Officer(Noun):
    """Whom an agency let act in its name."""

    id: str = Field(description="Pseudonym")
    agency: str
    roles: tuple[str, ...]
    name: str
    head: Head = Head()

    def works_for(self, agency: str) -> bool:
        """Whether cases of that agency may be in this officer's hands."""
        return self.agency == agency and bool(set(self.roles) & set(OFFICER_ROLES))
