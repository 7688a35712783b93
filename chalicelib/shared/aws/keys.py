"""KMS behind the keyring: the wrapped secret of a room and its signing key."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import Unavailable
from ..jose import raw_signature
from ..keyring import Signer, ec_jwk
from ..storage import Create, Item, Key, Table, WriteRefused
from .reached import reached

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

SECRET = Key("SECRET", "1")
CONTEXT = {"klang": "room-secret"}


@reached("kms")
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
    """ES256 by a KMS key. KMS answers in DER; JOSE wants r || s (RFC 7518 §3.4).

    An operator changes the key by moving its alias. The `kid` stands in what is signed, so a process that still has the
    old one in mind must not put it over a signature of the new key: it forgets the old key, and the caller repeats.
    """

    def __init__(self, kms: Callable[[], KMSClient], alias: str) -> None:
        self._kms = kms
        self._alias = alias
        self._known: tuple[str, Mapping[str, Any]] | None = None

    @property
    def public_jwk(self) -> Mapping[str, Any]:
        return self._key()[1]

    @property
    def kid(self) -> str:
        return str(self.public_jwk["kid"])

    @reached("kms")
    def sign(self, message: bytes) -> bytes:
        """Raises Unavailable once after the key was changed."""
        known = self._key()[0]
        signed = self._kms().sign(
            KeyId=self._alias, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        if _id_of(signed["KeyId"]) != known:
            self._known = None
            raise Unavailable(
                "กุญแจลงนามเพิ่งเปลี่ยน โปรดลองใหม่", "The signing key was just changed; try again.", retry_after=1
            )
        return raw_signature(signed["Signature"])

    @reached("kms")
    def _key(self) -> tuple[str, Mapping[str, Any]]:
        """The key behind the alias as this process knows it: its id and its public half."""
        if self._known is None:
            from cryptography.hazmat.primitives.serialization import load_der_public_key

            answer = self._kms().get_public_key(KeyId=self._alias)
            self._known = _id_of(answer["KeyId"]), ec_jwk(load_der_public_key(answer["PublicKey"]))
        return self._known


def _id_of(name: str) -> str:
    """The id in a key's ARN."""
    return name.rpartition("/")[2]
