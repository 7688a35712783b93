"""How much work a question is for the index, before it is done."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.thai_tokens import Run, runs

from .compiling import RAW, TEXTS, TIERS
from .index import SPLIT, Shard, short
from .model import DATES, Every, Exact, Query, Question, Some, Text, Words
from .synonyms import Part, Synonyms

PLACES = 8
"""How many entries it is worth to look where in a text the tokens of one stand."""


class Effort:
    """Estimates, for one index."""

    def __init__(self, shard: Shard, synonyms: Synonyms, tier: str) -> None:
        self._shard = shard
        self._synonyms = synonyms
        self._strict = TIERS[tier] == 1.0

    def question(self, question: Question) -> int:
        """About how many entries are gone through: where all must hold, the shortest list leads; several ways to say
        one thing are gone through whatever leads."""
        shortest = min(map(self._query, (question.query, *question.filters)), default=self._shard.size)
        return shortest + PLACES * self._said_otherwise(question.query)

    def _said_otherwise(self, query: Query) -> int:
        match query:
            case Words(text):
                parts = [part for part in self._synonyms.parts(text) if part.others]
                return sum(self._way(way) for part in parts for way in part.ways)
            case Every(parts) | Some(parts):
                return sum(map(self._said_otherwise, parts))
            case _:
                return 0

    def _query(self, query: Query) -> int:
        match query:
            case Words(text):
                return self._words(self._synonyms.parts(text))
            case Text(field, text, pattern=False):
                return min((self._run(field if field in TEXTS else "all", run) for run in runs(text)), default=0)
            case Exact(field, value) if field not in DATES:
                name = RAW.get(field)
                return self._frequency(name or "kv", short(value) if name else f"{field}{SPLIT}{short(value)}")
            case Every(parts):
                return min(map(self._query, parts), default=self._shard.size)
            case Some(parts):
                return sum(map(self._query, parts))
            case _:
                return self._shard.size

    def _words(self, parts: Sequence[Part]) -> int:
        if not self._strict:
            return sum(self._run("all", run) for part in parts for way in part.ways for run in way)
        return min((sum(map(self._way, part.ways)) for part in parts), default=0)

    def _way(self, way: Sequence[Run]) -> int:
        return min((self._run("all", run) for run in way), default=0)

    def _run(self, field: str, run: Run) -> int:
        if run.single:
            return self._shard.size
        return min(self._frequency(field, token) for token in run.tokens)

    def _frequency(self, field: str, term: str) -> int:
        return int(self._shard.searcher.doc_freq(field, term))
