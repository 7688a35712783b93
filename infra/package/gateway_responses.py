"""What API Gateway itself answers, before or instead of our code: always problem+json (RFC 9457), Thai and
English.

One table, two readers: the API definition that a package or deploy carries (Chalice has no setting for it), and
the gateway stand-in of the laptop.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.shared.problems import MEDIA_TYPE, TYPE_BASE

HEADERS: Mapping[str, str] = {"Content-Type": MEDIA_TYPE, "Access-Control-Allow-Origin": "*"}
"""Sent with each; without the second a browser hides the answer from the page that asked."""


@dataclass(frozen=True)
class GatewayResponse:
    """One answer of the gateway.

    Attributes:
        kind: API Gateway's response type, e.g. MISSING_AUTHENTICATION_TOKEN (no such path or method).
        status: the status that goes out, or None to keep the one that API Gateway chose.
        slug: last part of the problem type; the same family as `chalicelib.shared.errors`.
        th, en: what happened, for people. Both stand in the answer: the gateway does not read Accept-Language.
    """

    kind: str
    status: int | None
    slug: str
    th: str
    en: str

    def body(self, request_id: str, status: str) -> str:
        """The problem document; `status` is text, because API Gateway fills in its own variable there.

        Nothing that the client sent is repeated: a template of the gateway cannot escape it.
        """
        document = {
            "type": TYPE_BASE + self.slug,
            "title": self.th,
            "message": self.en,  # where X-Road's clients look
            "status": "@@",
            "detail": f"{self.th} / {self.en}",
            "instance": f"urn:klang:request:{request_id}",
        }
        return json.dumps(document, ensure_ascii=False).replace('"@@"', status)

    @property
    def template(self) -> str:
        """The body as API Gateway's template language has it."""
        return self.body("$context.requestId", str(self.status) if self.status else "$context.status")


GATEWAY_RESPONSES: tuple[GatewayResponse, ...] = (
    GatewayResponse("MISSING_AUTHENTICATION_TOKEN", 404, "not-found", "ไม่พบที่อยู่หรือวิธีเรียกนี้", "No such path or method"),
    GatewayResponse("REQUEST_TOO_LARGE", 413, "too-large", "ข้อมูลที่ส่งมาใหญ่เกินกำหนด", "The body is too large"),
    GatewayResponse("THROTTLED", 429, "too-many-requests", "มีการเรียกใช้มากเกินไป โปรดลองใหม่", "Too many requests"),
    GatewayResponse("INTEGRATION_TIMEOUT", 504, "unavailable", "ระบบใช้เวลานานเกินไป โปรดลองใหม่", "It took too long"),
    GatewayResponse("DEFAULT_4XX", None, "malformed", "อ่านคำขอไม่ได้", "The request cannot be read"),
    GatewayResponse("DEFAULT_5XX", None, "internal", "เกิดข้อผิดพลาดภายในระบบ", "Something went wrong on our side"),
)
BY_KIND: Mapping[str, GatewayResponse] = {response.kind: response for response in GATEWAY_RESPONSES}


def swagger_extension() -> dict[str, Any]:
    """The value of `x-amazon-apigateway-gateway-responses` in an API's definition."""
    extension: dict[str, Any] = {}
    for response in GATEWAY_RESPONSES:
        entry: dict[str, Any] = {
            "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in HEADERS.items()},
            "responseTemplates": {"application/json": response.template},
        }
        if response.status is not None:
            entry["statusCode"] = response.status
        extension[response.kind] = entry
    return extension
