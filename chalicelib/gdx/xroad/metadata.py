"""X-Road's metadata services of a provider (PR-MREST 0.8): listMethods, allowedMethods, getOpenAPI.

Any registered client may ask them of any member, without an agreement. They are answered from the directory, hand out
nothing about a person and are therefore no exchanges: unlike in X-Road they get no signature and no log entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...shared.errors import Fault, Unavailable
from ...shared.web import Call, Reply
from ..contract import PLAIN_REST, endpoints
from ..ids import BadId, ServiceId, SubsystemId
from ..model import Service
from ..refusals import NotDescribed, invalid_request, unknown_member, unknown_service
from ..rules import in_force
from ..service import Service as Exchange

ANSWERED = frozenset({"allowedMethods", "getOpenAPI", "listMethods"})
"""The metadata services of REST; X-Road's other reserved names are SOAP's, or a security server's monitoring."""

NOT_OPENAPI = "Invalid service type: REST"
"""RIA's client compares the whole message with these words, whatever language it asked for."""

REST_METHODS = (("*", "**"),)
"""X-Road's base endpoint of a REST service that has no description."""


def answered(exchange: Exchange, client: SubsystemId, provider: SubsystemId, code: str, call: Call) -> Reply:
    """The answer of a metadata service.

    Raises:
        UnknownMember, UnknownService, InvalidRequest, NotDescribed.
    """
    if exchange.directory.subsystem(provider) is None:
        raise unknown_member()
    if code == "getOpenAPI":
        return Reply(_description(exchange, provider, call))
    services = exchange.directory.services(provider)
    if code == "listMethods":
        return Reply({"service": [_listed(service, _methods(service)) for service in services]})
    allowed = {
        agreement.service: [(each.method, each.path) for each in agreement.endpoints]
        for agreement in exchange.directory.agreements_of(client)
        if agreement.service.subsystem == provider and in_force(agreement, exchange.now)
    }
    return Reply({"service": [_listed(each, allowed[each.id]) for each in services if each.id in allowed]})


def _description(exchange: Exchange, provider: SubsystemId, call: Call) -> dict[str, Any]:
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
    try:
        service = exchange.directory.service(identifier)
    except Unavailable:
        # the beginning is what RIA's client looks for, in whatever language
        english = f"Failed reading service description from {identifier}"
        raise NotDescribed(f"{english}: อ่านคำอธิบายบริการไม่ได้ในขณะนี้", f"{english}.", retry_after=5) from None
    if service is None:
        raise NotDescribed(f"ไม่พบบริการ {identifier}", f"Service not found: {identifier}")
    if service.document == PLAIN_REST:
        raise NotDescribed(NOT_OPENAPI, NOT_OPENAPI)
    return {**service.document, "servers": [{"url": f"{exchange.base_url}/r1/{identifier}"}]}


def _methods(service: Service) -> Iterable[tuple[str, str]]:
    return REST_METHODS if service.document == PLAIN_REST else endpoints(service.document)


def _listed(service: Service, allowed: Iterable[tuple[str, str]]) -> dict[str, Any]:
    system = service.id.subsystem
    return {
        "object_type": "SERVICE",
        "service_type": "REST" if service.document == PLAIN_REST else "OPENAPI",
        "xroad_instance": system.member.instance,
        "member_class": system.member.member_class.value,
        "member_code": system.member.code,
        "subsystem_code": system.code,
        "service_code": service.id.code,
        "endpoint_list": [{"method": method, "path": path} for method, path in allowed],
    }
