"""The gateway's own errors: an HTTP status and `{"Code", "Message"}`, as existing clients read them.

Taken from the gateway (words of its clients and guides): 403 `ForbiddenException: consumer not found`, 401
`UnauthorizedException: token not found`, and that a client looks for `Message` and `Code` in the body. Chosen here,
because no document says it: the other exceptions' names, `Code` as the HTTP status, and the members after `Message`,
which say the same in both languages and where the mistake lies. A message never holds a value of the request.
"""

from __future__ import annotations

import json
from typing import Any

from ...shared.errors import (
    NotAllowed,
    NotFound,
    Refusal,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
    UpstreamFailed,
)
from ...shared.problems import status_of, unexpected
from ...shared.web import Request, Response

JSON = "application/json; charset=utf-8"


class ConsumerNotFound(NotAllowed):
    """The Consumer-Key is missing, unknown, revoked, or the secret is not its own; which one is not told."""

    about = "header:Consumer-Key"
    legacy = "consumer not found"


class TokenNotFound(Unauthenticated):
    """The Token is missing, unknown, ended, or was got with another key."""

    about = "header:Token"
    legacy = "token not found"


class ApiNotFound(NotFound):
    """No mapping has this path."""

    legacy = "api not found"


def consumer_not_found() -> ConsumerNotFound:
    """The one wording for a key and secret that do not hold."""
    return ConsumerNotFound(
        "ไม่พบ Consumer-Key นี้ หรือ ConsumerSecret ไม่ถูกต้อง", "No such consumer, or the secret is not its own."
    )


def token_not_found() -> TokenNotFound:
    """The one wording for a token that does not hold."""
    return TokenNotFound(
        "ไม่พบ Token นี้หรือหมดอายุแล้ว โปรดขอ Token ใหม่ที่ /ws/auth/validate",
        "No such token, or it has ended: get a new one from /ws/auth/validate.",
    )


def api_not_found() -> ApiNotFound:
    """The one wording for a call that no mapping describes."""
    return ApiNotFound("ไม่พบ API นี้ในศูนย์แลกเปลี่ยนข้อมูล", "No API of the exchange has this path and method.")


_NAMES: tuple[tuple[type[Refusal], str], ...] = (
    (Unauthenticated, "UnauthorizedException"),
    (NotAllowed, "ForbiddenException"),
    (NotFound, "NotFoundException"),
    (TooMany, "TooManyRequestsException"),
    (TooLarge, "PayloadTooLargeException"),
    (UnsupportedMedia, "UnsupportedMediaTypeException"),
    (UpstreamFailed, "BadGatewayException"),
    (Unavailable, "ServiceUnavailableException"),
)


def dialect(refusal: Refusal | None, language: str, request_id: str, _: Request) -> Response:
    """A refusal, or None for an unforeseen error, as the gateway says it."""
    headers = {"Content-Type": JSON, "Cache-Control": "no-store"}
    if refusal is None:
        said = unexpected(language=language, instance=request_id)["detail"]
        return _response(500, "InternalServerErrorException", said, [], headers, request_id)
    status = status_of(refusal)
    status = 400 if status == 422 else status  # the gateway's clients know no 422
    name = next((name for kind, name in _NAMES if isinstance(refusal, kind)), "BadRequestException")
    said = getattr(refusal, "legacy", None) or (refusal.en if language == "en" else refusal.th)
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    places = [(fault.pointer, fault.th, fault.en) for fault in refusal.faults]
    return _response(status, name, said, places or [(refusal.about, refusal.th, refusal.en)], headers, request_id)


def of_answer(status: int) -> dict[str, Any]:
    """The body for a provider's own 4xx or 5xx: its text stays behind, as everywhere on the exchange."""
    name = "NotFoundException: data not found" if status == 404 else "ProviderException: the provider refused"
    return {"Code": str(status), "Message": name}


def _response(
    status: int, name: str, said: str, places: list[tuple[str, str, str]], headers: dict[str, str], request_id: str
) -> Response:
    body = {
        "Code": str(status),
        "Message": f"{name}: {said}",
        "Errors": [{"pointer": at, "message_th": th, "message_en": en} for at, th, en in places],
        "RequestId": request_id,
    }
    return Response(status, headers, json.dumps(body, ensure_ascii=False).encode())
