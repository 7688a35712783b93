"""All routes of the Biz room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.shared.gdx_request import SignedGate
from chalicelib.shared.web import Room

if TYPE_CHECKING:
    from .service import Biz

NOUNS = (
    "routes_public",
    "guide.routes",
    "cases.routes_applicant",
    "cases.routes_case",
    "delegations.routes",
    "officers.routes",
    "definitions.routes",
    "notices.routes",
    "officers.routes_delays",
    "licences.routes",
    "payments.routes",
    "bundles.routes",
    "linked.routes",
)


def routes(biz: Biz) -> Room:
    """The room with its routes, by caller: everybody, applicants, readers of one case, officers."""
    room = Room("biz", SignedGate(biz.gate))
    room.nouns(__package__, NOUNS, biz)
    return room
