"""The wire's own answers: `{"messageCode", "message", "result", "requestTimeStamp"}`, also for every refusal.

Taken from the wire (a public guide of its mini-app developers; public code of mini-apps): the four names, 200 for
success, and that clients look at `messageCode`. Chosen here, because nothing public says it: `messageCode` of a refusal
is the HTTP status, and `errors` says the same in both languages and where the mistake lies. No message repeats what was
sent: bodies of this wire hold tokens.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.shared.errors import NotAllowed, Refusal, Unauthenticated
from chalicelib.shared.problems import status_of, unexpected
from chalicelib.shared.web import Dialect, Request, Response

JSON = "application/json; charset=utf-8"


class UnknownConsumer(NotAllowed):
    """The Consumer-Key is missing, unknown or revoked."""

    about = "header:Consumer-Key"


class UnknownToken(Unauthenticated):
    """The Token is missing, unknown, ended, or was got with another key."""

    about = "header:Token"


class UnknownMToken(Unauthenticated):
    """The mToken opens nothing: never made, opened before, ended, withdrawn or another's; which is not told."""

    about = "/MToken"


def unknown_consumer() -> UnknownConsumer:
    """The one wording."""
    return UnknownConsumer("ไม่พบ Consumer-Key นี้", "No such consumer.")


def unknown_token() -> UnknownToken:
    """The one wording."""
    return UnknownToken(
        "ไม่พบ Token นี้หรือหมดอายุแล้ว โปรดขอ Token ใหม่ที่ /ws/auth/validate",
        "No such token, or it has ended: get a new one from /ws/auth/validate.",
    )


def unknown_mtoken() -> UnknownMToken:
    """The one wording."""
    return UnknownMToken(
        "mToken ใช้ไม่ได้: ใช้ได้ครั้งเดียวภายใน 2 นาที กับมินิแอปที่ลงทะเบียนไว้เท่านั้น ให้ผู้ใช้เปิดมินิแอปใหม่",
        "The mToken opens nothing: it works once, within two minutes, for the registered mini-app. Let the person open "
        "the mini-app again.",
    )


def success(result: Any, at: float, more: dict[str, Any] | None = None) -> dict[str, Any]:
    """The body of an answer.

    Args:
        result: of the call.
        at: the time (seconds since 1970).
        more: further members, which existing clients do not look at.
    """
    return {"result": result, "requestTimeStamp": int(at), "messageCode": 200, "message": None, **(more or {})}


def dialect(clock: Callable[[], dt.datetime]) -> Dialect:
    """How the wire says a refusal, or an unforeseen error."""

    def said(refusal: Refusal | None, language: str, request_id: str, _: Request) -> Response:
        at = int(clock().timestamp())
        if refusal is None:
            text = str(unexpected(language=language, instance=request_id)["detail"])
            return _response(500, text, [], at, request_id)
        status = status_of(refusal)
        status = 400 if status == 422 else status  # clients of this wire know no 422
        text = refusal.en if language == "en" else refusal.th
        own = [(refusal.about, refusal.th, refusal.en)]
        places = [(fault.pointer, fault.th, fault.en) for fault in refusal.faults] or own
        return _response(status, text, places, at, request_id, refusal.retry_after)

    return said


def _response(
    status: int,
    text: str,
    places: Sequence[tuple[str, str, str]],
    at: int,
    request_id: str,
    retry_after: int | None = None,
) -> Response:
    body = {
        "result": None,
        "requestTimeStamp": at,
        "messageCode": status,
        "message": text,
        "errors": [{"pointer": where, "message_th": th, "message_en": en} for where, th, en in places],
        "requestId": request_id,
    }
    headers = {"Content-Type": JSON, "Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(status, headers, json.dumps(body, ensure_ascii=False).encode())
