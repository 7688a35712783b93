"""Headers, ids and the request hash of the X-Road REST protocol (PR-REST 1.0.4 §4.3-4.6).

Where Klang differs, because a serverless edge must:
* header order is lost on the way in, so the hash runs over headers sorted by lower-case name (`request_hash`);
* `Authorization` holds the client's access token for the exchange and is replaced by the exchange's own signed token
  for the provider; X-Road passes it on;
* a repeated header arrives joined; X-Road-Client must then not hold a comma.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from urllib.parse import unquote

from ...shared.errors import Fault
from ..ids import INSTANCE, BadId, SubsystemId, as_header
from ..refusals import InvalidClientIdentifier, invalid_request

STRIPPED = frozenset(
    {
        "transfer-encoding",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "upgrade",
        "connection",
        "user-agent",
        "host",
        "content-length",
        "server",
        "expect",
    }
)
"""Taken off in both directions by X-Road."""

_OURS = frozenset(
    {
        "authorization",
        "cookie",
        "forwarded",
        "via",
        "idempotency-key",
        "x-road-request-id",
        "x-road-request-hash",
        "x-gdx-purpose",
    }
)
_HOPS = ("x-forwarded-", "x-amzn-", "x-amz-", "cloudfront-", "x-klang-")
_FROM_PROVIDER = frozenset(
    {
        "set-cookie",
        "www-authenticate",
        "strict-transport-security",
        "content-encoding",
        "x-road-id",
        "x-road-client",
        "x-road-service",
        "x-road-request-id",
        "x-road-request-hash",
        "x-road-error",
        "x-gdx-receipt",
        "x-gdx-exchange",
    }
)

MAX_ID = 255
"""X-Road keeps message ids in varchar(255)."""


def client_of(headers: Mapping[str, str], authenticated: str) -> SubsystemId:
    """The client named by X-Road-Client, which must be the one that the access token stands for.

    Raises:
        InvalidClientIdentifier: missing, malformed, or somebody else.
    """
    value = headers.get("x-road-client")
    try:
        named = None if value is None else SubsystemId.parse("/".join(_part(part) for part in value.split("/")))
    except (BadId, UnicodeDecodeError):
        named = None
    if named is None or str(named) != authenticated:
        raise InvalidClientIdentifier(
            "ต้องระบุ X-Road-Client เป็นรหัสระบบเดียวกับผู้ถือโทเคน (instance/class/member/subsystem)",
            "X-Road-Client must name the subsystem that the access token stands for (instance/class/member/subsystem).",
            [Fault("header:X-Road-Client", "ไม่มีหรือไม่ตรงกับโทเคน", "Missing, malformed, or not the token's client.")],
        )
    return named


def _part(text: str) -> str:
    part = unquote(text, errors="strict")
    if "/" in part:
        raise BadId("a slash within a part")
    return part


def message_id_of(headers: Mapping[str, str]) -> str:
    """X-Road-Id as sent, or a new `{instance}-{uuid4}`.

    Raises:
        InvalidRequest: longer than 255 characters or not printable ASCII.
    """
    value = headers.get("x-road-id")
    if not value:
        return f"{INSTANCE}-{uuid.uuid4()}"
    if len(value) > MAX_ID or not (value.isascii() and value.isprintable()):
        raise invalid_request(
            "X-Road-Id ต้องเป็นอักขระ ASCII ไม่เกิน 255 ตัว",
            "X-Road-Id must be printable ASCII of at most 255 characters.",
            [Fault("header:X-Road-Id", "ไม่ถูกต้อง", "Not a message id.")],
        )
    return value


def new_request_id() -> str:
    """A fresh X-Road-Request-Id; unique even where X-Road-Id repeats."""
    return str(uuid.uuid4())


def onward(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that go on to the provider, lower-case names; Accept defaults to JSON."""
    kept = {
        name.lower(): value
        for name, value in headers.items()
        if name.lower() not in STRIPPED | _OURS and not name.lower().startswith(_HOPS)
    }
    kept.setdefault("accept", "application/json")
    return kept


def back(headers: Mapping[str, str]) -> dict[str, str]:
    """The provider's headers that go back to the client, lower-case names."""
    return {
        name.lower(): value
        for name, value in headers.items()
        if name.lower() not in STRIPPED | _FROM_PROVIDER and not name.lower().startswith(_HOPS)
    }


def request_hash(
    method: str, target: str, headers: Mapping[str, str], body: bytes, *, request_id: str, message_id: str
) -> str:
    """X-Road-Request-Hash: base64 of SHA-512 over the request.

    `M` = METHOD CRLF target CRLF, then `name:value` CRLF for each kept header (`onward`) in the order of its lower-case
    name, then x-road-request-id and x-road-id. Without a body SHA512(M), else SHA512(SHA512(M) || SHA512(body)).
    """
    lines = [f"{method}\r\n{target}\r\n"]
    lines += [f"{name}:{headers[name]}\r\n" for name in sorted(headers) if name != "x-road-id"]
    lines += [f"x-road-request-id:{request_id}\r\n", f"x-road-id:{message_id}\r\n"]
    head = hashlib.sha512("".join(lines).encode()).digest()
    digest = hashlib.sha512(head + hashlib.sha512(body).digest()).digest() if body else head
    return base64.b64encode(digest).decode()


def echo(client: str, service: str, message_id: str, request_id: str, hashed: str) -> dict[str, str]:
    """The X-Road headers of an answer, lower case as X-Road sends them."""
    return {
        "x-road-id": message_id,
        "x-road-client": as_header(client),
        "x-road-service": as_header(service),
        "x-road-request-id": request_id,
        "x-road-request-hash": hashed,
    }


def wants_xml(accept: str) -> bool:
    """True when an error goes out as XML: the first of text/xml, application/xml, text/* or JSON in Accept decides."""
    for entry in accept.lower().split(","):
        kind = entry.split(";")[0].strip()
        if kind in ("text/xml", "application/xml", "text/*"):
            return True
        if kind in ("application/json", "text/json"):
            return False
    return False
