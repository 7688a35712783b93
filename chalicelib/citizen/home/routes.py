"""The address of the home page."""

from __future__ import annotations

import hashlib

from chalicelib.shared.identity import citizen
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from .views import HomeView, home_view


def hang(room: Room, portal: Citizen) -> None:
    """Hangs this route on the room."""
    hall = portal.hall

    @room.get(
        "/citizen/v1/me/home",
        allow=[citizen(acting="profile")],
        answer=HomeView,
        summary="What is new, what is due and what runs, due first; one read, 304 for the ETag of the same page",
    )
    def home(call: Call) -> Reply:
        unread, cards = hall.cards.page(person_of(call.caller))
        page = home_view(call.caller.name, unread, cards, hall.today())
        etag = f'"{hashlib.sha256(page.model_dump_json().encode()).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        given = {each.strip().removeprefix("W/") for each in call.headers.get("if-none-match", "").split(",")}
        if etag in given:
            return Reply(None, status=304, headers=headers)
        return Reply(page, headers=headers)
