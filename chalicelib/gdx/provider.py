"""The call to the provider, and what of its answer may go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from ..shared.dataclass import dataclass
from ..shared.egress import Http, HttpAnswer, Unreachable
from ..shared.following import part
from .agreements.predicates import matches
from .contract import Contract
from .evidence import Voice, signed_request
from .exact_json import dumped, not_json, parsed
from .mask import keep
from .model import Ask, Predicate, Purpose, Service, Subsystem
from .refusals import InconsistentResponse, NetworkError, ServiceMissingUrl
from .xroad.claims import MAX_JSON, declares_large
from .xroad.message import back, new_request_id

_ERROR_FIELDS = ("/type", "/title", "/status", "/errors/*/pointer")
"""What a provider's own error may say; free text could repeat personal data past the mask."""


@dataclass(frozen=True)
class Released:
    """The part of a provider's answer that may go out, and which agreed fields it holds."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    fields: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that go out."""
        return len(self.body)


class Provider:
    """Asks providers.

    Args:
        http: the way out, which refuses addresses that no provider may have.
        voice: signs each request.
        wide: the way out to services that announced large answers; None: such answers are refused too.
    """

    def __init__(self, http: Http, voice: Voice, wide: Http | None = None) -> None:
        self._http = http
        self._wide = wide or http
        self._voice = voice

    def ask(
        self, ask: Ask, service: Service, system: Subsystem | None, handle: str, purpose: Purpose, now: datetime
    ) -> HttpAnswer:
        """The provider's raw answer.

        Raises:
            ServiceMissingUrl, NetworkError.
        """
        url = f"{address_of(system)}/{service.id.code}{ask.path}" + (f"?{ask.query}" if ask.query else "")
        headers = {
            **ask.headers,
            "authorization": f"Bearer {signed_request(self._voice, ask, handle, purpose.code, now)}",
            "idempotency-key": handle,
            "x-road-client": str(ask.client),
            "x-road-id": ask.message_id,
            "x-road-request-id": ask.headers.get("x-road-request-id") or new_request_id(),
        }
        body = ask.body if ask.body or ask.method in ("POST", "PUT", "PATCH") else None
        try:
            http = self._wide if declares_large(service.document) else self._http
            with part("provider"):
                return http.send(ask.method, url, headers=headers, body=body, timeout=service.timeout)
        except Unreachable:
            raise NetworkError(
                "ติดต่อระบบของหน่วยงานเจ้าของข้อมูลไม่ได้ในเวลาที่กำหนด โปรดลองใหม่ภายหลัง",
                "The provider could not be reached in time; try again later.",
                retry_after=30,
            ) from None


def address_of(system: Subsystem | None) -> str:
    """Where a provider's services answer; raises ServiceMissingUrl."""
    if system is None or system.endpoint is None or not system.active:
        raise ServiceMissingUrl(
            "หน่วยงานเจ้าของข้อมูลยังไม่ได้ลงทะเบียนที่อยู่บริการ", "The provider has no service address registered."
        )
    return system.endpoint


def released(
    answer: HttpAnswer,
    ask: Ask,
    fields: tuple[str, ...],
    predicate: Predicate | None,
    contract: Contract,
    path: str,
) -> Released:
    """What goes out: of a success only the agreed fields, of an error only what is no free text.

    Args:
        answer: the provider's.
        ask: the request.
        fields: JSON Pointers that may go out.
        predicate: the verify-only question: then yes or no goes out and nothing of the record.
        contract: the service's description.
        path: the request's path as it is held against the description.

    Raises:
        InconsistentResponse: the answer is not what the provider's description promises, or cannot be masked.
    """
    headers = back(answer.headers)
    given = headers.pop("content-type", "")
    media = given.split(";")[0].strip().lower()
    if predicate is not None and answer.status == 404:
        return _verdict(predicate, False)
    if answer.status >= 300:
        return _declined(answer, headers, media)
    if not answer.body or ask.method == "HEAD":
        if predicate is not None:
            raise not_json()
        return Released(answer.status, headers, b"")
    if media != "application/json" and not media.endswith("+json"):
        if "" not in fields:
            raise InconsistentResponse(
                "คำตอบไม่ใช่ JSON จึงจำกัดข้อมูลตามข้อตกลงไม่ได้",
                "The provider's answer is not JSON, so it cannot be limited to the agreed fields.",
            )
        # whole, with its parameters: a boundary or a charset belongs to the bytes
        return Released(
            answer.status, {**headers, "content-type": given or "application/octet-stream"}, answer.body, ("",)
        )
    if len(answer.body) > MAX_JSON:
        raise InconsistentResponse(
            "คำตอบ JSON ใหญ่เกิน 10 เมกะไบต์ จึงจำกัดข้อมูลตามข้อตกลงไม่ได้",
            "The provider's answer is JSON of more than 10 MB and cannot be limited to the agreed fields.",
        )
    value = parsed(answer.body)
    contract.check(ask.method, path or "/", answer.status, media, value)
    if predicate is not None:
        return _verdict(predicate, matches(predicate, value, ask.claims))
    kept, hit = keep(value, fields)
    return Released(answer.status, {**headers, "content-type": media}, dumped(kept), hit)


def _verdict(predicate: Predicate, match: bool) -> Released:
    """Yes or no; a record that is not there matches nothing, and that is all that is told of it."""
    body = dumped({"predicate": predicate.code, "match": match})
    return Released(200, {"content-type": "application/json"}, body, (f"predicate:{predicate.code}",))


def _declined(answer: HttpAnswer, headers: dict[str, str], media: str) -> Released:
    if answer.status < 400 or not (media == "application/json" or media.endswith("+json")):
        return Released(answer.status, headers, b"")
    try:
        kept, _ = keep(parsed(answer.body), _ERROR_FIELDS)
        body = dumped(kept)
    except InconsistentResponse:
        return Released(answer.status, headers, b"")
    return Released(answer.status, {**headers, "content-type": media}, body)
