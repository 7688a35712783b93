"""Issuers of tests: access tokens of people and systems that hold. The forgeries are in `forgeries.py`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from chalicelib.shared.access_tokens import Tokens, TrustedIssuer
from chalicelib.shared.jose import base64url
from tests.support.keys import LocalSigner

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
AUDIENCE = "klang"
PEOPLE = "https://login.klang.test"
SYSTEMS = "https://gdx.klang.test"
PORTAL = "https://citizen.klang.test/citizen"


def part(value: object) -> str:
    """One segment of a compact token."""
    return base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


class TestIssuer:
    """Somebody who issues access tokens, and whose keys can be had.

    Attributes:
        asked: how often the keys were asked for.
        also: more keys of this issuer.
    """

    __test__ = False

    def __init__(
        self,
        iss: str,
        kind: Literal["person", "system"],
        now: Callable[[], datetime] = lambda: NOW,
        lets_act: bool = False,
    ) -> None:
        self.iss = iss
        self.kind = kind
        self.lets_act = lets_act
        self.signer = LocalSigner()
        self.asked = 0
        self.also: Callable[[], Mapping[str, Any]] = lambda: {"keys": []}
        self._now = now

    @property
    def trusted(self) -> TrustedIssuer:
        """This issuer as the rooms know it."""
        return TrustedIssuer(self.iss, AUDIENCE, self.kind, self.jwks, self.lets_act)

    def jwks(self) -> Mapping[str, Any]:
        """The key set; counts how often it was asked for (`asked`)."""
        self.asked += 1
        return {"keys": [self.signer.public_jwk, *self.also()["keys"]]}

    def header(self, **changes: Any) -> dict[str, Any]:
        """A good header; a change to None takes the entry out."""
        return _changed({"alg": "ES256", "typ": "at+jwt", "kid": self.signer.kid}, changes)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims for an hour; a change to None takes the claim out."""
        now = int(self._now().timestamp())
        good = {
            "iss": self.iss,
            "sub": str(uuid.uuid4()),
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "jti": str(uuid.uuid4()),
        }
        return _changed(good, changes)

    def sign(self, header: object, claims: object) -> str:
        """A compact token over whatever is given (JSON types, or the bytes of a segment)."""
        text = f"{part(header)}.{part(claims)}"
        return f"{text}.{base64url(self.signer.sign(text.encode()))}"

    def token(self, **claims: Any) -> str:
        """An access token that holds, unless a changed claim spoils it."""
        return self.sign(self.header(), self.claims(**claims))


def _changed(good: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


class Issuers:
    """The login of people and the exchange that knows the systems, both trusted.

    Args:
        now: tells the time to the issuers and to whoever checks.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: NOW) -> None:
        self.people = TestIssuer(PEOPLE, "person", now)
        self.systems = TestIssuer(SYSTEMS, "system", now)
        self.portal = TestIssuer(PORTAL, "person", now, lets_act=True)
        self.tokens = Tokens([self.people.trusted, self.systems.trusted, self.portal.trusted], now)

    def person(self, pid: str, *, name: str = "สมชาย ใจดี", ial: str = "2.3", **claims: Any) -> str:
        """An access token of a person, as ThaID would give it."""
        return self.people.token(pid=pid, name=name, ial=ial, **claims)

    def acting(self, pid: str, *, actor: str, scopes: str, mandate: str = "mandate-1", **claims: Any) -> str:
        """An access token of the Citizen Portal with which somebody acts for a person (RFC 8693)."""
        said = {"name": "สมชาย ใจดี", "ial": "2.3", "act": {"sub": actor}, "scope": scopes, "mandate": mandate}
        return self.portal.token(pid=pid, **{**said, **claims})

    def system(self, client_id: str, **claims: Any) -> str:
        """An access token of a system, as the exchange would give it."""
        return self.systems.token(client_id=client_id, **claims)
