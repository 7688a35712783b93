"""The catalogue in the memory of one process, kept true by the log of changes.

Every question first reads what was written since the last one, with a strongly consistent read: a write is found by
the very next search, in whatever process. Organisations and themes are kept here too, because their titles stand in
every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from chalicelib.shared.storage import Item

from ..changes import Change, Log, back
from ..model import Group
from ..rows import group_of
from ..store import Store
from . import plain
from .document import document
from .model import Document, Found, Question


class Following:
    """An `Engine` over documents in memory, and the groups.

    Args:
        store: where the catalogue is read from at the start.
        log: what is read before each question.
        ids: makes ids; the one made at the start says from where the log must be read.
    """

    def __init__(self, store: Store, log: Log, *, ids: Callable[[], str]) -> None:
        self._store = store
        self._log = log
        self._ids = ids
        self._documents: dict[str, Document] | None = None
        self._groups: dict[str, Group] = {}
        self._seen: dict[str, None] = {}
        self._last = ""

    def search(self, question: Question) -> Found:
        """See `Engine`."""
        return plain.search(self._fresh(), question)

    def names(self, question: Question) -> Sequence[str]:
        """See `Engine`."""
        return plain.names(self._fresh(), question)

    def complete(self, words: str, labels: Sequence[str], limit: int) -> Sequence[Mapping[str, Any]]:
        """See `Engine`."""
        return plain.complete(self._fresh(), words, labels, limit)

    def groups(self, *, refresh: bool = True) -> Mapping[str, Group]:
        """All organisations and themes by id; without `refresh` as the last question left them."""
        if refresh or self._documents is None:
            self._fresh()
        return self._groups

    def _fresh(self) -> Iterable[Document]:
        documents = self._documents
        if documents is None:
            self._last = self._ids()
            documents = self._loaded()
            self._documents = documents
        for change in self._log.since(back(self._last)):
            if change.id not in self._seen:
                self._take(change, documents)
        return documents.values()

    def _loaded(self) -> dict[str, Document]:
        for kind in ("organization", "group"):
            self._groups |= {group.id: group for group in self._store.groups(cast(Any, kind))}
        found: dict[str, Document] = {}
        for group in list(self._groups.values()):
            for dataset in self._store.datasets_of(group.id):
                package = self._store.package(dataset.id)
                if package is not None:
                    themes = [self._groups[each] for each in dataset.groups if each in self._groups]
                    found[dataset.id] = document(package, group, themes)
        return found

    def _take(self, change: Change, documents: dict[str, Document]) -> None:
        self._seen[change.id] = None
        self._last = max(self._last, change.id)
        if change.thing in ("organization", "group") and change.document is not None:
            group = group_of(Item(cast(Any, ("", "")), dict(change.document), int(change.document["version"])))
            self._groups[group.id] = group
        elif change.dataset and change.document is None:
            documents.pop(change.dataset, None)
        elif change.dataset:
            documents[change.dataset] = cast(Document, change.document)
