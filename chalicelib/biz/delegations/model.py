"""The noun: a power of attorney, from its offer to its end."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.journal import Head

from ..model import Act, Power
from ..noun import Noun

Status = Literal["offered", "accepted", "declined", "revoked", "resigned"]
Standing = Literal["offered", "accepted", "declined", "revoked", "resigned", "expired"]
Command = Literal["accept", "decline", "revoke", "resign"]
Side = Literal["grantor", "agent"]


class Delegation(Noun):
    """A power of attorney (CCC s.797, Administrative Procedure Act s.24; neither compared with the gazetted text).

    It is an offer until the agent accepts it, and lets nobody do anything before.
    """

    id: str
    version: int = 1
    grantor: str = Field(description="Pseudonym of the person who gives it, for themselves or for their company")
    agent: str = Field(description="Pseudonym of the person who may act")
    juristic_id: str | None = Field(description="For which company; null: for the grantor alone")
    services: tuple[str, ...] = Field(description="Which services; none named: all")
    acts: tuple[Act, ...]
    until: dt.date = Field(description="Last day")
    ial: str = Field(description="Identity assurance of the grantor's login")
    status: Status = "offered"
    offered_at: dt.datetime
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    head: Head = Head()

    grantor_pid: str = Field(repr=False)
    grantor_name: str = Field(repr=False)
    agent_pid: str = Field(repr=False)
    agent_name: str | None = Field(default=None, repr=False, description="Known from the acceptance on, not before")
    note: str = Field(default="", repr=False)

    @property
    def power(self) -> Power:
        """What it lets the agent do while it is accepted."""
        return Power(
            delegation=self.id,
            grantor=self.grantor,
            agent=self.agent,
            juristic_id=self.juristic_id,
            services=self.services,
            acts=self.acts,
            until=self.until,
        )

    def side(self, person: str) -> Side | None:
        """On which side of it somebody stands."""
        sides: dict[str, Side] = {self.grantor: "grantor", self.agent: "agent"}
        return sides.get(person)


class Done(Noun):
    """One thing that the agent did."""

    at: dt.datetime
    what: str = Field(description="Type of the event in the case's history")
    case: str
    service: str
