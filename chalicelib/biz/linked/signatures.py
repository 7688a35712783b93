"""Does a request come from the agency's own system, unaltered, and meant for this very address? Pure.

The system signs each request with a key that its service names: `Authorization: Bearer` and a compact JWS (RFC 7515,
ES256) of type `klang-linked+jwt`. Its claims bind the request as those of the exchange do (`shared.gdx_request`):
`iss` the system, `aud` the portal, `iat` and `exp` at most five minutes apart, `htm` the method, `htu` the address
without its query (as in RFC 9449 section 4.2), `body_sha256`, and `jti`, which stays the same when a request is
repeated: a repeat is answered as the first was, for 48 hours.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from chalicelib.shared.errors import Unauthenticated
from chalicelib.shared.gdx_request import body_digest
from chalicelib.shared.ids import new_token
from chalicelib.shared.jose import TokenRefused, verify_jwt
from chalicelib.shared.journal import Once

TYPE = "klang-linked+jwt"
LEEWAY = dt.timedelta(seconds=10)
MAX_LIFETIME = 300
_JTI = re.compile(r"[A-Za-z0-9._~-]{8,100}", re.ASCII)


def check(
    authorization: str | None,
    keys: Sequence[Mapping[str, Any]],
    *,
    system: str,
    audience: str,
    method: str,
    url: str,
    body: bytes,
    now: dt.datetime,
) -> str:
    """The `jti` of a request that the system signed.

    Args:
        authorization: the request's header.
        keys: the system's public keys.
        system: its name, see `office.system_of`.
        audience: the portal's name.
        method, url, body: of the request; the address without its query.
        now: the time.

    Raises:
        Unauthenticated: for any doubt, always with the same words.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise doubtful()
    try:
        claims = verify_jwt(token, {"keys": keys}, TYPE, now=now, issuer=system, audience=audience, leeway=LEEWAY)
    except TokenRefused:
        raise doubtful() from None
    exp, iat, jti, digest = (claims.get(name) for name in ("exp", "iat", "jti", "body_sha256"))
    if not _is_whole(exp) or not _is_whole(iat) or not 0 < exp - iat <= MAX_LIFETIME:
        raise doubtful()
    if not isinstance(jti, str) or _JTI.fullmatch(jti) is None or not isinstance(digest, str):
        raise doubtful()
    if claims.get("aud") != audience or claims.get("htm") != method or claims.get("htu") != url:
        raise doubtful()
    if not hmac.compare_digest(digest.encode(), body_digest(body).encode()):
        raise doubtful()
    return jti


def once(system: str, jti: str, method: str, path: str, body: bytes) -> Once:
    """The attempt that a signed request is: the same `jti` for another request is refused."""
    return Once(
        hashlib.sha256(f"linked\n{system}\n{jti}".encode()).hexdigest(),
        hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest(),
        new_token(),
    )


def doubtful() -> Unauthenticated:
    """The one refusal for whatever is wrong, or not there."""
    return Unauthenticated(
        "คำขอนี้ไม่มีลายมือชื่อที่ใช้ได้ของระบบที่เชื่อมกับบริการนี้",
        "This request does not carry a valid signature of the system that this service is linked to.",
    )


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
