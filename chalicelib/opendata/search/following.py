"""The catalogue as one process knows it: the snapshot of the index, kept true by the log of changes.

Every question first reads what was written since the last one, with a strongly consistent read: a write is found by
the very next search, in whatever process. Organisations and themes are kept here too, because their titles stand in
every answer.

A change of the log carries the dataset's document as its writer saw it. Two writers at once do not see each other, so
the document is believed only where its writer saw the change before it (`Change.saw`), and not soon after two met;
else the dataset is read as it stands. What is shown is therefore always at least as new as every change that was read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from chalicelib.shared.storage import Item

from ..changes import Change, Log, ahead, back
from ..model import Group
from ..rows import group_of
from ..store import Store
from . import synonyms
from .answering import View, answer
from .completing import complete
from .delta import Delta
from .document import document
from .index import Shard
from .model import Document, Found, Question
from .snapshot import Opened, Snapshots

LOOK_EVERY_MS = 60_000
"""How often a process looks for a newer snapshot. It is no less right without it, only slower."""


class Following:
    """An `Engine` over the snapshot and what changed since, and the groups.

    Args:
        store: where datasets are read from that cannot be taken from the log, and all of them without a snapshot.
        log: what is read before each question.
        ids: makes ids; the one made at the start says from where the log must be read.
        snapshots: of the index; without them the whole catalogue is read at the start.
    """

    def __init__(self, store: Store, log: Log, *, ids: Callable[[], str], snapshots: Snapshots | None = None) -> None:
        self._store = store
        self._log = log
        self._ids = ids
        self._snapshots = snapshots
        self._lock = threading.RLock()
        self._opened: Opened | None = None
        self._started = False
        self._looked = ""
        self._groups: dict[str, Group] = {}
        self._delta = Delta()
        self._at: dict[str, str] = {}
        self._doubted: dict[str, str] = {}
        self._doubt_all = ""
        self._seen: dict[str, None] = {}
        self._since = ""

    # -- the engine

    def search(self, question: Question) -> Found:
        """See `Engine`."""
        with self._lock:
            self._fresh()
            found, _ = answer(self._base, self._delta, synonyms.shipped(), question)
            return found

    def names(self, question: Question) -> Sequence[str]:
        """See `Engine`."""
        with self._lock:
            self._fresh()
            view = View(self._base, self._delta, synonyms.shipped(), question, "all")
            return [hit["name"] for hit in view.page(question.sort, question.start, question.rows)]

    def complete(self, words: str, labels: Sequence[str], limit: int) -> Sequence[Mapping[str, Any]]:
        """See `Engine`."""
        with self._lock:
            self._fresh()
            return complete(self._base, self._delta, words, labels, limit)

    # -- what else is known

    def groups(self, *, refresh: bool = True) -> Mapping[str, Group]:
        """All organisations and themes by id; without `refresh` as the last question left them."""
        with self._lock:
            if refresh or not self._started:
                self._fresh()
            return self._groups

    def settled(self, ids: Iterable[str]) -> dict[str, str]:
        """Of the datasets that did not change since the snapshot, the run that wrote their cards (`cards.py`)."""
        with self._lock:
            base, fresh = self._base, self._delta.ids
            if base is None:
                return {}
            known = {each: base.known(each) for each in ids if each not in fresh}
            return {each: str(found["card"]) for each, found in known.items() if found is not None}

    @property
    def _base(self) -> Shard | None:
        return None if self._opened is None else self._opened.shard

    # -- keeping up

    def _fresh(self) -> None:
        now = self._ids()
        if not self._started or (self._snapshots is not None and back(now, LOOK_EVERY_MS) > self._looked):
            self._open(now)
        unseen = [change for change in self._log.since(self._since) if change.id not in self._seen]
        self._take(unseen)
        self._since = max(self._since, back(now))
        if len(self._seen) > 10_000:
            self._seen = {each: None for each in self._seen if each >= self._since}

    def _open(self, now: str) -> None:
        self._looked = now
        opened = None if self._snapshots is None else self._snapshots.current(self._opened)
        if opened is not None and opened is self._opened:
            return
        if opened is None:
            if not self._started:
                self._load(now)
            return
        self._opened, self._started = opened, True
        self._groups = {each.id: each for each in opened.groups}
        self._delta, self._at, self._doubt_all = Delta(), {}, ""
        self._doubted = {each: ahead(opened.start) for each in opened.young}
        self._seen, self._since = dict.fromkeys(opened.seen), opened.watermark

    def _load(self, now: str) -> None:
        """The whole catalogue from the table."""
        for kind in ("organization", "group"):
            self._groups |= {group.id: group for group in self._store.groups(kind)}
        for group in list(self._groups.values()):
            for dataset in self._store.datasets_of(group.id):
                self._delta.take({dataset.id: self._read(dataset.id)})
        self._since, self._doubt_all, self._started = back(now), ahead(now), True

    def _take(self, changes: Sequence[Change]) -> None:
        fresh: dict[str, Document | None] = {}
        doubtful: dict[str, str] = {}
        for change in changes:
            self._seen[change.id] = None
            if change.thing in ("organization", "group") and change.document is not None:
                group = group_of(Item(cast(Any, ("", "")), dict(change.document), int(change.document["version"])))
                self._groups[group.id] = group
            elif change.dataset:
                if self._believed(change):
                    fresh[change.dataset] = cast(Document, {**(change.document or {}), "changed": change.id})
                else:
                    doubtful[change.dataset] = change.id
                self._at[change.dataset] = max(change.id, self._at.get(change.dataset, ""))
        for dataset, change_id in doubtful.items():
            self._doubted[dataset] = max(ahead(change_id), self._doubted.get(dataset, ""))
            fresh[dataset] = self._read(dataset)
        self._delta.take(fresh)

    def _believed(self, change: Change) -> bool:
        dataset = change.dataset
        if change.document is None or change.id < self._doubt_all or change.id < self._doubted.get(dataset, ""):
            return False
        known = self._at.get(dataset)
        if known is None:
            there = None if self._base is None else self._base.known(dataset)
            known = "" if there is None else str(there["changed"])
        return change.saw == known

    def _read(self, id: str) -> Document | None:
        """A dataset as it stands in the table."""
        package = self._store.package(id)
        if package is None:
            return None
        wanted = {package.dataset.owner_org, *package.dataset.groups} - self._groups.keys()
        if wanted:
            self._groups |= self._store.groups_by_id(wanted)
        organization = self._groups.get(package.dataset.owner_org)
        if organization is None:
            return None
        themes = [self._groups[each] for each in package.dataset.groups if each in self._groups]
        themes = [theme for theme in themes if theme.state == "active"]
        self._at[id] = max(package.changed, self._at.get(id, ""))
        return document(package, organization, themes)
