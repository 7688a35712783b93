"""What a noun holds of a person: how to show all of it, how to erase it, and what a law makes the room keep.

    hall.holdings["bills"] = Holding(Text(th="...", en="..."), export=bills.export, erase=bills.erase, keeps=KEEPS)

Each noun says so itself, once, where it is put together; `own_data` walks over all of them when a person wants a copy
(PDPA s.30 and 31) or wants it gone (s.33).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.sourced import Sourced
from chalicelib.shared.storage import Key, Remove, Table
from chalicelib.shared.thai import Text

from .model import Person

TOGETHER = 100
"""Rows that one transaction takes away at most (DynamoDB)."""


class Kept(Sourced):
    """Something that stays after an erasure; `source` is the law.

    Attributes:
        what: what stays.
        until: until when, in words.
    """

    what: Text
    until: Text


@dataclass(frozen=True)
class Holding:
    """What one noun holds of people.

    Attributes:
        title: its name for the person.
        export: everything of one person as JSON types, unsealed; None or an empty list where there is nothing.
        erase: takes everything of one person away but what `keeps` names. It may be called again after it died half
            way, and must then finish.
        files: the keys of the objects that `erase` deletes, so that a restore of the bucket can delete them again.
        keeps: what stays, by which law, until when.
    """

    title: Text
    export: Callable[[Person], Any]
    erase: Callable[[Person], None]
    keeps: Sequence[Kept] = ()
    files: Callable[[Person], Iterable[str]] = lambda _: ()


def take_away(table: Table, keys: Iterable[Key]) -> int:
    """Removes rows, many in one transaction; rows that are gone already are no fault. Returns how many were named."""
    waiting, count = dict[Key, None](), 0
    for key in keys:
        waiting[key] = None
        if len(waiting) == TOGETHER:
            count += _removed(table, waiting)
            waiting.clear()
    return count + (_removed(table, waiting) if waiting else 0)


def partition(table: Table, pk: str, *, index: str | None = None, prefix: str = "") -> list[Key]:
    """The keys of all rows of a partition (of the table, or of an index), read before the first is taken away."""
    found, after = list[Key](), None
    while True:
        page = table.query(pk, index=index, prefix=prefix, after=after, limit=TOGETHER)
        found += [item.key for item in page.items]
        after = page.after
        if after is None:
            return found


def _removed(table: Table, keys: Iterable[Key]) -> int:
    changes = [Remove(key) for key in keys]
    table.write(changes, new_token())
    return len(changes)
