"""Sessions of people: logging in, staying logged in, signing out."""

from __future__ import annotations

import datetime as dt

from ..hall import Hall
from .keys import SessionKeys
from .tokens import SessionTokens


class Sessions:
    """Everything about sessions.

    Args:
        hall: the room's tools.
    """

    def __init__(self, hall: Hall) -> None:
        parts = hall.parts
        self._hall = hall
        self.tokens = SessionTokens(
            SessionKeys(parts.table, parts.keyring, hall.now),
            issuer=f"{parts.base_url}/citizen",
            pseudonym=parts.keyring.pseudonym,
            clock=hall.now,
            ids=parts.ids,
        )
        hall.sweeps.append(self._sweep)

    def _sweep(self, now: dt.datetime) -> None:
        """The key that signs is changed when its month is over."""
        self.tokens.keys.turn(now)
