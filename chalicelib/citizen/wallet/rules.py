"""How long a credential holds, and what a one-time code opens. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import Literal

from .model import Share

SHARES_PER_DAY = 30
"""Codes that a person may make in a day (Thailand); far more than anybody shows papers. Our own decision."""
MOST_MINUTES = 60
FILTERED_READS = 5
"""Requests that a filtered page of the wallet costs at most."""
_CODE = re.compile(r"[A-Za-z0-9_-]{22}")
"""132 bits: nobody finds one by trying."""

Term = Literal["valid", "expired", "not_yet_valid"]
ShareState = Literal["open", "used", "revoked", "expired"]


def term(not_before: dt.datetime | None, expires: dt.datetime | None, now: dt.datetime) -> Term:
    """How a credential stands by its own dates; whether it was revoked is for its issuer to say."""
    if expires is not None and now >= expires:
        return "expired"
    return "not_yet_valid" if not_before is not None and now < not_before else "valid"


def share_id(code: str) -> str | None:
    """The id of what a code opens, or None for what can be no code; the code cannot be found from it."""
    return hashlib.sha256(code.encode()).hexdigest()[:32] if _CODE.fullmatch(code) else None


def stands(share: Share, now: dt.datetime) -> ShareState:
    """What became of a code."""
    return "expired" if share.state == "open" and now >= share.until else share.state
