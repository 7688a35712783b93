"""The proof of service: what was said to whom, when it was put there and when it was opened, signed by the room.

A JWT (RFC 7515, 7519) of type `service-proof+jwt`, ES256 by the room's signing key, for the sender alone (`aud`). Its
`content_sha256` is the SHA-256 of the message as canonical JSON (RFC 8785): title, body and the SHA-256 of the files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from chalicelib.shared.jose import IssuerKey, sign_jwt
from chalicelib.shared.keyring import Keyring

from .model import Message, NewMessage

TYPE = "service-proof+jwt"


def digest(message: NewMessage) -> str:
    """The SHA-256 of what a message says; texts only, so sorted JSON without spaces is the canonical form."""
    said = {
        "attachments": [each.sha256 for each in message.attachments],
        "body": message.body.model_dump(),
        "title": message.title.model_dump(),
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def proof(message: Message, own: str, pid: str, *, issuer: str, keyring: Keyring, now: dt.datetime) -> str:
    """The signed proof for the sender.

    Args:
        message: as it is kept.
        own: the sender's id of it.
        pid: national id of the recipient, as the sender gave it in this very question; it is not kept.
        issuer: the room's name as an issuer.
        keyring: whose signing key signs.
        now: the time.
    """
    claims = {
        "aud": message.sender,
        "sub": pid,
        "iat": int(now.timestamp()),
        "message": own,
        "inbox_id": message.id,
        "source": message.source,
        "legal": message.legal,
        "content_sha256": message.digest,
        "served_at": message.served_at,
        "opened_at": message.opened_at,
    }
    return sign_jwt(claims, IssuerKey(issuer, keyring.signer), TYPE)
