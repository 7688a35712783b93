"""What changed since the snapshot. It is looked through, not indexed: it is little, and it changes all the time.

To fold a text takes a tenth of what indexing it takes, and it is folded when it is first looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import count, indexed

from .index import NOTES_KEPT, PLACED, Shard, one_of, short, told
from .model import Document

if TYPE_CHECKING:
    from tantivy import Query as Compiled


class Changed:
    """One dataset as it is looked at."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._lengths: dict[str, int] = {}

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Folded texts by field; `all` holds every one on a line of its own."""
        texts = {name: fold(text) for name, text in self.document["texts"].items()}
        texts["name"] = fold(self.document["name"])
        return {**dict.fromkeys((*PLACED, "notes"), ""), **texts, "all": "\n".join(texts.values())}

    @cached_property
    def fields(self) -> Mapping[str, Sequence[str]]:
        """What search fields hold, as it is indexed."""
        return {name: [short(value) for value in found] for name, found in self.document["fields"].items()}

    def length(self, field: str) -> int:
        """Tokens of a text; those of notes each once, as in the index."""
        if field not in self._lengths:
            text = self.texts[field]
            self._lengths[field] = len(set(indexed(text).split())) if field == "notes" else count(text)
        return self._lengths[field]

    @property
    def notes(self) -> str:
        """The beginning of the notes; see `Shard.notes`."""
        return self.document["texts"].get("notes", "")[:NOTES_KEPT]

    @cached_property
    def told(self) -> Mapping[str, Any]:
        """What a hit is told by; see `index.told`."""
        return told(self.document)


class Delta:
    """Datasets that are newer than those of one snapshot."""

    def __init__(self) -> None:
        self._changed: dict[str, Changed | None] = {}
        self._numbers: dict[str, int] = {}
        self._looked_up: set[str] = set()
        self._in_base: Compiled | None = None

    @property
    def ids(self) -> Collection[str]:
        """Of everything that the snapshot is no longer true of."""
        return self._changed.keys()

    def in_base(self, base: Shard) -> Compiled | None:
        """The same as a query of the snapshot's index, as far as it holds them; each is looked up there once."""
        fresh = [each for each in self._changed if each not in self._looked_up]
        if fresh:
            self._looked_up.update(fresh)
            self._numbers |= base.numbers(fresh)
            self._in_base = one_of("r_id", list(self._numbers.values())) if self._numbers else None
        return self._in_base

    @property
    def there(self) -> list[Changed]:
        """The datasets as they now are, without those that are gone."""
        return [each for each in self._changed.values() if each is not None]

    def take(self, changed: Mapping[str, Document | None]) -> None:
        """Takes datasets as they now are; None for one that is gone."""
        for each, document in changed.items():
            self._changed[each] = None if document is None else Changed(document)
