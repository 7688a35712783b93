"""`/opendata/v1/resources/{id}/profile`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from chalicelib.shared.web import Call, Room

from ..actions import http
from ..rest.routes import READERS
from .views import TableAsked, TableProfileView, kept_back, profile_view

if TYPE_CHECKING:
    from ..service import Catalogue
    from ..tables.source import Source


def found(catalogue: Catalogue, call: Call) -> Source:
    """The table that an address names.

    Raises:
        NotFound, Rejected.
    """
    asked: TableAsked = call.query
    named = unquote(call.params["id"])
    address = f"{named}/{asked.table}" if asked.table else named
    return catalogue.sources.find(call.caller, address, version=asked.version, as_of=asked.as_of)


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs this route on the room."""

    @room.get(
        "/opendata/v1/resources/{id}/profile",
        allow=READERS,
        credentials=http.credentials,
        query=TableAsked,
        answer=TableProfileView,
        summary="What a table's columns hold and what their values are like",
    )
    def profile(call: Call) -> TableProfileView:
        source = found(catalogue, call)
        insight = catalogue.insight
        recognised = insight.reports.recognised(source.table)
        back = kept_back(insight.reports.of(source.table), recognised)
        return profile_view(source, insight.charts.profile(source), recognised, back)
