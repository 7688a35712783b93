"""What the edge reads from a request for a route: body, query, If-Match, Idempotency-Key, language, correlation id."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from .errors import Fault, Invalid, Malformed, PreconditionNeeded, UnsupportedMedia
from .identity import Caller
from .ids import new_id, new_token
from .journal import Once
from .json_text import parse_json
from .problems import invalid_body

if TYPE_CHECKING:
    from .web import Request, Route


def request_id(given: str | None) -> str:
    """The caller's correlation id if it is one, else a new one."""
    return given if given is not None and re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given) else new_id()


def language(accept: str) -> str:
    """`en` if the caller prefers it to Thai (RFC 9110 §12.5.4), else `th`."""
    best = {"th": 0.001, "en": 0.0}
    for part in accept.lower().split(","):
        tag, _, weight = "".join(part.split()).partition(";q=")
        language = tag.split("-")[0]
        if language in best:
            try:
                best[language] = max(best[language], float(weight) if weight else 1.0)
            except ValueError:
                continue
    return "en" if best["en"] > best["th"] else "th"


def once(route: Route, request: Request, caller: Caller) -> Once:
    """The attempt that the Idempotency-Key names; raises Malformed for one that is none."""
    key = request.headers.get("idempotency-key")
    if key is None or not route.writes:
        return Once(new_id(), "", new_token(), claimed=False)
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Malformed(
            "Idempotency-Key ต้องเป็น ASCII ยาว 1 ถึง 255 ตัวอักษร",
            "Idempotency-Key must be 1 to 255 printable ASCII characters.",
            [Fault("header:Idempotency-Key", "แก้ไขค่านี้", "Change this value.")],
        )
    scope = "\n".join((caller.label, route.method, request.path, key))
    print_of = b"\n".join((request.query_string.encode(), request.body))
    return Once(
        hashlib.sha256(scope.encode()).hexdigest(),
        hashlib.sha256(print_of).hexdigest(),
        new_token(),
        claimed=True,
    )


def body(route: Route, request: Request) -> Any:
    """The validated JSON body, None where the route takes none; raises UnsupportedMedia, Malformed, Invalid."""
    if route.body is None:
        return None
    media = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media not in ("application/json", "application/merge-patch+json"):
        raise UnsupportedMedia("โปรดส่งข้อมูลเป็น application/json", "Send application/json.")
    if request.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        # RFC 9110 s.15.5.16; nothing that somebody sends is ever unpacked here
        raise UnsupportedMedia("โปรดส่งข้อมูลโดยไม่บีบอัด", "Send it without a Content-Encoding.")
    parsed = parse_json(request.body)
    try:
        # by way of JSON, so that strict models still take ISO dates and lists for tuples
        return route.body.model_validate_json(json.dumps(parsed))
    except ValidationError as error:
        raise invalid_body(error) from None


def query(route: Route, request: Request) -> Any:
    """The validated query, or the last value of each name; raises Invalid."""
    if route.query is None:
        return {name: values[-1] for name, values in request.query.items()}
    repeated = [name for name, values in request.query.items() if len(values) > 1]
    if repeated:
        raise Invalid(
            "มีพารามิเตอร์ซ้ำ",
            "A query parameter is repeated.",
            [Fault(f"query:{name}", "ระบุได้ครั้งเดียว", "Give it once.") for name in repeated],
        )
    try:
        # text is all a query string has, so types are converted here and only here
        return route.query.model_validate({name: values[0] for name, values in request.query.items()}, strict=False)
    except ValidationError as error:
        raise invalid_body(error, "query:") from None


def if_match(route: Route, request: Request) -> int | None:
    """The version that If-Match names; raises Malformed, and PreconditionNeeded where the route asks for one."""
    given = request.headers.get("if-match")
    if route.raw and not route.if_match:
        return None  # it is meant for whoever the raw request goes on to
    if given is None:
        if route.if_match:
            raise PreconditionNeeded(
                "โปรดส่ง If-Match ตามค่า ETag ที่อ่านได้ล่าสุด",
                "Send If-Match with the ETag that you read.",
                [Fault("header:If-Match", "ต้องระบุ", "Mandatory here.")],
            )
        return None
    found = re.fullmatch(r'"v(0|[1-9][0-9]{0,8})"', given.strip())
    if found is None:
        raise Malformed(
            "If-Match ไม่ถูกต้อง",
            "If-Match is not an ETag of ours.",
            [Fault("header:If-Match", 'ต้องอยู่ในรูป "v3"', 'Must look like "v3".')],
        )
    return int(found[1])
