"""KMS behind the keyring: the wrapped secret of a room and its signing key."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..jose import raw_signature
from ..keyring import Signer, ec_jwk
from ..storage import Create, Item, Key, Table, WriteRefused

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

SECRET = Key("SECRET", "1")
CONTEXT = {"klang": "room-secret"}


def room_secret(table: Table, kms: Callable[[], KMSClient], alias: str) -> bytes:
    """The room's 32-byte secret: unwrapped by KMS; made by KMS and stored wrapped the first time anyone asks.

    Two first callers may race; the conditional create lets one win and the other read the winner's.
    """
    stored = table.get(SECRET)
    if stored is None:
        made = kms().generate_data_key(KeyId=alias, KeySpec="AES_256", EncryptionContext=CONTEXT)
        wrapped = base64.b64encode(made["CiphertextBlob"]).decode()
        try:
            table.write([Create(Item(SECRET, {"wrapped": wrapped}))], token=wrapped[-36:])
        except WriteRefused as refused:
            stored = refused.failed[0][1]
        else:
            return made["Plaintext"]
    if stored is None:
        raise RuntimeError("the room's secret vanished while it was being made")
    blob = base64.b64decode(stored.data["wrapped"])
    return kms().decrypt(CiphertextBlob=blob, KeyId=alias, EncryptionContext=CONTEXT)["Plaintext"]


class KmsSigner(Signer):
    """ES256 by a KMS key. KMS answers in DER; JOSE wants r || s (RFC 7518 §3.4)."""

    def __init__(self, kms: Callable[[], KMSClient], alias: str) -> None:
        self._kms = kms
        self._alias = alias

    @cached_property
    def public_jwk(self) -> Mapping[str, Any]:
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        return ec_jwk(load_der_public_key(self._kms().get_public_key(KeyId=self._alias)["PublicKey"]))

    @property
    def kid(self) -> str:
        return str(self.public_jwk["kid"])

    def sign(self, message: bytes) -> bytes:
        signed = self._kms().sign(
            KeyId=self._alias, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        return raw_signature(signed["Signature"])
