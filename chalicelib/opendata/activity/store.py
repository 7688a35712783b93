"""Where it lies what happened in an organisation or theme, and what a user did.

    ACT#organization#{id} / {change}    in its datasets, and to itself
    ACT#group#{id}        / {change}    in its datasets, and to itself
    ACT#user#{id}         / {change}    what the user did

The rows point at the history of the dataset, or at the log for an organisation or theme. They are made by the events'
consumer, moments after the write; doing so again makes nothing new. A dataset's own history needs no such rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Require, Table, WriteRefused

from ..changes import LOG, Change, Version
from ..forgetting import lives, take_away


@dataclass(frozen=True)
class Entry:
    """One thing that happened: the id of its change, and the dataset concerned ("" for a group itself)."""

    change: str
    dataset: str
    at: str


def user_of(by: str) -> str:
    """The pseudonym in `kind:pseudonym`."""
    return by.partition(":")[2]


def keys_of(event: Event) -> list[Key]:
    """Where it lies that an event happened."""
    change, dataset = event.data.get("change"), str(event.data.get("package_id", ""))
    if not change:
        return []
    if dataset:
        scopes = [f"organization#{event.data['owner_org']}"]
        scopes += [f"group#{each}" for each in event.data.get("groups", ())]
    else:
        scopes = [f"{event.type.split('.')[1]}#{event.subject}"]
    if user_of(event.by):
        scopes.append(f"user#{user_of(event.by)}")
    return [Key(f"ACT#{scope}", str(change)) for scope in scopes[:99]]


class ActivityStore:
    """Makes and reads the rows."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def enter(self, event: Event) -> None:
        """Makes the rows of an event; a listener of the catalogue."""
        keys = keys_of(event)
        if not keys:
            return
        dataset = str(event.data.get("package_id", ""))
        data = {"dataset": dataset, "at": event.at}
        rows: list[Write] = [Create(Item(key, data)) for key in keys]
        if not dataset or lives(self._table, dataset):
            with suppress(WriteRefused):  # made before: all of an event's rows are made together
                self._table.write(rows, new_token())
        # a purge of this moment may have looked before they were there; whoever dies here is called again
        if dataset and not lives(self._table, dataset):
            take_away(self._table, keys)

    def forget(self, events: Iterable[Event], still: Require) -> None:
        """Takes away the rows of these events; harmless when repeated."""
        take_away(self._table, (key for event in events for key in keys_of(event)), still)

    def entries(self, kind: str, id: str) -> Iterator[Entry]:
        """What happened, the latest first."""
        after: str | None = None
        while True:
            page = self._table.query(f"ACT#{kind}#{id}", after=after, limit=100, newest_first=True)
            for item in page.items:
                yield Entry(item.key.sk, item.data["dataset"], item.data["at"])
            after = page.after
            if after is None:
                return

    def change(self, id: str) -> Change | None:
        """An entry of the log."""
        item = self._table.get(Key(LOG, id))
        return None if item is None else Change(**item.data)

    def many(self, entries: list[Entry]) -> tuple[dict[str, Version], dict[str, Change]]:
        """The history entries of datasets, and the log entries of groups, by change; one request for each hundred."""
        versions: dict[str, Version] = {}
        changes: dict[str, Change] = {}
        for start in range(0, len(entries), 100):
            keys = [
                Key(f"DATASET#{each.dataset}", f"VER#{each.change}") if each.dataset else Key(LOG, each.change)
                for each in entries[start : start + 100]
            ]
            for key, item in self._table.get_many(keys).items():
                data: Any = item.data
                if key.pk == LOG:
                    changes[key.sk] = Change(**data)
                else:
                    versions[key.sk.removeprefix("VER#")] = Version(**data)
        return versions, changes
