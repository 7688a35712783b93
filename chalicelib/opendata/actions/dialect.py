"""How CKAN says no: its envelope, its `__type`s and its statuses."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from chalicelib.shared import errors
from chalicelib.shared.errors import Refusal
from chalicelib.shared.web import Response

from ..rules import Rejected, RejectedWhole
from ..search.asking import BadSearch

MEDIA_TYPE = "application/json;charset=utf-8"


def help_url(site: str, action: str) -> str:
    """The `help` of every envelope."""
    return f"{site}/api/3/action/help_show?name={quote(action, safe='')}"


def success(site: str, action: str, result: Any) -> dict[str, Any]:
    """The envelope of a result."""
    return {"help": help_url(site, action), "success": True, "result": result}


def bad_request(text: str) -> Response:
    """What CKAN answers before an action is reached: a bare JSON string."""
    return _response(400, f"Bad request - {text}", {})


def refusal(site: str, action: str, refused: Refusal | None) -> Response:
    """A refusal in CKAN's words; None is an error that nobody foresaw."""
    if isinstance(refused, errors.Malformed | errors.UnsupportedMedia):
        return bad_request(f"JSON Error: {refused.en}")
    status, error = _error(refused)
    envelope = {"help": help_url(site, action), "success": False, "error": error}
    headers = {}
    if refused is not None and refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    return _response(status, envelope, headers)


def _error(refused: Refusal | None) -> tuple[int, dict[str, Any]]:
    match refused:
        case BadSearch():
            texts = [text for texts in refused.messages.values() for text in texts]
            return 400, {
                "__type": "Search Query Error",
                # quoted, as CKAN's %r does
                "message": f"Search Query is invalid: {'; '.join(texts)!r}",
            }
        case RejectedWhole():
            return 409, {"message": refused.text, "__type": "Validation Error"}
        case Rejected():
            return 409, {**refused.messages, "__type": "Validation Error"}
        case errors.NotFound():
            return 404, {"__type": "Not Found Error", "message": refused.en}
        case errors.NotAllowed() | errors.Unauthenticated() | errors.AssuranceTooLow():
            return 403, {"__type": "Authorization Error", "message": f"Access denied: {refused.en}"}
        case errors.Stale():
            return 412, {"__type": "Precondition Failed", "message": refused.en}
        case errors.TooLarge():
            return 413, {"__type": "Request Entity Too Large", "message": refused.en}
        case errors.TooMany():
            return 429, {"__type": "Too Many Requests", "message": refused.en}
        case errors.Unavailable():
            return 503, {"__type": "Service Unavailable", "message": refused.en}
        case Refusal():
            # already there, a reused Idempotency-Key: CKAN's place for faults of the whole
            return 409, {"__before": [refused.en], "__type": "Validation Error"}
        case _:
            return 500, {"__type": "Internal Server Error", "message": "Internal Server Error"}


def _response(status: int, body: Any, headers: dict[str, str]) -> Response:
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(status, {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **headers}, content)
