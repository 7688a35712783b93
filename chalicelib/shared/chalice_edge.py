"""Chalice at the edge: binds the routes of a `Room` to a Blueprint and events to plain functions.

Blueprints come from a function because one Blueprint object registered on two apps silently serves only the second.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from chalice.app import Blueprint, CaseInsensitiveMapping, Chalice, CORSConfig
from chalice.app import Request as ChaliceRequest
from chalice.app import Response as ChaliceResponse

from .web import Address, Request, Response, Room

CORS = CORSConfig(
    allow_headers=[
        "Authorization",
        "X-CKAN-API-Key",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Accept-Language",
        "X-Correlation-Id",
    ],
    expose_headers=[
        "ETag",
        "Location",
        "Idempotent-Replayed",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        "WWW-Authenticate",
        "X-Correlation-Id",
    ],
    max_age=600,
)
"""What a portal's page in a browser may send and read; no cookies are ever used."""

BINARY_TYPES = ["*/*"]
"""Every body comes in as base64, so bytes of any type arrive undamaged, and whatever goes out as base64 is decoded for
every client whatever it accepts. With a list of types API Gateway would decode by the first entry of Accept alone, and
a JPEG that nobody listed would arrive as broken UTF-8."""

LARGE = 1024 * 1024
"""Bytes from which text goes out as base64 too: that grows by a third and never more, while JSON text in Lambda's JSON
answer doubles its quotes and could pass the 6 MB that Lambda may answer."""

_TEXT = re.compile(r"text/[^;]*|application/(?:json|xml|javascript|x-www-form-urlencoded)|[^;]*\+(?:json|xml)")


def mount(app: Chalice, rooms: Iterable[Room], table: Mapping[str, Sequence[Address]] | None = None) -> None:
    """Gives an app the routes of rooms, with bodies of any type in and out.

    Args:
        app: the app.
        rooms: their routes are opened now, but for those that the table knows.
        table: the routes of rooms by their name (`route_table.packaged`).
    """
    app.api.binary_types = list(BINARY_TYPES)
    app.register_middleware(_accept_anything, "http")
    for room in rooms:
        app.register_blueprint(blueprint(room, (table or {}).get(room.name)))
    for methods in app.routes.values():
        for entry in methods.values():
            # Chalice overlooks greedy parameters and would not declare them in the API; `{path+}` is `path` there
            entry.view_args = re.findall(r"{(\w+)\+?}", entry.uri_pattern)


def blueprint(room: Room, addresses: Sequence[Address] | None = None) -> Blueprint:
    """A fresh Blueprint with these routes of a room, or with all that it has."""
    made = Blueprint(__name__)
    known = room.addresses if addresses is None else addresses
    own_options = {path for method, path, _ in known if method == "OPTIONS"}
    for number, address in enumerate(known):
        method, path, _ = address
        view = _view(room, address, made)
        view.__name__ = f"{room.name}_{number:03d}"
        # every content type is let in: the edge judges it, with an answer in the house's own form
        cors = None if path in own_options else CORS
        made.route(path, methods=[method], content_types=["*/*"], cors=cors, name=view.__name__)(view)
    return made


def _accept_anything(request: ChaliceRequest, get_response: Callable[[Any], ChaliceResponse]) -> ChaliceResponse:
    """A request without Accept takes any type (RFC 9110 §12.5.1); Chalice would refuse it an answer in bytes."""
    if "accept" not in request.headers:
        request.headers = CaseInsensitiveMapping({**dict(request.headers), "accept": "*/*"})
    return get_response(request)


def _view(room: Room, address: Address, made: Blueprint) -> Callable[..., ChaliceResponse]:
    def view(**_: str) -> ChaliceResponse:
        return to_chalice(room.answer(room.find(address), to_request(made.current_request.to_original_event())))

    return view


def to_request(event: Mapping[str, Any]) -> Request:
    """API Gateway's REST proxy event as a `Request`."""
    raw = event.get("body") or ""
    body = base64.b64decode(raw) if event.get("isBase64Encoded") else raw.encode() if isinstance(raw, str) else raw
    headers = _headers(event)
    query = event.get("multiValueQueryStringParameters") or {}
    resource = str(event["requestContext"]["resourcePath"])
    named = {name.removesuffix("+") for name in re.findall(r"{([^{}]+)}", resource)}
    taken = {name: value for name, value in (event.get("pathParameters") or {}).items() if name in named}
    return Request(
        method=event["requestContext"]["httpMethod"],
        path=str(event.get("path") or event["requestContext"].get("path") or resource),
        params=taken,
        query={name: tuple(values) for name, values in query.items()},
        # the edge needs no header that may not be joined
        headers={name: ", ".join(values) for name, values in headers.items()},
        body=body,
        query_string=_query_string(query),
        repeated=frozenset(name for name, values in headers.items() if len(values) > 1),
        address=str((event["requestContext"].get("identity") or {}).get("sourceIp") or ""),
    )


def _headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    """All values of each header; two spellings of one name are one header."""
    several = event.get("multiValueHeaders") or {}
    found: dict[str, list[str]] = {}
    for name, value in (event.get("headers") or {}).items():
        found.setdefault(name.lower(), []).extend(several.get(name) or [value])
    return found


def _query_string(query: Mapping[str, Sequence[str]]) -> str:
    """The query written again: API Gateway gives it decoded and in no promised order.

    The one canonical form: by name in code point order, the values of a name in the order sent, everything but RFC 3986
    "unreserved" percent-encoded in capitals, always with "=".
    """
    pairs = [(name, value) for name in sorted(query) for value in query[name]]
    return urlencode(pairs, quote_via=quote, safe="-._~")


class _Answer(ChaliceResponse):
    """An answer that knows itself whether its body is base64; Chalice would decide by its list of types."""

    def __init__(self, body: str, *, encoded: bool, status_code: int, headers: dict[str, Any]) -> None:
        super().__init__(body=body, status_code=status_code, headers=headers)
        self._encoded = encoded

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        return {**super().to_dict(None), "isBase64Encoded": self._encoded}


def to_chalice(response: Response) -> ChaliceResponse:
    """A `Response` as Chalice's: text as text, everything else as base64."""
    text = None
    if len(response.body) < LARGE and _TEXT.match(response.headers.get("Content-Type", "text/plain").lower()):
        try:
            text = response.body.decode()
        except UnicodeDecodeError:  # text in another charset, e.g. TIS-620
            text = None
    encoded = text is None
    body = base64.b64encode(response.body).decode() if text is None else text
    return _Answer(body, encoded=encoded, status_code=response.status, headers=dict(response.headers))
