"""The log's own key (`shared/tlog_key.py`), where it lies and what it is sealed for."""

from __future__ import annotations

from ...shared.keyring import Keyring
from ...shared.storage import Table
from ...shared.tlog_key import LogKey
from . import store

CONTEXT = "gdx/log/ed25519"


class SigningKey(LogKey):
    """Signs checkpoints of the exchange's log; see `LogKey`."""

    def __init__(self, table: Table, keyring: Keyring, origin: str) -> None:
        super().__init__(table, keyring, origin, place=store.KEY, context=CONTEXT)
