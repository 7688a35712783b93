"""Tokens of systems: OAuth 2.0 client credentials (RFC 6749 §4.4) with a signed assertion (RFC 7523 `private_key_jwt`).

There are no shared secrets: a system proves itself by a signature of a key whose public half is in the directory. An
assertion serves once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..shared.errors import Refusal
from ..shared.ids import new_token
from ..shared.jose import ALGORITHM, TokenRefused, opened, sign_jwt, verify_jwt
from ..shared.storage import Create, Item, Key, Table, WriteRefused
from .directory import Directory
from .directory.rules import usable_keys
from .evidence import Voice
from .ids import BadId, SubsystemId

AUDIENCE = "klang"
LIVES = 600
ASSERTION_LIVES = 300
"""An assertion may be good for at most five minutes; its `jti` is remembered as long."""
LEEWAY = 10
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class OAuthRefused(Refusal):
    """A token request was declined; `error` is the code of RFC 6749 §5.2."""

    def __init__(self, error: str, th: str, en: str) -> None:
        super().__init__(th, en)
        self.error = error


class Issuing:
    """The token endpoint.

    Args:
        directory: where the clients' public keys are.
        table: remembers used assertions.
        voice: signs the tokens.
        clock: tells the time.
        ids: makes token ids.
    """

    def __init__(
        self,
        directory: Directory,
        table: Table,
        voice: Voice,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._directory = directory
        self._table = table
        self._voice = voice
        self._clock = clock
        self._ids = ids

    @property
    def endpoint(self) -> str:
        """Address of the token endpoint."""
        return f"{self._voice.issuer}/oauth2/token"

    def metadata(self) -> dict[str, Any]:
        """Authorization server metadata (RFC 8414), served as `/.well-known/openid-configuration`."""
        return {
            "issuer": self._voice.issuer,
            "token_endpoint": self.endpoint,
            "jwks_uri": f"{self._voice.issuer}/.well-known/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        }

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """An access token for the client that signed the assertion (answer of RFC 6749 §5.1).

        Raises:
            OAuthRefused: unsupported_grant_type, invalid_request or invalid_client; why an assertion fails is not told
                beyond that, except for a clock that is off.
        """
        if not form.get("grant_type"):
            raise OAuthRefused("invalid_request", "ต้องระบุ grant_type", "grant_type is missing.")
        if form["grant_type"] != "client_credentials":
            raise OAuthRefused(
                "unsupported_grant_type", "รองรับเฉพาะ client_credentials", "Only client_credentials is supported."
            )
        assertion = form.get("client_assertion")
        if form.get("client_assertion_type") != ASSERTION_TYPE or not assertion:
            raise OAuthRefused(
                "invalid_request",
                "ต้องส่ง client_assertion และ client_assertion_type ตาม RFC 7523",
                "Send client_assertion and client_assertion_type as RFC 7523 says.",
            )
        client = self._proven(assertion, form.get("client_id"))
        now = int(self._clock().timestamp())
        claims = {
            "sub": str(client),
            "client_id": str(client),
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIVES,
            "jti": self._ids(),
        }
        return {"access_token": sign_jwt(claims, self._voice, "at+jwt"), "token_type": "Bearer", "expires_in": LIVES}

    def _proven(self, assertion: str, named: str | None) -> SubsystemId:
        try:
            header, claimed = opened(assertion)
            client = SubsystemId.parse(str(claimed.get("sub")))
        except (TokenRefused, BadId):
            raise _invalid_client() from None
        if named not in (None, str(client)):
            raise _invalid_client()
        subsystem = self._directory.subsystem_now(client)
        if subsystem is None or not subsystem.active:
            raise _invalid_client()
        claims = self._verified(
            assertion, str(header.get("typ", "")), usable_keys(subsystem.jwks, self._clock()), str(client)
        )
        self._use_up(client, str(claims["jti"]), int(claims["exp"]))
        return client

    def _verified(self, assertion: str, typ: str, keys: Sequence[Mapping[str, Any]], client: str) -> dict[str, Any]:
        # RFC 7523 asks for no `typ`; libraries send "JWT" or "client-authentication+jwt"; no token of ours has either
        if typ not in ("JWT", "client-authentication+jwt"):
            raise _invalid_client()
        now = self._clock()
        try:
            claims = verify_jwt(
                assertion, {"keys": keys}, typ, now=now, issuer=client, leeway=timedelta(seconds=LEEWAY)
            )
        except TokenRefused as refused:
            if refused.reason in ("expired", "not_yet_valid"):
                raise OAuthRefused(
                    "invalid_client",
                    "client_assertion หมดอายุหรือยังไม่เริ่มใช้ โปรดตรวจนาฬิกาของระบบ",
                    "The assertion is expired or not yet valid; check your clock.",
                ) from None
            raise _invalid_client() from None
        exp, iat, jti, audience = (claims.get(name) for name in ("exp", "iat", "jti", "aud"))
        if not isinstance(audience, str) or audience not in (self.endpoint, self._voice.issuer):
            raise _invalid_client()
        if not isinstance(jti, str) or not 8 <= len(jti) <= 128 or not isinstance(exp, int | float):
            raise _invalid_client()
        begins = iat if isinstance(iat, int | float) else now.timestamp()
        if exp - min(begins, now.timestamp()) > ASSERTION_LIVES + LEEWAY:
            raise _invalid_client()
        return claims

    def _use_up(self, client: SubsystemId, jti: str, exp: int) -> None:
        name = hashlib.sha256(f"{client}\n{jti}".encode()).hexdigest()
        # kept past the leeway: while the assertion could still verify, its use must be remembered
        item = Item(Key(f"ASSERTION#{name}", "1"), {}, expires=exp + LEEWAY + 60)
        try:
            self._table.write([Create(item)], new_token())
        except WriteRefused:
            raise OAuthRefused(
                "invalid_client", "client_assertion นี้ถูกใช้ไปแล้ว", "This assertion was used before; sign a new one."
            ) from None


def _invalid_client() -> OAuthRefused:
    return OAuthRefused(
        "invalid_client", "ยืนยันตัวตนของระบบไม่สำเร็จ", "The client could not be authenticated by this assertion."
    )
