"""Takes a description from where its provider serves it: at the subsystem's endpoint, through the guarded way out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ...shared.egress import Http, Unreachable
from ...shared.errors import Fault, Invalid, Malformed, UpstreamFailed
from ...shared.jose import sign_jwt
from ...shared.json_text import parse_json
from ..contract import MAX_DOCUMENT
from ..directory import Directory
from ..evidence import REQUEST_LIVES, REQUEST_TYPE, Voice
from ..ids import ServiceId, SubsystemId

TIMEOUT = 8.0
"""Seconds that a description may take."""


class Fetching:
    """Fetches from providers what is not an exchange: descriptions, and what the doctor tries.

    Args:
        directory: where systems answer.
        http: the way out.
        voice: signs each request, as it signs exchanges.
        client: in whose name it asks: the exchange itself.
        clock: tells the time.
        ids: makes request ids.
    """

    def __init__(
        self,
        directory: Directory,
        http: Http,
        voice: Voice,
        client: str,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._directory = directory
        self.http = http
        self._voice = voice
        self._client = client
        self._clock = clock
        self._ids = ids

    def signed(self, service: ServiceId, method: str, path: str, *, audience: SubsystemId | None = None) -> str:
        """The exchange's signature for a request without a body, as providers check it (`shared/gdx_request.py`)."""
        now = int(self._clock().timestamp())
        claims = {
            "aud": str(audience or service.subsystem),
            "sub": self._client,
            "client": self._client,
            "service": str(service),
            "purpose": "gdx-self-test",
            "htm": method,
            "path": path,
            "jti": self._ids(),
            "iat": now,
            "exp": now + REQUEST_LIVES,
            "body_sha256": base64.urlsafe_b64encode(hashlib.sha256(b"").digest()).decode().rstrip("="),
        }
        return sign_jwt(claims, self._voice, REQUEST_TYPE)

    def document(self, service: ServiceId, path: str) -> dict[str, Any]:
        """The JSON document at a path of the subsystem's endpoint.

        Raises:
            Invalid: there is no endpoint, or what stands there is no JSON object.
            UpstreamFailed: it cannot be had.
        """
        system = self._directory.subsystem_now(service.subsystem)
        if system is None or system.endpoint is None:
            raise Invalid(
                "ดึงคำอธิบายบริการไม่ได้",
                "The description cannot be fetched.",
                [Fault("/from", "ระบบยังไม่มีที่อยู่ (endpoint)", "The subsystem has no endpoint.")],
            )
        headers = {
            "accept": "application/json",
            "authorization": f"Bearer {self.signed(service, 'GET', path)}",
        }
        try:
            answer = self.http.send("GET", f"{system.endpoint}{path}", headers=headers, timeout=TIMEOUT)
        except Unreachable as error:
            raise _failed(f"ติดต่อไม่ได้ ({error.reason})", f"It cannot be reached ({error.reason}).") from None
        if answer.status != 200:
            raise _failed(f"ได้รับสถานะ {answer.status}", f"It answered {answer.status}.")
        if len(answer.body) > 4 * MAX_DOCUMENT:
            raise _failed("เอกสารใหญ่เกินไป", "It is too large.")
        try:
            found = parse_json(answer.body)
        except Malformed as error:
            raise _failed(error.th, error.en) from None
        if not isinstance(found, dict):
            raise _failed("ไม่ใช่ออบเจกต์ JSON", "It is no JSON object.")
        return found


def _failed(th: str, en: str) -> UpstreamFailed:
    return UpstreamFailed(
        "ดึงคำอธิบายบริการจากระบบของหน่วยงานไม่ได้", "The description cannot be fetched.", [Fault("/from", th, en)]
    )
