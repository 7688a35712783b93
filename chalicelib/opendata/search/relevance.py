"""How well datasets that changed match, on the scale of the index, so that their hits and the index's merge.

The measure is BM25 as tantivy computes it, with how rare a token is and how long texts are taken from the large index.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from chalicelib.shared.thai_tokens import Run, every_second, runs, twins

from .compiling import ALMOST, NAMED, SAID_OTHERWISE, TEXTS, WEIGHTS
from .delta import Changed
from .index import Shard, short
from .letters import standing
from .looking import Looking, Test, piece, run_in
from .model import Every, Query, Some, Text, Words
from .synonyms import Part, Synonyms

Score = Callable[[Changed], float]

K1, B = 1.2, 0.75
"""BM25's constants in tantivy."""
SAMPLE = 50
"""Changes that say how long texts are where there is no index to say it."""


class Relevance:
    """Scores datasets that match.

    Args:
        looking: understands the question.
        base: the large index; without one the changes themselves say what is rare.
    """

    def __init__(self, changed: Sequence[Changed], looking: Looking, synonyms: Synonyms, base: Shard | None) -> None:
        self._changed = changed
        self._looking = looking
        self._synonyms = synonyms
        self._base = base
        self.idf = cache(self._idf)
        self.usual = cache(self._usual)

    def query(self, query: Query) -> Score:
        """What a dataset scores that matches; one that holds all there is to hold scores 1."""
        match query:
            case Words(text):
                return self._words(self._synonyms.parts(text), text)
            case Text(field, text, phrase, pattern=False):
                found = runs(text)
                if field not in TEXTS and not phrase:
                    return self._words([Part((run,)) for run in found], text)
                return _sum([self._run(field if field in TEXTS else "all", run) for run in found])
            case Every(parts):
                return _sum([self.query(part) for part in parts])
            case Some(parts):
                return _sum([_where(self._looking.query(part), self.query(part)) for part in parts])
            case _:
                return lambda one: 1.0

    # -- words

    def _words(self, parts: Sequence[Part], text: str) -> Score:
        strict = self._looking.strict
        scores = [self._part(part) for part in parts] if strict else [self._nearly(parts)]
        for part in parts:
            for way in part.ways:
                weight = 1.0 if way is part.typed else SAID_OTHERWISE
                for field, boost in WEIGHTS.items():
                    scores += [_times(boost * weight, self._run(field, run)) for run in way]
                    if not strict:
                        pairs = [
                            self._token(field, run, token) for run in way if len(run.tokens) > 1 for token in run.tokens
                        ]
                        scores.append(_times(boost * weight / 2, _sum(pairs)))
        asked = text.strip()
        name, title = asked.lower(), short(asked)

        def called(one: Changed) -> float:
            return NAMED * ((one.document["name"] == name) + (short(one.document["title"]) == title))

        return _sum([*scores, called])

    def _part(self, part: Part) -> Score:
        ways = []
        for way in part.ways:
            whole: Test = self._looking.way(way)
            score = _sum([self._run("all", run) for run in way])
            ways.append(_where(whole, _times(1.0 if way is part.typed else SAID_OTHERWISE, score)))
        return _sum(ways)

    def _nearly(self, parts: Sequence[Part]) -> Score:
        found = {token: run for part in parts for way in part.ways for run in way for token in run.tokens}
        return _sum([score for token, run in found.items() for score in self._near(run, token)])

    def _near(self, run: Run, token: str) -> list[Score]:
        if run.single or run.kind == "number":
            return [self._run("all", run)]
        almost = [_where(test, lambda one: ALMOST) for test in self._looking.almost(run, token)]
        return [self._token("all", run, token), *almost]

    # -- one text

    def _run(self, field: str, run: Run) -> Score:
        if run.single:
            return _where(run_in(field, run), lambda one: 1.0)
        if run.kind == "number":
            others = [_times(SAID_OTHERWISE, self._token(field, run, twin)) for twin in twins(run.text)]
            return _sum([self._token(field, run, run.text), *others])
        if field == "notes" or len(run.tokens) == 1:
            return _sum([self._token(field, run, token) for token in dict.fromkeys(run.tokens)])
        rare = sum(self.idf(field, run.tokens[place]) for place in every_second(run))
        return self._bm25(field, run, rare)

    def _token(self, field: str, run: Run, token: str) -> Score:
        return self._bm25(field, piece(run, token), self.idf(field, token))

    def _bm25(self, field: str, run: Run, rare: float) -> Score:
        text, find, usual = run.text, standing(run).findall, self.usual(field)

        def score(one: Changed) -> float:
            whole = one.texts[field]
            if text not in whole:
                return 0.0
            often = 1 if field == "notes" else len(find(whole))  # the index counts a token of notes once
            return rare * often * (K1 + 1) / (often + K1 * (1 - B + B * one.length(field) / usual))

        return score

    # -- the large index

    def _idf(self, field: str, token: str) -> float:
        if self._base is not None:
            frequent, size = self._base.searcher.doc_freq(field, token), self._base.size
        else:
            frequent, size = sum(token in one.texts[field] for one in self._changed), len(self._changed)
        return math.log(1 + (size - frequent + 0.5) / (frequent + 0.5))

    def _usual(self, field: str) -> float:
        """How many tokens a text has on average."""
        known: Mapping[str, float] = {} if self._base is None else self._base.lengths
        if field in known:
            return max(known[field], 1.0)
        some = self._changed[:SAMPLE]
        return max(sum(one.length(field) for one in some) / max(len(some), 1), 1.0)


def _sum(scores: Sequence[Score]) -> Score:
    return lambda one: sum(score(one) for score in scores)


def _times(weight: float, score: Score) -> Score:
    return lambda one: weight * score(one)


def _where(test: Test, score: Score) -> Score:
    return lambda one: score(one) if test(one) else 0.0
