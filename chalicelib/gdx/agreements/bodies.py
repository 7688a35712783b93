"""What comes in at `/gdx/v1/negotiations` and `/gdx/v1/agreements`; the terms go out in the same shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, JsonValue, field_validator

from ...shared.web import Incoming
from ..ids import ServiceId, SubsystemId
from ..model import Agreement, AgreementState, Compare, Endpoint, Predicate, Purpose
from ..views import Words, checked

Pointer = Annotated[str, Field(max_length=200)]


class EndpointView(Incoming):
    """A method (or `*`) and an X-Road path glob."""

    method: Literal["*", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    path: str = Field(min_length=1, max_length=300)


class PurposeView(Incoming):
    """What the data may be used for."""

    code: str = Field(max_length=64, description="Travels in X-Gdx-Purpose")
    th: Words
    en: Words
    sealed_days: int = Field(
        default=0, ge=0, le=3650, description="Days for which the law hides an access from the person; 0 for most"
    )


class CompareView(Incoming):
    """One claim held against one value of the answer."""

    answer: Pointer = Field(description="JSON Pointer into the provider's answer")
    claim: str = Field(max_length=64)
    how: Literal["exact", "name", "date"] = "exact"


class PredicateView(Incoming):
    """A verify-only question: do all claims match? Yes or no goes out, never the record."""

    code: str = Field(max_length=64)
    compares: list[CompareView] = Field(min_length=1, max_length=20)


class Wording(Incoming):
    """The same words in Thai and in English."""

    th: Words
    en: Words


class Terms(Incoming):
    """What two systems agree on: access list, field mask, questions, purposes and caps in one."""

    endpoints: list[EndpointView] = Field(min_length=1, max_length=50)
    fields: list[Pointer] = Field(
        default=[],
        max_length=200,
        description="JSON Pointers into the answer, `*` for each item of an array; none at all: questions only",
    )
    predicates: list[PredicateView] = Field(default=[], max_length=20)
    purposes: list[PurposeView] = Field(min_length=1, max_length=20)
    legal_basis: Wording = Field(description="The law that allows it")
    valid_from: date = Field(description="First day, Thai time")
    valid_until: date = Field(description="Last day, Thai time")
    daily_quota: int = Field(ge=1, le=100_000_000, description="Exchanges in one Thai day")
    rate_per_minute: int | None = Field(default=None, ge=1, le=1_000_000, description="Exchanges in one minute")
    daily_bytes: int | None = Field(default=None, ge=1, le=10**13, description="Bytes of answers in one Thai day")
    retention_days: int | None = Field(default=None, ge=0, le=36500, description="The consumer deletes after so many")
    consent: bool = Field(default=False, description="Each exchange needs the consent of the person asked about")
    preview: bool = Field(default=False, description="The person sees prefilled values before the consumer does")

    def agreement(self, consumer: str, service: str, *, identifier: str = "", order: str = "agreed") -> Agreement:
        """These terms between two."""
        return Agreement(
            id=identifier,
            consumer=SubsystemId.parse(consumer),
            service=ServiceId.parse(service),
            endpoints=tuple(Endpoint(each.method, each.path) for each in self.endpoints),
            fields=tuple(self.fields),
            purposes=tuple(Purpose(each.code, each.th, each.en, each.sealed_days) for each in self.purposes),
            legal_basis=(self.legal_basis.th, self.legal_basis.en),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            daily_quota=self.daily_quota,
            predicates=tuple(
                Predicate(each.code, tuple(Compare(one.answer, one.claim, one.how) for one in each.compares))
                for each in self.predicates
            ),
            consent=self.consent,
            preview=self.preview,
            rate_per_minute=self.rate_per_minute,
            daily_bytes=self.daily_bytes,
            retention_days=self.retention_days,
            order=order,
        )

    @classmethod
    def of(cls, agreement: Agreement) -> Terms:
        """The terms of an agreement."""
        return cls(
            endpoints=[EndpointView.model_validate(vars(each)) for each in agreement.endpoints],
            fields=list(agreement.fields),
            predicates=[
                PredicateView(code=each.code, compares=[CompareView.model_validate(vars(one)) for one in each.compares])
                for each in agreement.predicates
            ],
            purposes=[
                PurposeView(code=each.code, th=each.th, en=each.en, sealed_days=each.sealed_days)
                for each in agreement.purposes
            ],
            legal_basis=Wording(th=agreement.legal_basis[0], en=agreement.legal_basis[1]),
            valid_from=agreement.valid_from,
            valid_until=agreement.valid_until,
            daily_quota=agreement.daily_quota,
            rate_per_minute=agreement.rate_per_minute,
            daily_bytes=agreement.daily_bytes,
            retention_days=agreement.retention_days,
            consent=agreement.consent,
            preview=agreement.preview,
        )


class PostAgreement(Terms):
    """What a law orders between two, registered by an operator."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    consumer: str = Field(description="Subsystem that asks")
    service: str = Field(description="Service that is asked")
    state: Literal[AgreementState.FINALIZED, AgreementState.SUSPENDED, AgreementState.TERMINATED] = (
        AgreementState.FINALIZED
    )

    @field_validator("consumer")
    @classmethod
    def _consumer(cls, text: str) -> str:
        return checked(SubsystemId.parse, text)

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    def ordered(self) -> Agreement:
        """As `Standing.order` takes it."""
        made = self.agreement(self.consumer, self.service, identifier=self.id, order="ordered")
        return replace(made, state=self.state)


class PostNegotiation(Incoming):
    """The first word: a consumer requests, a provider offers; between two that stand in an agreement, an amendment."""

    consumer: str = Field(description="Subsystem that is to ask")
    service: str = Field(description="Service that is to be asked")
    terms: Terms

    @field_validator("consumer")
    @classmethod
    def _consumer(cls, text: str) -> str:
        return checked(SubsystemId.parse, text)

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)


class PostOffer(Incoming):
    """Other terms than those on the table."""

    terms: Terms


class PostSignature(Incoming):
    """A party's signature on `terms_text`."""

    signature: str = Field(
        max_length=64 * 1024,
        description="Compact JWS (ES256, typ gdx-agreement+jwt, kid of the system's key); its payload is terms_text",
    )


class PostReason(Incoming):
    """Why it is suspended or ended."""

    because: Wording


class ContractAgreementMessage(Incoming):
    """A Dataspace Protocol contract agreement (2025-1, contract-agreement-message-schema.json)."""

    context: list[str] = Field(alias="@context", max_length=10)
    type: Literal["ContractAgreementMessage"] = Field(alias="@type")
    provider_pid: str = Field(alias="providerPid", max_length=300)
    consumer_pid: str = Field(alias="consumerPid", max_length=300)
    callback_address: str = Field(alias="callbackAddress", max_length=500)
    agreement: dict[str, JsonValue] = Field(description="ODRL Agreement in the profile urn:klang:gdx:odrl:1")


class AsParty(Incoming):
    """Which side of the agreements."""

    role: Literal["consumer", "provider"] = Field(default="consumer", description="The caller asks, or is asked")


class NegotiationsQuery(AsParty):
    """A page of a system's negotiations."""

    after: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=20, ge=1, le=50)
    system: str | None = Field(default=None, max_length=300, description="Whose; for operators only")


class VersionQuery(Incoming):
    """Which version of an agreement."""

    version: int | None = Field(default=None, ge=1, le=999_999, description="The one in force if absent")
