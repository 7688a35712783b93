"""Taking a dataset out of the world for good (`dataset_purge`).

First, in one transaction, a note takes the dataset's place: nothing of it can be read from then on, and its name is
free. Then, told by the event of that transaction, its rows are cleared away, with what the log of changes says of it.
That may take several transactions, be repeated, or die half-way: each takes rows away only while the note stands, and
the note goes last. Afterwards a dataset with the same id may be entered again.

Bytes of files lie under keys made of their content, which other datasets may share: they stay, and no address leads to
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Head, Journal, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Item, Key, Remove, Require, Table, Update, WriteRefused, every

from . import changes
from .access import Access
from .model import Package
from .packages import Packages
from .rows import dataset_key, name_key, place_key
from .store import QUEUE

PURGED = "opendata.dataset.purged"
AT_ONCE = 90
"""Rows that go in one transaction; it takes at most 100."""


class Purging:
    """Purges datasets."""

    def __init__(
        self,
        table: Table,
        journal: Journal,
        packages: Packages,
        access: Access,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._packages = packages
        self._access = access
        self._ids = ids
        self._clock = clock

    def purge(self, caller: Caller, once: Once, id_or_name: object) -> None:
        """Takes a dataset away; the operator's alone.

        Raises:
            NotAllowed, NotFound, Rejected, Stale.
        """
        self._access.must_operate(caller, "dataset_purge")
        if once.claimed:
            self._journal.read(once)
        package, _ = self._packages.find(caller, id_or_name)
        self._bury(once, caller.label, package)

    def _bury(self, once: Once, by: str, package: Package) -> None:
        dataset, change_id = package.dataset, self._ids()
        at = self._clock().isoformat(timespec="microseconds")
        told: dict[str, Any] = {"package_id": package.id, "name": dataset.name, "title": "", "resource": ""}
        told |= {"owner_org": dataset.owner_org, "before": dataset.public, "after": False}
        event, _ = self._journal.happened(
            Head(*dataset.chain),
            subject=package.id,
            type=PURGED,
            by=by,
            data={**told, "activity": "purged package"},
            queue=QUEUE,
        )
        gone = changes.Change(
            id=change_id,
            at=at,
            by=by,
            thing="package",
            activity="purged package",
            subject=package.id,
            name=dataset.name,
            title="",
            dataset=package.id,
            owner_org=dataset.owner_org,
            before=dataset.public,
            after=False,
            saw=package.changed,
        )
        rows: list[Write] = [
            Update(Item(dataset_key(package.id), {"purged": at, "change": change_id}, dataset.version + 1)),
            Remove(name_key("package", dataset.name)),
            changes.change_row(gone),
        ]
        self._journal.commit(once, rows, [(f"DATASET#{package.id}", event)], {"id": package.id})

    def clear(self, event: Event) -> None:
        """Clears away what a purged dataset left; the consumer of its event."""
        if event.type != PURGED:
            return
        dataset = str(event.data["package_id"])
        note = self._table.get(dataset_key(dataset))
        if note is None or "purged" not in note.data:
            return
        still = Require(note.key, note.version)
        left = self._left(dataset, str(note.data["change"]))
        for batch in _batches(key for key in left if key != note.key):
            self._table.write([still, *map(Remove, batch)], new_token())
        try:
            self._table.write([Remove(note.key, note.version)], new_token())
        except WriteRefused:
            return  # another delivery of the event was faster

    def _left(self, id: str, purge: str) -> Iterator[Key]:
        """What lies there of a dataset; a row that leads to others comes after them, so that none is forgotten."""
        pk = f"DATASET#{id}"
        for row in every(self._table, pk):
            resources: list[str] = []
            if row.key.sk.startswith("HEAD#RES#"):
                resources = [row.key.sk.removeprefix("HEAD#RES#")]
            elif row.key.sk.startswith("VER#"):
                resources = list(row.data["diff"].get("resources", {}))
                change = row.key.sk.removeprefix("VER#")
                if change != purge:
                    yield Key(changes.LOG, change)
            for resource in resources:
                yield from self._of_resource(id, resource)
            yield row.key

    def _of_resource(self, dataset: str, resource: str) -> Iterator[Key]:
        place = self._table.get(place_key(resource))
        if place is not None and place.data["package_id"] != dataset:
            return  # the id was given again, to a resource of another dataset
        yield from (row.key for row in every(self._table, place_key(resource).pk))


def _batches(keys: Iterable[Key]) -> Iterator[list[Key]]:
    batch: dict[Key, None] = {}
    for key in keys:
        batch[key] = None
        if len(batch) == AT_ONCE:
            yield list(batch)
            batch = {}
    if batch:
        yield list(batch)
