"""Exchanges in the record shape of X-Road's operational monitoring (PR-OPMON, annex B).

Field names and units are X-Road's: times in milliseconds since 1970, sizes in bytes. Left out, although the shape has
them: the addresses and IP of a security server (there is none), `messageUserId` (a person), and everything of SOAP.
`restPath` is the path of the service's description (`/people/{id}`), never the path that was called. `faultString`
is the refusal's own text, which never holds a value of the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ...shared.storage import Item
from ..ids import ServiceId, SubsystemId

Side = Literal["Client", "Producer"]

_KEPT = ("requestInTs", "requestOutTs", "responseInTs", "responseOutTs", "requestSize", "responseSize", "restMethod")
_MORE = ("restPath", "statusCode", "succeeded", "faultCode", "faultString", "xRequestId")


def record(item: Item, side: Side) -> dict[str, Any]:
    """One exchange.

    Args:
        item: the row of an exchange (`LEAF`) or of a refused one (`FAULT#`).
        side: `Client` for the consumer's view, `Producer` for the provider's.
    """
    consumer, service, message_id, case = parties(item)
    kept: Mapping[str, Any] = item.data.get("monitor", item.data)
    member, provider = consumer.member, service.subsystem.member
    out: dict[str, Any] = {
        "securityServerType": side,
        "clientXRoadInstance": member.instance,
        "clientMemberClass": member.member_class.value,
        "clientMemberCode": member.code,
        "clientSubsystemCode": consumer.code,
        "serviceXRoadInstance": provider.instance,
        "serviceMemberClass": provider.member_class.value,
        "serviceMemberCode": provider.code,
        "serviceSubsystemCode": service.subsystem.code,
        "serviceCode": service.code,
        "serviceType": "OPENAPI3",
        "messageId": message_id,
        "messageProtocolVersion": "1",
        **{name: kept.get(name) for name in (*_KEPT, *_MORE)},
    }
    if side == "Client":
        out["messageIssue"] = case  # the consumer's own case number is not the provider's business
    if (came := kept.get("requestInTs")) is not None:
        out["monitoringDataTs"] = came // 1000
    return {name: value for name, value in out.items() if value is not None}


def parties(item: Item) -> tuple[SubsystemId, ServiceId, str, str | None]:
    """Consumer, service, message id and case of a row."""
    told: Mapping[str, Any] = item.data.get("leaf", item.data)
    consumer, service = SubsystemId.parse(told["consumer"]), ServiceId.parse(told["service"])
    message_id = told["message_id"] if "message_id" in told else told["messageId"]
    return consumer, service, str(message_id), told.get("case")


def milliseconds(record: Mapping[str, Any]) -> int | None:
    """How long the consumer waited, or None where it is not known."""
    came, left = record.get("requestInTs"), record.get("responseOutTs")
    return None if came is None or left is None else max(0, left - came)
