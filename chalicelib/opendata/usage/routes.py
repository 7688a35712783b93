"""`/opendata/v1/usage`."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Incoming, Outgoing, Room

from ..service import Catalogue


class Asked(Incoming):
    """Of which dataset."""

    dataset: str = Field(min_length=1, max_length=100, description="Id or name")


class Usage(Outgoing):
    """How often a dataset was looked at, downloaded and queried."""

    dataset: str
    totals: dict[str, int]
    days: dict[str, dict[str, int]] = Field(description="The last month, by day in Thailand; today so far")


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs this route on the room."""

    @room.get(
        "/opendata/v1/usage",
        allow=[PUBLIC],
        query=Asked,
        answer=Usage,
        summary="How often a public dataset was looked at, downloaded and queried",
    )
    def usage(call: Call) -> Usage:
        package, _ = catalogue.packages.find(call.caller, call.query.dataset)
        totals, days = catalogue.usage.of(package.id, catalogue.parts.clock())
        return Usage(dataset=package.id, totals=totals, days=dict(sorted(days.items())))
