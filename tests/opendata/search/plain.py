"""The oracle: an engine that looks at every document, and says in the plainest way what a question means.

Relevance is not its matter: it counts words.
"""

from __future__ import annotations

import fnmatch
import html
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chalicelib.opendata.search.model import (
    DATES,
    Document,
    Every,
    Everything,
    Exact,
    Found,
    Inside,
    Not,
    Query,
    Question,
    Range,
    Some,
    Text,
    Wildcard,
    Words,
)
from chalicelib.shared.thai_fold import order_key


def search(documents: Iterable[Document], question: Question) -> Found:
    """The answer to a question over these documents."""
    hits = _sorted_hits(documents, question)
    page = hits[question.start : question.start + question.rows]
    return Found(
        count=len(hits),
        ids=tuple(each["id"] for each in page),
        facets={field: _counted(hits, field, question) for field in question.facets},
        highlights={each["id"]: {"title": html.escape(each["title"])} for each in page} if question.highlight else {},
    )


def names(documents: Iterable[Document], question: Question) -> list[str]:
    """The names of the page's datasets, in order."""
    hits = _sorted_hits(documents, question)
    return [each["name"] for each in hits[question.start : question.start + question.rows]]


def _sorted_hits(documents: Iterable[Document], question: Question) -> list[Document]:
    labels = set(question.labels)
    hits = [each for each in documents if labels & set(each["labels"]) and matches(each, question)]
    hits.sort(key=lambda each: each["id"])
    for name, down in reversed(question.sort):
        hits.sort(key=_by(name, question.query), reverse=down)
    return hits


def matches(document: Document, question: Question) -> bool:
    """Whether a dataset is in the result, whoever asks."""
    return all(_holds(document, part) for part in (question.query, *question.filters))


def _holds(document: Document, query: Query) -> bool:
    match query:
        case Everything():
            return True
        case Words(text):
            return all(word in _text(document, "text") for word in text.casefold().split())
        case Text(field, text, pattern=True):
            return any(fnmatch.fnmatchcase(word, text.casefold()) for word in _text(document, field).split())
        case Text(field, text, phrase):
            words = [text.casefold()] if phrase else text.casefold().split()
            return all(word in _text(document, field) for word in words)
        case Exact(field, value):
            return value in values(document, field)
        case Wildcard(field, pattern):
            escaped = pattern.replace("[", "[[]")
            return any(fnmatch.fnmatchcase(value, escaped) for value in values(document, field))
        case Range():
            return any(_within(value, query) for value in values(document, query.field))
        case Inside((west, south, east, north)):
            box = document["bbox"]
            return box is not None and box[0] <= east and west <= box[2] and box[1] <= north and south <= box[3]
        case Every(parts):
            return all(_holds(document, part) for part in parts)
        case Some(parts):
            return any(_holds(document, part) for part in parts)
        case Not(part):
            return not _holds(document, part)


def values(document: Document, field: str) -> Sequence[str]:
    """The values of a dataset in a search field."""
    match field:
        case "id" | "name" | "title":
            return [document[field]]
        case "metadata_created":
            return [document["created"]]
        case "metadata_modified":
            return [document["modified"]]
        case _:
            return document["fields"].get(field, [])


def _text(document: Document, field: str) -> str:
    texts = document["texts"]
    found = [document["name"], *texts.values()] if field == "text" else [texts.get(field, document["name"])]
    return "\n".join(found).casefold()


def _within(value: str, asked: Range) -> bool:
    size = 26 if asked.field in DATES else len(value)
    value = value[:size]
    low, high = asked.low, asked.high
    if low is not None and (value < low[:size] or (value == low[:size] and not asked.with_low)):
        return False
    return high is None or value < high[:size] or (value == high[:size] and asked.with_high)


def _by(field: str, query: Query) -> Callable[[Document], Any]:
    return lambda each: _rank(each, field, query)


def _rank(document: Document, field: str, query: Query) -> Any:
    if field == "score":
        words = query.text.casefold().split() if isinstance(query, Words) else []
        return sum(_text(document, part).count(word) for word in words for part in ("title", "text"))
    if field == "title":
        return order_key(document["title"])
    return "\n".join(values(document, field))


def _counted(hits: Sequence[Document], field: str, question: Question) -> list[tuple[str, int]]:
    counts = Counter(value for each in hits for value in values(each, field))
    kept = [pair for pair in counts.items() if pair[1] >= question.facet_mincount]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    return kept if question.facet_limit is None else kept[: question.facet_limit]


def complete(documents: Iterable[Document], words: str, labels: Sequence[str], limit: int) -> list[Mapping[str, Any]]:
    """Datasets whose name or title holds these words."""
    wanted, asked = set(labels), words.casefold()
    found: list[Mapping[str, Any]] = []
    for each in documents:
        if not wanted & set(each["labels"]):
            continue
        field = "title" if asked in each["title"].casefold() else "name" if asked in each["name"] else None
        if field is not None:
            found.append({"id": each["id"], "name": each["name"], "title": each["title"], "field": field})
    return sorted(found, key=lambda each: (each["title"], each["id"]))[:limit]
