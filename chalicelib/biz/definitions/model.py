"""What a service is: one JSON document from which the form, the manual, the fee, the clock and the case all come.

A definition is data that an agency writes; nothing in it is code. It is read here, examined by `lint`, tried by its
own `tests`, and only then published (`catalogue`). A published version never changes: a case stays with the version
under which it was opened, and a change is a new version.

Every value that claims something about the world says where it comes from (`source`) and how far it was checked
(`verified`); the public manual prints both.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field, PrivateAttr

from chalicelib.shared.sourced import Code, Member, Part, Pointer, RateRow, Said, Slug, Sourced
from chalicelib.shared.thai import Language, Text

from ..noun import ApplicantKind, Procedure
from .guide import Guide
from .link import Link
from .parts import Form, LetterKind, Mode, Schema, Sla, Workflow
from .procedures import Base, ProcedureRule, variant

Kind = Literal["licence", "registration", "notification", "entitlement"]
"""`entitlement`: what the state owes a person; nothing of it stands in the public register."""
_NEW: tuple[Procedure, ...] = ("new",)
_IN = "In which procedures; by default only where a licence is applied for"


class DocumentRule(Sourced):
    """A document that the service needs."""

    code: Code
    name: Text
    mode: Mode = Field(description="upload by the applicant; exchange: the state fetches it; present: shown on site")
    when: Schema | None = Field(
        default=None,
        description="JSON Schema on {applicant, answers, changed}; absent means always. `changed` lists those of the "
        "procedure's `asks` of which an answer differs from the licence",
    )
    types: tuple[str, ...] = Field(default=(), description="Media types that may be uploaded")
    max_mb: int = Field(default=10, ge=1, le=50)
    held_by: Member | None = Field(
        default=None, description="GDX service that gives what is in it: then nobody is asked for a copy"
    )
    satisfied_by: tuple[Code, ...] = Field(
        default=(), max_length=20, description="Codes of other documents, of any service, that prove the same"
    )
    procedures: tuple[Procedure, ...] = Field(default=_NEW, min_length=1, description=_IN)


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
    procedures: tuple[Procedure, ...] = Field(default=_NEW, min_length=1, description=_IN)


class Age(Said):
    """Whoever was born on the date of that field must be at least so old on the day of filing; `text` says it."""

    pointer: Pointer
    least: int = Field(ge=1, le=120, description="Years")


class Fee(Part):
    """One line of the bill, owed to one agency."""

    code: Code
    name: Text
    payee: Member
    expr: Any = Field(description="Expression giving baht; see chalicelib/shared/expressions.py")
    procedures: tuple[Procedure, ...] = Field(default=_NEW, min_length=1, description=_IN)


class Validity(Sourced):
    """How long a licence holds."""

    ends: Literal["term", "year_end", "never"] = Field(
        default="term",
        description="After its years and days; with 31 December, as many years on as `years` says (0: of the year in "
        "which it begins); or not at all",
    )
    years: int = Field(default=0, ge=0, le=30)
    days: int = Field(default=0, ge=0, le=366)
    reminders: tuple[int, ...] = Field(
        default=(60, 30, 7), max_length=6, description="Days before the last day on which the holder is reminded"
    )

    def words(self) -> Text:
        """The term for reading."""
        if self.ends == "never":
            return Text(th="ไม่มีกำหนดหมดอายุ", en="no end")
        th = [f"{self.years} ปี"] * bool(self.years) + [f"{self.days} วัน"] * bool(self.days)
        en = [f"{n} {unit}{'s' * (n > 1)}" for n, unit in ((self.years, "year"), (self.days, "day")) if n]
        if self.ends == "year_end":
            th, en = [*th, "ถึงวันที่ 31 ธันวาคม"], [*en, "until 31 December"]
        return Text(th=" ".join(th), en=" ".join(en))


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
    procedure: Procedure = "new"
    applicant: ApplicantKind = "person"
    licence: Base | None = Field(default=None, description="The licence that a procedure other than `new` is about")
    on: dt.date = Field(description="Day of filing, for dated values")
    answers: Any = Field(description="All answers; where only some are asked again: a merge patch of the licence's")
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
    kind: Kind
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
    ages: tuple[Age, ...] = Field(default=(), max_length=10)
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
    procedures: dict[Procedure, ProcedureRule] = Field(
        default_factory=dict, description="What can be done with a licence once it was given"
    )
    guide: Guide | None = Field(default=None, description="When 'what do I need?' names this service")
    link: Link | None = Field(default=None, description="The agency's own system that works on it, if one does")
    tests: tuple[Case, ...] = Field(min_length=1)
    _variants: dict[Procedure, ServiceDefinition] = PrivateAttr(default_factory=dict)

    def document(self, code: str) -> DocumentRule | None:
        """The rule of that document code."""
        return next((rule for rule in self.documents if rule.code == code), None)

    def is_live(self, on: dt.date) -> bool:
        """Whether new applications may be opened on that day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    @property
    def is_public(self) -> bool:
        """Whether anybody may look up what was given; what a person gets from the state is nobody's business."""
        return self.kind != "entitlement"

    def offers(self, procedure: Procedure) -> bool:
        """Whether that can be applied for."""
        return procedure == "new" or procedure in self.procedures

    def of(self, procedure: Procedure) -> ServiceDefinition:
        """The definition as that procedure runs by it: its form, documents, fees, workflow, time; made once.

        Raises:
            KeyError: the service does not offer it.
        """
        if procedure not in self._variants:
            self._variants[procedure] = variant(self, procedure)
        return self._variants[procedure]
