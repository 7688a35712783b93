"""Evidence without retention: a leaf holds salted commitments, so that a party can later prove what was sent although
the exchange kept no body, and nobody without the salt can guess what it was.

Commitment = SHA-256(salt || content); leaf hash = SHA-256(0x00 || canonical JSON of the leaf), as RFC 6962 §2.1 hashes
a leaf, so that leaves can be sealed into a Merkle tree later. A receipt is a JWT over the leaf hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..shared.jose import base64url, sign_jwt
from ..shared.keyring import Keyring, Signer
from .model import Ask, Leaf

RECEIPT_TYPE = "gdx-receipt+jwt"
REQUEST_TYPE = "gdx-request+jwt"
REQUEST_LIVES = 60
"""Seconds for which the signed request to a provider is good."""


class Voice:
    """The exchange's signing key together with the name it signs under (`iss`)."""

    def __init__(self, keyring: Keyring, issuer: str) -> None:
        self._keyring = keyring
        self.issuer = issuer

    @property
    def signer(self) -> Signer:
        """The room's signing key."""
        return self._keyring.signer

    @property
    def kid(self) -> str:
        """Id of the key in the exchange's JWKS."""
        return self.signer.kid

    def sign(self, message: bytes) -> bytes:
        """ES256 over the message."""
        return self.signer.sign(message)

    def jwks(self) -> dict[str, Any]:
        """The public keys, for `/.well-known/jwks.json`."""
        return {"keys": [dict(self.signer.public_jwk)]}


def fingerprint(ask: Ask) -> str:
    """What makes two requests the same request (headers that carry no meaning aside)."""
    digest = hashlib.sha256()
    for part in (ask.method, str(ask.service), ask.path, ask.query, ask.purpose or "", ask.case or ""):
        digest.update(f"{part}\n".encode())
    digest.update(f"{ask.headers.get('content-type', '')}\n".encode())
    if ask.predicate is not None:
        digest.update(json.dumps([ask.predicate, sorted(ask.claims.items())]).encode())
    digest.update(hashlib.sha256(ask.body).digest())
    return digest.hexdigest()


def exchange_id(keyring: Keyring, ask: Ask) -> str:
    """The id of the exchange: the same for a repeat (client, X-Road-Id and content), unguessable for others."""
    return keyring.pseudonym(f"exchange\n{ask.client}\n{ask.message_id}\n{fingerprint(ask)}")


def salts(keyring: Keyring, identifier: str) -> tuple[str, str]:
    """Salts of the request and of the answer; derived, so that they need no room in the leaf."""
    text = identifier.encode()
    return keyring.mac("leaf/request", text), keyring.mac("leaf/answer", text)


def commitment(salt: str, content: bytes) -> str:
    """Hides and binds the content."""
    return base64url(hashlib.sha256(salt.encode() + content).digest())


def leaf_bytes(leaf: Leaf) -> bytes:
    """The canonical JSON of a leaf (sorted names, no blanks)."""
    return _canonical(leaf_json(leaf))


def leaf_json(leaf: Leaf) -> dict[str, Any]:
    """A leaf as it is stored."""
    return {**vars(leaf), "fields": list(leaf.fields)}


def cover_salt(keyring: Keyring, identifier: str) -> str:
    """Salt of the commitment that covers a leaf which the law lets stay hidden; told when it is opened."""
    return keyring.mac("leaf/cover", identifier.encode())


def cover(keyring: Keyring, leaf: Leaf) -> str | None:
    """The commitment that stands in the log for a hidden leaf; None for all others."""
    return None if leaf.until is None else commitment(cover_salt(keyring, leaf.id), leaf_bytes(leaf))


def entry_bytes(data: Mapping[str, Any]) -> bytes:
    """The entry of the log for the row of an exchange: its leaf, or of a hidden one only the commitment to it.

    Args:
        data: content of the row (`leaf`, `cover`).
    """
    leaf = data["leaf"]
    if data["cover"] is None:
        return _canonical(leaf)
    return _canonical({"id": leaf["id"], "at": leaf["at"], "until": leaf["until"], "sealed": data["cover"]})


def leaf_hash(entry: bytes) -> str:
    """RFC 6962 leaf hash of an entry of the log, base64url."""
    return base64url(hashlib.sha256(b"\x00" + entry).digest())


def receipt(voice: Voice, leaf: Leaf, entry: bytes) -> str:
    """A receipt: the signed promise, made at once, that this entry stands in the log (as RFC 6962's SCT is).

    Anyone with the entry and the exchange's JWKS can check it.
    """
    at = int(datetime.fromisoformat(leaf.at).timestamp())
    claims = {"jti": leaf.id, "iat": at, "client": leaf.consumer, "service": leaf.service, "leaf": leaf_hash(entry)}
    return sign_jwt(claims, voice, RECEIPT_TYPE)


def signed_request(voice: Voice, ask: Ask, handle: str, purpose: str, now: datetime) -> str:
    """What tells a provider that this request comes through the exchange, unaltered (`shared/gdx_request.py` checks).

    `jti` is the request's handle (`exchange_id`): it stays the same however often and late a request is repeated, so a
    provider can be idempotent by it.
    """
    issued = int(now.timestamp())
    claims = {
        "aud": str(ask.service.subsystem),
        "sub": str(ask.client),
        "client": str(ask.client),
        "service": str(ask.service),
        "purpose": purpose,
        "htm": ask.method,
        "path": ask.path,
        "jti": handle,
        "iat": issued,
        "exp": issued + REQUEST_LIVES,
        "body_sha256": base64.urlsafe_b64encode(hashlib.sha256(ask.body).digest()).decode().rstrip("="),
    }
    return sign_jwt(claims, voice, REQUEST_TYPE)


def leaf_from(data: Mapping[str, Any]) -> Leaf:
    """A leaf as it was stored."""
    return Leaf(**{**data, "fields": tuple(data["fields"])})


_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _canonical(value: Mapping[str, Any]) -> bytes:
    return _ENCODER.encode(value).encode()
