"""Documents for tests of the engine, and the engine's two indexes over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from chalicelib.opendata.search.answering import answer
from chalicelib.opendata.search.delta import Delta
from chalicelib.opendata.search.index import Shard, build, ranks_of
from chalicelib.opendata.search.model import PUBLIC, Document, Found, Question
from chalicelib.opendata.search.synonyms import Synonyms

NONE = Synonyms([])


def document(
    id: str,
    title: str = "ข้อมูล",
    *,
    notes: str = "",
    labels: Iterable[str] = (PUBLIC,),
    tags: Iterable[str] = (),
    modified: str = "2026-01-01T00:00:00.000000+00:00",
    created: str = "2025-01-01T00:00:00.000000+00:00",
    bbox: list[float] | None = None,
    name: str = "",
    organization: str = "org",
    fields: Mapping[str, list[str]] | None = None,
) -> Document:
    """A document with what a test is about; state, privacy and the like follow."""
    public = PUBLIC in labels
    return {
        "id": id,
        "name": name or f"name-{id}",
        "title": title,
        "labels": list(labels),
        "fields": {
            "organization": [organization],
            "tags": list(tags),
            "state": ["active"],
            "private": ["false" if public else "true"],
            **(fields or {}),
        },
        "created": created,
        "modified": modified,
        "bbox": bbox,
        "texts": {
            "title": title,
            "notes": notes,
            "tags": " ".join(tags),
            "groups": "",
            "organization": organization,
            "rest": "",
        },
    }


class Shelf:
    """The engine over documents, some in the snapshot's index and some changed since.

    Args:
        folder: for the snapshot's index.
        old: what the snapshot was made of.
        changed: by id, documents since; None for those that are gone.
    """

    def __init__(
        self,
        folder: Path,
        old: Iterable[Document],
        changed: dict[str, Document | None] | None = None,
        synonyms: Synonyms = NONE,
    ) -> None:
        known = list(old)
        self.base: Shard | None = build(known, ranks_of(known), folder) if known else None
        self.delta = Delta()
        self.delta.take(changed or {})
        self.synonyms = synonyms

    def search(self, question: Question) -> Found:
        """The answer to a question."""
        return answer(self.base, self.delta, self.synonyms, question)[0]
