"""All routes of the exchange."""

from __future__ import annotations

from ..shared.gdx_request import Admits, SignedGate
from ..shared.web import Room
from . import routes_tokens
from .agreements import routes as agreements
from .consents import routes as consents
from .directory import routes as directory
from .documents import routes as documents
from .facade import routes as facade
from .facade import routes_admin as facade_admin
from .insight import routes as insight
from .insight import routes_obligations as obligations
from .onboarding import routes as onboarding
from .onboarding import routes_keys as keys
from .orders import routes as orders
from .prefill import routes as prefill
from .registers import routes as registers
from .sandbox import routes as sandbox
from .service import Service
from .services import routes as services
from .transparency import routes as transparency
from .usage import routes as usage
from .webhooks import routes as webhooks
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
    webhooks.hang(room, service)
    documents.hang(room, service)
    transparency.hang(room, service.transparency)
    usage.hang(room, service)
    consents.hang(room, service)
    prefill.hang(room, service)
    agreements.hang(room, service)
    directory.hang(room, service)
    services.hang(room, service)
    onboarding.hang(room, service)
    keys.hang(room, service)
    registers.hang(room, service.registers, service.base_url)
    sandbox.hang(room, service.sandbox, service.base_url)
    routes_tokens.hang(room, service)
    facade.hang(room, service)
    facade_admin.hang(room, service)
    insight.hang(room, service)
    obligations.hang(room, service)
    return room
