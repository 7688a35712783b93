"""X-Road REST v1 at the domain root (PR-REST 1.0.4, PR-MREST 0.8): `/r1/...` and `/listClients`."""

from __future__ import annotations

from typing import Any

from ...shared.errors import Fault, NotFound
from ...shared.identity import PUBLIC, SYSTEM
from ...shared.web import Call, Reply, Room
from ..contract import endpoints
from ..ids import INSTANCE, BadId, MemberId, ServiceId, SubsystemId
from ..model import Ask, Member, Service, Subsystem
from ..refusals import invalid_request, unknown_member, unknown_service
from ..rules import checked_case
from ..service import Service as Exchange
from . import message
from .errors import dialect, spoken
from .paths import METHODS, checked_query, decoded

DEPTH = 6
"""Segments below a service at most: API routes have a fixed depth, because Chalice has no greedy parameter."""

LIMIT = 4 * 1024 * 1024
"""Bytes of a request body; a Lambda takes 6 MB in base64."""

_BASE = "/r1/{instance}/{member_class}/{member}/{subsystem}"
_METADATA = frozenset({"listMethods", "allowedMethods", "getOpenAPI"})


class ServiceNotFound(NotFound):
    """`getOpenAPI` for a service that is not there; X-Road's clients match type and message."""

    code = "server.serverproxy.internal_error"


def hang(room: Room, exchange: Exchange) -> None:
    """Hangs X-Road's routes on the room."""

    def call_service(call: Call) -> Reply:
        provider = _provider(call)
        client = message.client_of(call.headers, call.caller.id)
        code = decoded(call.params["service"])
        if code in _METADATA and call.request.method == "GET" and "p1" not in call.params:
            return _metadata(exchange, client, provider, code, call)
        return _exchanged(exchange, client, _service(provider, code), call)

    for depth in range(DEPTH + 1):
        path = "/".join([f"{_BASE}/{{service}}", *(f"{{p{at}}}" for at in range(1, depth + 1))])
        for method in sorted(METHODS):
            room.route(
                method,
                path,
                allow=[SYSTEM],
                summary="Call a service of another member (X-Road REST v1)",
                raw=True,
                limit=LIMIT,
                dialect=dialect,
                hidden=depth > 1,
            )(spoken(call_service))

    @room.get(
        "/listClients", allow=[PUBLIC], summary="Members and subsystems of this exchange (X-Road)", dialect=dialect
    )
    def list_clients(call: Call) -> Reply:
        asked = call.query.get("xRoadInstance", INSTANCE)
        everyone = exchange.directory.everyone() if asked == INSTANCE else []
        names = {str(each.id): each.name_th for each in everyone if isinstance(each, Member)}
        return Reply({"member": [_client(each, names) for each in everyone]})


def _exchanged(exchange: Exchange, client: SubsystemId, service: ServiceId, call: Call) -> Reply:
    headers = message.onward(call.headers)
    message_id = message.message_id_of(call.headers)
    request_id = message.new_request_id()
    query = checked_query(call.request.query_string)
    ask = Ask(
        client=client,
        service=service,
        method=call.request.method,
        path="".join(f"/{call.params[name]}" for name in _rest(call)),
        query=query,
        body=call.raw,
        headers={**headers, "x-road-request-id": request_id},
        message_id=message_id,
        purpose=call.headers.get("x-gdx-purpose"),
        case=checked_case(call.headers.get("x-road-issue")),
    )
    outcome = exchange.exchanges.run(ask)
    target = f"{call.request.path}?{query}" if query else call.request.path
    hashed = message.request_hash(ask.method, target, headers, ask.body, request_id=request_id, message_id=message_id)
    told = dict(outcome.headers)
    media_type = told.pop("content-type", None)
    if "cache-control" in told:
        told["Cache-Control"] = told.pop("cache-control")
    told |= message.echo(str(client), str(service), message_id, request_id, hashed)
    told |= {"x-gdx-exchange": outcome.id, "x-gdx-at": outcome.at, "x-gdx-receipt": outcome.receipt}
    if outcome.repeated:
        told["x-gdx-repeated"] = "true"
    return Reply(outcome.body or None, status=outcome.status, headers=told, media_type=media_type)


def _metadata(exchange: Exchange, client: SubsystemId, provider: SubsystemId, code: str, call: Call) -> Reply:
    if exchange.directory.subsystem(provider) is None:
        raise unknown_member()
    if code == "getOpenAPI":
        return Reply(_described(exchange, provider, call))
    services = exchange.directory.services(provider)
    if code == "allowedMethods":
        allowed = {
            str(agreement.service): agreement
            for agreement in exchange.directory.agreements_of(client)
            if agreement.service.subsystem == provider
        }
        return Reply(
            {
                "service": [
                    _listed(service, [(each.method, each.path) for each in allowed[str(service.id)].endpoints])
                    for service in services
                    if str(service.id) in allowed
                ]
            }
        )
    return Reply({"service": [_listed(service, endpoints(service.document)) for service in services]})


def _described(exchange: Exchange, provider: SubsystemId, call: Call) -> dict[str, Any]:
    code = call.query.get("serviceCode")
    if not code:
        raise invalid_request(
            "ต้องระบุ serviceCode",
            "Missing request parameter serviceCode.",
            [Fault("query:serviceCode", "ต้องระบุ", "Mandatory here.")],
        )
    try:
        identifier = ServiceId.parse(f"{provider}/{code}")
    except BadId:
        raise unknown_service() from None
    service = exchange.directory.service(identifier)
    if service is None:
        raise ServiceNotFound(f"ไม่พบบริการ {identifier}", f"Service not found: {identifier}")
    return {**service.document, "servers": [{"url": f"{exchange.base_url}/r1/{identifier}"}]}


def _provider(call: Call) -> SubsystemId:
    parts = [decoded(call.params[name]) for name in ("instance", "member_class", "member", "subsystem")]
    if any("/" in part for part in parts):
        raise unknown_member()
    try:
        return SubsystemId.parse("/".join(parts))
    except BadId:
        raise unknown_member() from None


def _service(provider: SubsystemId, code: str) -> ServiceId:
    try:
        return ServiceId.parse(f"{provider}/{code}")
    except BadId:
        raise unknown_service() from None


def _rest(call: Call) -> list[str]:
    return [f"p{at}" for at in range(1, DEPTH + 1) if f"p{at}" in call.params]


def _listed(service: Service, allowed: list[tuple[str, str]]) -> dict[str, Any]:
    system = service.id.subsystem
    return {
        "object_type": "SERVICE",
        "service_type": "OPENAPI",
        "xroad_instance": INSTANCE,
        "member_class": system.member.member_class.value,
        "member_code": system.member.code,
        "subsystem_code": system.code,
        "service_code": service.id.code,
        "endpoint_list": [{"method": method, "path": path} for method, path in allowed],
    }


def _client(each: Member | Subsystem, names: dict[str, str]) -> dict[str, Any]:
    member: MemberId = each.id if isinstance(each, Member) else each.id.member
    identifier = {
        "object_type": "MEMBER" if isinstance(each, Member) else "SUBSYSTEM",
        "xroad_instance": INSTANCE,
        "member_class": member.member_class.value,
        "member_code": member.code,
    }
    if isinstance(each, Member):
        return {"id": identifier, "name": each.name_th}
    named = {"name": names.get(str(member), ""), "subsystem_name": each.name_th}
    return {"id": {**identifier, "subsystem_code": each.id.code}, **named}
