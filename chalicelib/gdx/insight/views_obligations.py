"""What goes in and out of `/gdx/v1/obligations`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ...shared.connections import Connected
from ...shared.thai import Text
from ...shared.web import Incoming, Outgoing
from .duties import PlatformName, State
from .obligations import Duty, Standing


class AskObligations(Incoming):
    """A page."""

    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=20, ge=1, le=50)


class StandingView(Outgoing):
    """How an agency stands with one platform."""

    platform: PlatformName
    state: State
    count: int | None = Field(description="Things connected; null: the platform does not say")
    parts: dict[str, int] = Field(description="The same by kind, on the exchange itself")
    items: list[Connected] = Field(description="By name, where one agency was asked for")
    missing: list[Text] = Field(description="What the agency has to do")
    as_of: str | None = Field(description="When this was learned")

    @classmethod
    def of(cls, standing: Standing) -> StandingView:
        """As shown."""
        return cls(
            platform=standing.platform,
            state=standing.state,
            count=standing.count,
            parts=dict(standing.parts),
            items=list(standing.items),
            missing=list(standing.missing),
            as_of=None if standing.as_of is None else standing.as_of.isoformat(timespec="seconds"),
        )


class DutyView(Outgoing):
    """An agency and the four platforms."""

    agency: str
    name_th: str
    name_en: str
    complete: bool | Literal["unknown"] = Field(description="Whether all four are connected")
    platforms: list[StandingView]

    @classmethod
    def of(cls, duty: Duty) -> DutyView:
        """As shown."""
        states = [standing.state for standing in duty.standings]
        complete: bool | Literal["unknown"] = "missing" not in states
        return cls(
            agency=str(duty.member.id),
            name_th=duty.member.name_th,
            name_en=duty.member.name_en,
            complete="unknown" if complete and "unknown" in states else complete,
            platforms=[StandingView.of(standing) for standing in duty.standings],
        )


class Duties(Outgoing):
    """Agencies."""

    items: list[DutyView]
    next: str | None
