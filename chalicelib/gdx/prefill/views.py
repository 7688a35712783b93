"""What goes in and out of prefill."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, field_validator, model_validator

from ...shared.impersonal import IMPERSONAL
from ...shared.problems import Bilingual
from ...shared.storage import Json
from ...shared.thai import is_juristic_id, is_national_id
from ...shared.web import Incoming, Outgoing, as_json
from ..ids import ServiceId, SubsystemId
from ..views import checked
from .model import Found, Kind, Requirement, Source, Subject, Value, Wanted
from .rules import MAX_SOURCES, MAX_VALUES
from .shelf import Waiting

Code = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Pointer = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^/")]
MAX_REQUIREMENTS = 20


class ValueBody(Incoming):
    """A value that a requirement yields, with its label."""

    name: Name
    th: Words
    en: Words


class SourceBody(Incoming):
    """One service that can give the evidence, and how to ask it."""

    service: str = Field(description="e.g. TH/CENTRAL/DOPA/civil/person")
    method: Literal["POST", "PUT"] = "POST"
    path: str = Field(default="", max_length=200, pattern=r"^(/.*)?$")
    body: dict[str, JsonValue] = Field(default={}, description="The request, the same for everybody")
    subject: Pointer = Field(description="JSON Pointer into the body where the national id or company number is put")
    values: dict[Name, Pointer] = Field(
        min_length=1, max_length=MAX_VALUES, description="Name of a value -> JSON Pointer into the answer"
    )

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    def source(self) -> Source:
        """As the register keeps it."""
        service = ServiceId.parse(self.service)
        return Source(service, self.method, self.path, self.body, self.subject, self.values)


class PutRequirement(Incoming):
    """A requirement to register or change; its sources in order of preference."""

    th: Words
    en: Words
    kind: Literal["person", "company"]
    values: list[ValueBody] = Field(min_length=1, max_length=MAX_VALUES)
    sources: list[SourceBody] = Field(min_length=1, max_length=MAX_SOURCES)

    def requirement(self, code: str) -> Requirement:
        """As the register keeps it."""
        return Requirement(
            code=code,
            th=self.th,
            en=self.en,
            kind=Kind(self.kind),
            values=tuple(Value(value.name, value.th, value.en) for value in self.values),
            sources=tuple(source.source() for source in self.sources),
        )


class SeedRequirement(PutRequirement):
    """A requirement as the seed has it."""

    code: Code


class RequirementView(Outgoing):
    """A requirement."""

    code: str
    th: str
    en: str
    kind: Literal["person", "company"]
    values: list[dict[str, str]]
    sources: list[dict[str, Any]]
    version: int = Field(description="For If-Match")

    @classmethod
    def of(cls, requirement: Requirement, version: int) -> RequirementView:
        """The view of one."""
        return cls(
            code=requirement.code,
            th=requirement.th,
            en=requirement.en,
            kind=requirement.kind.value,
            values=[{"name": value.name, "th": value.th, "en": value.en} for value in requirement.values],
            sources=[
                {"service": str(source.service), "method": source.method, "path": source.path, "values": source.values}
                for source in requirement.sources
            ],
            version=version,
        )


class RequirementList(Outgoing):
    """All requirements."""

    items: list[RequirementView]


class SubjectBody(Incoming):
    """Whom the values are asked about: a person or a company."""

    pid: str | None = Field(default=None, description="National id")
    juristic_id: str | None = Field(default=None, description="Company number")

    @model_validator(mode="after")
    def _one(self) -> SubjectBody:
        if (self.pid is None) == (self.juristic_id is None):
            raise Bilingual("ต้องระบุ pid หรือ juristic_id อย่างใดอย่างหนึ่ง", "Give either pid or juristic_id.")
        if not (is_national_id(self.pid) if self.pid is not None else is_juristic_id(self.juristic_id or "")):
            raise Bilingual("เลข 13 หลักไม่ถูกต้อง", "Not a valid 13-digit number.")
        return self

    def subject(self) -> Subject:
        """As the broker knows it."""
        if self.pid is not None:
            return Subject(Kind.PERSON, self.pid)
        return Subject(Kind.COMPANY, self.juristic_id or "")


class PostPrefill(Incoming):
    """Values to fetch for a form."""

    subject: SubjectBody
    requirements: list[Code] = Field(min_length=1, max_length=MAX_REQUIREMENTS)
    purpose: str | None = Field(default=None, max_length=64, description="Code of a purpose of your agreements")
    case: str | None = Field(default=None, max_length=64)
    form: Annotated[str, IMPERSONAL] | None = Field(
        default=None, max_length=200, description="Which form, for the person to read"
    )
    preview: bool = Field(default=False, description="Let the person see and release the values first")

    @field_validator("requirements")
    @classmethod
    def _once_each(cls, codes: list[str]) -> list[str]:
        if len(set(codes)) != len(codes):
            raise Bilingual("ระบุรายการละครั้งเดียว", "Name each requirement once.")
        return codes

    def wanted(self, client: SubsystemId, case: str | None, message_id: str) -> Wanted:
        """As the broker knows it."""
        return Wanted(
            client=client,
            subject=self.subject.subject(),
            requirements=tuple(self.requirements),
            purpose=self.purpose,
            case=case,
            form=self.form,
            preview=self.preview,
            message_id=message_id,
        )


class Release(Incoming):
    """Which values to let go."""

    values: list[Annotated[str, Field(max_length=130)]] = Field(
        min_length=1, max_length=MAX_REQUIREMENTS * MAX_VALUES, description="`requirement/name` of each"
    )


class GivenValue(Outgoing):
    """A value with its label; without a value when the source has none or the person withheld it."""

    name: str
    th: str
    en: str
    value: JsonValue
    withheld: bool


class FromWhere(Outgoing):
    """An agency or a service."""

    id: str
    th: str
    en: str


class MissView(Outgoing):
    """Why a source gave nothing."""

    service: str
    why: Literal[
        "no_agreement",
        "consent_needed",
        "not_found",
        "quota",
        "provider_away",
        "refused",
        "not_tried",
        "preview_impossible",
    ]
    message_th: str
    message_en: str
    consent: dict[str, Any] | None = Field(description="What to ask for at POST /gdx/v1/consents")


class FoundView(Outgoing):
    """What one requirement came to: values with source, time and receipt, or why not."""

    requirement: str
    th: str
    en: str
    satisfied: bool
    values: list[GivenValue]
    agency: FromWhere | None
    service: FromWhere | None
    at: str | None
    exchange: str | None = Field(description="Id of the exchange, for GET /gdx/v1/receipts/{id}")
    receipt: str | None = Field(description="Signed JWT (typ gdx-receipt+jwt)")
    missed: list[MissView]

    @classmethod
    def of(cls, found: Found) -> FoundView:
        """The view of one."""
        return cls(
            requirement=found.requirement,
            th=found.th,
            en=found.en,
            satisfied=bool(found.values),
            values=[
                GivenValue(
                    name=label.name,
                    th=label.th,
                    en=label.en,
                    value=found.values.get(label.name),
                    withheld=label.name in found.withheld,
                )
                for label in found.labels
            ],
            agency=_where(found.agency),
            service=_where(found.service),
            at=found.at,
            exchange=found.receipt,
            receipt=found.token,
            missed=[
                MissView(
                    service=miss.service,
                    why=miss.why,
                    message_th=miss.th,
                    message_en=miss.en,
                    consent=None if miss.consent is None else dict(miss.consent),
                )
                for miss in found.missed
            ],
        )


class PrefillView(Outgoing):
    """Values for a form, or where the person looks at them first."""

    id: str | None = Field(description="None when the values came at once")
    state: Literal["READY", "PREVIEW_REQUIRED", "RELEASED", "REFUSED", "FETCHED", "EXPIRED"]
    location: str | None = Field(description="What the person opens with their own login")
    expires_at: str | None
    version: int | None = Field(description="For If-Match")
    items: list[FoundView]

    @classmethod
    def of(cls, waiting: Waiting, found: list[Found]) -> PrefillView:
        """The view of one that waits, or waited, for the person."""
        return cls(
            id=waiting.prefill.id,
            state=waiting.state.value,
            location=f"/gdx/v1/me/previews/{waiting.prefill.id}",
            expires_at=waiting.prefill.expires_at.isoformat(),
            version=waiting.version,
            items=[FoundView.of(one) for one in found],
        )


class PreviewView(PrefillView):
    """A preview as the person sees it: who asks, what for, and what they would get."""

    who: FromWhere
    purpose_th: str
    purpose_en: str
    form: str | None
    released: list[str]

    @classmethod
    def of(cls, waiting: Waiting, found: list[Found]) -> PreviewView:
        """The view of one."""
        prefill = waiting.prefill
        return cls(
            **dict(PrefillView.of(waiting, found)),
            who=FromWhere(id=str(prefill.client), th=prefill.client_th, en=prefill.client_en),
            purpose_th=prefill.purpose[0],
            purpose_en=prefill.purpose[1],
            form=prefill.form,
            released=list(prefill.released),
        )


def without_values(waiting: Waiting) -> Json:
    """What a repeat of a decision is answered: the state, and nothing of the values."""
    answer: Json = as_json(PreviewView.of(waiting, []))
    return answer


def asker_without_values(waiting: Waiting) -> Json:
    """What a repeat of an asker's command is answered."""
    answer: Json = as_json(PrefillView.of(waiting, []))
    return answer


def _where(named: tuple[str, str, str] | None) -> FromWhere | None:
    return None if named is None else FromWhere(id=named[0], th=named[1], en=named[2])
