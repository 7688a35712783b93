"""Refusals in X-Road's dialect: `{"type","message","detail"}` or its XML twin, and the header X-Road-Error."""

from __future__ import annotations

import json
from functools import wraps
from xml.sax.saxutils import escape

from ...shared.errors import Refusal
from ...shared.web import Call, Handler, Reply, Response
from ..refusals import xroad_status, xroad_type
from .message import wants_xml


def dialect(refusal: Refusal | None, language: str, request_id: str) -> Response:
    """An error of the edge itself (no token, too large, unforeseen), always JSON."""
    status, headers, body = _error(refusal, language, request_id, xml=False)
    return Response(status, headers, body)


def spoken(handler: Handler) -> Handler:
    """Lets a route's refusals out in the form that the caller's Accept asks for."""

    @wraps(handler)
    def speak(call: Call) -> object:
        try:
            return handler(call)
        except Refusal as refusal:
            xml = wants_xml(call.headers.get("accept", ""))
            status, headers, body = _error(refusal, call.language, call.request_id, xml=xml)
            return Reply(body, status=status, headers=headers)

    return speak


def _error(refusal: Refusal | None, language: str, detail: str, *, xml: bool) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; `detail` is the id under which the case is found in the log."""
    if refusal is None:
        kind, status = "server.clientproxy.internal_error", 500
        message = "เกิดข้อผิดพลาดภายในระบบ" if language != "en" else "Internal error."
    else:
        kind, status = xroad_type(refusal), xroad_status(refusal)
        message = refusal.th if language != "en" else refusal.en
    headers = {"X-Road-Error": kind, "Cache-Control": "no-store"}
    if refusal is not None and refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="gdx"'
    if xml:
        headers["Content-Type"] = "application/xml;charset=utf-8"
        parts = "".join(
            f"<{name}>{escape(value)}</{name}>"
            for name, value in (("type", kind), ("message", message), ("detail", detail))
        )
        return status, headers, f'<?xml version="1.0" encoding="UTF-8"?><error>{parts}</error>'.encode()
    headers["Content-Type"] = "application/json;charset=utf-8"
    body = {"type": kind, "message": message, "detail": detail}
    return status, headers, json.dumps(body, ensure_ascii=False).encode()
