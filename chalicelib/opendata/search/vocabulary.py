"""Words that are almost the one that was asked for, out of a few: the index's own measure, over a throw-away index."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from .index import LOW_HEAP

if TYPE_CHECKING:
    from tantivy import Schema


@cache
def _schema() -> Schema:
    from tantivy import SchemaBuilder

    made = SchemaBuilder()
    made.add_text_field("word", tokenizer_name="raw", index_option="basic", stored=True)
    return made.build()


@lru_cache(maxsize=64)
def misspelt(token: str, words: frozenset[str]) -> frozenset[str]:
    """Those of the words that are the token but for a letter or two: wrong, missing, too many or swapped."""
    from tantivy import Document, Index, Query

    if not words:
        return frozenset()
    index = Index(_schema())
    writer = index.writer(heap_size=LOW_HEAP, num_threads=1)
    for word in words:
        writer.add_document(Document.from_dict({"word": word}, _schema()))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    query = Query.fuzzy_term_query(_schema(), "word", token, distance=errors_in(token))
    return frozenset(searcher.doc(address)["word"][0] for _, address in searcher.search(query, limit=len(words)).hits)


def errors_in(token: str) -> int:
    """Letters that may be wrong in a word."""
    return 2 if len(token) >= 8 else 1
