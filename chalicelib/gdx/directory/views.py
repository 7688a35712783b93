"""What goes in and out of the directory's routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, field_validator

from ...shared.web import Incoming, Outgoing
from ..ids import MemberId, SubsystemId
from ..model import Member, Subsystem
from ..views import Name, checked
from .rules import MAX_DOMAINS

Domains = Annotated[list[Annotated[str, Field(max_length=253)]], Field(max_length=MAX_DOMAINS)]


class PostMember(Incoming):
    """A member to register or change."""

    id: str = Field(description="e.g. TH/CENTRAL/DOPA")
    name_th: Name
    name_en: Name
    domains: Domains | None = Field(
        default=None,
        description="Where its endpoints may be, e.g. dopa.go.th with all below it; left out: as they are",
    )

    @field_validator("id")
    @classmethod
    def _id(cls, text: str) -> str:
        return checked(MemberId.parse, text)

    def member(self, there: Member | None) -> Member:
        """As the directory keeps it, where `there` stands already."""
        kept = () if there is None else there.domains
        domains = kept if self.domains is None else tuple(self.domains)
        return Member(MemberId.parse(self.id), self.name_th, self.name_en, domains)


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
