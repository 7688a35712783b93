"""What goes in and out of the routes of onboarding."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, JsonValue, field_validator

from ...shared.web import Incoming, Outgoing
from ..directory.keys import KeyRecord, Reason
from ..directory.rules import KID
from ..directory.views import Domains
from ..ids import MemberId, SubsystemId
from ..model import Subsystem
from ..views import Name, checked
from .model import Finding, Invitation

Proof = Annotated[str, Field(max_length=4000, description="JWT of type gdx-key-proof+jwt, signed by the key")]
Jwk = Annotated[dict[str, JsonValue], Field(description="Public key (JWK, EC P-256) with a kid")]


class _OfSystem(Incoming):
    """A body that may name one of the caller's systems; left out, it is the calling one."""

    subsystem: str | None = Field(default=None, description="e.g. TH/CENTRAL/DOPA/civil; left out: the caller's")

    @field_validator("subsystem")
    @classmethod
    def _subsystem(cls, text: str | None) -> str | None:
        return None if text is None else checked(SubsystemId.parse, text)


class PostInvitation(Incoming):
    """Whom to invite."""

    member: str = Field(description="The agency's id, e.g. TH/REGIONAL/TRATHEALTH; it need not be registered yet")
    domains: Domains = Field(default=[], description="Where its endpoints may be, e.g. trathealth.go.th")
    contact: str = Field(min_length=3, max_length=200, description="Office address that the code is given to")
    days: int = Field(default=14, ge=1, le=30, description="How long the code opens")
    recovers: str | None = Field(default=None, description="A system whose keys are lost: it gets new ones")

    @field_validator("member")
    @classmethod
    def _member(cls, text: str) -> str:
        return checked(MemberId.parse, text)

    @field_validator("recovers")
    @classmethod
    def _recovers(cls, text: str | None) -> str | None:
        return None if text is None else checked(SubsystemId.parse, text)


class Invited(Outgoing):
    """A new invitation."""

    id: str
    member: str
    code: str | None = Field(description="Shown once; a repeated request is not shown it again")
    expires_at: str


class InvitationView(Outgoing):
    """An invitation as operators see it."""

    id: str
    member: str
    domains: list[str]
    contact: str
    expires_at: str
    state: Literal["OPEN", "REDEEMED", "REVOKED"]
    recovers: str | None
    redeemed: str | None

    @classmethod
    def of(cls, invitation: Invitation) -> InvitationView:
        """The view of one."""
        return cls(
            id=invitation.id,
            member=str(invitation.member),
            domains=list(invitation.domains),
            contact=invitation.contact,
            expires_at=invitation.expires_at.isoformat(timespec="seconds"),
            state=invitation.state.value,
            recovers=None if invitation.recovers is None else str(invitation.recovers),
            redeemed=None if invitation.redeemed is None else str(invitation.redeemed),
        )


class InvitationList(Outgoing):
    """All invitations, the newest first."""

    items: list[InvitationView]


class MemberNames(Incoming):
    """What the agency is called."""

    name_th: Name
    name_en: Name


class FirstSystem(Incoming):
    """The agency's first system."""

    code: str = Field(max_length=64, description="Last part of its id, e.g. clinics")
    name_th: Name
    name_en: Name
    endpoint: str | None = Field(default=None, max_length=500)


class Redeem(Incoming):
    """An agency's answer to its invitation."""

    code: str = Field(max_length=100)
    member: MemberNames | None = Field(default=None, description="Needed where the agency is new here")
    subsystem: FirstSystem
    jwks: dict[str, JsonValue] = Field(description="Public keys (JWK Set, EC P-256)")
    proofs: Annotated[list[Proof], Field(max_length=5)] = Field(description="One for each key, in the same order")


class Joined(Outgoing):
    """The agency's ids."""

    member: str
    subsystem: str


class PutSubsystem(Incoming):
    """A system of the caller's agency."""

    name_th: Name
    name_en: Name
    endpoint: str | None = Field(
        default=None, max_length=500, description="Where its services answer: {endpoint}/{code}; left out: nowhere"
    )
    active: bool = True
    delivery: Literal["push", "pull"] = "push"


class SubsystemView(Outgoing):
    """A system as its own agency sees it."""

    id: str
    name_th: str
    name_en: str
    endpoint: str | None
    active: bool
    delivery: str
    kids: list[str] = Field(description="Keys that stand in the directory now")
    domains: list[str] = Field(description="Where the agency's endpoints may be")

    @classmethod
    def of(cls, subsystem: Subsystem, domains: tuple[str, ...]) -> SubsystemView:
        """The view of one."""
        return cls(
            id=str(subsystem.id),
            name_th=subsystem.name_th,
            name_en=subsystem.name_en,
            endpoint=subsystem.endpoint,
            active=subsystem.active,
            delivery=subsystem.delivery,
            kids=[str(key["kid"]) for key in subsystem.jwks["keys"]],
            domains=list(domains),
        )


class PostKey(_OfSystem):
    """A key to add."""

    jwk: Jwk
    proof: Proof


class RetireKey(_OfSystem):
    """Until when a key holds."""

    until: AwareDatetime


class RevokeKey(_OfSystem):
    """Why a key is taken out at once."""

    reason: Reason = Field(
        default="unspecified", description="compromised: none of its signatures is to be believed, whenever made"
    )


class WhichKeys(Incoming):
    """Whose keys."""

    subsystem: str
    at: AwareDatetime | None = Field(default=None, description="Only keys whose signatures of this time hold")

    @field_validator("subsystem")
    @classmethod
    def _subsystem(cls, text: str) -> str:
        return checked(SubsystemId.parse, text)


class KeyView(Outgoing):
    """A key with the time in which it holds (OpenID Federation 1.0 §8.7.2)."""

    kid: str
    jwk: dict[str, Any]
    iat: int = Field(description="Since when (seconds)")
    exp: int | None = Field(description="Until when, or null")
    revoked: dict[str, Any] | None = Field(description="revoked_at (seconds) and reason, or null")

    @classmethod
    def of(cls, record: KeyRecord) -> KeyView:
        """The view of one."""
        return cls(**record.as_json())


class KeyList(Outgoing):
    """Keys by the time they began, present and past."""

    items: list[KeyView]


class Examine(_OfSystem):
    """Which system to examine."""


class FindingView(Outgoing):
    """What is well or not in one respect."""

    id: str
    verdict: Literal["ok", "warn", "fail"]
    message_th: str
    message_en: str
    mend_th: str
    mend_en: str

    @classmethod
    def of(cls, finding: Finding) -> FindingView:
        """The view of one."""
        return cls(
            id=finding.id,
            verdict=finding.verdict,
            message_th=finding.th,
            message_en=finding.en,
            mend_th=finding.mend_th,
            mend_en=finding.mend_en,
        )


class Report(Outgoing):
    """What the doctor found; `verdict` is the worst of it."""

    subsystem: str
    verdict: Literal["ok", "warn", "fail"]
    findings: list[FindingView]


def is_kid(text: str) -> bool:
    """Whether a path segment can be a key's id."""
    return KID.fullmatch(text) is not None
