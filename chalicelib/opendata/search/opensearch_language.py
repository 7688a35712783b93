"""Questions in OpenSearch's query language; pure, without a client."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from chalicelib.shared.thai_tokens import CONTINUES, Run, distinct, runs, twins

from .compiling import NAMED, SAID_OTHERWISE, TIERS, WEIGHTS
from .index import SPLIT, microseconds, short
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
)
from .synonyms import Part, Synonyms

Json = dict[str, Any]

ALL_VALUES = 65_535
"""Values of one facet (OpenSearch's `search.max_buckets`)."""
DEEPEST = 1_000_000
"""How deep one may page (`index.max_result_window`)."""
SORTED = (
    "organization",
    "owner_org",
    "type",
    "license_id",
    "author",
    "maintainer",
    "version",
    "num_resources",
    "state",
)
"""Fields besides title, name, id and dates that can be sorted by."""
RAW = {"id": "id", "name": "name_raw", "title": "title_raw"}
_SORTS = {"score": "_score", "id": "id", "name": "name_raw", "title": "title_key"}
_TEXTS = (*WEIGHTS, "notes")
_SPECIAL = re.compile(r'([.?+*|{}\[\]()"\\#@&<>~^$-])')


class NotHere(ValueError):
    """What is asked cannot be told to OpenSearch: an order or a pattern over a field that has none there."""


def body(question: Question, synonyms: Synonyms, tier: str) -> Json:
    """A question as the body of `_search`."""
    compiler = _Compiler(synonyms, TIERS[tier])
    filters = [compiler.query(each) for each in question.filters]
    size = ALL_VALUES if question.facet_limit is None else question.facet_limit
    return {
        "query": _bool(
            must=[compiler.query(question.query)], filter=[*filters, {"terms": {"labels": list(question.labels)}}]
        ),
        "from": question.start,
        "size": min(question.rows, DEEPEST - question.start),
        "sort": _sort(question),
        "track_total_hits": True,
        "_source": ["id", "name_raw", "title_raw", "shown"],
        "aggs": {field: _facet(field, max(size, 1), question.facet_mincount) for field in question.facets},
    }


def beginning(asked: Sequence[Run], words: str, labels: Sequence[str]) -> Json:
    """Datasets whose title or name begins or goes on like this; the last word may be cut short."""
    ways = [_bool(must=[_typed(field, run, last=run is asked[-1]) for run in asked]) for field in ("title", "name")]
    return _bool(
        filter=[{"terms": {"labels": list(labels)}}],
        should=[*ways, {"prefix": {"name_raw": {"value": words.strip().lower(), "boost": 10.0}}}],
        minimum_should_match=1,
    )


def _facet(field: str, size: int, mincount: int) -> Json:
    of = {"field": RAW[field]} if field in RAW else {"field": "kv", "include": _escaped(f"{field}{SPLIT}") + ".*"}
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": {**of, "size": size, "min_doc_count": max(mincount, 1), "order": order}}


def _sort(question: Question) -> list[Json]:
    found: list[Json] = []
    for name, down in (*question.sort, ("id", False)):
        if name in DATES:
            field = name.removeprefix("metadata_")
        elif name in SORTED:
            field = f"sorted.{name}"
        elif name in _SORTS:
            field = _SORTS[name]
        else:
            raise NotHere(name)
        found.append({field: {"order": "desc" if down else "asc"}})
    return found


class _Compiler:
    def __init__(self, synonyms: Synonyms, share: float) -> None:
        self._synonyms = synonyms
        self._share = share

    def query(self, query: Query) -> Json:
        match query:
            case Everything():
                return {"match_all": {}}
            case Words(text):
                return self._words(self._synonyms.parts(text), text)
            case Text(field, text, phrase):
                return self._text(field, text, phrase=phrase)
            case Exact(field, value):
                return _exact(field, value)
            case Wildcard(field, pattern):
                return _wildcard(field, pattern)
            case Range():
                return _range(query)
            case Inside((west, south, east, north)):
                bounds: Sequence[tuple[str, str, float]] = (
                    ("west", "lte", east), ("east", "gte", west), ("south", "lte", north), ("north", "gte", south),
                )  # fmt: skip
                return _bool(filter=[{"range": {name: {sign: value}}} for name, sign, value in bounds])
            case Every(parts):
                return _bool(must=[self.query(each) for each in parts]) if parts else {"match_all": {}}
            case Some(parts):
                return _any([self.query(each) for each in parts])
            case Not(part):
                return _bool(must_not=[self.query(part)])

    def _words(self, parts: Sequence[Part], text: str) -> Json:
        if not parts:
            return {"match_none": {}}
        must = [_part(part) for part in parts] if self._share == 1.0 else [self._most(parts)]
        should = [
            _boosted(_run(field, run), weight * (1.0 if way is part.typed else SAID_OTHERWISE))
            for part in parts
            for way in part.ways
            for field, weight in WEIGHTS.items()
            for run in way
        ]
        asked = text.strip()
        named = [{"term": {"name_raw": asked.lower()}}, {"term": {"title_raw": short(asked)}}]
        return _bool(must=must, should=[*should, *(_boosted(each, NAMED) for each in named)])

    def _most(self, parts: Sequence[Part]) -> Json:
        clauses = {
            token: _nearly(run, token) for part in parts for way in part.ways for run in way for token in run.tokens
        }
        typed = len(distinct([run for part in parts for run in part.typed]))
        needed = max(1, math.ceil(self._share * typed))
        return _bool(should=list(clauses.values()), minimum_should_match=min(needed, len(clauses)))

    def _text(self, field: str, text: str, *, phrase: bool) -> Json:
        found = runs(text)
        if not found:
            return {"match_none": {}}
        if field not in _TEXTS:
            if not phrase:
                return self._words([Part((run,)) for run in found], text)
            field = "all"
        return _bool(must=[_run(field, run) for run in found])


def _part(part: Part) -> Json:
    ways = [_bool(must=[_run("all", run) for run in way]) for way in part.ways]
    return ways[0] if len(ways) == 1 else _any([ways[0], *(_boosted(way, SAID_OTHERWISE) for way in ways[1:])])


def _run(field: str, run: Run) -> Json:
    if run.single:
        return {"regexp": {field: {"value": f"{_escaped(run.text)}([^{CONTINUES}].*)?"}}}
    if run.kind == "number" and (others := twins(run.text)):
        return _any([_term(field, run.text), *(_boosted(_term(field, each), SAID_OTHERWISE) for each in others)])
    if len(run.tokens) > 1:
        return {"match_phrase": {field: {"query": " ".join(run.tokens)}}}
    return _term(field, run.tokens[0])


def _nearly(run: Run, token: str) -> Json:
    if run.single or run.kind == "number":
        return _run("all", run)
    if run.kind == "thai" or len(token) < 4:
        return _term("all", token)
    fuzzy = {"fuzzy": {"all": {"value": token, "fuzziness": 2 if len(token) >= 8 else 1}}}
    return _any([_term("all", token), _boosted(fuzzy, 0.5), _boosted({"prefix": {"all": {"value": token}}}, 0.5)])


def _typed(field: str, run: Run, *, last: bool) -> Json:
    if not last:
        return _run(field, run)
    before = [_term(field, token) for token in run.tokens[:-1]]
    return _bool(must=[*before, {"prefix": {field: {"value": run.tokens[-1]}}}])


def _exact(field: str, value: str) -> Json:
    if field in RAW:
        return {"term": {RAW[field]: short(value)}}
    if field in DATES:
        return _range(Range(field, value, value))
    return {"term": {"kv": f"{field}{SPLIT}{short(value)}"}}


def _wildcard(field: str, pattern: str) -> Json:
    if field in DATES:
        if pattern.strip("*"):
            raise NotHere(field)
        return {"match_all": {}}
    given = pattern.replace("\\", "\\\\")
    if field in RAW:
        return {"wildcard": {RAW[field]: {"value": given}}}
    return {"wildcard": {"kv": {"value": f"{_plain(field)}{SPLIT}{given}"}}}


def _plain(field: str) -> str:
    return re.sub(r"([*?\\])", r"\\\1", field)


def _range(asked: Range) -> Json:
    below, above = ("gte" if asked.with_low else "gt"), ("lte" if asked.with_high else "lt")
    if asked.field in DATES:
        given = {below: asked.low, above: asked.high}
        bounds = {sign: microseconds(value) for sign, value in given.items() if value is not None}
        if None in bounds.values():
            return {"match_none": {}}
        return {"range": {asked.field.removeprefix("metadata_"): bounds}} if bounds else {"match_all": {}}
    raw = RAW.get(asked.field)
    beginning = "" if raw else f"{asked.field}{SPLIT}"
    limits: Json = {}
    if asked.low is not None:
        limits[below] = f"{beginning}{asked.low}"
    elif not raw:
        limits["gte"] = beginning
    if asked.high is not None:
        limits[above] = f"{beginning}{asked.high}"
    elif not raw:
        limits["lt"] = f"{asked.field}{chr(ord(SPLIT) + 1)}"
    return {"range": {raw or "kv": limits}} if limits else {"match_all": {}}


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _term(field: str, token: str) -> Json:
    return {"term": {field: {"value": token}}}


def _boosted(query: Json, weight: float) -> Json:
    return {"bool": {"must": [query], "boost": round(weight, 3)}}


def _any(parts: Sequence[Json]) -> Json:
    return _bool(should=parts, minimum_should_match=1) if parts else {"match_none": {}}


def _bool(**clauses: Sequence[Json] | int) -> Json:
    return {"bool": {name: value for name, value in clauses.items() if value}}
