"""Access tokens for the sample people and systems, shaped like those of the real issuers.

People: a JWT access token (RFC 9068) with the claims of ThaID that Klang reads. Systems: whatever the
exchange's own `/oauth2/token` gives for the agency's signed assertion (RFC 7523), so that nothing is short-cut.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalicelib.shared.egress import Http, Unreachable
from chalicelib.shared.errors import Unavailable, UpstreamFailed
from chalicelib.shared.jose import TokenRefused, base64url, compact_json, verify_jwt
from infra.local.keys import EphemeralKey
from infra.local.personas import STAFF, Persona, Personas

AUDIENCE = "klang"
LIFETIME = 3600
_SUBJECTS = uuid.UUID("6f2d3f0a-6a51-5c0e-9b7e-0f6f2f6b1a11")


class PersonTokens:
    """Tokens of one test OpenID provider.

    Args:
        issuer: its issuer identifier.
        personas: whom it knows.
        clock: tells the time (aware, UTC).
        key: its signing key.
    """

    def __init__(
        self, issuer: str, personas: Personas, clock: Callable[[], datetime], key: EphemeralKey | None = None
    ) -> None:
        self.issuer = issuer
        self._key = key or EphemeralKey()
        self._clock = clock
        self._by_subject = {subject_of(persona): persona for persona in personas.people}

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return self._key.jwks

    def access_token(
        self, persona: Persona, *, client_id: str = "local-desk", scope: str = "openid profile pid"
    ) -> str:
        """An access token for Klang, one hour long."""
        now = int(self._clock().timestamp())
        return self._key.jwt(
            {
                "iss": self.issuer,
                "sub": subject_of(persona),
                "aud": AUDIENCE,
                "client_id": client_id,
                "scope": scope,
                "iat": now,
                "nbf": now,
                "exp": now + LIFETIME,
                "jti": str(uuid.uuid4()),
                "ial": persona.ial,
                "pid": persona.pid,
                **_profile(persona),
                **({"officer": True} if persona.kind in STAFF else {}),
            },
            "at+jwt",
        )

    def id_token(self, persona: Persona, *, client_id: str, nonce: str | None, logged_in: int) -> str:
        """What tells the client who logged in (OpenID Connect Core section 2)."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": subject_of(persona),
            "aud": client_id,
            "iat": now,
            "exp": now + LIFETIME,
            "auth_time": logged_in,
            "acr": f"ial{persona.ial}",
        }
        return self._key.jwt({**claims, **({"nonce": nonce} if nonce else {})}, "JWT")

    def user_info(self, access_token: str) -> dict[str, Any] | None:
        """The claims that the token's scope opens, or None if the token does not hold."""
        try:
            claims = verify_jwt(
                access_token,
                self.jwks,
                "at+jwt",
                now=self._clock(),
                issuer=self.issuer,
                audience=AUDIENCE,
            )
        except TokenRefused:
            return None
        persona = self._by_subject.get(str(claims["sub"]))
        if persona is None:
            return None
        scopes = str(claims.get("scope", "")).split()
        opened: dict[str, Any] = {"sub": claims["sub"]}
        if "profile" in scopes:
            opened.update(_profile(persona))
        if "pid" in scopes:
            opened.update({"pid": persona.pid, "ial": persona.ial})
        return opened


class SystemTokens:
    """Tokens of agencies' systems, asked of the exchange with each system's own key.

    Args:
        keys: private keys by client id.
        address: gives the exchange's public address.
        http: how to reach it.
        clock: tells the time (aware, UTC).
    """

    def __init__(
        self,
        keys: Mapping[str, EphemeralKey],
        address: Callable[[], str],
        http: Http,
        clock: Callable[[], datetime],
    ) -> None:
        self._keys = keys
        self._address = address
        self._http = http
        self._clock = clock

    def assertion(self, client_id: str) -> str:
        """What a system proves its key with (RFC 7523 section 3)."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": f"{self._address()}/oauth2/token",
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }
        return self._keys[client_id].jwt(claims, "JWT")

    def signed(self, client_id: str, text: str, typ: str) -> str:
        """A compact JWS of a system over a text, for instance over the terms of an agreement (RFC 7515)."""
        key = self._keys[client_id]
        header = {"alg": "ES256", "typ": typ, "kid": key.kid}
        message = f"{base64url(compact_json(header))}.{base64url(text.encode())}"
        return f"{message}.{base64url(key.sign(message.encode()))}"

    def grant(self, client_id: str) -> dict[str, Any]:
        """The exchange's token answer.

        Raises:
            Unavailable: the exchange does not answer.
            UpstreamFailed: it refuses the system.
        """
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion(client_id),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._http.send(
                "POST", f"{self._address()}/oauth2/token", headers=headers, body=urlencode(form).encode()
            )
        except Unreachable:
            raise Unavailable("ติดต่อ GDX ไม่ได้", "The exchange does not answer.", retry_after=1) from None
        if answer.status != 200:
            raise UpstreamFailed("GDX ไม่ออกโทเคนให้ระบบนี้", f"The exchange answered {answer.status}.")
        granted: dict[str, Any] = json.loads(answer.body)
        return granted


def subject_of(persona: Persona) -> str:
    """A stable `sub` that says nothing of the person."""
    return str(uuid.uuid5(_SUBJECTS, persona.id))


def _profile(persona: Persona) -> dict[str, str]:
    given, _, family = persona.name_th.partition(" ")
    given_en, _, family_en = persona.name_en.partition(" ")
    return {
        "name": persona.name_th,
        "given_name": given,
        "family_name": family,
        "name_en": persona.name_en,
        "given_name_en": given_en,
        "family_name_en": family_en,
    }
