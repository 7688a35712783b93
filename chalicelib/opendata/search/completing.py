"""Datasets while a name or title is being typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import Run, runs

from .compiling import regex_of
from .delta import Delta
from .index import Shard, one_of, schema
from .letters import beginning
from .looking import Test, piece, token_in

if TYPE_CHECKING:
    from tantivy import Query as Compiled

ENOUGH = 200
"""Hits of the index that are looked at."""


def complete(
    base: Shard | None, delta: Delta, words: str, labels: Sequence[str], limit: int
) -> list[Mapping[str, Any]]:
    """Datasets whose title or name begins like this, then those that go on like this.

    The last word may be cut short anywhere, in the middle of a Thai cluster too.
    """
    asked = runs(words)
    if not asked or limit <= 0:
        return []
    found: list[dict[str, Any]] = []
    if base is not None:
        hits = base.searcher.search(_query(asked, words, labels, delta.in_base(base)), limit=ENOUGH).hits
        found += [base.stored(address) for _, address in hits]
    if there := delta.there:
        fits, seen = _test(asked, words), set(labels)
        found += [dict(one.told) for one in there if not seen.isdisjoint(one.document["labels"]) and fits(one)]
    typed = fold(words)
    found.sort(key=lambda hit: (_place(hit, typed), hit["key"], hit["id"]))
    return [
        {"id": hit["id"], "name": hit["name"], "title": hit["title"], "field": _field(hit, typed)}
        for hit in found[:limit]
    ]


def _place(hit: Mapping[str, Any], typed: str) -> int:
    title = fold(hit["title"])
    if title.startswith(typed):
        return 0
    if hit["name"].startswith(typed):
        return 1
    return 2 if typed in title else 3


def _field(hit: Mapping[str, Any], typed: str) -> str:
    return "name" if typed in hit["name"] and typed not in fold(hit["title"]) else "title"


def _query(asked: Sequence[Run], words: str, labels: Sequence[str], gone: Compiled | None) -> Compiled:
    from tantivy import Occur, Query

    ways = [
        Query.boolean_query(
            [(Occur.Must, _run(field, run, last=run is asked[-1])) for run in asked],
        )
        for field in ("title", "name")
    ]
    named = Query.regex_query(schema(), "name_raw", regex_of(f"{words.strip().lower()}*"))
    beginning = Query.boost_query(Query.const_score_query(named, 1.0), 10.0)
    clauses = [
        (Occur.Must, Query.boolean_query([(Occur.Should, way) for way in (*ways, beginning)])),
        (Occur.Must, Query.const_score_query(one_of("labels", labels), 0.0)),
    ]
    if gone is not None:
        clauses.append((Occur.MustNot, gone))
    return Query.boolean_query(clauses)


def _test(asked: Sequence[Run], words: str) -> Test:
    """The same of a dataset that changed."""
    typed = words.strip().lower()
    ways = [[_stands(field, run, last=run is asked[-1]) for run in asked] for field in ("title", "name")]
    return lambda one: one.document["name"].startswith(typed) or any(all(test(one) for test in way) for way in ways)


def _stands(field: str, run: Run, *, last: bool) -> Test:
    if not last:
        if not run.single:
            return token_in(field, run, run.text)
        search = beginning(run).search
        return lambda one: search(one.texts[field]) is not None
    search = beginning(piece(run, run.tokens[-1])).search
    before = [token_in(field, run, token) for token in run.tokens[:-1]]
    return lambda one: search(one.texts[field]) is not None and all(test(one) for test in before)


def _run(field: str, run: Run, *, last: bool) -> Compiled:
    from tantivy import Occur, Query

    tokens = list(run.tokens)
    if not last:
        if run.single:
            return Query.regex_query(schema(), field, regex_of(f"{run.text}*"))
        if len(tokens) == 1:
            return Query.term_query(schema(), field, tokens[0])
        return Query.phrase_query(schema(), field, [*tokens])
    # what is typed of the last token is its beginning, but letters of a cluster may still be to come
    beginning = Query.regex_query(schema(), field, regex_of(f"{tokens[-1]}*"))
    if len(tokens) == 1:
        return beginning
    before = [(Occur.Must, Query.term_query(schema(), field, token)) for token in tokens[:-1]]
    return Query.boolean_query([*before, (Occur.Must, beginning)])
