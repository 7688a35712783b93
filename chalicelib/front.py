"""The front door: what every platform answers whatever rooms it opens: health, the API's description, its pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .shared.identity import NOBODY, PUBLIC, Allow, Caller
from .shared.ids import utc_now
from .shared.web import Call, Outgoing, Reply, Room

if TYPE_CHECKING:
    from .status.store import Board

SWAGGER_UI = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.17.14"


class Health(Outgoing):
    """Ready to serve, and which platforms are open here."""

    status: str
    platforms: list[str]


class OpenDoor:
    """A gate that asks nobody who they are."""

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """Everyone, as nobody in particular."""
        return NOBODY


def front(
    rooms: Sequence[Room],
    *,
    server: str,
    boards: Mapping[str, Board] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Room:
    """The front door of a process that opens these rooms.

    Args:
        rooms: what is described.
        server: its address.
        boards: how the platforms are, by platform.
        clock: tells the time.
    """
    door = Room("front", OpenDoor())
    described: list[dict[str, Any]] = []

    @door.get("/health", allow=[PUBLIC], answer=Health, summary="Is the service up, and which platforms are open here")
    def health(_: Call) -> Health:
        return Health(status="ok", platforms=[room.name for room in rooms])

    @door.get("/openapi.json", allow=[PUBLIC], summary="This API as OpenAPI 3.1")
    def openapi(_: Call) -> Reply:
        from .shared.openapi import document

        if not described:
            described.append(document([door, *rooms], server=server))
        return Reply(described[0], headers={"Cache-Control": "public, max-age=300"})

    @door.get("/docs", allow=[PUBLIC], media="text/html", summary="This API as a page to read and try")
    def docs(_: Call) -> Reply:
        return Reply(_PAGE, headers={"Cache-Control": "public, max-age=300"})

    def status() -> None:
        from .status.routes import hang

        hang(door, boards or {}, clock)

    door.noun("status", status)
    return door


_PAGE = f"""<!doctype html>
<html lang="th"><head><meta charset="utf-8"><title>Klang API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{SWAGGER_UI}/swagger-ui.css"></head>
<body><div id="ui"><p>Klang (กลาง): <a href="/openapi.json">OpenAPI 3.1</a></p></div>
<script src="{SWAGGER_UI}/swagger-ui-bundle.js"></script>
<script>if (window.SwaggerUIBundle) SwaggerUIBundle({{url: "/openapi.json", dom_id: "#ui"}});</script>
</body></html>
"""
