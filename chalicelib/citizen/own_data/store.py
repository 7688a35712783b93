"""Where copies and erasures lie in the room's table.

EXPORT#{id}        / 1         a copy     by_owner: EXPORTS#{person}, asked_at#id;  EVT#... history; expires
ERASURE#{id}       / 1         an erasure by_owner: ERASURES#{person}, planned_at#id until it is done;  EVT#... history
                                          by_due: ERASURES-DUE, again#id between the two walks
EXPORTS#{person}   / {day}     how many copies were asked for in a day; expires
ERASURES#{person}  / {day}     how many plans; expires

An erasure that is done keeps neither person nor index: it says that something was erased then, and of whom nobody can
tell. Its events name nobody from the beginning.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from chalicelib.shared.storage import Change, Count, Create, Item, Key, Table, Update

from ..model import Person
from . import rules
from .model import Erasure, Export

BY_OWNER, BY_DUE = "by_owner", "by_due"
DUE = "ERASURES-DUE"
A_WEEK = 7 * 24 * 3600


class Store:
    """Reads both, and makes the changes that a command writes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def export(self, id: str) -> Export | None:
        """One copy."""
        found = self._table.get(export_key(id))
        return None if found is None else _export(found)

    def exports(self, person: Person) -> list[Export]:
        """A person's copies, newest first; those that are over are gone soon."""
        page = self._table.query(exports_pk(person), index=BY_OWNER, limit=20, newest_first=True)
        return [_export(item) for item in page.items]

    def erasure(self, id: str) -> Erasure | None:
        """One erasure."""
        found = self._table.get(erasure_key(id))
        return None if found is None else erasure_from(found)

    def due(self, now: dt.datetime) -> list[Erasure]:
        """Erasures whose second walk is due, the oldest first."""
        page = self._table.query(DUE, index=BY_DUE, limit=100)
        found = [erasure_from(item) for item in page.items]
        return [each for each in found if each.again is not None and dt.datetime.fromisoformat(each.again) <= now]

    def asked(self, export: Export, today: dt.date) -> list[Change]:
        """What a new copy writes; raises TooMany at the commit when the day's number is used up."""
        return [Create(_export_item(export)), _counted(exports_pk(export.person), today)]

    def made(self, export: Export) -> Change:
        """What a finished copy writes."""
        return Update(_export_item(export))

    def planned(self, erasure: Erasure, person: Person, today: dt.date) -> list[Change]:
        """What a new plan writes; raises as `asked`."""
        return [Create(_erasure_item(erasure)), _counted(erasures_pk(person), today)]

    def changed(self, erasure: Erasure) -> Change:
        """What a step of an erasure writes."""
        return Update(_erasure_item(erasure))


def export_key(id: str) -> Key:
    """Where a copy lies."""
    return Key(f"EXPORT#{id}", "1")


def erasure_key(id: str) -> Key:
    """Where an erasure lies."""
    return Key(f"ERASURE#{id}", "1")


def exports_pk(person: Person) -> str:
    """A person's copies: in the index, and how many in a day."""
    return f"EXPORTS#{person}"


def erasures_pk(person: Person) -> str:
    """The same of erasures."""
    return f"ERASURES#{person}"


def file_of(id: str) -> str:
    """Where the file of a copy lies in the bucket."""
    return f"exports/{id}.zip"


def beside(id: str) -> str:
    """Where lies what only the person's own login could get, until the copy is made."""
    return f"exports/{id}.sealed"


def _counted(pk: str, today: dt.date) -> Count:
    return Count(Key(pk, today.isoformat()), 1, rules.A_DAY, _noon(today) + A_WEEK)


def _noon(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(12), dt.UTC).timestamp())


def _export_item(export: Export) -> Item:
    data: dict[str, Any] = {name: value for name, value in asdict(export).items() if name != "version"}
    over = dt.datetime.fromisoformat(export.asked_at) + rules.LIVES
    index = {BY_OWNER: Key(exports_pk(export.person), f"{export.asked_at}#{export.id}")}
    return Item(export_key(export.id), data, export.version, index, int(over.timestamp()))


def _export(item: Item) -> Export:
    return Export(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})


def _erasure_item(erasure: Erasure) -> Item:
    data: dict[str, Any] = {name: value for name, value in asdict(erasure).items() if name != "version"}
    data["parts"] = list(erasure.parts)
    index, over = {}, None
    if erasure.person is not None:
        index = {BY_OWNER: Key(erasures_pk(erasure.person), f"{erasure.planned_at}#{erasure.id}")}
        if erasure.again is not None:
            index[BY_DUE] = Key(DUE, f"{erasure.again}#{erasure.id}")
        if erasure.state == "planned":
            over = int(dt.datetime.fromisoformat(erasure.until).timestamp()) + A_WEEK
    return Item(erasure_key(erasure.id), data, erasure.version, index, over)


def erasure_from(item: Item) -> Erasure:
    """An erasure as read."""
    given = {**item.data, "chain": tuple(item.data["chain"]), "parts": tuple(item.data["parts"])}
    return Erasure(**given, version=item.version)
