"""Access tokens: does this one hold, and who vouches for it?

Tokens of people come from the OpenID providers of the settings (ThaID, DGA Digital ID); tokens of systems from
Klang's own exchange. The checks are those of RFC 8725 and RFC 9068: pinned algorithms, `typ`, `kid`, exact issuer and
audience, numeric times, a cap on the lifetime.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from .dataclass import dataclass
from .egress import Http, Unreachable
from .errors import Unauthenticated, Unavailable
from .jose import TokenRefused, opened

ALGORITHMS = ("ES256", "RS256", "PS256")
MAX_LIFETIME = 12 * 3600
LEEWAY = 10
JWKS_FRESH = 300.0
JWKS_MIN_INTERVAL = 10.0

MOST_HELD = 1000
"""Verified tokens that a process remembers at most."""

_END_OF_TIME = 1e11
"""Seconds (the year 5138); a larger number, or NaN, is no time and would break the arithmetic."""

log = logging.getLogger("klang.access_tokens")


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer and how to get its public keys.

    Attributes:
        iss: exact issuer identifier.
        audience: the `aud` expected in its tokens.
        kind: what its tokens stand for.
        jwks: gives its JWK Set as parsed JSON; may raise Unreachable.
        lets_act: whether its tokens may say that somebody acts for the person (`act`); only Klang's own may.
    """

    iss: str
    audience: str
    kind: Literal["person", "system"]
    jwks: Callable[[], Mapping[str, Any]]
    lets_act: bool = False


def fetched_jwks(http: Http, uri: str) -> Callable[[], Mapping[str, Any]]:
    """Fetches a JWK Set each time it is called (`Tokens` keeps it)."""

    def fetch() -> Mapping[str, Any]:
        answer = http.send("GET", uri, headers={"accept": "application/json"}, timeout=3)
        if answer.status != 200:
            raise Unreachable(f"the key set answered {answer.status}")
        found: Mapping[str, Any] = json.loads(answer.body)
        return found

    return fetch


class IssuerKeys:
    """An issuer's public keys, kept for five minutes and asked for again when a `kid` is unknown.

    An issuer is asked at most once in ten seconds, whether it answers or not: neither a flood of invented `kid`s nor
    its own outage may turn every request of ours into one of its.
    """

    def __init__(self, source: Callable[[], Mapping[str, Any]], timer: Callable[[], float]) -> None:
        self._source = source
        self._timer = timer
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._read = self._asked = float("-inf")

    def find(self, kid: str) -> Mapping[str, Any] | None:
        """The key of that id, or None where the issuer has none.

        Raises:
            Unavailable: the issuer's keys cannot be had.
        """
        now = self._timer()
        wanted = now - self._read > JWKS_FRESH or kid not in self._keys
        if wanted and now - self._asked > JWKS_MIN_INTERVAL:
            self._asked = now
            try:
                found = self._source()
                self._keys = {str(key.get("kid")): key for key in found.get("keys", [])}
                self._read = now
            except (Unreachable, ValueError, AttributeError, TypeError):
                log.warning("the keys of an issuer cannot be had")
        if kid not in self._keys and self._read < self._asked:
            raise Unavailable(
                "ตรวจสอบการยืนยันตัวตนไม่ได้ชั่วคราว โปรดลองใหม่",
                "The login cannot be checked just now; try again.",
                retry_after=5,
            )
        return self._keys.get(kid)


@dataclass(frozen=True)
class _Held:
    """A token whose signature was found good, and with which key."""

    issuer: TrustedIssuer
    claims: Mapping[str, Any]
    kid: str
    jwk: Mapping[str, Any]


class Tokens:
    """Checks access tokens of a fixed list of issuers.

    Args:
        issuers: who is believed.
        clock: tells the time (aware, UTC) that tokens are judged by.
        timer: seconds that only grow, for how long keys are kept.
    """

    def __init__(
        self,
        issuers: Sequence[TrustedIssuer],
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuers = {issuer.iss: issuer for issuer in issuers}
        self._keys = {issuer.iss: IssuerKeys(issuer.jwks, timer) for issuer in issuers}
        self._clock = clock
        self._held: dict[bytes, _Held] = {}

    def check(self, token: str) -> tuple[TrustedIssuer, Mapping[str, Any]]:
        """The issuer and claims of a token that holds.

        A token that was verified before is judged by its times and by whether its key is still the issuer's; the
        signature over the very same bytes is not computed again.

        Raises:
            Unauthenticated: for any doubt, always with the same words.
            Unavailable: the issuer's keys cannot be had.
        """
        name = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        held = self._held.get(name)
        if held is None or self._keys[held.issuer.iss].find(held.kid) != held.jwk:
            held = self._verified(token)
            if len(self._held) >= MOST_HELD:
                self._held.clear()
            self._held[name] = held
        self._check_times(held.claims)
        return held.issuer, held.claims

    def _verified(self, token: str) -> _Held:
        import jwt

        try:
            header, claimed = opened(token)
        except TokenRefused:
            raise forged() from None
        issuer = self._issuers.get(claimed["iss"]) if isinstance(claimed.get("iss"), str) else None
        kid, alg = header.get("kid"), header.get("alg")
        if issuer is None or header.get("typ") != "at+jwt" or alg not in ALGORITHMS or not isinstance(kid, str):
            raise forged()
        if "crit" in header or "b64" in header:
            raise forged()
        jwk = self._keys[issuer.iss].find(kid)
        if jwk is None or jwk.get("alg", alg) != alg or jwk.get("kty") != ("EC" if alg == "ES256" else "RSA"):
            raise forged()
        if jwk.get("use", "sig") != "sig" or (alg == "ES256" and jwk.get("crv") != "P-256"):
            raise forged()
        try:
            claims = jwt.decode(
                token,
                key=jwt.PyJWK(dict(jwk), algorithm=alg),
                algorithms=[alg],
                audience=issuer.audience,
                issuer=issuer.iss,
                options={
                    "require": ["exp", "iat", "sub", "jti", "aud", "iss"],
                    "strict_aud": True,
                    # times are checked below, against the house's clock
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            raise forged() from None
        return _Held(issuer, claims, kid, jwk)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        times = [claims["exp"], claims["iat"], claims.get("nbf", claims["iat"])]
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in times):
            raise forged()
        if not all(abs(value) < _END_OF_TIME for value in times):
            raise forged()
        exp, iat, nbf = times
        if not (iat - LEEWAY <= now and nbf - LEEWAY <= now and 0 < exp - iat <= MAX_LIFETIME):
            raise forged()
        if exp + LEEWAY <= now:
            expired = Unauthenticated("การเข้าสู่ระบบหมดอายุ โปรดเข้าสู่ระบบใหม่", "The login has expired; log in again.")
            raise expired.of_a_token()


def forged() -> Unauthenticated:
    """The one refusal of every token that does not hold: it never tells which check failed."""
    refusal = Unauthenticated("โทเคนไม่ถูกต้อง โปรดเข้าสู่ระบบใหม่", "The access token does not hold; log in again.")
    return refusal.of_a_token()
