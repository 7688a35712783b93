"""Headers, ids and the request hash of the X-Road REST protocol (PR-REST 1.0.4 §4.3-4.6).

Where Klang differs, because a serverless edge must:
* header order is lost on the way in, so the hash runs over headers sorted by lower-case name (`request_hash`);
* `Authorization` holds the client's access token for the exchange and is replaced by the exchange's own signed token
  for the provider; X-Road passes it on;
* a header that must have one value and comes twice is refused; X-Road takes one of them.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Mapping
from urllib.parse import unquote

from ...shared.errors import Fault
from ...shared.web import Request
from ..ids import INSTANCE, BadId, SubsystemId, as_header
from ..refusals import InvalidClientIdentifier, InvalidSecurityServer, invalid_request

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
        "accept-encoding",
        "authorization",
        "cookie",
        "forwarded",
        "idempotency-key",
        "prefer",
        "via",
        "x-road-request-id",
        "x-road-request-hash",
    }
)
"""The exchange's own business with the client. `Accept-Encoding` is too: the exchange must read what it masks."""

_HOPS = ("x-forwarded-", "x-amzn-", "x-amz-", "cloudfront-", "x-klang-", "x-gdx-")
_FROM_PROVIDER = frozenset(
    {
        "content-encoding",
        "date",
        "set-cookie",
        "strict-transport-security",
        "www-authenticate",
        "x-road-id",
        "x-road-client",
        "x-road-service",
        "x-road-request-id",
        "x-road-request-hash",
        "x-road-error",
        "ratelimit",
        "ratelimit-policy",
    }
)

SINGLE = frozenset(
    {
        "authorization",
        "content-type",
        "x-road-id",
        "x-road-issue",
        "x-road-represented-party",
        "x-road-security-server",
        "x-road-userid",
        "x-gdx-claim-check",
        "x-gdx-predicate",
        "x-gdx-purpose",
    }
)
"""Headers that decide something and so must come once. (X-Road-Client may repeat: X-Road takes the last.)"""

MAX_ID = 255
"""X-Road keeps message ids in varchar(255)."""

_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_TOKEN = re.compile(r"[!#$%&'*+.^`|~0-9a-z-]+")
"""RFC 9110 "token" in lower case without "_": a CGI-like provider reads `X_Road_Client` as `X-Road-Client`."""


def checked(request: Request) -> None:
    """Refuses what two readers could read in two ways.

    Raises:
        InvalidRequest: a header of `SINGLE` came twice, or a value holds a character that cannot be sent on (RFC 9110
            §5.5).
    """
    faults = [Fault(f"header:{name}", "ส่งได้ครั้งเดียว", "Send it once.") for name in sorted(request.repeated & SINGLE)]
    faults += [
        Fault(f"header:{name}", "มีอักขระที่ใช้ไม่ได้", "Holds a character that may not stand there.")
        for name, value in sorted(request.headers.items())
        if _TOKEN.fullmatch(name) and _UNSENDABLE.search(value)
    ]
    if faults:
        raise invalid_request("ส่วนหัวของคำขอซ้ำหรือมีอักขระที่ใช้ไม่ได้", "A header is repeated or cannot be sent on.", faults)


def client_of(headers: Mapping[str, str], authenticated: str) -> SubsystemId:
    """The client named by X-Road-Client, which must be the one that the access token stands for.

    Raises:
        InvalidClientIdentifier: missing, malformed, or somebody else.
    """
    value = headers.get("x-road-client")
    try:
        # the last of several counts; no id of this exchange holds a comma
        last = None if value is None else value.rpartition(",")[2].strip()
        named = None if last is None else SubsystemId.parse("/".join(_part(part) for part in last.split("/")))
    except (BadId, UnicodeDecodeError):
        named = None
    if named is None or str(named) != authenticated:
        raise InvalidClientIdentifier(
            "ต้องระบุ X-Road-Client เป็นรหัสระบบเดียวกับผู้ถือโทเคน (instance/class/member/subsystem)",
            "X-Road-Client must name the subsystem that the access token stands for (instance/class/member/subsystem).",
            [Fault("header:X-Road-Client", "ไม่มีหรือไม่ตรงกับโทเคน", "Missing, malformed, or not the token's client.")],
        )
    return named


def check_represented_party(headers: Mapping[str, str]) -> None:
    """X-Road-Represented-Party is `[class/]code`; it goes on to the provider as it came.

    Raises:
        InvalidRequest: more than two parts, or an empty or undecodable one.
    """
    value = headers.get("x-road-represented-party")
    if value is None:
        return
    try:
        parts = [unquote(part, errors="strict") for part in value.split("/")]
    except UnicodeDecodeError:
        parts = []
    if not 1 <= len(parts) <= 2 or not all(parts):
        raise invalid_request(
            "X-Road-Represented-Party ต้องอยู่ในรูป [class/]code",
            "X-Road-Represented-Party must be [class/]code.",
            [Fault("header:X-Road-Represented-Party", "ไม่ถูกต้อง", "Not [class/]code.")],
        )


def security_server(instance: str) -> str:
    """The one security server of an instance: the exchange itself, run by DGA."""
    return f"{instance}/CENTRAL/DGA/gdx"


def check_security_server(headers: Mapping[str, str], instance: str) -> None:
    """X-Road-Security-Server may name only the exchange.

    Args:
        headers: names in lower case.
        instance: the provider's.

    Raises:
        InvalidRequest: not four parts.
        InvalidSecurityServer: another server than the provider's.
    """
    value = headers.get("x-road-security-server")
    if value is None:
        return
    parts = value.split("/")
    if len(parts) != 4 or not all(parts):
        raise invalid_request(
            "X-Road-Security-Server ต้องอยู่ในรูป instance/class/member/serverCode",
            "X-Road-Security-Server must be instance/class/member/serverCode.",
            [Fault("header:X-Road-Security-Server", "ไม่ถูกต้อง", "Not four parts.")],
        )
    if "/".join(unquote(part) for part in parts) != security_server(instance):
        raise InvalidSecurityServer(
            "ระบบผู้ให้บริการไม่ได้อยู่หลังเซิร์ฟเวอร์ที่ระบุใน X-Road-Security-Server",
            "The provider is not behind the server that X-Road-Security-Server names.",
            [Fault("header:X-Road-Security-Server", "ไม่มีเซิร์ฟเวอร์นี้", "No such server.")],
        )


def _part(text: str) -> str:
    part = unquote(text, errors="strict")
    if "/" in part:
        raise BadId("a slash within a part")
    return part


def message_id_of(headers: Mapping[str, str], instance: str = INSTANCE) -> str:
    """X-Road-Id as sent, or a new `{instance}-{uuid4}`.

    Raises:
        InvalidRequest: longer than 255 characters or not printable ASCII.
    """
    value = headers.get("x-road-id")
    if not value:
        return f"{instance}-{uuid.uuid4()}"
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
    kept = _kept(headers, STRIPPED | _OURS)
    kept.setdefault("accept", "application/json")
    return kept


def back(headers: Mapping[str, str]) -> dict[str, str]:
    """The provider's headers that go back to the client, lower-case names."""
    return _kept(headers, STRIPPED | _FROM_PROVIDER)


def _kept(headers: Mapping[str, str], without: frozenset[str]) -> dict[str, str]:
    given = {name.lower(): value for name, value in headers.items()}
    # what Connection names belongs to that connection alone (RFC 9110 §7.6.1)
    without = without | {name.strip().lower() for name in given.get("connection", "").split(",")}
    return {
        name: value
        for name, value in given.items()
        if name not in without and not name.startswith(_HOPS) and _TOKEN.fullmatch(name)
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
