"""What passes between the portal and an agency's own system."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from ..definitions.link import Link
from ..definitions.model import ServiceDefinition
from ..noun import Noun
from ..office import system_of

What = Literal["filed", "withdrawn", "paid", "reversed", "settled", "licensed", "overdue"]
"""What a system is told of a case: it was filed (again); taken back; its fee paid, taken back by the bank, paid again;
its licence issued here; its decision is late, so that written reasons are owed."""


class Partner(Noun):
    """A linked service with the link that counts now."""

    definition: ServiceDefinition
    link: Link

    @property
    def system(self) -> str:
        """The system's name."""
        return system_of(self.definition.agency, self.definition.id)


class Delivery(Noun):
    """Something that a system must learn of; it is told until it says that it has it."""

    id: str = Field(description="Of the event behind it; the receiver knows a repeat by it")
    what: What
    case: str
    service: str
    agency: str
    at: str = Field(description="When it happened (ISO 8601, UTC)")
    seq: int = Field(description="Its place in the history of the case: what is older arrived late")
    tries: int = 0
    status: int | None = Field(default=None, description="HTTP status of the last answer")
    failed: str | None = Field(default=None, description="Why the last try had no answer")
    tried_at: dt.datetime | None = None
    taken_at: dt.datetime | None = Field(default=None, description="When the system had it")


class HandOver(Noun):
    """A person sent to the agency's site: good once, for two minutes."""

    jti: str
    case: str
    system: str
    expires_at: dt.datetime
    used: bool = False
