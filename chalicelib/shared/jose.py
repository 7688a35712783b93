"""Compact JWTs (RFC 7515, 7519) signed by a key that stays elsewhere, and checked against a JWKS.

Nothing here makes cryptography of its own: signatures are checked by PyJWT and cryptography, which are
imported inside the functions because they cost a cold start that most requests need not pay. Time is a
parameter.
"""

import base64
import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, Protocol

from .dataclass import dataclass
from .later import pattern

Jwk = Mapping[str, Any]
Jwks = Mapping[str, Sequence[Jwk]]
Reason = Literal[
    "malformed", "algorithm", "unknown_key", "signature", "type", "issuer", "audience", "expired",
    "not_yet_valid", "vct", "disclosure", "holder_binding", "status",
]  # fmt: skip

ALGORITHM = "ES256"
MAX_LENGTH = 64 * 1024
"""Longest token that is looked at, in characters."""
_COMPACT = pattern(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_END_OF_TIME = 1e11
"""Seconds (the year 5138); a larger number is no time and would break the arithmetic."""


class TokenRefused(ValueError):
    """Raised when a token or a credential does not hold; `reason` is stable, the text has no value of the
    token.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Signer(Protocol):
    """Whoever holds the private key of an issuer."""

    @property
    def kid(self) -> str:
        """Id of the key in the issuer's JWKS."""

    @property
    def issuer(self) -> str:
        """Value of `iss`."""

    def sign(self, message: bytes) -> bytes:
        """ES256 over the message: raw r || s, 64 bytes (RFC 7518 section 3.4)."""


class SigningKey(Protocol):
    """A key that signs, whoever it signs for."""

    @property
    def kid(self) -> str:
        """Id of the key in a JWKS."""

    def sign(self, message: bytes) -> bytes:
        """ES256 over the message: raw r || s, 64 bytes."""


@dataclass(frozen=True)
class IssuerKey:
    """A `Signer`: one key, signing in the name of one issuer."""

    issuer: str
    key: SigningKey

    @property
    def kid(self) -> str:
        """Id of the key in the issuer's JWKS."""
        return self.key.kid

    def sign(self, message: bytes) -> bytes:
        """ES256 over the message by the key."""
        return self.key.sign(message)


def sign_jwt(claims: Mapping[str, Any], signer: Signer, typ: str) -> str:
    """A compact JWT of that type; `iss` is the signer's unless the claims name another."""
    header = {"alg": ALGORITHM, "typ": typ, "kid": signer.kid}
    signed = f"{_pack(header)}.{_pack({'iss': signer.issuer, **claims})}"
    return f"{signed}.{base64url(signer.sign(signed.encode('ascii')))}"


def verify_jwt(
    token: str,
    jwks: Jwks,
    typ: str | Collection[str | None],
    *,
    now: dt.datetime,
    issuer: str | None = None,
    audience: str | None = None,
    algorithms: Collection[str] = (ALGORITHM,),
    leeway: dt.timedelta = dt.timedelta(0),
) -> dict[str, Any]:
    """The claims of a token whose signature, type, times and, if given, issuer and audience hold.

    Only the listed algorithms are taken, and only with a key of that kind found by `kid` in the JWKS: keys or
    addresses that the token itself brings (`jwk`, `jku`, `x5u`) are ignored. `typ` is the type, or the types that
    will do, None among them for a token without one. Raises TokenRefused with the reason.
    """
    header, claims = opened(token)
    if "crit" in header or "b64" in header:
        raise TokenRefused("malformed", "the token asks for an extension")  # RFC 7515 s.4.1.11: there is none here
    types = {typ} if isinstance(typ, str) else set(typ)
    if not isinstance(header.get("typ"), str | None) or header.get("typ") not in types:
        raise TokenRefused("type", "the token has another type")
    _must_be_signed(token, header, jwks, algorithms)
    _check_times(claims, now, leeway)
    if issuer is not None and claims.get("iss") != issuer:
        raise TokenRefused("issuer", "the token has another issuer")
    if audience is not None and audience not in _audiences(claims):
        raise TokenRefused("audience", "the token is meant for another audience")
    return claims


def raw_signature(der: bytes) -> bytes:
    """An ECDSA P-256 signature in DER (as KMS Sign answers) in the raw form of JWS: r || s, 64 bytes."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified, of a token that can be read in one way only.

    A name that stands twice, padding or stray bits would let two readers of one token see two different things; what
    is no plain JSON (NaN, halves of surrogate pairs) would break whoever reads it later. Raises TokenRefused.
    """
    if len(token) > MAX_LENGTH:
        raise TokenRefused("malformed", "the token is too long")
    found = _COMPACT.fullmatch(token)
    if found is None:
        raise TokenRefused("malformed", "not a compact JWT")
    try:
        raw = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in found.groups()]
        if [base64url(each) for each in raw] != list(found.groups()):
            raise ValueError("not in base64url")
        # decoded here, for json would take UTF-16 too
        header, claims = (json.loads(each.decode("utf-8"), object_pairs_hook=_named_once) for each in raw[:2])
        json.dumps([header, claims], ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise TokenRefused("malformed", "it can be read in several ways, or in none") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise TokenRefused("malformed", "the token has no header or no claims")
    return header, claims


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a name stands twice")
    return out


def _must_be_signed(token: str, header: Mapping[str, Any], jwks: Jwks, algorithms: Collection[str]) -> None:
    import jwt

    algorithm = header.get("alg")
    if algorithm not in algorithms or algorithm == "none":
        raise TokenRefused("algorithm", "the token is signed by another algorithm")
    jwk = next((key for key in jwks.get("keys", ()) if key.get("kid") == header.get("kid")), None)
    if jwk is None or header.get("kid") is None:
        raise TokenRefused("unknown_key", "no such key")
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", algorithm) != algorithm:
        raise TokenRefused("unknown_key", "the key is for another use")
    try:
        key = jwt.PyJWK(dict(jwk), algorithm=algorithm)
        jwt.PyJWS().decode(token, key, algorithms=[algorithm])
    except jwt.InvalidSignatureError:
        raise TokenRefused("signature", "the signature does not hold") from None
    except (jwt.PyJWKError, jwt.InvalidKeyError):
        raise TokenRefused("unknown_key", "the key does not fit the algorithm") from None
    except jwt.InvalidTokenError:
        raise TokenRefused("malformed", "not a compact JWT") from None


def _check_times(claims: Mapping[str, Any], now: dt.datetime, leeway: dt.timedelta) -> None:
    at, slack = now.timestamp(), leeway.total_seconds()
    for name in ("exp", "nbf", "iat"):
        if name not in claims:
            continue
        value = claims[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= _END_OF_TIME:
            raise TokenRefused("malformed", f"{name} is not a time")
        if name == "exp" and not at < value + slack:
            raise TokenRefused("expired", "the token has expired")
        if name != "exp" and not at >= value - slack:
            raise TokenRefused("not_yet_valid", "the token is not valid yet")


def _audiences(claims: Mapping[str, Any]) -> Sequence[Any]:
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _pack(value: Mapping[str, Any]) -> str:
    return base64url(compact_json(value))


def compact_json(value: object) -> bytes:
    """JSON without spaces, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
