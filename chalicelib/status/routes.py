"""`GET /status`, for everybody: as JSON for machines, as a page for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from ..shared import press
from ..shared.errors import Unavailable
from ..shared.identity import PUBLIC
from ..shared.web import Call, Reply, Room
from .page import TEMPLATES, page
from .store import Board
from .views import StatusAnswer, StatusOfPlatform, answer, of_platform

PATH = "/status"
MEDIA_TYPE = "application/health+json"
HEADERS = {"Cache-Control": "public, max-age=30", "Vary": "Accept, Accept-Language"}
"""Whoever is worried asks often: half a minute is fresh enough for what is measured each minute."""
RETRY_AFTER = {"Retry-After": "60"}
"""With a 503: what is told may be another after the next measurement (RFC 9110 section 10.2.3, seconds)."""


def hang(door: Room, boards: Mapping[str, Board], clock: Callable[[], datetime]) -> None:
    """Hangs the route on the front door.

    Args:
        door: of this process.
        boards: by platform.
        clock: tells the time.
    """

    @door.get(
        PATH,
        allow=[PUBLIC],
        answer=StatusAnswer,
        media=MEDIA_TYPE,
        summary="Which parts of the platforms at this address work, and what is announced; JSON, or a page for people",
    )
    def status(call: Call) -> Reply:
        now = clock()
        told = answer([_looked(platform, board, now) for platform, board in boards.items()], now)
        code, headers = (503, {**HEADERS, **RETRY_AFTER}) if told.status == "fail" else (200, HEADERS)
        if not press.accepts_html(call.request):
            return Reply(told, status=code, headers=headers, media_type=MEDIA_TYPE)
        language = press.language_of(call.request)
        headers = {**press.headers(language, TEMPLATES, forms="'none'"), **headers}
        return Reply(page(told, language), status=code, headers=headers, media_type="text/html")


def _looked(platform: str, board: Board, now: datetime) -> StatusOfPlatform:
    try:
        return of_platform(platform, board.read(), now)
    except Unavailable:
        return of_platform(platform, None, now)
