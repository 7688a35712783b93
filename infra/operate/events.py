"""Events that the sweep gave up."""

from __future__ import annotations

from chalicelib.shared.journal import OPEN
from chalicelib.shared.storage import every
from chalicelib.wiring import House

from .command import Command


def given_up(house: House, room: str) -> list[dict[str, str]]:
    """Events that the sweep gave up: what they are and of what, never their content."""
    rows = every(house.parts(room).table, "DEAD", index=OPEN)
    return [{name: row.data["event"][name] for name in ("id", "type", "subject", "at")} for row in rows]


def revive(house: House, room: str) -> int:
    """Sends again what the sweep gave up; returns how many events."""
    return house.parts(room).journal.revive(house.clock())


COMMANDS = (
    Command("given-up", "list events that the sweep gave up", lambda asked: given_up(asked.house, asked.room)),
    Command("revive", "send them again", lambda asked: {"revived": revive(asked.house, asked.room)}),
)
