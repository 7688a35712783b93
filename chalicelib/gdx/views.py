"""What goes in and out of `/gdx/v1` and the operators' routes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, field_validator

from ..shared.problems import Bilingual
from ..shared.web import Incoming, Outgoing
from .ids import BadId, MemberId, ServiceId, SubsystemId
from .model import Agreement, AgreementState, Endpoint, Member, Purpose, Service, Subsystem

Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class PostMember(Incoming):
    """A member to register or change."""

    id: str = Field(description="e.g. TH/CENTRAL/DOPA")
    name_th: Name
    name_en: Name

    @field_validator("id")
    @classmethod
    def _id(cls, text: str) -> str:
        return checked(MemberId.parse, text)

    def member(self) -> Member:
        """As the directory keeps it."""
        return Member(MemberId.parse(self.id), self.name_th, self.name_en)


class PostSubsystem(Incoming):
    """A subsystem to register or change."""

    id: str = Field(description="e.g. TH/CENTRAL/DOPA/civil")
    name_th: Name
    name_en: Name
    jwks: dict[str, JsonValue] = Field(description="Public keys (JWK Set, EC P-256)", default={"keys": []})
    endpoint: str | None = Field(
        default=None, max_length=500, description="Where its services answer: {endpoint}/{code}"
    )
    active: bool = True
    delivery: Literal["push", "pull"] = Field(
        default="push", description="How asynchronous requests reach it: pushed to its endpoint, or from its inbox"
    )

    @field_validator("id")
    @classmethod
    def _id(cls, text: str) -> str:
        return checked(SubsystemId.parse, text)

    def subsystem(self) -> Subsystem:
        """As the directory keeps it."""
        return Subsystem(
            id=SubsystemId.parse(self.id),
            name_th=self.name_th,
            name_en=self.name_en,
            jwks=self.jwks,
            endpoint=self.endpoint,
            active=self.active,
            delivery=self.delivery,
        )


class Notice(Incoming):
    """Why a service is switched off."""

    th: Words
    en: Words


class PostService(Incoming):
    """A service to register or change."""

    id: str = Field(description="e.g. TH/CENTRAL/DOPA/civil/person")
    title_th: Name
    title_en: Name
    document: dict[str, JsonValue] = Field(description="OpenAPI 3 description")
    timeout: float = Field(default=10.0, ge=0.5, le=25.0, description="Seconds that the exchange waits")
    subject: str | None = Field(
        default=None, max_length=200, description="JSON Pointer into the request body to the national id asked about"
    )
    notice: Notice | None = None

    @field_validator("id")
    @classmethod
    def _id(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    def service(self) -> Service:
        """As the directory keeps it."""
        notice = None if self.notice is None else (self.notice.th, self.notice.en)
        return Service(
            id=ServiceId.parse(self.id),
            title_th=self.title_th,
            title_en=self.title_en,
            document=self.document,
            timeout=self.timeout,
            subject=self.subject,
            notice=notice,
        )


class EndpointView(Incoming):
    """A method (or `*`) and a path glob."""

    method: Literal["*", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    path: str = Field(min_length=1, max_length=300)


class PurposeView(Incoming):
    """A purpose of an agreement."""

    code: str = Field(max_length=64)
    th: Words
    en: Words


class LegalBasis(Incoming):
    """The law that allows an exchange."""

    th: Words
    en: Words


class PostAgreement(Incoming):
    """An agreement to register or change: access list, field mask and quota."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    consumer: str = Field(description="Subsystem that asks")
    service: str = Field(description="Service that is asked")
    endpoints: list[EndpointView] = Field(min_length=1, max_length=50)
    fields: list[Annotated[str, Field(max_length=200)]] = Field(
        min_length=1, max_length=200, description="JSON Pointers into the answer; `*` stands for each item of an array"
    )
    purposes: list[PurposeView] = Field(min_length=1, max_length=20)
    legal_basis: LegalBasis
    valid_from: date
    valid_until: date
    daily_quota: int = Field(ge=1, le=100_000_000)
    state: Literal[AgreementState.FINALIZED, AgreementState.SUSPENDED, AgreementState.TERMINATED] = (
        AgreementState.FINALIZED
    )
    consent: bool = Field(default=False, description="Each exchange needs the consent of the person asked about")
    preview: bool = Field(default=False, description="The person sees prefilled values before the consumer does")
    retention_days: int | None = Field(default=None, ge=0, le=36_600, description="How long the consumer may keep it")

    @field_validator("consumer")
    @classmethod
    def _consumer(cls, text: str) -> str:
        return checked(SubsystemId.parse, text)

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    def agreement(self) -> Agreement:
        """As the directory keeps it."""
        return Agreement(
            id=self.id,
            consumer=SubsystemId.parse(self.consumer),
            service=ServiceId.parse(self.service),
            endpoints=tuple(Endpoint(endpoint.method, endpoint.path) for endpoint in self.endpoints),
            fields=tuple(self.fields),
            purposes=tuple(Purpose(purpose.code, purpose.th, purpose.en) for purpose in self.purposes),
            legal_basis=(self.legal_basis.th, self.legal_basis.en),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            daily_quota=self.daily_quota,
            state=self.state,
            consent=self.consent,
            preview=self.preview,
            retention_days=self.retention_days,
        )


class Registered(Outgoing):
    """What a registration did."""

    id: str
    changed: bool = Field(description="False when exactly this was registered before")


class AgreementView(Outgoing):
    """An agreement as its parties see it."""

    id: str
    consumer: str
    service: str
    endpoints: list[dict[str, str]]
    fields: list[str]
    purposes: list[dict[str, str]]
    legal_basis_th: str
    legal_basis_en: str
    valid_from: date
    valid_until: date
    daily_quota: int
    state: str

    @classmethod
    def of(cls, agreement: Agreement) -> AgreementView:
        """The view of one."""
        return cls(
            id=agreement.id,
            consumer=str(agreement.consumer),
            service=str(agreement.service),
            endpoints=[{"method": endpoint.method, "path": endpoint.path} for endpoint in agreement.endpoints],
            fields=list(agreement.fields),
            purposes=[{"code": purpose.code, "th": purpose.th, "en": purpose.en} for purpose in agreement.purposes],
            legal_basis_th=agreement.legal_basis[0],
            legal_basis_en=agreement.legal_basis[1],
            valid_from=agreement.valid_from,
            valid_until=agreement.valid_until,
            daily_quota=agreement.daily_quota,
            state=agreement.state.value,
        )


class Agreements(Outgoing):
    """A system's agreements."""

    items: list[AgreementView]


class MemberView(Outgoing):
    """A member with its subsystems."""

    id: str
    member_class: str
    name_th: str
    name_en: str
    subsystems: list[dict[str, str]]


class Members(Outgoing):
    """All members."""

    items: list[MemberView]


class ReceiptView(Outgoing):
    """A receipt for a party of the exchange."""

    receipt: str = Field(
        description="JWT (typ gdx-receipt+jwt); its `leaf` is the hash of leaf_text as RFC 6962 hashes"
    )
    leaf: dict[str, Any]
    leaf_text: str
    request_salt: str = Field(description="SHA-256(salt || METHOD path?query LF body) is leaf.request")
    answer_salt: str = Field(description="SHA-256(salt || body) is leaf.answer")


def checked(parse: Any, text: str) -> str:
    """An id as text, parsed; for the validators of bodies that name one."""
    try:
        return str(parse(text))
    except BadId as error:
        raise Bilingual("ไม่ใช่รหัสในศูนย์แลกเปลี่ยนข้อมูลนี้", f"Not an id of this exchange: {error}.") from None
