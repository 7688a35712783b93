"""What changed since the snapshot, as a small index in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .index import LOW_HEAP, Shard, new_index, row, schema
from .model import Document

if TYPE_CHECKING:
    from tantivy import IndexWriter


class Delta:
    """Documents that are newer than the snapshot's.

    Attributes:
        documents: by id as they now are; None for a dataset that is gone.
        shard: their index, or None while there is none.
    """

    def __init__(self) -> None:
        self.documents: dict[str, Document | None] = {}
        self._index: Any = None
        self._writer: IndexWriter | None = None
        self._waiting: set[str] = set()
        self._shard: Shard | None = None

    @property
    def ids(self) -> Collection[str]:
        """Of everything that the snapshot is no longer true of."""
        return self.documents.keys()

    def take(self, changed: Mapping[str, Document | None]) -> None:
        """Datasets as they now are; indexed when the next question is asked."""
        self.documents.update(changed)
        self._waiting |= changed.keys()

    @property
    def shard(self) -> Shard | None:
        """See the class."""
        if self._waiting:
            self._write()
        return self._shard

    def _write(self) -> None:
        from tantivy import Document as Row

        if self._writer is None:
            if not any(self.documents[each] for each in self._waiting):
                self._waiting.clear()
                return
            self._index = new_index()
            self._writer = self._index.writer(heap_size=LOW_HEAP, num_threads=1)
        known = self._shard is not None
        for each in self._waiting:
            if known:
                self._writer.delete_documents_by_term("id", each)
            document = self.documents[each]
            if document is not None:
                self._writer.add_document(Row.from_dict(row(document), schema()))
        self._writer.commit()
        self._waiting.clear()
        if self._shard is None:
            self._shard = Shard(self._index, ranked=False)
        self._shard.refresh()
