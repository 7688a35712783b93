"""Signature Version 4 of presigned URLs, and the digests that a request declares of its body.

Source: S3 API Reference, "Authenticating Requests: Using Query Parameters" and "Checking object integrity".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

SecretOf = Callable[[str], str | None]
"""From an access key id to its secret; None for a key that nobody has."""

_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Refusal:
    """How S3 says no: its error code and the HTTP status."""

    code: str
    status: int = 403


@dataclass(frozen=True)
class Request:
    """What a signature covers. `path` is decoded, `headers` have lower-case names and include `host`."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


def is_presigned(query: str) -> bool:
    """Whether the query carries a SigV4 signature."""
    return "X-Amz-Signature=" in query and "X-Amz-Credential=" in query


def signature(secret: str, scope: list[str], text: str) -> str:
    """Hex HMAC of `text` under the key derived from `secret` for scope date/region/service/aws4_request."""
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def check_url(request: Request, secret_of: SecretOf, now: datetime) -> Refusal | None:
    """Why S3 would refuse this presigned request, or None."""
    pairs = parse_qsl(request.query, keep_blank_values=True)
    query = dict(pairs)
    try:
        access_key, *scope = query["X-Amz-Credential"].split("/")
        signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lifetime = timedelta(seconds=int(query["X-Amz-Expires"]))
        signed_headers = query["X-Amz-SignedHeaders"].split(";")
    except (KeyError, ValueError):
        return Refusal("AuthorizationQueryParametersError", 400)
    secret = secret_of(access_key)
    if secret is None:
        return Refusal("InvalidAccessKeyId")
    if now > signed_at + lifetime:
        return Refusal("AccessDenied")
    canonical = "\n".join(
        [
            request.method,
            quote(request.path, safe="/" + _UNRESERVED),
            "&".join(
                f"{quote(name, safe=_UNRESERVED)}={quote(value, safe=_UNRESERVED)}"
                for name, value in sorted(pair for pair in pairs if pair[0] != "X-Amz-Signature")
            ),
            "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed_headers),
            ";".join(signed_headers),
            query.get("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], "/".join(scope), digest])
    if not hmac.compare_digest(signature(secret, scope, text), query["X-Amz-Signature"]):
        return Refusal("SignatureDoesNotMatch")
    return None


def check_digests(headers: Mapping[str, str], body: bytes) -> Refusal | None:
    """BadDigest when Content-MD5 or x-amz-checksum-sha256 is not that of the body."""
    declared = {
        "content-md5": hashlib.md5(body, usedforsecurity=False),
        "x-amz-checksum-sha256": hashlib.sha256(body),
    }
    for name, actual in declared.items():
        if name in headers and headers[name] != base64.b64encode(actual.digest()).decode():
            return Refusal("BadDigest", 400)
    return None
