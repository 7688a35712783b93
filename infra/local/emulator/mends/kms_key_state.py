"""A disabled key, or one that waits for its deletion, does nothing (needed by moto 5.2.5, which goes on using
it).

Without this every test of crypto-shredding would pass for the wrong reason. Source: KMS Developer Guide, "Key
states of KMS keys".
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend


class _Refused(JsonRESTError):
    code = 400


def _must_be_enabled(backend: KmsBackend, key_id: str) -> None:
    key = backend.describe_key(key_id)
    if key.key_state == "PendingDeletion":
        raise _Refused("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if not key.enabled or key.key_state == "Disabled":
        raise _Refused("DisabledException", f"{key.arn} is disabled.")


def install() -> None:
    """Check the key's state before it encrypts, signs or verifies, and before its plaintext leaves."""
    encrypt, decrypt = KmsBackend.encrypt, KmsBackend.decrypt
    sign, verify = KmsBackend.sign, KmsBackend.verify

    def encrypting(self: KmsBackend, key_id: str, **kwargs: Any) -> Any:
        _must_be_enabled(self, key_id)
        return encrypt(self, key_id=key_id, **kwargs)

    def decrypting(self: KmsBackend, **kwargs: Any) -> Any:
        plaintext, arn = decrypt(self, **kwargs)
        _must_be_enabled(self, arn)
        return plaintext, arn

    def signing(self: KmsBackend, key_id: str, **kwargs: Any) -> Any:
        _must_be_enabled(self, key_id)
        return sign(self, key_id=key_id, **kwargs)

    def verifying(self: KmsBackend, key_id: str, **kwargs: Any) -> Any:
        _must_be_enabled(self, key_id)
        return verify(self, key_id=key_id, **kwargs)

    KmsBackend.encrypt = encrypting  # type: ignore[method-assign, assignment] # the mend
    KmsBackend.decrypt = decrypting  # type: ignore[method-assign, assignment] # the mend
    KmsBackend.sign = signing  # type: ignore[method-assign, assignment] # the mend
    KmsBackend.verify = verifying  # type: ignore[method-assign, assignment] # the mend
