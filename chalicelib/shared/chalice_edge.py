"""Chalice at the edge: binds the routes of a `Room` to a Blueprint and events to plain functions.

Blueprints come from a function because one Blueprint object registered on two apps silently serves only the second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Blueprint, CORSConfig
from chalice.app import Response as ChaliceResponse

from .web import Request, Response, Room, Route

CORS = CORSConfig(
    allow_headers=["Authorization", "Idempotency-Key", "If-Match", "Accept-Language", "X-Correlation-Id"],
    expose_headers=["ETag", "Location", "Idempotent-Replayed", "Retry-After", "X-Correlation-Id"],
    max_age=600,
)
"""What a portal's page in a browser may send and read; no cookies are ever used."""

BINARY_TYPES = ["application/octet-stream", "image/png", "application/pdf", "application/zip"]


def blueprint(room: Room) -> Blueprint:
    """A fresh Blueprint with every route of the room."""
    made = Blueprint(__name__)
    own_options = {route.path for route in room.routes if route.method == "OPTIONS"}
    for number, route in enumerate(room.routes):
        view = _view(room, route, made)
        view.__name__ = f"{room.name}_{number:03d}_{route.handler.__name__}"
        # every content type is let in: the edge judges it, with an answer in the house's own form
        cors = None if route.path in own_options else CORS
        made.route(route.path, methods=[route.method], content_types=["*/*"], cors=cors, name=view.__name__)(view)
    return made


def _view(room: Room, route: Route, made: Blueprint) -> Callable[..., ChaliceResponse]:
    def view(**_: str) -> ChaliceResponse:
        return to_chalice(room.answer(route, to_request(made.current_request.to_original_event())))

    return view


def to_request(event: Mapping[str, Any]) -> Request:
    """API Gateway's REST proxy event as a `Request`."""
    import base64

    raw = event.get("body") or ""
    body = base64.b64decode(raw) if event.get("isBase64Encoded") else raw.encode() if isinstance(raw, str) else raw
    several = event.get("multiValueHeaders") or {}
    single = event.get("headers") or {}
    # repeated headers join as RFC 9110 §5.3 says; the edge needs no header that may not be joined
    headers = {name.lower(): ", ".join(several.get(name) or [value]) for name, value in single.items()}
    query = event.get("multiValueQueryStringParameters") or {}
    resource = str(event["requestContext"]["resourcePath"])
    taken = {name: value for name, value in (event.get("pathParameters") or {}).items() if f"{{{name}}}" in resource}
    return Request(
        method=event["requestContext"]["httpMethod"],
        path=str(event.get("path") or event["requestContext"].get("path") or resource),
        params=taken,
        query={name: tuple(values) for name, values in query.items()},
        headers=headers,
        body=body,
        query_string=_query_string(query),
    )


def _query_string(query: Mapping[str, Any]) -> str:
    from urllib.parse import urlencode

    return urlencode([(name, value) for name, values in query.items() for value in values])


def to_chalice(response: Response) -> ChaliceResponse:
    """A `Response` as Chalice's; text stays text so that no client needs a special Accept header."""
    media = response.headers.get("Content-Type", "application/json").split(";")[0]
    body: Any = response.body if media in BINARY_TYPES else response.body.decode()
    return ChaliceResponse(body=body, status_code=response.status, headers=dict(response.headers))
