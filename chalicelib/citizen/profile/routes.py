"""Addresses of the profile."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.identity import CITIZEN
from chalicelib.shared.web import Call, Outgoing, Room

from ..service import Citizen


class Me(Outgoing):
    """The person, as the login of this moment says; nothing of it is kept."""

    name: str
    ial: str = Field(description="Identity assurance level of the login")


def add(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""

    @room.get("/citizen/v1/me", allow=[CITIZEN], answer=Me, summary="Who the login says I am (nothing is kept)")
    def me(call: Call) -> Me:
        return Me(name=call.caller.name, ial=call.caller.ial)
