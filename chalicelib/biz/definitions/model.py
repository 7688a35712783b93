"""What a service is: one JSON document from which the form, the manual, the fee, the clock and the case all come.

A definition is data that an agency writes; nothing in it is code. It is read here, examined by `lint`, tried by its
own `tests`, and only then published (`catalogue`). A published version never changes: a case stays with the version
under which it was opened, and a change is a new version.

Every value that claims something about the world says where it comes from (`source`) and how far it was checked
(`verified`); the public manual prints both.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.shared.thai import Language, Text
from chalicelib.shared.workdays import Basis

Schema = dict[str, Any]
Verified = Literal["gazette", "page", "title", "design", "no"]
"""`gazette` compared with the law's text, `page` stated by a public page of an authority, `title` seen in titles only,
`design` our own decision, `no` not checked."""

ApplicantKind = Literal["person", "juristic"]
Mode = Literal["upload", "exchange", "present"]
LetterKind = Literal["approval", "refusal"]
ClockEffect = Literal["start", "pause", "resume", "stop", "none"]
Effect = Literal["file", "deficiency", "inspection", "refusal", "fee", "paid", "issue", "withdraw"]

APPLICANT = "applicant"
SYSTEM = "system"
OFFICER_ROLES = ("intake", "inspector", "approver")
ROLES = (APPLICANT, SYSTEM, *OFFICER_ROLES)

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Pointer = Annotated[str, Field(pattern=r"^(/[^/]+)+$", max_length=200)]
Member = Annotated[str, Field(pattern=r"^TH/[A-Z]+/[A-Z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=120)]


class Part(BaseModel):
    """Base of everything in a definition: immutable, and a misspelt name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sourced(Part):
    """A claim about the world."""

    source: str = Field(min_length=1, description="Where the value comes from")
    verified: Verified = Field(description="How far it was checked")

    @property
    def is_verified(self) -> bool:
        """Whether an authority's page or the gazette says so (our own decisions need no proof)."""
        return self.verified in ("gazette", "page", "design")


class Said(Sourced):
    """A sentence in both languages with its source."""

    text: Text


class Hint(Part):
    """How one field is shown, and when it is asked."""

    label: Text
    help: Text | None = None
    visible_if: Schema | None = Field(default=None, description="JSON Schema on the whole answers; hidden if it fails")
    required_if: Schema | None = Field(default=None, description="JSON Schema on the whole answers; a must if it holds")
    computed: Any = Field(default=None, description="Expression that gives this answer; the applicant may not")
    item: Text | None = Field(default=None, description="What one entry of a repeated part is called")


class Step(Part):
    """One page of the form."""

    title: Text
    fields: tuple[Pointer, ...] = Field(min_length=1)


class Form(Part):
    """The questions: JSON Schema 2020-12 for the answers, hints for the reader."""

    schema_: Schema = Field(alias="schema", description="JSON Schema 2020-12; $ref only within itself")
    steps: tuple[Step, ...] = Field(min_length=1)
    hints: dict[Pointer, Hint]


class DocumentRule(Sourced):
    """A document that the service needs."""

    code: Code
    name: Text
    mode: Mode = Field(description="upload by the applicant; exchange: the state fetches it; present: shown on site")
    when: Schema | None = Field(default=None, description="JSON Schema on {applicant, answers}; absent means always")
    types: tuple[str, ...] = Field(default=(), description="Media types that may be uploaded")
    max_mb: int = Field(default=10, ge=1, le=50)
    held_by: Member | None = Field(
        default=None, description="GDX service that gives what is in it: then nobody is asked for a copy"
    )
    satisfied_by: tuple[Code, ...] = Field(
        default=(), max_length=20, description="Codes of other documents, of any service, that prove the same"
    )


class Prefill(Part):
    """One answer that the state already knows."""

    pointer: Pointer = Field(description="Where in the answers the value goes")
    service: Member = Field(description="GDX service id: TH/class/member/subsystem/service")
    path: str = Field(pattern=r"^/[a-z0-9/_-]*$")
    request: dict[str, str] = Field(description="Body of the question; `$pid` and `$juristic_id` are filled in")
    select: Pointer = Field(description="Where in the register's answer the value is")
    lock: bool = Field(description="Whether the applicant may not overwrite it")
    applicant: ApplicantKind | None = Field(default=None, description="Only for this kind of applicant")
    purpose: Text
    legal_basis: str = Field(min_length=1)


class State(Part):
    """Where a case can stand."""

    name: Text
    turn: Literal["applicant", "agency", "nobody"] = Field(description="Whose move it is")


class Action(Part):
    """A move from state to state."""

    name: Text
    from_: tuple[Code, ...] = Field(alias="from", min_length=1)
    to: Code
    roles: tuple[str, ...] = Field(min_length=1)
    clock: ClockEffect = "none"
    effects: tuple[Effect, ...] = ()
    notice: Text | None = Field(default=None, description="What the applicant is told")
    guard: Schema | None = Field(
        default=None, description="JSON Schema on the facts of the case; see cases/rules.facts"
    )
    otherwise: Text | None = Field(default=None, description="Why not, when the guard does not hold")
    not_by_same: tuple[Code, ...] = Field(default=(), description="Actions whose doer may not do this one (four eyes)")


class Workflow(Part):
    """The life of a case as a table."""

    initial: Code
    states: dict[Code, State]
    actions: dict[Code, Action]

    def available(self, state: str) -> dict[str, Action]:
        """The actions that leave this state."""
        return {code: action for code, action in self.actions.items() if state in action.from_}

    def find(self, state: str, effect: Effect) -> tuple[str, Action] | None:
        """The action that leaves this state with that effect."""
        for code, action in self.available(state).items():
            if effect in action.effects:
                return code, action
        return None


class RateRow(Sourced):
    """A value that holds from one day to another."""

    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    value: str = Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,4})?$", description="A decimal number as text")


class Fee(Part):
    """One line of the bill, owed to one agency."""

    code: Code
    name: Text
    payee: Member
    expr: Any = Field(description="Expression giving baht; see chalicelib/biz/definitions/expressions.py")


class Sla(Sourced):
    """How long the agency may take, from a complete filing."""

    days: int = Field(ge=1, le=365)
    basis: Basis
    rolls_forward: bool = True


class Validity(Sourced):
    """How long a licence holds."""

    years: int = Field(default=0, ge=0, le=30)
    days: int = Field(default=0, ge=0, le=366)
    reminders: tuple[int, ...] = Field(
        default=(60, 30, 7), max_length=6, description="Days before the last day on which the holder is reminded"
    )


class CredentialRule(Part):
    """The electronic licence (SD-JWT VC)."""

    vct: str = Field(pattern=r"^https?://|^urn:")
    name: Text
    number_prefix: str = Field(pattern=r"^[A-Z]{2,6}$")
    claims: dict[Code, Pointer] = Field(description="Claim name -> pointer into the answers")
    sd: tuple[Code, ...] = Field(default=(), description="Claims that the holder may withhold")
    public: tuple[Code, ...] = Field(default=(), description="Claims shown in the public register; no personal data")
    validity: Validity


class ChecklistItem(Part):
    """One thing the inspector looks at."""

    code: Code
    text: Text
    value: Schema | None = Field(default=None, description="JSON Schema of a value to be measured or counted")
    photo: bool = Field(default=False, description="Whether a photograph must show it")


class DeemedApproval(Said):
    """What an Act says of a term that ends without a decision: the application counts as approved."""

    action: Code = Field(description="The move that the system makes on the day after the due day")


class LetterTemplate(Part):
    """The body of a decision letter in both languages; see chalicelib/biz/definitions/templates.py."""

    th: str = Field(min_length=1, max_length=8000)
    en: str = Field(min_length=1, max_length=8000)

    def pick(self, language: Language) -> str:
        """The template of that language."""
        return self.en if language == "en" else self.th


class Manual(Part):
    """What the public manual says beside what the rest of the definition already tells."""

    criteria: tuple[Said, ...] = Field(min_length=1)
    channels: tuple[Said, ...] = Field(min_length=1)
    facts: tuple[Said, ...] = ()
    appeal: Said


class Case(Part):
    """A test case of the definition itself, run whenever it is loaded."""

    name: str = Field(min_length=1, max_length=200)
    applicant: ApplicantKind = "person"
    on: dt.date = Field(description="Day of filing, for dated values")
    answers: Any
    valid: bool
    faults: tuple[str, ...] = Field(default=(), description="Pointers that must be among the faults")
    fee: str | None = Field(default=None, pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", description="Total in baht")
    documents: tuple[Code, ...] | None = Field(default=None, description="Exactly the uploads that must be asked")


class ServiceDefinition(Part):
    """A whole service."""

    id: Slug
    version: int = Field(ge=1)
    effective_from: dt.date
    effective_to: dt.date | None = None
    kind: Literal["licence", "registration", "notification"]
    name: Text
    summary: Text
    agency: Member
    agency_name: Text
    legal_basis: tuple[Said, ...] = Field(min_length=1)
    law_pack: Slug
    min_ial: Literal["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3"] = "2.3"
    applicants: tuple[ApplicantKind, ...] = Field(min_length=1)
    form: Form
    documents: tuple[DocumentRule, ...] = ()
    prefill: tuple[Prefill, ...] = ()
    workflow: Workflow
    checklist: tuple[ChecklistItem, ...] = ()
    tables: dict[Code, tuple[RateRow, ...]] = Field(default_factory=dict)
    fees: tuple[Fee, ...] = ()
    sla: Sla
    deemed_approval: DeemedApproval | None = Field(
        default=None,
        description="Only where an Act says so; absent: a late agency owes reasons, and nothing is approved",
    )
    credential: CredentialRule
    manual: Manual
    letters: dict[LetterKind, LetterTemplate] = Field(
        default_factory=dict, description="Own words of decision letters; the default says it plainly"
    )
    tests: tuple[Case, ...] = Field(min_length=1)

    def document(self, code: str) -> DocumentRule | None:
        """The rule of that document code."""
        return next((rule for rule in self.documents if rule.code == code), None)

    def is_live(self, on: dt.date) -> bool:
        """Whether new applications may be opened on that day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)
