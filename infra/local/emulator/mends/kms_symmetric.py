"""Symmetric KMS keys without an RSA key pair (needed by moto 5.2.5 for speed only).

moto generates a 2048-bit RSA pair for every key that is not asymmetric and never uses it: 50 ms each, half
the time of a fresh stack.
"""

from __future__ import annotations

from typing import Any

from moto.kms import models, utils
from moto.kms.utils import ECDSAPrivateKey, KeySpec


def install() -> None:
    """Generate the cheapest pair where none is used."""
    original = utils.generate_private_key

    def cheap(key_spec: str) -> Any:
        if key_spec == KeySpec.SYMMETRIC_DEFAULT:
            return ECDSAPrivateKey(KeySpec.ECC_NIST_P256)
        return original(key_spec)

    models.generate_private_key = cheap  # type: ignore[attr-defined] # the mend
