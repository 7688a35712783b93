"""A question as a query of the index.

Words are looked for in tiers. In the first, every piece of the question must be in the dataset, letter by letter (but
for how they are spelt, see `fold`). Where that finds nothing, most, then some of the pairs of clusters are enough,
wherever they stand, and Latin words may have a wrong letter. What is relevant: names and titles weigh most, as in CKAN
(`name^4 title^4 tags^2 groups^2 text`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import CONTINUES, Run, distinct, every_second, one_phrase, runs, twins

from .index import BOX, SPLIT, UNCOUNTED, Shard, column, microseconds, one_of, schema, short, values_of
from .letters import like
from .model import (
    DATES,
    PUBLIC,
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
)
from .synonyms import Part, Synonyms
from .vocabulary import errors_in

if TYPE_CHECKING:
    from tantivy import Query as Compiled

TIERS: Mapping[str, float] = {"all": 1.0, "most": 0.6, "some": 0.3}
"""The tiers of words, and the share of tokens that must be found in each."""
WEIGHTS: Mapping[str, float] = {"name": 4.0, "title": 8.0, "tags": 4.0, "groups": 2.0, "organization": 2.0}
SAID_OTHERWISE = 0.7
"""What a synonym weighs, or a year in the other era."""
ALMOST = 0.5
"""What a word weighs that is there with a wrong letter, or with more letters."""
NAMED = 40.0
"""What it weighs that the question is the dataset's very name or title."""

_OF_ALL_PUBLIC = (Exact("state", "active"), Exact("private", "false"))
RAW: Mapping[str, str] = {"id": "id", "name": "name_raw", "title": "title_raw"}
"""Whole values by search field."""
TEXTS = frozenset({"name", "title", "notes", "tags", "groups", "organization"})
"""Texts that can be asked for by name; any other name means all of them."""


def worded(query: Query) -> bool:
    """Whether words are looked for, so that some datasets match better than others."""
    match query:
        case Words() | Text():
            return True
        case Every(parts) | Some(parts):
            return any(map(worded, parts))
        case _:
            return False


def loosens(query: Query) -> bool:
    """Whether there are free words that may be taken less strictly."""
    match query:
        case Words():
            return True
        case Every(parts) | Some(parts):
            return any(map(loosens, parts))
        case _:
            return False


def enough(parts: Sequence[Part], share: float, given: int) -> int:
    """How many of the given tokens must be found where a share of those that were typed is enough."""
    typed = len(distinct([run for part in parts for run in part.typed]))
    return min(max(1, math.ceil(share * typed)), given)


class Compiler:
    """Makes queries for one index.

    Args:
        shard: the index.
        synonyms: other ways to say things.
        tier: how strictly words are taken.
        scoring: whether relevance is wanted; without it queries are cheaper.
    """

    def __init__(self, shard: Shard, synonyms: Synonyms, *, tier: str = "all", scoring: bool = True) -> None:
        from tantivy import Occur
        from tantivy import Query as Made

        self._shard = shard
        self._synonyms = synonyms
        self._share = TIERS[tier]
        self._scoring = scoring
        self._made = Made
        self._must, self._should, self._not = Occur.Must, Occur.Should, Occur.MustNot

    def question(self, question: Question, *, without: Compiled | None = None) -> Compiled:
        """The whole question: what is looked for, filters, what the caller may see, without some datasets."""
        filters, labels = list(question.filters), tuple(question.labels)
        query = self.query(question.query)
        clauses = [(self._must, query if self._scoring else self._silent(query))]
        if labels == (PUBLIC,) and self._shard.plainly_public:
            filters = [each for each in filters if each not in _OF_ALL_PUBLIC]
        clauses += [(self._must, self._silent(self.query(each))) for each in filters]
        seen = one_of("labels", labels) if labels else self._made.empty_query()
        clauses.append((self._must, self._silent(seen)))
        if without is not None:
            clauses.append((self._not, without))
        return self._made.boolean_query(clauses)

    def query(self, query: Query) -> Compiled:
        """One part of a question."""
        match query:
            case Everything():
                return self._made.all_query()
            case Words(text):
                return self.words(self._synonyms.parts(text), text)
            case Text(field, text, pattern=True):
                return self._like(field if field in TEXTS else "all", text)
            case Text(field, text, phrase):
                return self._text(field, text, phrase=phrase)
            case Exact(field, value):
                return self._const(self._exact(field, value))
            case Wildcard(field, pattern):
                return self._const(self._wildcard(field, pattern))
            case Range():
                return self._const(self._range(query))
            case Inside(box):
                return self._const(self._inside(box))
            case Every(parts):
                return self._all([self.query(each) for each in parts])
            case Some(parts):
                return self._any([self.query(each) for each in parts])
            case Not(part):
                return self._not_query(self.query(part))

    # -- words

    def words(self, parts: Sequence[Part], text: str) -> Compiled:
        """Free words over all texts."""
        if not parts:
            return self._made.empty_query()
        musts = [self._part(part) for part in parts] if self._share == 1.0 else [self._most(parts)]
        if not self._scoring:
            return self._all(musts)
        clauses = [(self._must, each) for each in musts]
        for part in parts:
            for way in part.ways:
                weight = 1.0 if way is part.typed else SAID_OTHERWISE
                clauses += [(self._should, each) for each in self._placed(way, weight)]
        asked = text.strip()
        clauses.append((self._should, self._boost(self._const(self._term("name_raw", asked.lower())), NAMED)))
        clauses.append((self._should, self._boost(self._const(self._term("title_raw", short(asked))), NAMED)))
        return self._made.boolean_query(clauses)

    def _part(self, part: Part) -> Compiled:
        ways = [self._all([self._run("all", run) for run in way]) for way in part.ways]
        return self._any([ways[0], *(self._boost(way, SAID_OTHERWISE) for way in ways[1:])])

    def _run(self, field: str, run: Run) -> Compiled:
        """A run, letter by letter, in a field; where the field knows no places, all of its tokens."""
        if run.single:
            return self._beginning(field, run.text)
        if run.kind == "number":
            others = [self._boost(self._leaf(field, each), SAID_OTHERWISE) for each in twins(run.text)]
            return self._any([self._leaf(field, run.text), *others])
        if len(run.tokens) > 1 and field != "notes":
            return self._made.phrase_query(schema(), field, [(place, run.tokens[place]) for place in every_second(run)])
        return self._all([self._leaf(field, token) for token in dict.fromkeys(run.tokens)])

    def _placed(self, way: Sequence[Run], weight: float) -> list[Compiled]:
        """What finding these runs, letters in order, in names, titles and so on adds to relevance."""
        found: list[Compiled] = []
        for field, boost in WEIGHTS.items():
            for run in way:
                found.append(self._boost(self._run(field, run), boost * weight))
                if self._share < 1.0 and len(run.tokens) > 1:
                    pairs = [self._leaf(field, token) for token in dict.fromkeys(run.tokens)]
                    found.append(self._boost(self._any(pairs), boost * weight / 2))
        return found

    def _most(self, parts: Sequence[Part]) -> Compiled:
        """A share of all tokens; Latin words also with a wrong letter or cut short."""
        clauses: dict[str, Compiled] = {}
        for part in parts:
            for run in (run for way in part.ways for run in way):
                for token in run.tokens:
                    clauses[token] = self._nearly(run, token)
        given = [(self._should, each) for each in clauses.values()]
        return self._made.boolean_query(given, minimum_number_should_match=enough(parts, self._share, len(given)))

    def _nearly(self, run: Run, token: str) -> Compiled:
        if run.single or run.kind == "number":
            return self._run("all", run)
        exact = self._leaf("all", token)
        if run.kind == "thai" or len(token) < 4:
            return exact
        fuzzy = self._made.fuzzy_term_query(schema(), "all", token, distance=errors_in(token))
        longer = self._made.regex_query(schema(), "all", f"{re.escape(token)}.*")
        return self._any([exact, self._boost(fuzzy, ALMOST), self._boost(longer, ALMOST)])

    def _beginning(self, field: str, cluster: str) -> Compiled:
        """Tokens that begin with this very cluster."""
        return self._made.regex_query(schema(), field, f"{cluster}([^{CONTINUES}].*)?")

    # -- one text

    def _text(self, field: str, text: str, *, phrase: bool) -> Compiled:
        if field not in TEXTS:
            if not phrase:
                return self.words([Part((run,)) for run in runs(text)], text)
            field = "all"
        found = runs(text)
        if not found:
            return self._made.empty_query()
        if field != "notes" and phrase:
            tokens = [token for run in found for token in run.tokens]
            if len(tokens) > 1 and one_phrase(found):
                return self._made.phrase_query(schema(), field, [*tokens])
        return self._all([self._run(field, run) for run in found])

    def _like(self, field: str, pattern: str) -> Compiled:
        """A word by a pattern; Thai, which writes no words, by what stands in the pattern."""
        parts = [part for part in re.split(r"([*?])", pattern) if part]
        found = [runs(part) for part in parts if part not in ("*", "?")]
        plain = [run for each in found for run in each]
        if not plain:
            return self._made.all_query()
        if all(len(each) == 1 for each in found) and all(run.kind == "word" for run in plain):
            try:
                return self._made.regex_query(schema(), field, regex_of("".join(map(fold, parts))))
            except ValueError:
                pass  # the automaton would be too large; whole words then
        return self._all([self._run(field, run) for run in plain])

    # -- values

    def _exact(self, field: str, value: str) -> Compiled:
        if field in RAW:
            return self._term(RAW[field], short(value))
        if field in DATES:
            moment = microseconds(value)
            return self._made.empty_query() if moment is None else self._between(field, moment, moment)
        return self._kv(field, value)

    def _wildcard(self, field: str, pattern: str) -> Compiled:
        if field in (*RAW, *DATES) and pattern.strip("*") == "" and pattern:
            return self._made.all_query()
        if field not in (*RAW, *DATES):
            if pattern and pattern.strip("*") == "" and field not in UNCOUNTED:
                return self._made.exists_query(f"f.{column(field)}")
            try:
                return self._made.regex_query(schema(), "kv", re.escape(f"{field}{SPLIT}") + regex_of(pattern))
            except ValueError:
                pass  # the automaton would be too large; look at the values one by one
        fits = like(pattern)
        if field in DATES:
            return self._dates(field, fits)
        return self._of_values(field, fits)

    def _range(self, asked: Range) -> Compiled:
        if asked.field in DATES:
            low, high = (None if each is None else microseconds(each) for each in (asked.low, asked.high))
            if (low is None) != (asked.low is None) or (high is None) != (asked.high is None):
                return self._made.empty_query()
            return self._between(asked.field, low, high, asked.with_low, asked.with_high)
        if asked.field == "id" and asked.high is None and asked.low is not None:
            place = self._place(asked.low)
            if place is not None:
                return self._number("r_id", place, None, asked.with_low, with_high=True)
        return self._of_values(asked.field, asked.holds)

    def _place(self, id: str) -> int | None:
        hits = self._shard.searcher.search(self._term("id", id), limit=1).hits
        if not hits:
            return None
        place = self._shard.searcher.fast_field_values("r_id", [hits[0][1]])[0]
        return None if place is None else int(place)

    def _inside(self, box: tuple[float, float, float, float]) -> Compiled:
        from tantivy import FieldType

        west, south, east, north = box
        bounds = {"west": (None, east), "east": (west, None), "south": (None, north), "north": (south, None)}
        return self._all(
            [
                self._made.range_query(schema(), name, FieldType.Float, low, high)
                for name in BOX
                for low, high in [bounds[name]]
            ]
        )

    def _between(
        self, field: str, low: int | None, high: int | None, with_low: bool = True, with_high: bool = True
    ) -> Compiled:
        return self._number(field.removeprefix("metadata_"), low, high, with_low, with_high=with_high)

    def _number(self, name: str, low: int | None, high: int | None, with_low: bool, *, with_high: bool) -> Compiled:
        from tantivy import FieldType

        if low is None and high is None:
            return self._made.all_query()
        return self._made.range_query(
            schema(),
            name,
            FieldType.Integer,
            low,
            high,
            include_lower=with_low or low is None,
            include_upper=with_high or high is None,
        )

    def _of_values(self, field: str, holds: Callable[[str], bool]) -> Compiled:
        """Documents with a value of which this holds, found by going through the values that there are."""
        wanted = [value for value in values_of(self._shard, field) if holds(value)]
        if not wanted:
            return self._made.empty_query()
        raw = RAW.get(field)
        given = wanted if raw else [f"{field}{SPLIT}{value}" for value in wanted]
        return self._made.term_set_query(schema(), raw or "kv", given)

    def _dates(self, field: str, holds: Callable[[str], bool]) -> Compiled:
        from tantivy import Query as Made

        hits = self._shard.searcher.search(Made.all_query(), limit=max(self._shard.size, 1)).hits
        stored = [self._shard.stored(address) for _, address in hits]
        name = field.removeprefix("metadata_")
        wanted = [each["id"] for each in stored if holds(each[name])]
        return one_of("id", wanted) if wanted else self._made.empty_query()

    # -- the bricks

    def _kv(self, field: str, value: str) -> Compiled:
        return self._term("kv", f"{field}{SPLIT}{short(value)}")

    def _term(self, field: str, value: str) -> Compiled:
        return self._made.term_query(schema(), field, value, index_option="basic")

    def _leaf(self, field: str, token: str) -> Compiled:
        return self._made.term_query(schema(), field, token)

    def _all(self, parts: Sequence[Compiled]) -> Compiled:
        if len(parts) == 1:
            return parts[0]
        return self._made.boolean_query([(self._must, part) for part in parts]) if parts else self._made.all_query()

    def _any(self, parts: Sequence[Compiled]) -> Compiled:
        if len(parts) == 1:
            return parts[0]
        return self._made.boolean_query([(self._should, part) for part in parts]) if parts else self._made.empty_query()

    def _not_query(self, part: Compiled) -> Compiled:
        return self._made.boolean_query([(self._must, self._made.all_query()), (self._not, part)])

    def _boost(self, query: Compiled, weight: float) -> Compiled:
        return query if weight == 1.0 or not self._scoring else self._made.boost_query(query, weight)

    def _const(self, query: Compiled) -> Compiled:
        return self._made.const_score_query(query, 1.0) if self._scoring else query

    def _silent(self, query: Compiled) -> Compiled:
        return self._made.const_score_query(query, 0.0)


def regex_of(pattern: str) -> str:
    """A pattern of `*` and `?` as a regular expression of the index, over whole values."""
    parts = {"*": "(.|\n)*", "?": "(.|\n)"}
    return "".join(parts[part] if part in parts else re.escape(part) for part in re.split(r"([*?])", pattern) if part)
