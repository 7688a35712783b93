"""What a client must know of how this exchange speaks X-Road, for programs: served at `/gdx/v1/x-road`."""

from __future__ import annotations

from typing import Any

from ..ids import RESERVED
from ..refusals import XROAD_TYPES
from .claims import INLINE
from .claims import MEDIA_TYPE as CLAIM_CHECK
from .message import MAX_ID, SINGLE, STRIPPED
from .paths import METHODS
from .spelling import Spelling, spelled


def handbook(spelling: Spelling, request_limit: int) -> dict[str, Any]:
    """The facts, in JSON types; docs/x-road.md tells them to people.

    Args:
        spelling: of error types.
        request_limit: bytes of a request body.
    """
    return {
        "protocol": "X-Road Message Protocol for REST 1.0.4",
        "path": "/r1/{instance}/{memberClass}/{memberCode}/{subsystem}/{serviceCode}[/path][?query]",
        "methods": sorted(METHODS),
        "methods_not_carried": ["TRACE"],
        "authentication": "Authorization: Bearer <access token of POST /oauth2/token>",
        "headers": {
            "stripped_both_ways": sorted(STRIPPED),
            "once": sorted(SINGLE),
            "message_id_max_length": MAX_ID,
        },
        "query": {
            "forwarded": "canonical",
            "rule": "names in code point order, values of a name as sent, RFC 3986 unreserved bare, always name=value",
        },
        "request_hash": {
            "algorithm": "base64(SHA-512)",
            "without_body": "H = SHA512(M)",
            "with_body": "H = SHA512(SHA512(M) || SHA512(body))",
            "message": [
                "METHOD CRLF",
                "path[?query] CRLF",
                "name:value CRLF of each forwarded header, names lower case and in code point order",
                "x-road-request-id:value CRLF",
                "x-road-id:value CRLF",
            ],
            "defaults": {"accept": "application/json"},
        },
        "bodies": {
            "request_bytes": request_limit,
            "answer_bytes": INLINE,
            "beyond": {"request": "X-Gdx-Claim-Check: <document id>", "answer": CLAIM_CHECK},
        },
        "errors": {
            "spelling": spelling.value,
            "status": {"server.*": 500, "client.*": 400, "no valid token": 401, "too many requests": 429},
            "types": sorted(spelled(kind, spelling) for kind in XROAD_TYPES),
        },
        "reserved_services": sorted(RESERVED),
    }
