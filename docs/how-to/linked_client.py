"""What an agency's own system needs to work on its linked service in the Biz Portal; see link-your-e-service.md.

Two things: `send` signs a request to the portal, `believe` checks what the portal sends. Needs PyJWT and cryptography,
nothing of Klang. Keep the private key where only the system reads it; the public one stands in the service's `link`.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key

REQUEST, DELIVERY = "klang-linked+jwt", "klang-delivery+jwt"
LEEWAY = 10
"""Seconds by which the clocks may differ."""
LIVES = 120
"""Seconds for which a signed request is good; the portal takes at most 300."""


def new_key() -> EllipticCurvePrivateKey:
    """A fresh key (P-256)."""
    return generate_private_key(SECP256R1())


def public_jwk(key: EllipticCurvePrivateKey, kid: str) -> dict[str, str]:
    """The public key as it stands in the service's `link.keys`."""
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"], "kid": kid}


@dataclass
class Portal:
    """The portal, as the system of one service sees it.

    Attributes:
        base: the portal's address.
        agency, service: whose service, and which.
        key, kid: the system's private key, and its name in the service's `link.keys`.
        clock: seconds since 1970.
    """

    base: str
    agency: str
    service: str
    key: EllipticCurvePrivateKey = field(repr=False)
    kid: str
    clock: Callable[[], float] = time.time
    _jwks: dict[str, Any] | None = None

    @property
    def system(self) -> str:
        """What the portal calls this system."""
        return f"{self.agency}/{self.service}"

    def sign(self, method: str, path: str, body: bytes, jti: str) -> str:
        """The signature of a request; a repeat of the request has the same `jti`, and times of its own."""
        now = int(self.clock())
        claims = {
            "iss": self.system,
            "aud": f"{self.base}/biz",
            "iat": now,
            "exp": now + LIVES,
            "jti": jti,
            "htm": method,
            "htu": self.base + path.partition("?")[0],
            "body_sha256": _digest(body),
        }
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"typ": REQUEST, "kid": self.kid})

    def send(self, method: str, tail: str, content: Any = None, jti: str | None = None) -> tuple[int, Any]:
        """Status and answer of a request to `/biz/v1/linked/{service}` + tail.

        Choose the `jti` yourself and keep it with what you are about to do: after a timeout send the same again, and
        it takes effect once.
        """
        path = f"/biz/v1/linked/{self.service}{tail}"
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        token = self.sign(method, path, body, jti or uuid.uuid4().hex)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept-Language": "th"}
        return self._http(method, path, body, headers)

    def believe(self, authorization: str, url: str, body: bytes) -> dict[str, Any]:
        """A delivery that came to `url`; raises jwt.InvalidTokenError unless the portal sent just this to you.

        A delivery that you know by its id is a repeat: answer 200 and do nothing.
        """
        token = authorization.removeprefix("Bearer ")
        header = jwt.get_unverified_header(token)
        if header.get("typ") != DELIVERY:
            raise jwt.InvalidTokenError("not a delivery")
        # the times are checked below, by the clock of this system
        wanted = {"require": ["iss", "aud", "exp", "iat", "jti"], "verify_exp": False, "verify_iat": False}
        key = self._portal_key(str(header.get("kid")))
        issuer = f"{self.base}/biz"
        claims = jwt.decode(token, key, ["ES256"], wanted, audience=self.system, issuer=issuer)
        if not claims["iat"] - LEEWAY <= self.clock() < claims["exp"] + LEEWAY:
            raise jwt.InvalidTokenError("too old, or not yet good")
        if (claims.get("htm"), claims.get("htu"), claims.get("body_sha256")) != ("POST", url, _digest(body)):
            raise jwt.InvalidTokenError("made for another request")
        told: dict[str, Any] = json.loads(body)
        if told["delivery"] != claims["jti"]:
            raise jwt.InvalidTokenError("another delivery")
        return told

    def _portal_key(self, kid: str) -> jwt.PyJWK:
        for _ in range(2):
            if self._jwks is None:
                self._jwks = self._http("GET", "/biz/v1/jwks.json", b"", {})[1]
            for key in self._jwks["keys"]:
                if key["kid"] == kid:
                    return jwt.PyJWK(key, "ES256")
            self._jwks = None  # the portal may have a new key
        raise jwt.InvalidTokenError("no such key")

    def _http(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        there = urlsplit(self.base)
        kind = http.client.HTTPSConnection if there.scheme == "https" else http.client.HTTPConnection
        line = kind(there.netloc, timeout=30)
        try:
            line.request(method, there.path + path, body, headers)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            line.close()


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
