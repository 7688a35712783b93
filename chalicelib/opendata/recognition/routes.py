"""`/opendata/v1/resources/{id}/profile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.shared.web import Call, Room

from ..actions import http
from ..rest.routes import READERS
from ..tables.addressed import TableAsked, found
from .views import TableProfileView, kept_back, profile_view

if TYPE_CHECKING:
    from ..service import Catalogue


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
