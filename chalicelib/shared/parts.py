"""What every room is built from; `wiring.py` makes them, tests make their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from .access_tokens import Tokens
from .cursors import Cursors
from .dataclass import dataclass
from .egress import Http
from .journal import Journal
from .keyring import Keyring
from .storage import Table


@dataclass(frozen=True)
class Parts:
    """The common parts of one room.

    Attributes:
        base_url: public address under which the room is reached.
        table: the room's table.
        keyring: the room's keys.
        journal: the room's journal over that table.
        cursors: the room's list cursors.
        tokens: the check of access tokens.
        http: calls to other systems.
        clock: tells the time (aware, UTC).
        ids: makes sortable unique ids.
    """

    base_url: str
    table: Table
    keyring: Keyring
    journal: Journal
    cursors: Cursors
    tokens: Tokens
    http: Http
    clock: Callable[[], datetime]
    ids: Callable[[], str]


def made(room: object) -> None:
    """Makes every noun of a room (its cached properties) that is not made yet, for what must reach all of them."""
    for kind in reversed(type(room).mro()):
        for name, noun in vars(kind).items():
            if isinstance(noun, cached_property):
                getattr(room, name)
