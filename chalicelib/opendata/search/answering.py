"""Answers questions from a large index that does not change, and from what changed since, which is looked through.

A dataset that changed is left out of the index's answer, whatever became of it, so both can be added: counts and
facets by value, pages by merging. Facets are counted over the whole result and exactly: of the large index only the
values at the top are told, and those that the changes add to are asked for by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .compiling import TIERS, Compiler, loosens, worded
from .counting import MANY, all_values, those, top_values
from .delta import Changed, Delta
from .effort import Effort
from .index import Shard, microseconds
from .looking import Looking
from .marking import highlights
from .model import DATES, Exact, Found, Not, Question, Some
from .relevance import Relevance
from .suggesting import suggested
from .synonyms import Synonyms

if TYPE_CHECKING:
    from tantivy import Query as Compiled

Sort = tuple[tuple[str, bool], ...]
Hit = dict[str, Any]
"""What is stored of a dataset, with its `score` and the keys it is sorted by."""

FEW = 500
"""Hits that are remembered while a page is made: facets of so few may be counted without searching again."""
SMALL = 5_000
"""Hits of a result in which it costs little to count a field twice."""
LOOKING_UP = 25
"""How many entries that a search goes through cost as much as finding one dataset by its number."""
_NATIVE = {"score", "id", "name", "title", *DATES}
_UNIQUE = {"id", "name"}
_KEYS = {"title": "key", "metadata_created": "created", "metadata_modified": "modified"}
_BY = {
    ("metadata_modified", True): ("rank", False),
    ("metadata_modified", False): ("modified", False),
    ("metadata_created", True): ("created", True),
    ("metadata_created", False): ("created", False),
    ("name", False): ("r_name", False),
    ("name", True): ("r_name", True),
    ("id", False): ("r_id", False),
    ("id", True): ("r_id", True),
    ("title", False): ("r_title", False),
    ("title", True): ("r_title_down", False),
}
"""How the large index sorts by a field: column, descending."""


class View:
    """A question over both, in one tier of words.

    Attributes:
        count: datasets that match.
    """

    def __init__(self, base: Shard | None, delta: Delta, synonyms: Synonyms, question: Question, tier: str) -> None:
        self._base, self._delta, self._synonyms = base, delta, synonyms
        self.question = question
        self._tier = tier
        self._scored = worded(question.query) and any(name == "score" for name, _ in question.sort)
        self._compiled: dict[bool, Compiled] = {}
        self._base_count: int | None = None
        self._few: list[Any] | None = None
        self._delta_hits: list[Hit] | None = None

    @property
    def count(self) -> int:
        return self._in_base() + len(self._in_delta())

    def _query(self, base: Shard, *, scoring: bool) -> Compiled:
        if scoring not in self._compiled:
            compiler = Compiler(base, self._synonyms, tier=self._tier, scoring=scoring)
            self._compiled[scoring] = compiler.question(self.question, without=self._delta.in_base(base))
        return self._compiled[scoring]

    def _in_base(self) -> int:
        if self._base_count is None:
            shard = self._base
            self._base_count = 0 if shard is None else shard.count(self._query(shard, scoring=False))
        return self._base_count

    def _in_delta(self) -> list[Hit]:
        if self._delta_hits is None:
            there = self._delta.there
            # most questions meet no changes at all: nothing is made ready for them
            self._delta_hits = self._looked_through(there) if there else []
        return self._delta_hits

    def _looked_through(self, there: Sequence[Changed]) -> list[Hit]:
        looking = Looking(there, self._synonyms, self._tier)
        holds, score = looking.question(self.question), None
        if self._scored:
            score = Relevance(there, looking, self._synonyms, self._base).query(self.question.query)
        return [{**one.told, "score": score(one) if score else 0.0, "one": one} for one in there if holds(one)]

    # -- pages

    def page(self, sort: Sort, start: int, rows: int) -> list[Hit]:
        """Some hits in order; equal ones follow by id."""
        sort = _effective(sort, scored=self._scored)
        if sort[0][0] not in _NATIVE:
            return self._walk(sort, start, rows)
        sort = tuple(each for each in sort if each[0] in _NATIVE)
        fresh = self._in_delta()
        low = max(0, start - len(fresh))
        found = self._window(sort, low, start + rows) if rows else []
        if not fresh:
            return found
        return _sorted([*found, *fresh], sort)[start - low : start - low + rows]

    def _window(self, sort: Sort, low: int, high: int) -> list[Hit]:
        """Hits of the large index from place `low` up to `high`."""
        shard = self._base
        if shard is None:
            return []
        high = min(high, shard.size)
        if low >= high:
            return []
        if _exact(sort):
            return self._hits(shard, sort[0], low, high)
        # equal first keys stand in the index's own order: take them all in, and sort them by the other keys
        end = high + 20
        while True:
            found = self._hits(shard, sort[0], 0, end)
            if len(found) < end or _key(found[-1], sort[0][0]) != _key(found[high - 1], sort[0][0]):
                return _sorted(found, sort)[low:high]
            end = min(end * 2, shard.size + 1)

    def _hits(self, shard: Shard, first: tuple[str, bool], low: int, high: int) -> list[Hit]:
        from tantivy import Order

        by_score = first[0] == "score"
        remember = low == 0 and bool(self.question.facets)
        name, down = (None, True) if by_score else _BY[first]
        answer: Any = shard.searcher.search(
            self._query(shard, scoring=by_score),
            limit=min(max(high, FEW), shard.size) if remember else high - low,
            offset=low,
            count=self._base_count is None,
            order_by_field=name,
            order=Order.Desc if down else Order.Asc,
        )
        if self._base_count is None:
            self._base_count = int(answer.count)
        if remember and self._base_count <= len(answer.hits):
            self._few = [address for _, address in answer.hits]
        return [_hit(shard, address, key if by_score else 0.0) for key, address in answer.hits[: high - low]]

    def _walk(self, sort: Sort, start: int, rows: int) -> list[Hit]:
        """Hits by a field that has no order of its own: value by value."""
        (field, down), rest = sort[0], sort[1:]
        values = sorted((value for value, _ in self.facets((field,), None, 1)[field]), reverse=down)
        without = Not(Some(tuple(Exact(field, value) for value in values)))
        chunks: list[tuple[Any, ...]] = []
        for place, value in enumerate(values):
            before = tuple(Exact(field, each) for each in values[:place])
            chunks.append((Exact(field, value), *([Not(Some(before))] if before else [])))
        chunks.insert(len(chunks) if down else 0, (without,) if values else ())
        found: list[Hit] = []
        for chunk in chunks:
            view = self._narrowed(chunk)
            if start >= view.count:
                start -= view.count
                continue
            found += view.page(rest, start, rows - len(found))
            start = 0
            if len(found) >= rows:
                break
        return found

    def _narrowed(self, filters: tuple[Any, ...]) -> View:
        question = replace(self.question, filters=(*self.question.filters, *filters))
        return View(self._base, self._delta, self._synonyms, question, self._tier)

    # -- facets

    def facets(self, fields: Sequence[str], limit: int | None, mincount: int) -> dict[str, list[tuple[str, int]]]:
        """By field, its values with the datasets that have them, most datasets first, then by value."""
        found: dict[str, list[tuple[str, int]]] = {}
        counted = [field for field in fields if field not in _NATIVE - {"score"}]
        counts = self._counted(counted, limit) if counted else {}
        for field in fields:
            if field in _UNIQUE:
                rows = self.count if limit is None else limit
                hits = self.page(((field, False),), 0, rows) if mincount <= 1 else []
                found[field] = [(hit[field], 1) for hit in hits]
            elif field in counts:
                found[field] = _top(counts[field], limit, mincount)
            else:
                kept = "title" if field == "title" else field.removeprefix("metadata_")
                each = Counter(hit[kept] for hit in self.page((("id", False),), 0, self.count))
                found[field] = _top(each, limit, mincount)
        return found

    def _counted(self, fields: Sequence[str], limit: int | None) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = {field: Counter() for field in fields}
        base = self._base
        for hit in self._in_delta():
            for field, count in counts.items():
                count.update(set(hit["one"].fields.get(field, ())))
        if base is not None and self._in_base():
            query, effort = self._query(base, scoring=False), Effort(base, self._synonyms, self._tier)
            if self._few is not None and len(self._few) * LOOKING_UP < effort.question(self.question):
                query = those(base, self._few)
            if limit is None or limit >= MANY:
                of_base = all_values(base, query, fields)
            else:
                also = {field: set(counts[field]) for field in fields}
                of_base = top_values(base, query, limit, also, small=self._in_base() <= SMALL)
            for field, values in of_base.items():
                counts[field].update(values)
        return counts


def _hit(shard: Shard, address: Any, score: float) -> Hit:
    return {**shard.stored(address), "score": float(score), "shard": shard}


def _shown(page: Sequence[Hit]) -> list[Hit]:
    return [{**hit, "notes": _notes(hit)} for hit in page]


def _notes(hit: Hit) -> str:
    found: str = hit["one"].notes if "one" in hit else hit["shard"].notes(hit["address"])
    return found


def _top(counts: Mapping[str, int], limit: int | None, mincount: int) -> list[tuple[str, int]]:
    kept = [pair for pair in counts.items() if pair[1] >= max(mincount, 1)]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    return kept if limit is None else kept[:limit]


def _effective(sort: Sort, *, scored: bool) -> Sort:
    """The keys that decide: none twice, none behind one that no two datasets share, id last."""
    found: list[tuple[str, bool]] = []
    for name, down in (*sort, ("id", False)):
        if (name == "score" and not scored) or name in {each for each, _ in found}:
            continue
        found.append((name, down))
        if name in _UNIQUE:
            break
    return tuple(found)


def _exact(sort: Sort) -> bool:
    """Whether the large index gives this very order, its own being by latest change, then id."""
    (first, _), rest = sort[0], sort[1:]
    if first in _UNIQUE:
        return True
    latest = (("metadata_modified", True), ("id", False))
    return rest == (latest if first == "score" else latest[1:]) and first != "metadata_created"


def _key(hit: Hit, field: str) -> Any:
    if field in DATES:
        return microseconds(hit[_KEYS[field]]) or 0
    return hit[_KEYS.get(field, field)]


def _sorted(hits: Iterable[Hit], sort: Sort) -> list[Hit]:
    found = list(hits)
    for name, down in reversed(sort):
        found.sort(key=lambda hit: _key(hit, name), reverse=down)
    return found


def answer(base: Shard | None, delta: Delta, synonyms: Synonyms, question: Question) -> tuple[Found, list[Hit]]:
    """The answer to a question, and what is stored of the page's datasets."""
    view = View(base, delta, synonyms, question, "all")
    page = view.page(question.sort, question.start, question.rows)
    tier = "all"
    if not view.count and loosens(question.query):
        for tier in list(TIERS)[1:]:
            view = View(base, delta, synonyms, question, tier)
            page = view.page(question.sort, question.start, question.rows)
            if view.count:
                break
        else:
            tier = "all"
    suggestion = None
    if tier != "all":
        suggestion = suggested(view, lambda asked: View(base, delta, synonyms, asked, "all").count > 0)
    return (
        Found(
            count=view.count,
            ids=tuple(hit["id"] for hit in page),
            facets=view.facets(question.facets, question.facet_limit, question.facet_mincount),
            highlights=highlights(question, synonyms, _shown(page)) if question.highlight else {},
            tier=tier,
            suggestion=suggestion,
        ),
        page,
    )
