"""A question put to datasets that changed, one by one: the same answers as `compiling` gives from the index.

Whatever is changed in how a question is understood is changed in both; tests put each dataset into the index and among
the changes, and want the same from either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from chalicelib.shared.thai_tokens import Run, one_phrase, runs, twins

from .compiling import TEXTS, TIERS, enough
from .delta import Changed
from .index import UNCOUNTED, microseconds, short
from .letters import like, one_after_another, standing, words_in
from .model import (
    DATES,
    Every,
    Everything,
    Exact,
    Inside,
    Not,
    Query,
    Question,
    Range,
    Some,
    Text,
    Wildcard,
    Words,
    between,
)
from .synonyms import Part, Synonyms
from .vocabulary import misspelt

Test = Callable[[Changed], bool]

_RAW = {"id", "name", "title"}


class Looking:
    """Understands questions.

    Args:
        changed: the datasets that will be looked at; how words may be misspelt depends on those that there are.
        synonyms: other ways to say things.
        tier: how strictly words are taken.
    """

    def __init__(self, changed: Sequence[Changed], synonyms: Synonyms, tier: str = "all") -> None:
        self._changed = changed
        self._synonyms = synonyms
        self._share = TIERS[tier]

    @property
    def strict(self) -> bool:
        """Whether every word must be there, letter by letter."""
        return self._share == 1.0

    def question(self, question: Question) -> Test:
        """Whether a dataset is in the result."""
        labels = set(question.labels)
        holds = _every([self.query(each) for each in (*question.filters, question.query)])
        return lambda one: not labels.isdisjoint(one.document["labels"]) and holds(one)

    def query(self, query: Query) -> Test:
        """Whether one part of a question holds."""
        match query:
            case Everything():
                return lambda one: True
            case Words(text):
                return self.words(self._synonyms.parts(text))
            case Text():
                return self._text(query)
            case Exact(field, value):
                return _exact(field, value)
            case Wildcard(field, pattern):
                return _wildcard(field, pattern)
            case Range():
                return _range(query)
            case Inside((west, south, east, north)):
                return lambda one: (
                    (box := one.document["bbox"]) is not None
                    and (box[0] <= east and west <= box[2] and box[1] <= north and south <= box[3])
                )
            case Every(parts):
                return _every([self.query(part) for part in parts])
            case Some(parts):
                return _some([self.query(part) for part in parts])
            case Not(part):
                inner = self.query(part)
                return lambda one: not inner(one)

    # -- words

    def words(self, parts: Sequence[Part]) -> Test:
        """Free words over all texts."""
        if not parts:
            return lambda one: False
        if self.strict:
            return _every([_some([self.way(way) for way in part.ways]) for part in parts])
        tests = list(self.nearly(parts).values())
        needed = enough(parts, self._share, len(tests))
        return lambda one: sum(test(one) for test in tests) >= needed

    def way(self, way: Sequence[Run]) -> Test:
        """One way to say something, over all texts."""
        return _every([run_in("all", run) for run in way])

    def nearly(self, parts: Sequence[Part]) -> dict[str, Test]:
        """By token, whether it or one much like it is there."""
        found: dict[str, Test] = {}
        for part in parts:
            for run in (run for way in part.ways for run in way):
                for token in run.tokens:
                    found[token] = self._nearly(run, token)
        return found

    def _nearly(self, run: Run, token: str) -> Test:
        if run.single or run.kind == "number":
            return run_in("all", run)
        return _some([token_in("all", run, token), *self.almost(run, token)])

    def almost(self, run: Run, token: str) -> list[Test]:
        """Whether a Latin word is there with a wrong letter, and whether with more letters."""
        if run.kind != "word" or len(token) < 4:
            return []
        wrong = misspelt(token, self._vocabulary)
        return [
            lambda one: not wrong.isdisjoint(self._words[one.document["id"]]),
            lambda one: any(word.startswith(token) for word in self._words[one.document["id"]]),
        ]

    @cached_property
    def _words(self) -> Mapping[str, frozenset[str]]:
        return {one.document["id"]: frozenset(words_in(one.texts["all"])) for one in self._changed}

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset().union(*self._words.values())

    # -- one text

    def _text(self, asked: Text) -> Test:
        field, text = asked.field if asked.field in TEXTS else "all", asked.text
        if asked.pattern:
            return _like(field, text)
        found = runs(text)
        if field == "all" and not asked.phrase:
            return self.words([Part((run,)) for run in found])
        if not found:
            return lambda one: False
        if field != "notes" and asked.phrase and len(found) > 1 and one_phrase(found):
            search = one_after_another(tuple(found)).search
            return lambda one: search(one.texts[field]) is not None
        return _every([run_in(field, run) for run in found])


def run_in(field: str, run: Run) -> Test:
    """Whether a run stands in a text: letter by letter; in notes, which have no places in the index, its tokens."""
    if run.kind == "number" and (others := twins(run.text)):
        return _some([_stands(field, each) for each in (run, *(Run("number", twin, (twin,)) for twin in others))])
    if field == "notes" and len(run.tokens) > 1:
        return _every([token_in(field, run, token) for token in dict.fromkeys(run.tokens)])
    return _stands(field, run)


def token_in(field: str, run: Run, token: str) -> Test:
    """Whether one token of a run stands in a text."""
    return _stands(field, piece(run, token))


def piece(run: Run, text: str) -> Run:
    """A part of a run, such as one of its tokens, as a run of its own."""
    return Run(run.kind, text, (text,), single=run.single)


def _stands(field: str, run: Run) -> Test:
    text, search = run.text, standing(run).search
    return lambda one: text in (whole := one.texts[field]) and search(whole) is not None


def _like(field: str, pattern: str) -> Test:
    parts = [part for part in re.split(r"([*?])", pattern) if part]
    found = [runs(part) for part in parts if part not in ("*", "?")]
    plain = [run for each in found for run in each]
    if not plain:
        return lambda one: True
    if all(len(each) == 1 for each in found) and all(run.kind == "word" for run in plain):
        fits = like("".join(part if part in ("*", "?") else runs(part)[0].text for part in parts))
        return lambda one: any(fits(word) for word in words_in(one.texts[field]))
    return _every([run_in(field, run) for run in plain])


# -- values


def _values(field: str) -> Callable[[Changed], Iterable[str]]:
    match field:
        case "id" | "name":
            return lambda one: (one.document["id" if field == "id" else "name"],)
        case "title":
            return lambda one: (short(one.document["title"]),)
        case "metadata_created":
            return lambda one: (one.document["created"],)
        case "metadata_modified":
            return lambda one: (one.document["modified"],)
        case _:
            return lambda one: one.fields.get(field, ())


def _exact(field: str, value: str) -> Test:
    values = _values(field)
    if field in DATES:
        moment = microseconds(value)
        return lambda one: moment is not None and any(microseconds(each) == moment for each in values(one))
    wanted = short(value)
    if field in _RAW:
        return lambda one: wanted in values(one)
    return lambda one: wanted in one.fields.get(field, ())


def _wildcard(field: str, pattern: str) -> Test:
    values, own = _values(field), field in _RAW or field in DATES
    if pattern and not pattern.strip("*"):
        if own:
            return lambda one: True
        if field not in UNCOUNTED:
            return lambda one: bool(one.fields.get(field))
    fits = like(pattern)
    return lambda one: any(fits(value) for value in values(one))


def _range(asked: Range) -> Test:
    values = _values(asked.field)
    if asked.field not in DATES:
        return lambda one: any(asked.holds(value) for value in values(one))
    low, high = (None if each is None else microseconds(each) for each in (asked.low, asked.high))
    if (low is None) != (asked.low is None) or (high is None) != (asked.high is None):
        return lambda one: False

    return lambda one: any(
        between(microseconds(value) or 0, low, high, asked.with_low, asked.with_high) for value in values(one)
    )


def _every(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def holds(one: Changed) -> bool:
        for test in tests:  # noqa: SIM110 - a loop: this runs for every change, and a generator takes twice as long
            if not test(one):
                return False
        return True

    return holds


def _some(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda one: any(test(one) for test in tests)
