"""What callers send about mandates, and what each side sees of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, field_validator

from chalicelib.shared.problems import Bilingual
from chalicelib.shared.thai import NationalId, Text, is_national_id, mask_id
from chalicelib.shared.web import Incoming, Outgoing

from . import rules
from .model import Command, Kind, Mandate, Scope, Side, Status
from .words import SCOPES

Scopes = Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(SCOPES), description="Chosen one by one")]


def all_different(value: tuple[Scope, ...]) -> tuple[Scope, ...]:
    """The scopes, unless one stands there twice."""
    if len(set(value)) != len(value):
        raise Bilingual("มีเรื่องที่เลือกซ้ำ", "A scope stands there twice.")
    return value


class MandateBody(Incoming):
    """Who shall act for whom. Nothing is chosen beforehand."""

    kind: Kind = Field(description="agent: somebody shall act for me; guardian: I act for my child")
    whom: str = Field(description="13-digit national id of the agent, or of the child; shown to nobody", repr=False)
    scopes: Scopes
    until: Annotated[dt.date, Field(strict=False)] | None = Field(
        default=None, description="Last day, at most a year from now; for a child left out: until it is twenty"
    )

    @field_validator("whom")
    @classmethod
    def _is_pid(cls, value: str) -> str:
        if not is_national_id(value):
            raise Bilingual("เลขประจำตัวประชาชนไม่ถูกต้อง", "Not a valid 13-digit national id.")
        return value

    _different = field_validator("scopes")(all_different)


class ActingTokenBody(Incoming):
    """What one wants to do with an acting token: some of the mandate's scopes."""

    scopes: Scopes

    _different = field_validator("scopes")(all_different)


class ActingToken(Outgoing):
    """An access token with which one acts for another (RFC 8693 s.2.2.1)."""

    access_token: str
    issued_token_type: str = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 # a kind, no secret
    token_type: str = "Bearer"  # noqa: S105 # a kind, no secret
    expires_in: int = Field(description="Seconds")
    scope: str = Field(description="Scopes, separated by spaces")


class ScopeView(Outgoing):
    """A scope and what it lets somebody do."""

    code: Scope
    name: Text


class MandateCard(Outgoing):
    """A mandate without anybody's name: what a command answers."""

    id: str
    version: int
    kind: Kind
    side: Side = Field(description="person: they act for me; actor: I act for them")
    status: Status
    scopes: tuple[ScopeView, ...]
    until: dt.date = Field(description="Last day (Thailand)")
    made_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    commands: tuple[Command, ...] = Field(description="What the caller may do with it now")


class MandateView(MandateCard):
    """A mandate with the name of the other side."""

    other_name: str | None = Field(description="Who acts for me (once they accepted), or for whom I act")
    other_id: str | None = Field(description="Last digits of the id that I typed, so that a mistake is seen")


class MandatePage(Outgoing):
    """A page of mandates, newest first."""

    items: list[MandateView]
    next: str | None


def scopes_of(scopes: tuple[Scope, ...]) -> tuple[ScopeView, ...]:
    """Scopes with their words."""
    return tuple(ScopeView(code=scope, name=SCOPES[scope]) for scope in scopes)


def _card(mandate: Mandate, side: Side, today: dt.date) -> dict[str, object]:
    same = ("id", "version", "kind", "until", "made_at", "answered_at", "ended_at")
    return {
        **{name: getattr(mandate, name) for name in same},
        "side": side,
        "status": rules.standing(mandate, today),
        "scopes": scopes_of(mandate.scopes),
        "commands": rules.commands(mandate, side, today),
    }


def card(mandate: Mandate, side: Side, today: dt.date) -> MandateCard:
    """A mandate without names."""
    return MandateCard.model_validate(_card(mandate, side, today))


def whole(mandate: Mandate, side: Side, today: dt.date) -> MandateView:
    """A mandate for one of its sides; the id is shown, masked, to whoever typed it."""
    typed = (mandate.kind == "guardian") == (side == "actor")
    other_pid = mandate.actor_pid if side == "person" else mandate.person_pid
    return MandateView.model_validate(
        {
            **_card(mandate, side, today),
            "other_name": mandate.actor_name if side == "person" else mandate.person_name,
            "other_id": mask_id(NationalId(other_pid)) if typed else None,
        }
    )
