"""Keys of one room: pseudonyms, sealed values, message codes and signatures.

One secret of 32 bytes per room, kept wrapped by KMS, is unwrapped once per process; every use derives its own key from
it (HKDF, RFC 5869), so no key serves two purposes. Signatures are made by a KMS key that never leaves KMS.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Protocol


class Signer(Protocol):
    """A signing key (ES256, RFC 7518 §3.4)."""

    @property
    def kid(self) -> str:
        """JWK thumbprint (RFC 7638) of the public key."""
        ...

    @property
    def public_jwk(self) -> Mapping[str, Any]:
        """The public key as a JWK with `kid`, `alg` and `use`."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Raw signature r || s, 64 bytes."""
        ...


class Tampered(Exception):
    """A sealed or authenticated text did not open: altered, cut, or made for something else."""


class Keyring:
    """The keys of one room.

    Args:
        secret: gives the room's 32-byte secret; called once, on first use.
        signer: gives the room's signing key; called once, on first use.
    """

    def __init__(self, secret: Callable[[], bytes], signer: Callable[[], Signer]) -> None:
        self._secret_source = secret
        self._signer_source = signer
        self._derived: dict[str, bytes] = {}

    @cached_property
    def _secret(self) -> bytes:
        return self._secret_source()

    @cached_property
    def signer(self) -> Signer:
        """The room's signing key."""
        return self._signer_source()

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._derived:
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF

            self._derived[purpose] = HKDF(SHA256(), 32, None, b"klang/" + purpose.encode()).derive(self._secret)
        return self._derived[purpose]

    def pseudonym(self, value: str) -> str:
        """A stable name for a person or company in this room's keys: 26 characters that do not give the id away.

        Different rooms give different pseudonyms for one person, so their tables cannot be joined (PDPA s.37).
        """
        digest = hmac.new(self._key("pseudonym"), value.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest[:16]).decode().rstrip("=").lower()

    def mac(self, purpose: str, message: bytes) -> str:
        """Message authentication code (HMAC-SHA-256, base64url) for cursors and the like."""
        digest = hmac.new(self._key(f"mac/{purpose}"), message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def seal(self, text: str, context: str) -> str:
        """Encrypts a personal value (AES-256-GCM); it opens only with the same context."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(12)
        sealed = AESGCM(self._key("seal")).encrypt(nonce, text.encode(), context.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, context: str) -> str:
        """The value that `seal` hid.

        Raises:
            Tampered: it was altered or sealed for another context.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = base64.urlsafe_b64decode(sealed)
            return AESGCM(self._key("seal")).decrypt(raw[:12], raw[12:], context.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise Tampered("sealed value") from error


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """JWK thumbprint of an EC public key (RFC 7638)."""
    text = '{{"crv":"{crv}","kty":"{kty}","x":"{x}","y":"{y}"}}'.format(**jwk)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def ec_jwk(public_key: Any) -> dict[str, Any]:
    """A P-256 public key of `cryptography` as a JWK with its thumbprint as `kid`; ValueError for any other key."""
    if getattr(getattr(public_key, "curve", None), "name", None) != "secp256r1":
        raise ValueError("ES256 needs a P-256 key")
    numbers = public_key.public_numbers()

    def coordinate(number: int) -> str:
        return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")

    jwk = {"kty": "EC", "crv": "P-256", "x": coordinate(numbers.x), "y": coordinate(numbers.y)}
    return {**jwk, "kid": thumbprint(jwk), "alg": "ES256", "use": "sig"}
