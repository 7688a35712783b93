"""Where the outcomes of checks lie: what came of it, never the facts that it was judged by.

ENT#{person}     / CHECK#{right}[#{child}]      the last outcome, sealed
ENT#{person}     / CONSENT#{right}              a consent that was asked for and not used yet
CHECKS#{person}  / {day}                        how many checks were made on a day
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table, Update, every

from ..model import Person
from .ports import Asking

MOST_A_DAY = 100
"""Checks of one person in a day; more is no person looking after their rights."""
KEPT_DAYS = 366


@dataclass(frozen=True)
class Place:
    """Where the outcome of a right lies: of the person, and the child where it is about one."""

    person: Person
    right: str
    child: str | None = None

    @property
    def key(self) -> Key:
        """Its key."""
        return Key(_all(self.person), f"CHECK#{self.right}" + ("" if self.child is None else f"#{self.child}"))

    @property
    def consent(self) -> Key:
        """Where the consent lies that is waited for."""
        return Key(_all(self.person), f"CONSENT#{self.right}")


@dataclass(frozen=True)
class Found:
    """What is there before a check.

    Attributes:
        outcome: the row of the last outcome.
        asking: the consent that was asked for, with its row's version.
        checks: how many checks were made today.
    """

    outcome: Item | None
    asking: tuple[Asking, int] | None
    checks: int


@dataclass(frozen=True)
class Kept:
    """An outcome as it is kept; `content` is what `outcome.py` makes of a check, JSON types."""

    right: str
    content: Mapping[str, Any] = field(repr=False)


class Store:
    """Reads outcomes and makes the changes that keep them."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def found(self, place: Place, today: dt.date) -> Found:
        """What is there before a check; one request."""
        counter = _counter(place.person, today)
        rows = self._table.get_many([place.key, place.consent, counter])
        asked, count = rows.get(place.consent), rows.get(counter)
        return Found(
            rows.get(place.key),
            None if asked is None else (_asking(asked), asked.version),
            0 if count is None else int(count.data["count"]),
        )

    def counted(self, person: Person, today: dt.date) -> Count:
        """One check more today."""
        return Count(_counter(person, today), 1, MOST_A_DAY, _after(today, 2))

    def keep(self, place: Place, before: Item | None, content: Mapping[str, Any], today: dt.date) -> Create | Update:
        """The outcome in the place of the one before."""
        sealed = self._keyring.seal(json.dumps(content, ensure_ascii=False), _context(place.key))
        data, until = {"right": place.right, "outcome": sealed}, _after(today, KEPT_DAYS)
        return (
            Create(Item(place.key, data, expires=until)) if before is None else Update(before.next(data, None, until))
        )

    def wait(self, place: Place, found: Found, asking: Asking) -> Change:
        """The consent that is waited for from now on."""
        data = {"consent": asking.id, "ends": asking.ends.isoformat()}
        until = int(asking.ends.timestamp())
        if found.asking is None:
            return Create(Item(place.consent, data, expires=until))
        return Update(Item(place.consent, data, found.asking[1] + 1, expires=until))

    def done(self, place: Place) -> Remove:
        """The consent is used up, or there is none."""
        return Remove(place.consent)

    def of(self, person: Person) -> Sequence[Kept]:
        """All outcomes of a person."""
        return [
            Kept(str(item.data["right"]), json.loads(self._keyring.unseal(item.data["outcome"], _context(item.key))))
            for item in every(self._table, _all(person), prefix="CHECK#")
        ]


def everything(person: Person) -> str:
    """The partition that holds what is kept of a person's checks."""
    return _all(person)


def _asking(item: Item) -> Asking:
    return Asking(str(item.data["consent"]), dt.datetime.fromisoformat(item.data["ends"]))


def _counter(person: Person, day: dt.date) -> Key:
    return Key(f"CHECKS#{person}", day.isoformat())


def _all(person: Person) -> str:
    return f"ENT#{person}"


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"


def _after(day: dt.date, days: int) -> int:
    return int(dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), dt.UTC).timestamp())
