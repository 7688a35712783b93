"""All routes of the exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.gdx_request import Admits, SignedGate
from ..shared.web import Room

if TYPE_CHECKING:
    from .service import Service

NOUNS = (
    "xroad.routes",
    "orders.routes",
    "webhooks.routes",
    "documents.routes",
    "transparency.routes",
    "usage.routes",
    "consents.routes",
    "prefill.routes",
    "agreements.routes",
    "directory.routes",
    "services.routes",
    "onboarding.routes",
    "onboarding.routes_keys",
    "registers.routes",
    "sandbox.routes",
    "routes_tokens",
    "facade.routes",
    "facade.routes_admin",
    "insight.routes",
    "insight.routes_obligations",
)


def routes(service: Service, gate: Admits) -> Room:
    """The room with its routes.

    Args:
        service: the exchange.
        gate: decides who calls (`identity.Gate` with `service.operators` as staff).
    """
    room = Room("gdx", SignedGate(gate))
    room.nouns(__package__, NOUNS, service)
    return room
