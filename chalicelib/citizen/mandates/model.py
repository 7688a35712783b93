"""A mandate, from its offer to its end."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.journal import Head

from ..model import Noun

Scope = Literal["profile", "inbox", "entitlements", "applications", "bills", "wallet", "consents", "appointments"]
"""What one may do for somebody. To give consents, to show credentials, to name devices or agents, and to take a copy
of everything or have it erased, is in none of them: a person does that themself."""

Kind = Literal["agent", "guardian"]
Side = Literal["person", "actor"]
Status = Literal["offered", "held", "declined", "ended", "expired"]
Command = Literal["accept", "decline", "end"]


class Mandate(Noun):
    """What lets one person act for another.

    An `agent` was chosen by the person and has accepted; a `guardian` is a parent as the civil register says, of a
    child who is not sui juris yet.
    """

    id: str
    version: int = 1
    kind: Kind
    person: str = Field(description="Pseudonym of the person for whom somebody acts")
    actor: str = Field(description="Pseudonym of who acts")
    scopes: tuple[Scope, ...]
    until: dt.date = Field(description="Last day (Thailand)")
    status: Status
    made_at: dt.datetime
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    ended_by: Side | Literal["register"] | None = None
    head: Head = Head()

    person_pid: str = Field(repr=False)
    person_name: str = Field(repr=False)
    actor_pid: str = Field(repr=False)
    actor_name: str | None = Field(default=None, repr=False, description="Known once they accepted, not before")

    def side(self, who: str) -> Side | None:
        """On which side of it somebody stands."""
        sides: dict[str, Side] = {self.person: "person", self.actor: "actor"}
        return sides.get(who)
