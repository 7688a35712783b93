"""Keys that live as long as the process: made at start, held in memory, written nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.shared.jose import IssuerKey, raw_signature, sign_jwt
from chalicelib.shared.keyring import ec_jwk


class EphemeralKey:
    """An ES256 key pair; a `SigningKey` of `chalicelib.shared.jose`."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.public_jwk: Mapping[str, Any] = ec_jwk(self._private.public_key())

    @property
    def kid(self) -> str:
        """JWK thumbprint (RFC 7638) of the public key."""
        return str(self.public_jwk["kid"])

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key as a JWK Set."""
        return {"keys": [dict(self.public_jwk)]}

    def sign(self, message: bytes) -> bytes:
        """Raw signature r || s, 64 bytes."""
        return raw_signature(self._private.sign(message, ec.ECDSA(SHA256())))

    def jwt(self, claims: Mapping[str, Any], typ: str) -> str:
        """A compact JWT; the claims must name their issuer."""
        return sign_jwt(claims, IssuerKey(str(claims["iss"]), self), typ)
