"""`/ws/...`: the calls of the Thai gateway's existing clients.

The routes are public to the edge, because these clients know no access token: the façade itself asks for key and token
before anything else. No query string of these routes is logged, measured or repeated in an error.
"""

from __future__ import annotations

from typing import Any

from ...shared.errors import Malformed
from ...shared.gdx_request import SIGNED
from ...shared.identity import PUBLIC
from ...shared.paces import Pace
from ...shared.web import Call, Reply, Room
from ..service import Service
from ..told import told
from ..xroad.paths import decoded
from .door import parameters
from .errors import dialect
from .views import ConsumerAnswer, ConsumerQuestion

LIMIT = 1024 * 1024
"""Bytes of a request body."""
VALIDATE = "/ws/auth/validate"
VALIDATIONS = Pace("validations", 600)
"""Keys and secrets that one network may try in a minute; a data centre with many old clients is one network."""


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    facade = service.facade

    @room.get(
        VALIDATE,
        allow=[PUBLIC],
        pace=VALIDATIONS,
        dialect=dialect,
        summary="Token for a consumer key and secret (Thai gateway)",
    )
    def validate(call: Call) -> Reply:
        given = parameters(call.request.query, "", b"")
        return _token(call, given)

    @room.post(
        VALIDATE,
        allow=[PUBLIC],
        pace=VALIDATIONS,
        raw=True,
        limit=16 * 1024,
        dialect=dialect,
        summary="Token for a consumer key and secret, which stay out of the address (preferred)",
    )
    def validate_by_body(call: Call) -> Reply:
        if call.request.query_string:
            raise Malformed("โปรดส่งในเนื้อความเท่านั้น", "Send them in the body only, not in the address.")
        return _token(call, parameters({}, call.headers.get("content-type", ""), call.raw))

    def call_service(call: Call) -> Reply:
        session = facade.sessions.holder(call.headers.get("consumer-key"), call.headers.get("token"))
        given = parameters(call.request.query, call.headers.get("content-type", ""), call.raw)
        agency, *path = [decoded(part) for part in call.request.path.removeprefix("/ws/").split("/")]
        outcome, body, media_type = facade.door.run(session, call.request.method, agency, path, given, call.headers)
        return Reply(body or None, status=outcome.status, headers=told(outcome), media_type=media_type)

    def _token(call: Call, given: dict[str, Any]) -> Reply:
        secret, agent = (given.get(name) for name in ("ConsumerSecret", "AgentID"))
        if not isinstance(secret, str | None) or not isinstance(agent, str | None):
            raise Malformed("ConsumerSecret และ AgentID ต้องเป็นข้อความ", "ConsumerSecret and AgentID must be text.")
        return Reply({"Result": facade.sessions.open(call.headers.get("consumer-key"), secret, agent)})

    @room.post(
        "/gdx/v1/provider/consumers/find",
        allow=[SIGNED],
        vouched=service.requests.of("consumers"),
        body=ConsumerQuestion,
        answer=ConsumerAnswer,
        summary="Service TH/CENTRAL/DGA/gdx/consumers: whom a Consumer-Key and its Token stand for (exchange only)",
    )
    def find_consumer(call: Call) -> ConsumerAnswer:
        return facade.sessions.introspect(call.body.consumer_key, call.body.token)

    for method in ("GET", "POST"):
        room.route(
            method,
            "/ws/{agency}/{path+}",
            allow=[PUBLIC],
            summary="Call a service as a client of the Thai gateway (Consumer-Key and Token)",
            raw=True,
            limit=LIMIT,
            dialect=dialect,
        )(call_service)
