"""The room's addresses: `/citizen/v1/me` for people, `/citizen/v1/provider` for what comes through the exchange.

Each noun hangs its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.shared.gdx_request import SignedGate
from chalicelib.shared.web import Room

if TYPE_CHECKING:
    from .service import Citizen

NOUNS = (
    "sessions",
    "profile",
    "mandates",
    "assisted",
    "home",
    "inbox",
    "channels",
    "wallet",
    "entitlements",
    "offers",
    "applications",
    "bills",
    "miniapps",
    "appointments",
    "directory",
    "consents",
    "access",
    "own_data",
)


def routes(citizen: Citizen) -> Room:
    """The room behind its gate."""
    room = Room("citizen", SignedGate(citizen.gate))
    room.nouns(__package__, [f"{noun}.routes" for noun in NOUNS], citizen)
    return room
