"""Where the index of joinable columns lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change, Create, Item, Key, Remove, Require, Table, Update, every

from ..forgetting import Purged, take_away
from .model import Entry

RULES = 1
"""Changes with what an entry holds: then every resource is entered anew with its next change."""
PAGE = 100


def kept_key(dataset: str, resource: str) -> Key:
    """The row that knows the entries of a resource."""
    return Key(f"DATASET#{dataset}", f"JOINS#{resource}")


def entry_key(entry: Entry, place: int) -> Key:
    """The row of an entry; `place` is its place among the resource's own."""
    return Key(f"JOIN#{entry.key}", f"{entry.resource}#{entry.table:03d}#{place:03d}")


class JoinStore:
    """Reads and writes the index."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def kept(self, dataset: str) -> dict[str, Item]:
        """By resource, what is known to be in the index of a dataset."""
        rows = every(self._table, f"DATASET#{dataset}", prefix="JOINS#")
        return {row.key.sk.removeprefix("JOINS#"): row for row in rows}

    def put(self, dataset: str, resource: str, old: Item | None, of: Sequence[Any], entries: Sequence[Entry]) -> None:
        """Puts the entries of a resource in the place of those that were there, in one transaction.

        Args:
            old: the row of `kept`, as it was read before the entries were found.
            of: what the entries tell of; where this is what is kept already, nobody needs to look again.

        Raises:
            WriteRefused: another was faster.
        """
        before = [] if old is None else [Key(*each) for each in old.data["keys"]]
        new = {entry_key(entry, place): _data(entry) for place, entry in enumerate(entries)}
        known = self._table.get_many([*new, *before]) if new or before else {}
        changes: list[Change] = []
        for key, data in new.items():
            there = known.get(key)
            changes.append(Create(Item(key, data)) if there is None else Update(there.next(data)))
        changes += [Remove(key) for key in before if key not in new and key in known]
        data = {"of": list(of), "keys": [list(key) for key in new]}
        row = Item(kept_key(dataset, resource), data)
        if new or old is None:
            changes.append(Create(row) if old is None else Update(old.next(data)))
        else:
            changes.append(Remove(old.key, old.version))
        self._table.write(changes, new_token())

    def of_key(self, key: str, after: str | None) -> tuple[list[Entry], str | None]:
        """A page of the columns that speak of one thing, and where it goes on."""
        page = self._table.query(f"JOIN#{key}", after=after, limit=PAGE)
        return [
            Entry(**{**row.data, "key": key, "within": tuple(row.data["within"])}) for row in page.items
        ], page.after

    def take_back(self, dataset: str, *still: Require) -> None:
        """Takes all entries of a dataset out of the index; what leads to them goes last."""
        for row in self.kept(dataset).values():
            take_away(self._table, [Key(*each) for each in row.data["keys"]], *still)
            take_away(self._table, [row.key], *still)

    def forget(self, purged: Purged) -> None:
        """Takes away what the index has of a purged dataset."""
        self.take_back(purged.id, purged.still)


def _data(entry: Entry) -> dict[str, Any]:
    data = asdict(entry)
    del data["key"], data["values"]
    return data
