"""What goes in and out of `/gdx/v1` and the operators' routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, field_validator

from ..shared.problems import Bilingual
from ..shared.web import Incoming, Outgoing
from .ids import BadId, MemberId, ServiceId, SubsystemId
from .model import Member, Service, Subsystem

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


class Registered(Outgoing):
    """What a registration did."""

    id: str
    changed: bool = Field(description="False when exactly this was registered before")


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


def checked(parse: Any, text: str) -> str:
    """An id as text, parsed; for the validators of bodies that name one."""
    try:
        return str(parse(text))
    except BadId as error:
        raise Bilingual("ไม่ใช่รหัสในศูนย์แลกเปลี่ยนข้อมูลนี้", f"Not an id of this exchange: {error}.") from None
