"""The switch that stops offers: the first thing to give up in a crisis, and the last thing that anybody would miss.

OFFERS / PAUSE    since when, by whom, why

While it is there nothing new is looked at: what agencies tell is taken and waits, a run stands where it stood. What was
told before stays, can be opened, refused and taken up.
"""

from __future__ import annotations

from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Create, Item, Key, Remove, Table, WriteRefused

PAUSE = Key("OFFERS", "PAUSE")
Why = Literal["crisis", "operator"]


@dataclass(frozen=True)
class Pause:
    """Offers stand still."""

    since: str
    by: str
    why: Why


class Pausing:
    """Reads and turns the switch."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def now(self) -> Pause | None:
        """Whether offers stand still."""
        item = self._table.get(PAUSE)
        return None if item is None else Pause(**item.data)

    def stop(self, pause: Pause) -> None:
        """Stops everything that is new.

        Raises:
            AlreadyThere: it is stopped.
        """
        data = {"since": pause.since, "by": pause.by, "why": pause.why}
        try:
            self._table.write([Create(Item(PAUSE, data))], new_token())
        except WriteRefused:
            raise AlreadyThere("หยุดการบอกสิทธิอยู่แล้ว", "Offers are paused already.") from None

    def go_on(self) -> None:
        """Lets it go on; nothing happens where it was not stopped."""
        self._table.write([Remove(PAUSE)], new_token())
