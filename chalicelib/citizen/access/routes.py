"""Addresses of the access log."""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN
from chalicelib.shared.web import Call, Room

from ..hall import pid_of
from ..paging import Paging
from ..service import Citizen
from .log import as_list
from .views import UsageList


def add(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/citizen/v1/me/access-log",
        allow=[CITIZEN],
        query=Paging,
        answer=UsageList,
        summary="Which agencies asked about me, what for and by which law",
    )
    def access_log(call: Call) -> UsageList:
        return as_list(citizen.access_log.entries(pid_of(call.caller), call.query.cursor, call.query.limit))
