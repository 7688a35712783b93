"""All routes of the exchange."""

from __future__ import annotations

from ..shared.gdx_request import Admits, SignedGate
from ..shared.web import Room
from . import routes_directory, routes_exchanges, routes_tokens
from .service import Service
from .xroad import routes as xroad


def routes(service: Service, gate: Admits) -> Room:
    """The room with its routes.

    Args:
        service: the exchange.
        gate: decides who calls (`identity.Gate` with `service.operators` as staff).
    """
    room = Room("gdx", SignedGate(gate))
    xroad.hang(room, service)
    orders.hang(room, service)
    routes_receipts.hang(room, service)
    routes_usage.hang(room, service)
    routes_directory.hang(room, service)
    routes_tokens.hang(room, service)
    return room
