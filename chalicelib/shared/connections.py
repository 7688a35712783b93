"""What an agency has connected to a platform, as a platform tells it to the exchange.

Clause 4 of the announcement on the four central platforms obliges state agencies to connect. The exchange tells
publicly who has (`/gdx/v1/obligations`); what it does not know itself it asks the platform: the neighbour in the same
process, or the platform's service `connections` (`POST /find`) as a member of the exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pydantic import Field

from .web import Incoming, Outgoing

MAX_ITEMS = 100
"""Things that are named of one agency; `count` is exact beyond."""


class Connected(Outgoing):
    """One thing: a dataset, a service for businesses or for people."""

    id: str
    title_th: str
    title_en: str


class AgencyConnections(Outgoing):
    """What one agency has connected."""

    agency: str = Field(description="Member of the exchange, e.g. TH/LOCAL/LAEMNGOP")
    count: int = Field(ge=0)
    items: list[Connected] = Field(default=[], description="Named only where one agency was asked for")


class Connections(Outgoing):
    """What agencies have connected to one platform; an agency that is not named has nothing there."""

    agencies: list[AgencyConnections]


class FindConnections(Incoming):
    """Of whom."""

    agency: str | None = Field(default=None, max_length=140, description="Left out: counts of all agencies")


class Platform(Protocol):
    """A platform that agencies connect to."""

    def connections(self, agency: str | None) -> Connections:
        """Of one agency with its items, or the counts of all.

        Raises:
            Refusal: it does not know just now.
        """
        ...


class Here:
    """A platform in this process, looked for when it is asked."""

    def __init__(self, platform: Callable[[], Platform]) -> None:
        self._platform = platform

    def connections(self, agency: str | None) -> Connections:
        """See `Platform`."""
        return self._platform().connections(agency)


def told(found: dict[str, list[Connected]], agency: str | None) -> Connections:
    """The answer of a platform from what it knows by agency."""
    wanted = sorted(found) if agency is None else [agency] if agency in found else []
    return Connections(
        agencies=[
            AgencyConnections(
                agency=each, count=len(found[each]), items=[] if agency is None else found[each][:MAX_ITEMS]
            )
            for each in wanted
        ]
    )
