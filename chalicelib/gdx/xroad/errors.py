"""Refusals in X-Road's dialect: `{"type","message","detail"}` or its XML twin, and the header X-Road-Error.

PR-REST 1.0.4 §4.6. Every refusal of a `/r1` route goes out this way, whether the exchange made it or the edge before
it (no token, too large, unforeseen).
"""

from __future__ import annotations

import json

from ...shared.errors import Refusal
from ...shared.web import Dialect, Request, Response
from ..refusals import INTERNAL_ERROR, xroad_status, xroad_type
from .message import wants_xml
from .spelling import Spelling, spelled


def dialect(spelling: Spelling) -> Dialect:
    """X-Road's errors in the spelling of one release."""

    def speak(refusal: Refusal | None, language: str, request_id: str, request: Request) -> Response:
        kind = INTERNAL_ERROR if refusal is None else xroad_type(refusal)
        status = 500 if refusal is None else xroad_status(refusal)
        headers = {"X-Road-Error": spelled(kind, spelling), "Cache-Control": "no-store"}
        if refusal is not None and refusal.retry_after is not None:
            headers["Retry-After"] = str(refusal.retry_after)
        # `detail` is the id under which the case is found in the log
        told = {"type": headers["X-Road-Error"], "message": _message(refusal, language), "detail": request_id}
        body, headers["Content-Type"] = _written(told, xml=wants_xml(request.headers.get("accept", "")))
        return Response(status, headers, body)

    return speak


def _message(refusal: Refusal | None, language: str) -> str:
    if refusal is None:
        return "Internal error." if language == "en" else "เกิดข้อผิดพลาดภายในระบบ"
    return refusal.en if language == "en" else refusal.th


def _written(told: dict[str, str], *, xml: bool) -> tuple[bytes, str]:
    if xml:
        from xml.sax.saxutils import escape  # brings http.client along, which a process that never speaks XML can spare

        parts = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())
        text = f'<?xml version="1.0" encoding="UTF-8"?><error>{parts}</error>'
        return text.encode(), "application/xml;charset=utf-8"
    return json.dumps(told, ensure_ascii=False).encode(), "application/json;charset=utf-8"
