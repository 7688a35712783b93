"""Where the state lies: a partition of the platform's own table, read whole by one request.

STATUS / NOW#<function>     what a function that runs each minute measured last
STATUS / NOTE#<id>          an announcement
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from ..shared.errors import not_found
from ..shared.ids import new_token
from ..shared.measures import Measurement
from ..shared.storage import Create, Item, Key, Remove, Table, Update, WriteRefused, every
from .model import Announcement, Standing, Value
from .rules import KEPT

PARTITION = "STATUS"
OVER = timedelta(days=7)
"""How long an announcement that is over stays in the table."""


class Board:
    """The state of one platform.

    Args:
        table: the platform's.
        clock: tells the time.
        ids: makes ids.
    """

    def __init__(self, table: Table, clock: Callable[[], datetime], ids: Callable[[], str]) -> None:
        self._table = table
        self._clock = clock
        self._ids = ids

    def read(self) -> Standing:
        """All that is kept, in one request.

        Raises:
            Unavailable: the table does not answer.
        """
        values: dict[str, Value] = {}
        ats, announced = [], []
        for item in every(self._table, PARTITION):
            if item.key.sk.startswith("NOTE#"):
                announced.append(_announcement(item))
                continue
            ats.append(datetime.fromisoformat(item.data["at"]))
            for name, (value, at) in item.data["values"].items():
                values[name] = Value(float(value), datetime.fromisoformat(at))
        return Standing(values, max(ats, default=None), tuple(announced))

    def note(self, function: str, taken: Iterable[Measurement]) -> None:
        """Keeps what a function measured; what it did not measure this time stays as it was.

        Two runs at once: the later word counts, and nothing is repeated for it.
        """
        now = self._clock().isoformat(timespec="seconds")
        fresh = {each.name: [each.value, now] for each in taken if each.name in KEPT}
        key = Key(PARTITION, f"NOW#{function}")
        there = self._table.get(key)
        if there is None:
            change: Create | Update = Create(Item(key, {"at": now, "values": fresh}))
        else:
            change = Update(there.next({"at": now, "values": {**there.data["values"], **fresh}}))
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            return

    def announce(self, kind: str, th: str, en: str, begins: datetime, ends: datetime) -> str:
        """Tells everybody; returns the announcement's id."""
        identifier = self._ids()
        data = {"kind": kind, "th": th, "en": en, "begins": begins.isoformat(), "ends": ends.isoformat()}
        expires = int((ends + OVER).timestamp())
        self._table.write([Create(Item(_note_key(identifier), data, expires=expires))], new_token())
        return identifier

    def withdraw(self, identifier: str) -> None:
        """Takes an announcement back.

        Raises:
            NotFound: there is none.
        """
        if self._table.get(_note_key(identifier)) is None:
            raise not_found("ประกาศ", "announcement")
        self._table.write([Remove(_note_key(identifier))], new_token())


def _note_key(identifier: str) -> Key:
    return Key(PARTITION, f"NOTE#{identifier}")


def _announcement(item: Item) -> Announcement:
    data: Any = item.data
    return Announcement(
        id=item.key.sk.removeprefix("NOTE#"),
        kind=data["kind"],
        th=data["th"],
        en=data["en"],
        begins=datetime.fromisoformat(data["begins"]),
        ends=datetime.fromisoformat(data["ends"]),
    )
