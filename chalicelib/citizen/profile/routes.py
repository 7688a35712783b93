"""Addresses of the profile."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from chalicelib.shared.identity import CITIZEN, citizen
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from .model import Declared
from .views import Me, ProfilePatch, me

ME = "/citizen/v1/me"
WHO = [citizen(acting="profile")]


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room."""
    profiles = portal.profiles

    def shown(call: Call, retry_at: dt.datetime | None = None) -> Reply:
        now = portal.hall.now()
        profile = profiles.show(person_of(call.caller))
        return Reply(me(call.caller, profile, now, retry_at), version=profile.version)

    @room.get(
        ME,
        allow=WHO,
        answer=Me,
        summary="Who I am to the portal: each value with its source, whether it is verified, and since when",
    )
    def mine(call: Call) -> Reply:
        return shown(call)

    @room.patch(
        ME,
        allow=WHO,
        body=ProfilePatch,
        answer=Me,
        if_match=True,
        summary="Declare how I want to be called, my language, where letters shall go; null takes it back",
    )
    def declare(call: Call) -> Reply:
        body: ProfilePatch = call.body
        change = {cast(Declared, name): getattr(body, name) for name in body.model_fields_set}
        profile = profiles.declare(call.once, call.caller, call.if_match or 0, change)
        return Reply(me(call.caller, profile, portal.hall.now()), version=profile.version)

    @room.post(
        ME + "/profile/refresh",
        allow=WHO,
        answer=Me,
        summary="Ask the civil register anew; where it does not answer, what it said before is shown with its age",
    )
    def refresh(call: Call) -> Reply:
        now = portal.hall.now()
        done = profiles.refresh(call.once, call.caller)
        wait: dict[str, Any] = {}
        if done.retry_at is not None:
            wait = {"Retry-After": str(max(1, int((done.retry_at - now).total_seconds())))}
        shown_now = me(call.caller, done.profile, portal.hall.now(), done.retry_at)
        return Reply(shown_now, version=done.profile.version, headers=wait)

    @room.delete(
        ME + "/profile",
        allow=[CITIZEN],
        status=204,
        summary="Take back everything that I declared; what registers said is forgotten as well",
    )
    def forget(call: Call) -> Reply:
        profiles.forget(call.once, call.caller)
        return Reply(None)
