"""`/opendata/v1/resources/{id}/joins`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from chalicelib.shared.web import Call, Room

from ..actions import http
from ..rest.routes import READERS
from .views import JoinsAsked, JoinsView, view

if TYPE_CHECKING:
    from ..service import Catalogue


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs this route on the room."""

    @room.get(
        "/opendata/v1/resources/{id}/joins",
        allow=READERS,
        credentials=http.credentials,
        query=JoinsAsked,
        answer=JoinsView,
        summary="What a table can be joined with: columns, expected share of matches, ready SQL",
    )
    def joins(call: Call) -> JoinsView:
        asked: JoinsAsked = call.query
        return view(
            catalogue.insight.joins.of(
                call.caller, unquote(call.params["id"]), limit=asked.limit, version=asked.version, as_of=asked.as_of
            )
        )
