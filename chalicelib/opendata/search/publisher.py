"""Makes snapshots: the documents of the last one, with what changed since, as one new index.

Two publishers at once do no harm: each builds a snapshot of its own, and the pointer is moved only by whoever still
sees the one it started from. The other's work is thrown away.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from chalicelib.shared.ids import new_token
from chalicelib.shared.measures import measure
from chalicelib.shared.storage import Item, Key
from chalicelib.shared.thai_fold import VERSION

from ..changes import Change, Log, back
from ..model import Group, Package
from ..rows import group_of
from ..store import Store
from .cards import Cards
from .document import document, regrouped
from .index import build, ranks_of
from .model import Document
from .snapshot import About, Head, Snapshot, Snapshots

MANY, LONG_MS = 500, 15 * 60_000
"""A snapshot is due when this many changes came since the last one, or any and it is this old (milliseconds)."""
YOUNG_MS = 120_000
"""Datasets that changed this shortly before a snapshot are named in it; see `following`."""
KEPT_MS = 24 * 3_600_000
"""How long a snapshot is kept after another took its place, to go back to."""


class Held(Exception):
    """An operator went back to an older snapshot and has not let publishing go on."""


class Publisher:
    """Publishes snapshots of the index.

    Args:
        store: where changed datasets are read.
        log: what changed.
        snapshots: where the last one is, and the next one goes.
        ids: makes ids that sort by time.
        clock: tells the time.
        many: changes that make a snapshot due before it is old.
    """

    def __init__(
        self,
        store: Store,
        log: Log,
        snapshots: Snapshots,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
        many: int = MANY,
    ) -> None:
        self._store = store
        self._log = log
        self._snapshots = snapshots
        self._cards = Cards(store.table)
        self._ids = ids
        self._clock = clock
        self._many = many

    def waiting(self) -> int:
        """Changes that are in no snapshot yet."""
        head = self._snapshots.head()
        if head is None:
            return sum(1 for _ in self._log.since("", limit=self._many + 1))
        ids = [row.id for row in self._log.since(head.snapshot.watermark)]
        # a purge takes changes out of the log: what came after the snapshot counts even where fewer are left
        return max(len(ids) - head.snapshot.read, sum(each > head.snapshot.start for each in ids))

    def due(self) -> bool:
        """Whether it is time for the next snapshot."""
        head, waiting = self._snapshots.head(), self.waiting()
        self._measure(head, waiting)
        if head is None:
            return waiting > 0
        old = head.snapshot.start < back(self._ids(), LONG_MS)
        return not head.held and (waiting > self._many or (waiting > 0 and old))

    def _measure(self, head: Head | None, waiting: int) -> None:
        """How many changes wait, and for how long at most: since the last snapshot was begun."""
        age = int(self._ids()[:12], 16) - int(head.snapshot.start[:12], 16) if head is not None and waiting else 0
        measure("SearchWaiting", waiting, platform="opendata")
        measure("SearchAge", max(age, 0) / 1000, platform="opendata")

    def run(self) -> Snapshot | None:
        """Publishes if it is time."""
        if self.due():
            return self.publish()
        self._forget(self._ids())  # what was purged must not wait for the next changes to go from old snapshots
        return None

    def publish(self, *, whole: bool = False, release: bool = False) -> Snapshot | None:
        """Publishes; None where another publisher was faster.

        Args:
            whole: reads every dataset from the table instead of going on from the last snapshot.
            release: lets publishing go on after an operator went back.

        Raises:
            Held, NotWhole.
        """
        head = self._snapshots.head()
        if head is not None and head.held and not release:
            raise Held
        start = self._ids()
        last = None if whole else self._last(head)
        rows = list(self._log.since(back(start if last is None else last.watermark, YOUNG_MS)))
        with tempfile.TemporaryDirectory(prefix="klang-publish-") as place:
            return self._publish(Path(place), head, last, rows, start)

    def _last(self, head: Head | None) -> Snapshot | None:
        """What to go on from: the snapshot that is asked, else the newest of another version."""
        if head is not None:
            return head.snapshot
        kept = self._snapshots.kept()
        return kept[0] if kept else None

    def _publish(
        self, place: Path, head: Head | None, last: Snapshot | None, rows: list[Change], start: str
    ) -> Snapshot | None:
        run = self._ids()
        groups, packages, gone, old = self._state(last, rows)
        with_card = self._cards.write(run, packages.values(), new_token)
        self._cards.remove(sorted(gone), new_token)
        changed_at: dict[str, str] = {}
        for row in rows:
            if row.dataset:
                changed_at[row.dataset] = max(row.id, changed_at.get(row.dataset, ""))
        fresh: dict[str, Document] = {}
        for each, package in packages.items():
            organization = groups.get(package.dataset.owner_org)
            if organization is not None:
                themes = [groups[one] for one in package.dataset.groups if one in groups]
                made = document(package, organization, [theme for theme in themes if theme.state == "active"])
                made["changed"] = max(package.changed, changed_at.get(each, ""))
                made["card"] = run if each in with_card else ""
                fresh[each] = made
        file = place / "documents.gz"
        ranks = ranks_of(_written(file, groups, _merged(old, fresh, gone, groups)))
        build((each for each in _documents(file)), ranks, place / "index")
        watermark = back(start)
        seen = [row.id for row in rows if row.id >= watermark]
        young = sorted({row.dataset for row in rows if row.dataset and row.id >= back(start, YOUNG_MS)})
        about = About(run, watermark, start, seen, young, [asdict(group) for group in groups.values()])
        made_at = self._clock().isoformat(timespec="seconds")
        keys = (f"search/{VERSION}/{run}.tar", f"search/documents/{run}.gz")
        snapshot = Snapshot(run, VERSION, *keys, watermark, start, len(seen), made_at, len(ranks), 0)
        snapshot = self._snapshots.put(snapshot, place / "index", file, about)
        if not self._snapshots.point(snapshot, head, new_token(), new=True):
            self._snapshots.drop(snapshot, new_token(), listed=False)
            return None
        self._forget(start)
        return snapshot

    def _state(
        self, last: Snapshot | None, rows: list[Change]
    ) -> tuple[dict[str, Group], dict[str, Package], set[str], Iterable[Document]]:
        """Groups, changed datasets as they now are, those that are gone, and the documents of the last snapshot."""
        old: Iterator[Document] = iter(())
        if last is None:
            groups: dict[str, Group] = {}
            for kind in ("organization", "group"):
                groups |= {group.id: group for group in self._store.groups(kind)}
            of_rows = {row.dataset for row in rows if row.dataset}
            walked = {each.id for group in list(groups.values()) for each in self._store.datasets_of(group.id)}
            wanted = sorted(walked | of_rows)
        else:
            body = self._snapshots.documents(last)
            header, old = _unpacked(body)
            groups = {each["id"]: _group(each) for each in header["groups"]}
            wanted = sorted({row.dataset for row in rows if row.dataset and row.id >= last.watermark})
        for row in rows:
            if row.thing in ("organization", "group") and row.document is not None:
                groups[row.subject] = _group(row.document)
        found = {each: self._store.package(each) for each in wanted}
        packages = {each: package for each, package in found.items() if package is not None}
        missing = {each.dataset.owner_org for each in packages.values()} - groups.keys()
        groups |= self._store.groups_by_id(missing)
        return groups, packages, set(found) - set(packages), old

    def back_to(self, id: str) -> Snapshot | None:
        """Makes an older snapshot the one that is asked, and holds publishing; None where there is no such one.

        Nothing is lost by it: what changed since is read from the log.
        """
        head = self._snapshots.head()
        wanted = next((each for each in self._snapshots.kept() if each.id == id and each.version == VERSION), None)
        if wanted is None or head is None:
            return None
        return wanted if self._snapshots.point(wanted, head, new_token(), new=False, held=True) else None

    def _forget(self, now: str) -> None:
        """Takes away snapshots that are out of use for long."""
        head = self._snapshots.head()
        kept = self._snapshots.kept()
        for place, each in enumerate(kept):
            in_use = head is None or each.id == head.snapshot.id
            # it went out of use when the next one came
            since = kept[place - 1].start if place else now
            if place and not in_use and since < back(now, KEPT_MS):
                self._snapshots.drop(each, new_token())


def _group(data: Mapping[str, Any]) -> Group:
    return group_of(Item(Key("", ""), data, int(data["version"])))


def _merged(
    old: Iterable[Document], fresh: Mapping[str, Document], gone: set[str], groups: Mapping[str, Group]
) -> Iterator[Document]:
    for each in old:
        if each["id"] not in fresh and each["id"] not in gone:
            yield regrouped(each, groups)
    yield from fresh.values()


def _written(file: Path, groups: Mapping[str, Group], documents: Iterable[Document]) -> Iterator[Document]:
    """Passes documents on while they are written to a file, behind a line about the groups."""
    with gzip.open(file, "wt", encoding="utf-8", compresslevel=1) as lines:
        header = {"groups": [asdict(group) for group in groups.values()]}
        lines.write(json.dumps(header, ensure_ascii=False) + "\n")
        for each in documents:
            lines.write(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n")
            yield each


def _documents(file: Path) -> Iterator[Document]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            yield cast(Document, json.loads(line))


def _unpacked(body: bytes) -> tuple[dict[str, Any], Iterator[Document]]:
    import io

    lines = gzip.open(io.BytesIO(body), "rt", encoding="utf-8")  # noqa: SIM115 - read to its end by the iterator
    header: dict[str, Any] = json.loads(next(lines))
    return header, (cast(Document, json.loads(line)) for line in lines)
