"""The façade put together."""

from __future__ import annotations

from ...shared.parts import Parts
from ..directory import Directory
from ..exchanges import Exchanges
from .door import Door
from .keys import ConsumerKeys
from .mappings import Mappings
from .sessions import Sessions


class Facade:
    """Keys, tokens, mappings and the door behind them.

    Args:
        parts: the room's common parts.
        directory: members and services.
        exchanges: the pipeline.
    """

    def __init__(self, parts: Parts, directory: Directory, exchanges: Exchanges) -> None:
        self.keys = ConsumerKeys(parts.table, parts.journal, parts.keyring, directory, parts.clock)
        self.sessions = Sessions(parts.table, self.keys, parts.keyring, parts.clock)
        self.mappings = Mappings(parts.table, parts.journal, directory, parts.clock)
        self.door = Door(exchanges, self.mappings)
