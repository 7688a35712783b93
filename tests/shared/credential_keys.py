"""Keys for the tests of tokens and credentials, used through the same protocol as KMS."""

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.shared.jose import raw_signature
from chalicelib.shared.keyring import ec_jwk


@dataclass(frozen=True)
class LocalKey:
    """A P-256 key in memory that signs as KMS does."""

    kid: str = "key-1"
    issuer: str = "https://biz.klang.test"
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def sign(self, message: bytes) -> bytes:
        """Raw r || s."""
        return raw_signature(self.private.sign(message, ec.ECDSA(SHA256())))

    @property
    def der(self) -> bytes:
        """The public key as KMS hands it out."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The key set of the issuer."""
        return {"keys": [{**ec_jwk(self.private.public_key()), "kid": self.kid}]}
