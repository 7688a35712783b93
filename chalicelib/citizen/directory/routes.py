"""Addresses of the list."""

from __future__ import annotations

import re
from collections import Counter

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.identity import PUBLIC, SYSTEM, officer
from chalicelib.shared.web import Call, Reply, Room

from ..service import Citizen
from ..staff import OPERATOR
from .life_events import happenings
from .model import Service
from .views import (
    CategoryCount,
    DescribeLink,
    FindServices,
    FoundServices,
    LifeEvents,
    LifeEventView,
    LinkVersion,
    ListedService,
)

KEEP = {"Cache-Control": "public, max-age=60"}


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    directory, links = citizen.services.directory, citizen.services.links
    cursors = citizen.hall.parts.cursors

    @room.get(
        "/citizen/v1/services",
        allow=[PUBLIC],
        query=FindServices,
        answer=FoundServices,
        summary="Everything that one can do with the state: rights, bills, licences, mini-apps, links, appointments",
    )
    def find(call: Call) -> Reply:
        listing = directory.listing()
        asked: FindServices = call.query
        found = [each for each in directory.search(asked.q, listing) if _fits(each, asked)]
        # a cursor is of this question and this state of the list: another one would skip or repeat
        scope = ("directory", listing.mark, asked.q, asked.kind, asked.category, asked.agency)
        start = int(cursors.read(asked.cursor, scope) or 0)
        end = start + asked.limit
        counts = Counter(each.category for each in found)
        page = FoundServices(
            items=[ListedService.of(each) for each in found[start:end]],
            total=len(found),
            categories=[CategoryCount(category=name, count=count) for name, count in sorted(counts.items())],
            missing=list(listing.missing),
            next=cursors.make(str(end), scope) if end < len(found) else None,
        )
        return Reply(page, headers=KEEP)

    @room.get(
        "/citizen/v1/life-events",
        allow=[PUBLIC],
        answer=LifeEvents,
        summary="What happens in a life, and what one can do then",
    )
    def life_events(_: Call) -> Reply:
        return Reply(LifeEvents(items=[LifeEventView.of(each) for each in happenings(directory)]), headers=KEEP)

    @room.put(
        "/citizen/v1/links/{id}",
        allow=[SYSTEM],
        body=DescribeLink,
        answer=LinkVersion,
        summary="Put a service of one's agency into the list, as a link to where it is",
    )
    def put_link(call: Call) -> Reply:
        entry = links.put(_slug(call), call.body.link(), call.caller, call.once)
        return Reply(LinkVersion(id=entry.id, version=entry.version), version=entry.version)

    @room.delete(
        "/citizen/v1/links/{id}",
        allow=[SYSTEM, officer(OPERATOR)],
        status=204,
        summary="Take a link out of the list",
    )
    def take_out(call: Call) -> Reply:
        links.take_out(call.params["id"], call.caller, call.once)
        return Reply(None)


def _fits(service: Service, asked: FindServices) -> bool:
    wanted = {"kind": asked.kind, "category": asked.category, "agency": asked.agency}
    return all(value is None or getattr(service, name) == value for name, value in wanted.items())


def _slug(call: Call) -> str:
    found = call.params["id"]
    if re.fullmatch(r"[a-z][a-z0-9-]{2,62}", found) is None:
        raise Invalid(
            "รหัสลิงก์ไม่ถูกต้อง",
            "This can be no id of a link.",
            [Fault("path:id", "อักษร a-z ตัวเลข และ - ยาว 3 ถึง 63 ตัว", "Letters a-z, digits and -, 3 to 63 of them.")],
        )
    return found
