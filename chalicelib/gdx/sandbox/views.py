"""What goes in and out of `/gdx/v1/sandbox`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, JsonValue, field_validator

from ...shared.web import Incoming, Outgoing
from ..ids import MemberId, SubsystemId
from ..model import Member, Subsystem
from ..views import Name, checked

PAGE = 100
"""People or companies on one page."""


class PersonLookup(Incoming):
    """Which person."""

    pid: str = Field(pattern=r"^[0-9]{13}$")


class CompanyLookup(Incoming):
    """Which company."""

    juristic_id: str = Field(pattern=r"^[0-9]{13}$")


class WhichPage(Incoming):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=1_000)


class JoinSandbox(Incoming):
    """A member of the sandbox and a system of it."""

    member: str = Field(description="e.g. TH-TEST/PARTNER/DEV-SOMCHAI; an agency's system: TH-TEST/{class}/{code}")
    name_th: Name
    name_en: Name
    system: Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$")] = "test"
    jwks: dict[str, JsonValue] = Field(description="Public keys (JWK Set, EC P-256) with which the system logs in")

    @field_validator("member")
    @classmethod
    def _member(cls, text: str) -> str:
        return checked(MemberId.parse, text)

    def as_member(self) -> Member:
        """As the directory keeps it."""
        return Member(MemberId.parse(self.member), self.name_th, self.name_en)

    def as_system(self) -> Subsystem:
        """As the directory keeps it."""
        return Subsystem(SubsystemId(MemberId.parse(self.member), self.system), self.name_th, self.name_en, self.jwks)


class SandboxService(Outgoing):
    """A service that may be called now."""

    service: str
    path: str = Field(description="Where to call it (X-Road REST)")
    agreement: str
    purpose: str
    fields: tuple[str, ...]
    predicates: tuple[str, ...]
    valid_until: date
    daily_quota: int
    rate_per_minute: int | None


class JoinedView(Outgoing):
    """What the caller may do now."""

    client: str = Field(description="Log in as this (client_id of the token endpoint, X-Road-Client)")
    token_endpoint: str
    services: list[SandboxService]


class GoodFor(Outgoing):
    """What a number is good for."""

    behaviour: str
    th: str
    en: str


class TestPerson(Outgoing):
    """A person of the sandbox."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    pid: str
    name_th: str
    name_en: str
    birth_date: date
    role: str = Field(description="In the household: head, spouse, child or single")
    household: tuple[str, ...] = Field(description="Ids of everybody in it")
    good_for: GoodFor


class TestPeople(Outgoing):
    """A page of people."""

    __test__ = False

    page: int
    pages: int
    items: list[TestPerson]


class TestCompany(Outgoing):
    """A company of the sandbox."""

    __test__ = False

    juristic_id: str
    name_th: str
    name_en: str
    directors: tuple[str, ...]
    good_for: GoodFor


class TestCompanies(Outgoing):
    """A page of companies."""

    __test__ = False

    page: int
    pages: int
    items: list[TestCompany]
