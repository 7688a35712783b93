"""Does an ID token hold, for this very login? (OpenID Connect Core 1.0 s.3.1.3.7; RFC 8725)

Pure: the keys are given, and so is the time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.jose import TokenRefused, base64url, verify_jwt

from .providers import LoginProvider

LEEWAY = timedelta(seconds=60)
"""How far a provider's clock may be off."""

TYPES = (None, "JWT", "jwt")
"""An access token (`at+jwt`) or a logout token is no ID token, whoever signed it."""


@dataclass(frozen=True)
class Expected:
    """What the login was begun with.

    Attributes:
        nonce: what we sent, and nobody else saw but the person's browser and the provider.
        begun: when.
        max_age: the oldest login that will do, in seconds; None: any.
    """

    nonce: str
    begun: datetime
    max_age: int | None = None


def verified(
    token: str,
    provider: LoginProvider,
    find: Callable[[str], Mapping[str, Any] | None],
    expected: Expected,
    *,
    now: datetime,
    access_token: str | None,
) -> Mapping[str, Any]:
    """The claims of an ID token that holds.

    Args:
        token: as the provider gave it.
        provider: who must have signed it.
        find: its public key by `kid`; None where it has none of that name.
        expected: what the login was begun with.
        now: the time.
        access_token: that came with it, for `at_hash`.

    Raises:
        TokenRefused: any doubt.
        Unavailable: of `find`.
    """
    claims = verify_jwt(
        token,
        {"keys": _keys(token, find)},
        TYPES,
        now=now,
        issuer=provider.issuer,
        algorithms=(provider.algorithm,),
        leeway=LEEWAY,
    )
    _meant_for_us(claims, provider.client_id)
    subject, nonce = claims.get("sub"), claims.get("nonce")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise TokenRefused("malformed", "sub is missing")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise TokenRefused("audience", "the token belongs to another login")
    _timely(claims, expected, now)
    at_hash = claims.get("at_hash")
    if at_hash is not None and (access_token is None or at_hash != half_hash(access_token)):
        raise TokenRefused("signature", "the access token is not the one that belongs to it")
    return claims


def half_hash(text: str) -> str:
    """`at_hash` of an access token: the left half of its SHA-256, for all algorithms that end in 256."""
    return base64url(hashlib.sha256(text.encode("ascii", "replace")).digest()[:16])


def _keys(token: str, find: Callable[[str], Mapping[str, Any] | None]) -> list[Mapping[str, Any]]:
    import jwt

    try:
        header = jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, UnicodeError):
        raise TokenRefused("malformed", "not a compact JWT") from None
    kid = header.get("kid")
    if "crit" in header or "b64" in header or not isinstance(kid, str):
        raise TokenRefused("malformed", "the header is not one of an ID token")
    key = find(kid)
    return [] if key is None else [key]


def _meant_for_us(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if client_id not in several or any(not isinstance(each, str) for each in several):
        raise TokenRefused("audience", "the token is meant for another client")
    if claims.get("azp", None if len(several) > 1 else client_id) != client_id:
        raise TokenRefused("audience", "the token was issued to another client")


def _timely(claims: Mapping[str, Any], expected: Expected, now: datetime) -> None:
    if "exp" not in claims or "iat" not in claims:
        raise TokenRefused("malformed", "exp and iat are mandatory")
    if claims["iat"] < (expected.begun - LEEWAY).timestamp():
        raise TokenRefused("expired", "the token is older than the login")
    since = claims.get("auth_time")
    if since is not None and (isinstance(since, bool) or not isinstance(since, int | float)):
        raise TokenRefused("malformed", "auth_time is not a time")
    if since is not None and not 0 <= since <= (now + LEEWAY).timestamp():
        raise TokenRefused("not_yet_valid", "the person has not logged in yet")
    if expected.max_age is None:
        return
    if since is None or since < now.timestamp() - expected.max_age - LEEWAY.total_seconds():
        raise TokenRefused("expired", "the person logged in too long ago")
