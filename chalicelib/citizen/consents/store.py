"""What the portal knows of a person's consents: only whether one waits for them, for the home page.

CONSENT#{person} / {consent}     how far the portal has heard    by_due: CONSENTS-END#{shard}, until#person#consent
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change, Create, Item, Key, Table, Update, WriteRefused

from ..model import Person
from .model import Notch

BY_DUE = "by_due"
SHARDS = 4
AT_ONCE = 100


class Store:
    """Reads and writes notches, together with the cards that they stand for."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def notch(self, person: Person, id: str) -> Notch | None:
        """How far the portal has heard of a consent."""
        found = self._table.get(_key(person, id))
        return None if found is None else _notch(found)

    def save(self, person: Person, notch: Notch, changes: list[Change]) -> bool:
        """Writes a notch with what belongs to it; False when somebody was faster with this or newer news."""
        indexes = {}
        if notch.waits:
            indexes[BY_DUE] = Key(_ends(notch.id), f"{notch.until}#{person}#{notch.id}")
        data = {"seq": notch.seq, "waits": notch.waits, "until": notch.until}
        # nothing more can come of a consent long after its end
        gone = int(datetime.fromisoformat(notch.until).timestamp()) + KEPT
        item = Item(_key(person, notch.id), data, notch.version, indexes, gone)
        try:
            self._table.write([Create(item) if notch.version == 1 else Update(item), *changes], new_token())
        except WriteRefused:
            return False
        return True

    def run_out(self, now: datetime) -> Iterator[tuple[Person, Notch]]:
        """Those that still wait although their time is over."""
        for shard in range(SHARDS):
            page = self._table.query(f"CONSENTS-END#{shard}", index=BY_DUE, limit=AT_ONCE)
            for item in page.items:
                notch = _notch(item)
                if datetime.fromisoformat(notch.until) > now:
                    break
                yield Person(item.key.pk.removeprefix("CONSENT#")), notch


KEPT = 90 * 24 * 3600
"""Seconds after a consent's end for which late news is still told from new news."""


def consents_pk(person: Person) -> str:
    """The partition of what the portal knows of a person's consents."""
    return f"CONSENT#{person}"


def _key(person: Person, id: str) -> Key:
    return Key(consents_pk(person), id)


def _ends(id: str) -> str:
    return f"CONSENTS-END#{zlib.crc32(id.encode()) % SHARDS}"


def _notch(item: Item) -> Notch:
    return Notch(item.key.sk, item.data["seq"], item.data["waits"], item.data["until"], item.version)
