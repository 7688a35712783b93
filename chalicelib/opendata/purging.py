"""Taking a dataset out of the world for good (`dataset_purge`).

First, in one transaction, a note takes the dataset's place: nothing of it can be read from then on, and its name is
free. Then, told by the event of that transaction, what it left is cleared away: first what other nouns keep of it
(`Forget`), then its own rows, with what the log of changes says of it, the users of its files' contents (`contents`)
and its uploads. That may take several transactions, be repeated, or die half-way: each noun's part is harmless when
repeated, rows are taken away only while the note stands, and the note goes last. Afterwards a dataset with the same id
may be entered again.

Whoever writes a row about a dataset requires the dataset as it was read (`Require(dataset_key(...), version)`): the
note moves the version, so nothing can be written of it any more once clearing has begun. Consumers of its events, of
which there are many for a dataset that many write, do not stand in the writers' way like that: they look after their
write whether the dataset `lives`, and take back what they wrote where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import OPEN, Event, Head, Journal, Once, outbox_key
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Item, Key, Remove, Require, Table, Update, WriteRefused, every

from . import changes
from .access import Access
from .announcing import upload_key
from .contents import Contents
from .events import PURGED
from .forgetting import Forget, Purged, batches, lives, take_away
from .model import Package
from .packages import Packages
from .rows import dataset_key, name_key, place_key, resource_key
from .store import QUEUE

PURGES = "purges/"
"""Where the bucket keeps which datasets were purged (ids and times, by the id of the purge), so that whoever restores
the table can purge them again: the log of changes, which lies in the table, may be what was damaged."""


class Purge(BaseModel):
    """What an object under `PURGES` says: a dataset's id, and when it was purged."""

    model_config = ConfigDict(defer_build=True)

    dataset: str
    at: datetime


FILES_AT_ONCE = 25
"""File versions of one transaction: each has its row, its use of a content and perhaps the content's state."""


class Purging:
    """Purges datasets."""

    def __init__(
        self,
        table: Table,
        journal: Journal,
        packages: Packages,
        access: Access,
        contents: Contents,
        objects: Objects,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._packages = packages
        self._access = access
        self._contents = contents
        self._objects = objects
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
        note = {"purged": at, "change": change_id, "harvested": dataset.harvested}
        rows: list[Write] = [
            Update(Item(dataset_key(package.id), note, dataset.version + 1)),
            Remove(name_key("package", dataset.name)),
            changes.change_row(gone),
        ]
        self._journal.commit(once, rows, [(f"DATASET#{package.id}", event)], {"id": package.id})

    def clear(self, event: Event, forget: Iterable[Forget] = ()) -> None:
        """Clears away what a purged dataset left; the consumer of its event.

        Args:
            forget: the other nouns' parts.

        Raises:
            WriteRefused: others are busy with the same; it is called once more.
        """
        if event.type != PURGED:
            return
        dataset = str(event.data["package_id"])
        note = self._table.get(dataset_key(dataset))
        if note is None or "purged" not in note.data:
            return
        kept = Purge(dataset=dataset, at=note.data["purged"]).model_dump_json().encode()
        self._objects.put(f"{PURGES}{note.data['change']}", kept, media_type="application/json")
        resources = self._resources(dataset)
        events = [each for each in self._events(dataset, resources) if each.id != event.id]
        harvested = note.data.get("harvested")
        still = Require(note.key, note.version)
        purged = Purged(dataset, still, event, events, None if harvested is None else (harvested[0], harvested[1]))
        for each in forget:
            each(purged)
        self._clear_sent(purged)
        for resource in resources:
            self._clear_files(purged, resource)
        left = self._left(dataset, resources, str(note.data["change"]))
        take_away(self._table, (key for key in left if key != note.key), still)
        try:
            self._table.write([Remove(note.key, note.version)], new_token())
        except WriteRefused:
            return  # another delivery of the event was faster

    def _resources(self, dataset: str) -> list[str]:
        """Ids of all the resources that it ever had."""
        found: dict[str, None] = {}
        for row in every(self._table, f"DATASET#{dataset}"):
            if row.key.sk.startswith("HEAD#RES#"):
                found[row.key.sk.removeprefix("HEAD#RES#")] = None
            elif row.key.sk.startswith("VER#"):
                found |= dict.fromkeys(row.data["diff"].get("resources", {}))
        return list(found)

    def _events(self, dataset: str, resources: Iterable[str]) -> Iterator[Event]:
        for pk in (f"DATASET#{dataset}", *(place_key(each).pk for each in resources)):
            for row in every(self._table, pk, prefix="EVT#"):
                event = Event(**row.data)
                if event.data.get("package_id") == dataset:
                    yield event

    def _clear_sent(self, purged: Purged) -> None:
        """Outbox rows that are done or given up, which hold the events; one that is open is carried, and then ends by
        itself in a week."""
        for batch in batches(outbox_key(event.id) for event in purged.events):
            there = self._table.get_many(batch).values()
            ended = [row for row in there if OPEN not in row.indexes or row.indexes[OPEN].pk == "DEAD"]
            take_away(self._table, (row.key for row in ended), purged.still)

    def _clear_files(self, purged: Purged, resource: str) -> None:
        """File versions, held ones too, cease to use their contents; files that arrived, or are on their way, go at
        once."""
        own, pk = self._is_own(purged.id, resource), place_key(resource).pk
        last = 0
        if own:
            head = self._table.get(resource_key(purged.id, resource))
            last = 0 if head is None else int(head.data["uploads"])
        versions = (row.key for kind in ("FILE#", "HELD#") for row in every(self._table, pk, prefix=kind))
        for batch in batches(versions):
            rows = self._table.get_many(batch)
            users = {key: (str(row.data["sha256"]), resource, int(row.data["number"])) for key, row in rows.items()}
            datasets = self._contents.datasets_of(list(users.values()))
            mine = [key for key, user in users.items() if datasets.get(user) == purged.id]
            for start in range(0, len(mine), FILES_AT_ONCE):
                some = mine[start : start + FILES_AT_ONCE]
                released = self._contents.released([users[key] for key in some])
                self._table.write([purged.still, *released, *map(Remove, some)], new_token())
            last = max(last, *(number for _, _, number in users.values())) if own else 0
        for row in every(self._table, pk, prefix="PARTS#") if own else ():
            self._objects.drop_upload(upload_key(resource, int(row.data["number"])), str(row.data["upload"]))
        for number in range(1, last + 1):
            self._objects.delete(upload_key(resource, number))

    def _is_own(self, dataset: str, resource: str) -> bool:
        """Whether a resource's id was not given again, to a resource of another dataset."""
        place = self._table.get(place_key(resource))
        return place is None or place.data["package_id"] == dataset

    def _left(self, id: str, resources: Iterable[str], purge: str) -> Iterator[Key]:
        """What lies there of a dataset; a row that leads to others comes after them, so that none is forgotten."""
        for resource in resources:
            if self._is_own(id, resource):
                yield from self._of_resource(id, resource)
        for row in every(self._table, f"DATASET#{id}"):
            kind, _, change = row.key.sk.partition("#")
            if kind in ("VER", "TOLD") and change != purge:
                yield Key(changes.LOG, change)
            yield row.key

    def _of_resource(self, dataset: str, resource: str) -> Iterator[Key]:
        """The rows of a resource, but for what is left of another dataset that had the id before and is still there:
        the beginning of the chain of events, and its files."""
        known: dict[str, bool] = {dataset: False}
        for row in every(self._table, place_key(resource).pk):
            kind = row.key.sk.partition("#")[0]
            if kind == "EVT":
                of = str(row.data["data"].get("package_id"))
                if of not in known:
                    known[of] = lives(self._table, of)
                if known[of]:
                    continue
            if kind == "FILE" and self._contents.datasets_of(
                [(str(row.data["sha256"]), resource, int(row.data["number"]))]
            ):
                continue  # its own are taken away by now
            yield row.key
