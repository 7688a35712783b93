"""X-Road REST v1 at the domain root (PR-REST 1.0.4, PR-MREST 0.8): `/r1/...`, `/listClients`, `/verificationconf`."""

from __future__ import annotations

from dataclasses import replace

from ...shared.errors import TooLarge
from ...shared.identity import PUBLIC, SYSTEM
from ...shared.web import DEFAULT_LIMIT, Call, Reply, Room
from ..ids import INSTANCE, BadId, ServiceId, SubsystemId
from ..model import Ask
from ..orders.prefer import accepted, wants_async
from ..refusals import invalid_request, unknown_member, unknown_service
from ..rules import checked_case
from ..service import Service as Exchange
from ..told import told
from . import claims, clients, message, metadata
from .errors import dialect
from .handbook import handbook
from .paths import METHODS, Place, checked_query, decoded, place_of
from .questions import question

LIMIT = 4 * 1024 * 1024
"""Bytes of a request body; a Lambda takes 6 MB in base64."""

_PARTS = ("/{instance}", "/{member_class}", "/{member}", "/{subsystem}", "/{service}", "/{path+}")
PATHS = tuple("/r1" + "".join(_PARTS[:count]) for count in range(len(_PARTS) + 1))
"""Every path below `/r1` has a route, so that a path with too few parts is refused in X-Road's words."""


def hang(room: Room, exchange: Exchange) -> None:
    """Hangs X-Road's routes on the room."""
    speak = dialect(exchange.spelling)
    everyone = clients.Everyone(lambda: exchange.directory.everyone(), lambda: exchange.now)
    for_a_while = {"Cache-Control": f"public, max-age={clients.FRESH.seconds}"}

    def call_service(call: Call) -> Reply:
        message.checked(call.request)
        place = place_of(call.request.path)
        provider = _provider(place)
        client = message.client_of(call.headers, call.caller.id)
        message.check_security_server(call.headers, provider.member.instance)
        message.check_represented_party(call.headers)
        code = decoded(place.service)
        if code in metadata.ANSWERED and call.request.method == "GET" and not place.rest:
            return metadata.answered(exchange, client, provider, code, call)
        return _exchanged(exchange, client, _service(provider, code), place.rest, call)

    for path in PATHS:
        for method in sorted(METHODS):
            room.route(
                method,
                path,
                allow=[SYSTEM],
                summary="Call a service of another member (X-Road REST v1)",
                raw=True,
                limit=LIMIT,
                dialect=speak,
                hidden=path not in PATHS[-2:],
            )(call_service)

    @room.get("/listClients", allow=[PUBLIC], summary="Members and subsystems of this exchange (X-Road)", dialect=speak)
    def list_clients(call: Call) -> Reply:
        found = clients.listed(everyone(), call.query.get("xRoadInstance", INSTANCE))
        if "application/json" in call.headers.get("accept", "").lower():
            return Reply(clients.as_json(found), headers={**for_a_while, "Vary": "Accept"})
        return Reply(
            clients.as_xml(found), headers={**for_a_while, "Vary": "Accept"}, media_type="text/xml;charset=utf-8"
        )

    @room.get(
        "/verificationconf",
        allow=[PUBLIC],
        summary="Members and subsystems as X-Road's global configuration (ZIP)",
        media="application/zip",
        dialect=speak,
    )
    def verification_conf(_: Call) -> Reply:
        return Reply(clients.verification_conf(everyone(), exchange.base_url), headers=for_a_while)

    @room.get("/gdx/v1/x-road", allow=[PUBLIC], summary="How this exchange speaks X-Road: headers, hash, errors")
    def about(_: Call) -> Reply:
        return Reply(handbook(exchange.spelling, LIMIT), headers={"Cache-Control": "public, max-age=300"})


def _exchanged(exchange: Exchange, client: SubsystemId, service: ServiceId, rest: str, call: Call) -> Reply:
    headers = message.onward(call.headers)
    message_id = message.message_id_of(call.headers, client.member.instance)
    request_id = message.new_request_id()
    query = checked_query(call.request.query_string)
    content = _content(exchange, client, service, headers, call)
    asked = question(call.headers.get("x-gdx-predicate"), content)
    ask = Ask(
        client=client,
        service=service,
        method=call.request.method,
        path=rest,
        query=query,
        body=asked.body,
        headers={**headers, "x-road-request-id": request_id},
        message_id=message_id,
        purpose=call.headers.get("x-gdx-purpose"),
        case=checked_case(call.headers.get("x-road-issue")),
        predicate=asked.predicate,
        claims=asked.claims,
        door="r1",
    )
    target = f"{call.request.path}?{query}" if query else call.request.path
    hashed = message.request_hash(ask.method, target, headers, call.raw, request_id=request_id, message_id=message_id)
    echo = message.echo(str(client), str(service), message_id, request_id, hashed)
    if wants_async(call.headers):
        if len(ask.body) > DEFAULT_LIMIT:
            raise TooLarge(
                "คำขอแบบ respond-async ต้องไม่เกิน 256 กิโลไบต์ ไฟล์ใหญ่ให้อ้างเป็นเอกสาร",
                "With respond-async a body may be 256 kB; refer to larger files as documents.",
            )
        later = accepted(exchange.orders, ask)
        return replace(later, headers={**later.headers, **echo})
    outcome = exchange.exchanges.run(ask)
    given = dict(outcome.headers)
    media_type = given.pop("content-type", None)
    if "cache-control" in given:
        given["Cache-Control"] = given.pop("cache-control")
    given |= echo | told(outcome)
    claim = exchange.claims.check_in(outcome)
    if claim is not None:
        about_this = {name: value for name, value in given.items() if name not in claims.ABOUT_THE_ANSWER}
        return Reply(claim.document, outcome.status, {**about_this, **claim.headers}, claims.MEDIA_TYPE)
    return Reply(outcome.body or None, status=outcome.status, headers=given, media_type=media_type)


def _content(exchange: Exchange, client: SubsystemId, service: ServiceId, headers: dict[str, str], call: Call) -> bytes:
    """The request's body: as sent, or the document that `X-Gdx-Claim-Check` names, with its media type."""
    claimed = call.headers.get("x-gdx-claim-check")
    if claimed is None:
        return call.raw
    if call.raw:
        raise invalid_request(
            "ส่ง X-Gdx-Claim-Check พร้อมเนื้อหาคำขอไม่ได้", "X-Gdx-Claim-Check stands for the body: send it without one."
        )
    content, headers["content-type"] = exchange.claims.redeemed(claimed, client, service)
    return content


def _provider(place: Place) -> SubsystemId:
    parts = [decoded(part) for part in place.provider]
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
