"""Keys for tests, in memory and through the same protocol as KMS."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.shared.jose import raw_signature
from chalicelib.shared.keyring import Keyring, ec_jwk

SECRET = bytes(range(32))
"""The secret of every room in tests; pseudonyms of tests are therefore the same in every run."""


class LocalSigner:
    """A P-256 key in memory; see `chalicelib.shared.keyring.Signer` for the promises. Counts what it signed."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.signed = 0

    @property
    def kid(self) -> str:
        """JWK thumbprint of the public key."""
        return str(self.public_jwk["kid"])

    @cached_property
    def public_jwk(self) -> Mapping[str, Any]:
        """The public key."""
        return ec_jwk(self.private.public_key())

    def sign(self, message: bytes) -> bytes:
        """Raw r || s, 64 bytes."""
        self.signed += 1
        return raw_signature(self.private.sign(message, ec.ECDSA(SHA256())))


def local_keyring(secret: bytes = SECRET, signer: LocalSigner | None = None) -> Keyring:
    """The keyring of a room whose secret and signing key live in this process."""
    key = signer or LocalSigner()
    return Keyring(lambda: secret, lambda: key)
