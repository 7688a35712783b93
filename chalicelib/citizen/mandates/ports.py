"""What mandates need of the room's sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol


class ActingTokens(Protocol):
    """Makes access tokens with which somebody acts for another (RFC 8693 s.4.1)."""

    def acting(
        self, *, pid: str, name: str, ial: str, actor: str, scopes: Iterable[str], mandate: str, lives: dt.timedelta
    ) -> str:
        """The token.

        Args:
            pid, name: of the person for whom somebody acts.
            ial: identity assurance level of the actor's login.
            actor: who acts, as `kind:id`.
            scopes: what they may do.
            mandate: id of what lets them.
            lives: how long the token holds.
        """
        ...
