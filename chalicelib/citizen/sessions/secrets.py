"""The secrets that login providers gave us: entered by an operator, sealed in the room's table, never in a setting.

What is entered is what is sent. DGA Digital ID wants its secret transformed before it is sent (seven rounds of MD5 with
a suffix); the operator does that once, by the command of docs/how-to/log-in-with-openid.md, and Klang needs no MD5.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.shared.ids import new_token
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Create, Item, Table, Update

from .store import secret_key

LOOKED_AT = timedelta(minutes=5)
"""A secret that an operator changes is in use everywhere after this."""


class Secrets:
    """Keeps and gives them.

    Args:
        table: where they lie.
        keyring: seals them.
        clock: tells the time.
    """

    def __init__(self, table: Table, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._keyring = keyring
        self._clock = clock
        self._known: dict[str, tuple[datetime, str | None]] = {}

    def keep(self, provider: str, secret: str) -> None:
        """Enters a provider's secret, or a new one.

        Raises:
            WriteRefused: somebody else enters one this very moment.
        """
        key = secret_key(provider)
        data = {"sealed": self._keyring.seal(secret, _context(provider))}
        there = self._table.get(key)
        change = Create(Item(key, data)) if there is None else Update(there.next(data))
        self._table.write([change], new_token())
        self._known.pop(provider, None)

    def of(self, provider: str) -> str | None:
        """A provider's secret; None where nobody has entered one."""
        now = self._clock()
        known = self._known.get(provider)
        if known is None or not timedelta(0) <= now - known[0] < LOOKED_AT:
            row = self._table.get(secret_key(provider))
            known = now, None if row is None else self._keyring.unseal(row.data["sealed"], _context(provider))
            self._known[provider] = known
        return known[1]


def _context(provider: str) -> str:
    return f"login-secret/{provider}"
