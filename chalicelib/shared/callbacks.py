"""Callbacks of payment providers: HMAC-SHA256 over `timestamp.body` in the header `X-Klang-Signature`. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re

from .errors import Unauthenticated

TOLERANCE = 300
"""Seconds by which a callback's timestamp may differ from our clock; older ones may be replays."""

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The header `X-Klang-Signature` that a provider sends."""
    code = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={code}"


def check_signature(secret: str | None, header: str, body: bytes, now: dt.datetime) -> None:
    """Believe a callback, or not; an unknown provider and a bad signature look the same.

    Raises:
        Unauthenticated: the signature does not hold or is too old.
    """
    found = _SIGNATURE.fullmatch(header)
    held = secret or "no such provider: compare all the same, so that the time taken tells nothing"
    at = int(found[1]) if found else 0
    good = hmac.compare_digest(signature(held, at, body), header)
    if secret is None or not good or abs(now.timestamp() - at) > TOLERANCE:
        raise Unauthenticated("ลายมือชื่อของการแจ้งชำระเงินไม่ถูกต้อง", "The signature of this callback does not hold.")
