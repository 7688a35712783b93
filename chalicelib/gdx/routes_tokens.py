"""`/oauth2/token` and the documents by which others find and check what the exchange signs."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from ..shared.errors import Refusal, Unauthenticated
from ..shared.identity import PUBLIC
from ..shared.paces import Pace
from ..shared.problems import status_of
from ..shared.web import Call, Reply, Request, Response, Room
from .service import Service
from .tokens import OAuthRefused

FORM = "application/x-www-form-urlencoded"
LIMIT = 16 * 1024
TOKENS = Pace("tokens", 3_000)
"""Tokens that one network may ask for in a minute: each costs two calls of KMS, and a platform's functions, each with a
token of its own, share few addresses."""
FOR_A_WHILE = {"Cache-Control": "public, max-age=300"}


def dialect(refusal: Refusal | None, language: str, request_id: str, request: Request) -> Response:
    """Errors of the token endpoint (RFC 6749 §5.2)."""
    if isinstance(refusal, OAuthRefused):
        error, status = refusal.error, 401 if refusal.error == "invalid_client" else 400
    elif isinstance(refusal, Unauthenticated):
        error, status = "invalid_client", 401
    elif refusal is not None:
        status = status_of(refusal)
        error = "invalid_request" if status < 500 and status != 429 else "temporarily_unavailable"
    else:
        error, status = "server_error", 500
    body = {"error": error, "request_id": request_id}
    if refusal is not None:
        body["error_description"] = refusal.en if language == "en" else refusal.th
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="gdx", error="invalid_client"'
    return Response(status, headers, json.dumps(body, ensure_ascii=False).encode())


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""

    @room.post(
        "/oauth2/token",
        allow=[PUBLIC],
        pace=TOKENS,
        raw=True,
        limit=LIMIT,
        dialect=dialect,
        summary="Access token for a system (client_credentials with private_key_jwt)",
    )
    def token(call: Call) -> Reply:
        return Reply(service.issuing.token(_form(call)))

    @room.get(
        "/.well-known/openid-configuration", allow=[PUBLIC], summary="What the token endpoint supports (RFC 8414)"
    )
    def configuration(_: Call) -> Reply:
        return Reply(service.issuing.metadata(), headers=FOR_A_WHILE)

    @room.get("/.well-known/jwks.json", allow=[PUBLIC], summary="Public keys of the exchange (RFC 7517)")
    def jwks(_: Call) -> Reply:
        return Reply(service.onboarding.signing.jwks(), headers=FOR_A_WHILE)


def _form(call: Call) -> dict[str, str]:
    bad = OAuthRefused("invalid_request", f"โปรดส่งเป็น {FORM}", f"Send {FORM}, each parameter once.")
    if call.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise bad
    try:
        pairs = parse_qsl(call.raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=20)
    except ValueError:
        raise bad from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise bad
    return dict(pairs)
