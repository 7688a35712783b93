"""Where vocabularies lie.

VOCABULARY#{id}         / VOCABULARY   the vocabulary with its tags    by_organization: VOCABULARIES, name
NAME#vocabulary#{name}  / NAME         uniqueness of names
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import datetime

from chalicelib.shared.errors import AlreadyThere
from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Remove, Table, Update, every

from .. import changes
from ..rows import name_key
from ..rules import Rejected
from ..store import QUEUE
from .model import Vocabulary

ALL = "VOCABULARIES"


def vocabulary_key(id: str) -> Key:
    """Where a vocabulary lies."""
    return Key(f"VOCABULARY#{id}", "VOCABULARY")


class VocabularyStore:
    """Reads and writes vocabularies: each write with its event and its change of the log in one transaction."""

    def __init__(
        self, table: Table, journal: Journal, *, ids: Callable[[], str], clock: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._journal = journal
        self._ids = ids
        self._clock = clock

    def heed(self, once: Once) -> None:
        """Whether a write that takes away was done before; its subject is then gone and cannot be found again.

        Raises:
            Replayed: it was.
            KeyReused: its key belongs to another request.
        """
        if once.claimed:
            self._journal.read(once)

    def find(self, id_or_name: str) -> Vocabulary | None:
        """By id or name: one request, two by name."""
        by_id, by_name = vocabulary_key(id_or_name), name_key("vocabulary", id_or_name)
        found = self._table.get_many([by_id, by_name])
        item = found.get(by_id)
        if item is None and by_name in found:
            item = self._table.get(vocabulary_key(found[by_name].data["id"]))
        return None if item is None else _vocabulary(item)

    def ids_of(self, names: Iterable[str]) -> dict[str, str]:
        """The ids of those among these that there are, by name."""
        keys = {name_key("vocabulary", name): name for name in names}
        found = self._table.get_many(list(keys)) if keys else {}
        return {keys[key]: item.data["id"] for key, item in found.items()}

    def all(self) -> list[Vocabulary]:
        """All by name, as the index knew them a moment ago."""
        return [_vocabulary(item) for item in every(self._table, ALL, index="by_organization")]

    def save(self, once: Once, before: Vocabulary | None, after: Vocabulary, by: str, activity: str) -> Vocabulary:
        """Writes a new or changed vocabulary.

        Raises:
            Rejected: its name is taken.
            Stale: somebody was faster.
        """
        version = 1 if before is None else before.version + 1
        event, head = self._journal.happened(
            Head(*after.chain),
            subject=after.id,
            type=f"opendata.vocabulary.{'created' if before is None else 'changed'}",
            by=by,
            data={"name": after.name, "activity": activity},
            queue=QUEUE,
        )
        after = replace(after, chain=(head.seq, head.hash), version=version)
        key = vocabulary_key(after.id)
        item = Item(key, asdict(after), version, {"by_organization": Key(ALL, f"{after.name}#{after.id}")})
        rows: list[Write] = [Create(item) if before is None else Update(item)]
        if before is None or before.name != after.name:
            rows.append(Create(Item(name_key("vocabulary", after.name), {"id": after.id})))
            if before is not None:
                rows.append(Remove(name_key("vocabulary", before.name)))
        rows.append(self._change(after, by, activity))
        try:
            self._journal.commit(once, rows, [(key.pk, event)], {"id": after.id})
        except AlreadyThere:
            raise Rejected({"name": ["That vocabulary name is already in use."]}) from None
        return after

    def remove(self, once: Once, before: Vocabulary, by: str) -> None:
        """Takes a vocabulary away; its history stays.

        Raises:
            Stale: somebody was faster.
        """
        event, _ = self._journal.happened(
            Head(*before.chain),
            subject=before.id,
            type="opendata.vocabulary.deleted",
            by=by,
            data={"name": before.name, "activity": "deleted vocabulary"},
            queue=QUEUE,
        )
        key = vocabulary_key(before.id)
        rows: list[Write] = [Remove(key, before.version), Remove(name_key("vocabulary", before.name))]
        rows.append(self._change(before, by, "deleted vocabulary"))
        self._journal.commit(once, rows, [(key.pk, event)], {"id": before.id})

    def _change(self, vocabulary: Vocabulary, by: str, activity: str) -> Create:
        return changes.change_row(
            changes.Change(
                id=self._ids(),
                at=self._clock().isoformat(timespec="microseconds"),
                by=by,
                thing="vocabulary",
                activity=activity,
                subject=vocabulary.id,
                name=vocabulary.name,
                title=vocabulary.name,
            )
        )


def _vocabulary(item: Item) -> Vocabulary:
    data = dict(item.data)
    return Vocabulary(**{**data, "tags": tuple(data["tags"]), "chain": tuple(data["chain"]), "version": item.version})
