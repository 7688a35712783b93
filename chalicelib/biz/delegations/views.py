"""What callers send about powers of attorney, and what each side sees of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, field_validator

from chalicelib.shared.problems import Bilingual
from chalicelib.shared.thai import NationalId, is_juristic_id, is_national_id, mask_id
from chalicelib.shared.web import Incoming, Outgoing

from ..asked import PageQuery
from ..model import Act
from . import rules
from .model import Command, Delegation, Done, Side, Standing

MAX_SERVICES = 30
MAX_NOTE = 500


class GrantBody(Incoming):
    """A power of attorney that the caller gives."""

    agent: str = Field(description="13-digit national id of the person who shall act; shown to nobody")
    juristic_id: str | None = Field(default=None, description="For a company that the caller directs, its number")
    services: tuple[Annotated[str, Field(max_length=63)], ...] | Literal["all"] = Field(
        description="Ids of services, or all"
    )
    acts: Annotated[tuple[Act, ...], Field(min_length=1, max_length=6)] = Field(
        description="fill (open and fill), file, pay, withdraw, receive (licence and receipt), reuse (documents of "
        "earlier applications)"
    )
    until: Annotated[dt.date, Field(strict=False)] = Field(description="Last day, at most a year from now")
    note: Annotated[str, Field(max_length=MAX_NOTE)] = Field(default="", description="For both sides; sent to nobody")

    @field_validator("agent")
    @classmethod
    def _is_pid(cls, value: str) -> str:
        if not is_national_id(value):
            raise Bilingual("เลขประจำตัวประชาชนไม่ถูกต้อง", "Not a valid 13-digit national id.")
        return value

    @field_validator("juristic_id")
    @classmethod
    def _is_number(cls, value: str | None) -> str | None:
        if value is not None and not is_juristic_id(value):
            raise Bilingual("เลขทะเบียนนิติบุคคลไม่ถูกต้อง", "Not a valid 13-digit juristic number.")
        return value

    @field_validator("services")
    @classmethod
    def _are_some(cls, value: tuple[str, ...] | str) -> tuple[str, ...] | str:
        if not 1 <= len(value) <= MAX_SERVICES:
            raise Bilingual(
                f"ระบุบริการ 1 ถึง {MAX_SERVICES} รายการ หรือ all", f"Name 1 to {MAX_SERVICES} services, or all."
            )
        return value

    @field_validator("acts")
    @classmethod
    def _are_different(cls, value: tuple[Act, ...]) -> tuple[Act, ...]:
        if len(set(value)) != len(value):
            raise Bilingual("มีรายการที่ซ้ำกัน", "An entry stands there twice.")
        return value


class SideQuery(PageQuery):
    """Which powers of attorney."""

    side: Literal["grantor", "agent"] = Field(default="grantor", description="Those one gave, or those one was given")


class DelegationCard(Outgoing):
    """A power of attorney without anybody's name: what a command answers."""

    id: str
    version: int
    side: Side = Field(description="On which side of it the caller stands")
    status: Standing
    juristic_id: str | None = Field(description="For which company; null: for the grantor alone")
    services: tuple[str, ...] | Literal["all"]
    acts: tuple[Act, ...]
    until: dt.date
    offered_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    commands: tuple[Command, ...] = Field(description="What the caller may do with it now")


class DelegationSummary(DelegationCard):
    """A power of attorney in one's own list."""

    grantor_name: str
    agent_name: str | None = Field(description="Known once the agent accepted")
    agent_id: str | None = Field(description="Last digits of the agent's national id, for the grantor")
    note: str


class DelegationView(DelegationSummary):
    """A whole power of attorney, with what was done by it."""

    done: tuple[Done, ...] = Field(description="The newest 50 things that the agent did, newest first")


class DelegationPage(Outgoing):
    """A page of powers of attorney."""

    items: list[DelegationSummary]
    next: str | None


def _card(delegation: Delegation, side: Side, today: dt.date) -> dict[str, object]:
    same = ("id", "version", "juristic_id", "acts", "until", "offered_at", "answered_at", "ended_at")
    return {
        **{name: getattr(delegation, name) for name in same},
        "side": side,
        "status": rules.standing(delegation, today),
        "services": delegation.services or "all",
        "commands": rules.commands(delegation, side, today),
    }


def card(delegation: Delegation, side: Side, today: dt.date) -> DelegationCard:
    """A power without names."""
    return DelegationCard.model_validate(_card(delegation, side, today))


def _summary(delegation: Delegation, side: Side, today: dt.date) -> dict[str, object]:
    return {
        **_card(delegation, side, today),
        "grantor_name": delegation.grantor_name,
        "agent_name": delegation.agent_name,
        "agent_id": mask_id(NationalId(delegation.agent_pid)) if side == "grantor" else None,
        "note": delegation.note,
    }


def summary(delegation: Delegation, side: Side, today: dt.date) -> DelegationSummary:
    """A power in somebody's list."""
    return DelegationSummary.model_validate(_summary(delegation, side, today))


def whole(delegation: Delegation, side: Side, today: dt.date, done: list[Done]) -> DelegationView:
    """A power with what was done by it."""
    return DelegationView.model_validate({**_summary(delegation, side, today), "done": tuple(done)})
