"""Addresses of the sessions."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Outgoing, Reply, Room

from ..service import Citizen

CACHED = {"Cache-Control": "public, max-age=300"}


class SessionKeySet(Outgoing):
    """JWK Set (RFC 7517) of the keys of Klang's own access tokens."""

    keys: list[dict[str, Any]]


def add(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/citizen/v1/jwks.json",
        allow=[PUBLIC],
        answer=SessionKeySet,
        summary="Public keys of the portal's access tokens",
    )
    def keys(call: Call) -> Reply:
        return Reply(SessionKeySet.model_validate(citizen.sessions.tokens.jwks()), headers=CACHED)
