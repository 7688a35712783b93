"""The log of changes: one row for each write, in one partition, in the order of time.

It is written in the transaction of the change itself and never altered. Search reads it to find what was written a
moment ago, harvesters and webhooks to follow the catalogue, people to see what happened lately.

    CHG / {change id}              what changed, for search and for followers of the catalogue
    DATASET#{id} / VER#{change id} the same change in the dataset's history: who, when, what was different, and how
                                   the changed thing looked afterwards

Ids are made before the transaction commits, so a row may appear up to `OVERLAP` behind one with a later id: whoever
follows the log reads that far back again and knows rows by their id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, field
from datetime import datetime
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.storage import Create, Item, Key, Table

LOG = "CHG"
LOG_ID = re.compile(r"[0-9a-f]{12,40}")
"""How the ids of the log look, and what can stand for one as a place in it."""
OVERLAP_MS = 60_000
"""Longer than any request lives (29 s) and than clocks of AWS differ."""

MOST_BYTES = 350_000
"""Of one row: DynamoDB takes 400 kB."""

Thing = Literal["package", "resource", "organization", "group", "vocabulary"]


@dataclass(frozen=True)
class Change:
    """One write.

    Attributes:
        id: sortable by time (`shared.ids.new_id`).
        at: ISO 8601, UTC.
        by: kind and pseudonym of who did it.
        thing: what was written.
        activity: CKAN's activity type, e.g. `new package`, `changed resource`, `deleted package`.
        dataset: id of the dataset concerned; "" for a change of a group or a vocabulary.
        subject: id of what was written: the dataset, resource or group.
        name: of the dataset or group, after the change.
        title: of the dataset or group, after the change.
        owner_org: of the dataset.
        before: whether everybody could see the dataset before the change.
        after: whether everybody can see it after.
        saw: the package's last change when this one was made. Where it is not the change before this one, two were
            made at once, and `document` may lack the other.
        document: what search needs of the dataset (`search.document`); of a group, its data. None when it is gone, or
            too large for a row: then search looks at the dataset itself.
    """

    id: str
    at: str
    by: str
    thing: Thing
    activity: str
    subject: str
    name: str
    title: str
    dataset: str = ""
    owner_org: str = ""
    before: bool = False
    after: bool = False
    saw: str = ""
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Version:
    """One entry in a dataset's history: immutable.

    Attributes:
        diff: {field: [before, after]} of what is different; None for what was not there.
        data: the dataset or resource after the change, as kept; of a deleted resource, before it.
        package: short facts of the dataset at that moment: name, title, private, state.
    """

    id: str
    at: str
    by: str
    activity: str
    subject: str
    public: bool
    diff: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    package: Mapping[str, Any] = field(default_factory=dict)


def change_row(change: Change) -> Create:
    """The row of a change; one that an item could not hold goes without its document, and is looked up."""
    data = asdict(change)
    if len(json.dumps(data, ensure_ascii=False).encode()) > MOST_BYTES:
        data["document"] = None
    return Create(Item(Key(LOG, change.id), data))


def version_row(dataset_id: str, version: Version) -> Create:
    """The row of a version."""
    return Create(Item(Key(f"DATASET#{dataset_id}", f"VER#{version.id}"), asdict(version)))


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """What two states of one thing differ in; `fields` are compared one by one, bookkeeping is left out."""
    old, new = _flat(before), _flat(after)
    return {name: [old.get(name), new.get(name)] for name in sorted(old | new) if old.get(name) != new.get(name)}


_BOOKKEEPING = frozenset({"chain", "changed", "version", "modified", "fields", "live"})


def _flat(state: Mapping[str, Any] | None) -> dict[str, Any]:
    if state is None:
        return {}
    plain = {name: value for name, value in state.items() if name not in _BOOKKEEPING}
    return {**plain, **state.get("fields", {})}


def back(id: str, milliseconds: int = OVERLAP_MS) -> str:
    """The smallest id that is this many milliseconds older than `id`; "" where there is none so old."""
    if len(id) < 12:
        return ""
    return f"{max(int(id[:12], 16) - milliseconds, 0):012x}"


def first_at(moment: datetime) -> str:
    """The smallest id that is made at this moment."""
    return f"{max(int(moment.timestamp() * 1000), 0):012x}"


def ahead(id: str, milliseconds: int = OVERLAP_MS) -> str:
    """The smallest id that is this many milliseconds younger than `id`."""
    return f"{int(id[:12], 16) + milliseconds:012x}" if len(id) >= 12 else ""


class Log:
    """Reads the log of changes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def since(self, id: str, *, limit: int = 0) -> Iterator[Change]:
        """Changes from this id on (it included, "" for all), the oldest first, with strongly consistent reads."""
        yield from self._read(newest_first=False, at_least=id, limit=limit)

    def latest(self, *, limit: int = 0) -> Iterator[Change]:
        """Changes, the newest first."""
        yield from self._read(newest_first=True, at_least="", limit=limit)

    def _read(self, *, newest_first: bool, at_least: str, limit: int) -> Iterator[Change]:
        place: str | None = None
        left = limit or None
        while True:
            asked = 500 if left is None else min(left, 500)
            page = self._table.query(LOG, at_least=at_least, after=place, limit=asked, newest_first=newest_first)
            for item in page.items:
                yield Change(**item.data)
            left = None if left is None else left - len(page.items)
            place = page.after
            if place is None or left == 0:
                return
