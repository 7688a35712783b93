"""Who is calling: from a bearer token to a `Caller`, or a refusal.

Tokens of people come from the OpenID providers of the settings (ThaID, DGA Digital ID); tokens of systems from
Klang's own exchange. Roles are never read from a token: an officer's agency and roles are kept by the room (`Staff`).
The checks are those of RFC 8725 and RFC 9068: pinned algorithms, `typ`, `kid`, exact issuer and audience, numeric
times, a cap on the lifetime.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from .egress import Http, Unreachable
from .errors import AssuranceTooLow, NotAllowed, Unauthenticated, Unavailable
from .keyring import Keyring
from .thai import NationalId, is_national_id

Kind = Literal["public", "citizen", "officer", "system"]

ALGORITHMS = ("ES256", "RS256", "PS256")
MAX_LIFETIME = 12 * 3600
LEEWAY = 10
JWKS_FRESH = 300.0
JWKS_MIN_INTERVAL = 10.0

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_END_OF_TIME = 1e11
"""Seconds (the year 5138); a larger number, or NaN, is no time and would break the arithmetic."""

log = logging.getLogger("klang.identity")


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        kind: public (no token), citizen, officer or system.
        id: the room's pseudonym of a person, the subsystem id of a system, "" for public.
        name: display name, Thai.
        agency: an officer's agency or a system's member, as `TH/CLASS/CODE`.
        roles: an officer's roles.
        pid: the national id, for a person; hidden from repr and never to be stored in the clear.
        ial: identity assurance level of the login.
    """

    kind: Kind
    id: str = ""
    name: str = ""
    agency: str | None = None
    roles: frozenset[str] = frozenset()
    pid: NationalId | None = field(default=None, repr=False)
    ial: str = "0"

    @property
    def label(self) -> str:
        """`kind:id`, for events and logs."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


NOBODY = Caller("public")


@dataclass(frozen=True)
class Posting:
    """Where an officer serves and what for."""

    agency: str
    roles: frozenset[str]
    name: str = ""


class Staff(Protocol):
    """A room's register of its officers."""

    def posting(self, pseudonym: str) -> Posting | None:
        """The officer's posting, or None for everybody else."""
        ...


@dataclass(frozen=True)
class Allow:
    """One kind of caller that a route admits.

    Attributes:
        kind: which.
        roles: for an officer, any of these roles (empty: any officer).
        min_ial: for a citizen, the weakest login admitted.
    """

    kind: Kind
    roles: frozenset[str] = frozenset()
    min_ial: str = "0"


PUBLIC = Allow("public")
CITIZEN = Allow("citizen")
SYSTEM = Allow("system")


def citizen(*, min_ial: str) -> Allow:
    """Citizens whose login has at least this identity assurance level (NDID/ETDA scale, e.g. "2.3")."""
    return Allow("citizen", min_ial=min_ial)


def officer(*roles: str) -> Allow:
    """Officers with any of these roles."""
    return Allow("officer", frozenset(roles))


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer and how to get its public keys.

    Attributes:
        iss: exact issuer identifier.
        audience: the `aud` expected in its tokens.
        kind: what its tokens stand for.
        jwks: gives its JWK Set as parsed JSON; may raise Unreachable.
    """

    iss: str
    audience: str
    kind: Literal["person", "system"]
    jwks: Callable[[], Mapping[str, Any]]


def fetched_jwks(http: Http, uri: str) -> Callable[[], Mapping[str, Any]]:
    """Fetches a JWK Set each time it is called (`Tokens` keeps it)."""

    def fetch() -> Mapping[str, Any]:
        answer = http.send("GET", uri, headers={"accept": "application/json"}, timeout=3)
        if answer.status != 200:
            raise Unreachable(f"the key set answered {answer.status}")
        found: Mapping[str, Any] = json.loads(answer.body)
        return found

    return fetch


class _Keys:
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
        self._keys = {issuer.iss: _Keys(issuer.jwks, timer) for issuer in issuers}
        self._clock = clock

    def check(self, token: str) -> tuple[TrustedIssuer, Mapping[str, Any]]:
        """The issuer and claims of a token that holds.

        Raises:
            Unauthenticated: for any doubt, always with the same words.
            Unavailable: the issuer's keys cannot be had.
        """
        import jwt

        header, claimed = _opened(token)
        issuer = self._issuers.get(claimed["iss"]) if isinstance(claimed.get("iss"), str) else None
        kid, alg = header.get("kid"), header.get("alg")
        if issuer is None or header.get("typ") != "at+jwt" or alg not in ALGORITHMS or not isinstance(kid, str):
            raise _forged()
        if "crit" in header or "b64" in header:
            raise _forged()
        jwk = self._keys[issuer.iss].find(kid)
        if jwk is None or jwk.get("alg", alg) != alg or jwk.get("kty") != ("EC" if alg == "ES256" else "RSA"):
            raise _forged()
        if jwk.get("use", "sig") != "sig" or (alg == "ES256" and jwk.get("crv") != "P-256"):
            raise _forged()
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
            raise _forged() from None
        self._check_times(claims)
        return issuer, claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        times = [claims["exp"], claims["iat"], claims.get("nbf", claims["iat"])]
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in times):
            raise _forged()
        if not all(abs(value) < _END_OF_TIME for value in times):
            raise _forged()
        exp, iat, nbf = times
        if not (iat - LEEWAY <= now and nbf - LEEWAY <= now and 0 < exp - iat <= MAX_LIFETIME):
            raise _forged()
        if exp + LEEWAY <= now:
            raise Unauthenticated("การเข้าสู่ระบบหมดอายุ โปรดเข้าสู่ระบบใหม่", "The login has expired; log in again.")


class Gate:
    """Decides who a request comes from and whether a route admits them.

    Args:
        tokens: the token check.
        keyring: the room's keyring, for pseudonyms.
        staff: the room's officers; None where the room has none.
    """

    def __init__(self, tokens: Tokens, keyring: Keyring, staff: Staff | None = None) -> None:
        self._tokens = tokens
        self._keyring = keyring
        self._staff = staff

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, if one of `allow` fits.

        A public route with a token still learns who calls; a token that does not hold is refused even there.

        Raises:
            Unauthenticated, NotAllowed, AssuranceTooLow.
        """
        public = any(rule.kind == "public" for rule in allow)
        if not authorization:
            if public:
                return NOBODY
            raise Unauthenticated("โปรดเข้าสู่ระบบ", "Send an access token: `Authorization: Bearer ...`.")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _forged()
        issuer, claims = self._tokens.check(token)
        if issuer.kind == "system":
            caller = _system(claims)
            fits = any(rule.kind == "system" for rule in allow)
        else:
            caller, fits = self._person(claims, allow)
        if fits or public:
            return caller
        raise NotAllowed("บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้", "This account may not do this.")

    def _person(self, claims: Mapping[str, Any], allow: Sequence[Allow]) -> tuple[Caller, bool]:
        pid = claims.get("pid")
        if not isinstance(pid, str) or not is_national_id(pid):
            raise _forged()
        caller = Caller(
            "citizen",
            id=self._keyring.pseudonym(pid),
            name=str(claims.get("name", "")),
            pid=NationalId(pid),
            ial=str(claims.get("ial", "0")),
        )
        for rule in allow:
            if rule.kind == "officer" and self._staff is not None:
                posting = self._staff.posting(caller.id)
                if posting is not None and (not rule.roles or rule.roles & posting.roles):
                    return _as_officer(caller, posting), True
        citizens = [rule for rule in allow if rule.kind == "citizen"]
        public = any(rule.kind == "public" for rule in allow)
        if citizens and not public and all(_level(caller.ial) < _level(rule.min_ial) for rule in citizens):
            raise AssuranceTooLow(
                f"บริการนี้ต้องยืนยันตัวตนระดับ IAL {citizens[0].min_ial} ขึ้นไป",
                f"This service needs a login with identity assurance level {citizens[0].min_ial} or higher.",
            )
        return caller, bool(citizens)


def _as_officer(person: Caller, posting: Posting) -> Caller:
    return Caller(
        "officer",
        id=person.id,
        name=posting.name or person.name,
        agency=posting.agency,
        roles=posting.roles,
        pid=person.pid,
        ial=person.ial,
    )


def _system(claims: Mapping[str, Any]) -> Caller:
    client = claims.get("client_id")
    if not isinstance(client, str) or client.count("/") != 3:
        raise _forged()
    return Caller("system", id=client, name=client, agency=client.rsplit("/", 1)[0])


def _level(ial: str) -> tuple[int, ...]:
    parts = ial.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else (0,)


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified, of a token that can be read in one way only.

    A name that stands twice, padding or stray bits would let two readers of one token see two different things.
    """
    found = _COMPACT.fullmatch(token)
    if found is None:
        raise _forged()
    for part in found.groups():
        if base64.urlsafe_b64encode(_decoded(part)).rstrip(b"=").decode() != part:
            raise _forged()
    try:
        # decoded here, for json would take UTF-16 too
        texts = [_decoded(part).decode("utf-8") for part in found.groups()[:2]]
        header, claims = (json.loads(text, object_pairs_hook=_named_once) for text in texts)
    except (ValueError, RecursionError):
        raise _forged() from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _forged()
    return header, claims


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise _forged() from None


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise _forged()
    return out


def _forged() -> Unauthenticated:
    return Unauthenticated("โทเคนไม่ถูกต้อง โปรดเข้าสู่ระบบใหม่", "The access token does not hold; log in again.")
