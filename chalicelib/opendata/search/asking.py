"""The parameters of CKAN's `package_search` as a question to the engine.

    q                  nothing, words (CKAN's dismax), or Lucene's syntax where it holds a colon or an operator
    fq, fq_list        filters in Lucene's syntax (`lucene.py`)
    sort               any search field that has one value, or `score`, each with asc or desc
    rows, start        the page: 10 at first, at most 1,000
    facet.field        a JSON list of search fields to count, with facet, facet.limit, facet.mincount
    fl                 the search fields to answer instead of whole datasets
    include_private, include_drafts, include_deleted     what the caller may see besides
    ext_bbox           west,south,east,north: datasets whose box meets this one
    ext_highlight      true: words found are marked, and it is told how they were taken

What CKAN hands to Solr and means nothing here (qf, mm, tie, defType ...) is taken and has no effect, other `ext_*` too.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..rules import Rejected, flag
from . import lucene, names
from .model import Everything, Exact, Inside, Not, Query, Question, Some, Text, Words

MAX_ROWS = 1_000
MAX_WORDS = 2_000
"""Characters of words in q."""
MAX_FILTERS, MAX_SORTS, MAX_FACETS, MAX_FIELDS = 50, 10, 50, 50
DEFAULT_SORT = "score desc, metadata_modified desc"

_VAIN = frozenset({"qf", "wt", "bf", "boost", "tie", "defType", "mm", "extras", "use_default_schema", "callback"})
_KNOWN = _VAIN | {
    "q", "fq", "fq_list", "rows", "start", "sort", "fl", "include_private", "include_drafts", "include_deleted",
    "facet", "facet.field", "facet.limit", "facet.mincount",
}  # fmt: skip
_FIELD = re.compile(r"[\w.\-]{1,100}")
_ALL = frozenset({"", "*:*", "*", '""', "''"})
_OPERATORS = re.compile(r"(?:^|\s)(?:AND|OR|NOT|&&|\|\|)(?:\s|$)")
_DISMAX = re.compile(r'([+-]?)"([^"]*)"|(?<!\S)-(\S+)|([^\s"]+)')
_MARKS = re.compile(r"[(){}\[\]*?~^\\]|(?<!\S)[+-]+")


class BadSearch(Rejected):
    """CKAN's Search Query Error: a parameter or a syntax that the search does not take."""


@dataclass(frozen=True)
class Asked:
    """A checked search.

    Attributes:
        question: what is asked of the engine; its labels are for everybody.
        sort_text: as it is answered.
        beyond: whether more than public datasets is asked for, so that the caller's own labels are needed.
        facets: by the name that the client gave, the field that is counted.
        fields: what is answered of each dataset, None for all of it.
    """

    question: Question
    sort_text: str
    beyond: bool
    facets: Mapping[str, str]
    fields: tuple[str, ...] | None


def parse(given: Mapping[str, Any], *, now: datetime, renamed: Mapping[str, str] | None = None) -> Asked:
    """The search that these parameters ask for.

    Args:
        now: what `NOW` means in dates.
        renamed: search fields that are kept under other names (see `lucene.parse`).

    Raises:
        BadSearch: an unknown parameter, or syntax that cannot be read.
        Rejected: a number that is none.
    """
    unknown = sorted(str(name)[:40] for name in given if name not in _KNOWN and not str(name).startswith("ext_"))
    if unknown:
        raise BadSearch({"query": [f"Invalid search parameters: {unknown[:10]}"]})
    numbers = _Numbers(given)
    rows, start = min(numbers.natural("rows", 10), MAX_ROWS), numbers.natural("start", 0)
    limit, mincount = numbers.whole("facet.limit", 50), numbers.natural("facet.mincount", 1)
    numbers.check()
    language = _Language(now, renamed or {})
    query, more = language.looked_for(_text("q", given.get("q")))
    filters = _filters(given)
    sort_text = _text("sort", given.get("sort"))
    sort_text = DEFAULT_SORT if sort_text in ("", "rank") else sort_text
    facets = _facets(given, language.renamed)
    # CKAN lets a filter on the state, written like this, stand for its own
    own_state = any("+state:" in text for text in filters)
    question = Question(
        query=query,
        filters=(
            *_standing(given, own_state=own_state),
            *more,
            *(language.filter("fq", text) for text in filters),
            *_box(given.get("ext_bbox")),
        ),
        rows=rows,
        start=start,
        sort=_sort(sort_text, language.renamed),
        facets=tuple(dict.fromkeys(facets.values())),
        facet_limit=None if limit < 0 else limit,
        facet_mincount=mincount,
        highlight=_flag(given, "ext_highlight"),
    )
    beyond = own_state or any(_flag(given, f"include_{what}") for what in ("private", "drafts", "deleted"))
    return Asked(question, sort_text, beyond, facets, _fields(given.get("fl")))


def vocabularies(given: Mapping[str, Any]) -> list[str]:
    """Names of the vocabularies that the parameters mention, as fields `vocab_{name}`; 50 at most."""
    text = "\n".join(str(given.get(name)) for name in ("q", "fq", "fq_list", "sort", "facet.field"))
    return list(dict.fromkeys(re.findall(r"vocab_([\w.\-]{1,100})", text)))[:50]


def _standing(given: Mapping[str, Any], *, own_state: bool) -> list[Query]:
    """What holds unless it is asked otherwise: active and public."""
    states = ["active"]
    states += ["draft"] if _flag(given, "include_drafts") else []
    states += ["deleted"] if _flag(given, "include_deleted") else []
    found: list[Query] = []
    if not own_state:
        wanted = tuple(Exact("state", state) for state in states)
        found.append(wanted[0] if len(wanted) == 1 else Some(wanted))
    if not _flag(given, "include_private"):
        found.append(Exact("private", "false"))
    return found


class _Language:
    """Reads texts of the query language, and says which parameter held what cannot be read."""

    def __init__(self, now: datetime, renamed: Mapping[str, str]) -> None:
        self._now = now
        self.renamed = renamed

    def filter(self, parameter: str, text: str) -> Query:
        try:
            return lucene.parse(text, now=self._now, renamed=self.renamed)
        except lucene.Unreadable as wrong:
            raise BadSearch({parameter: [f'Invalid "{parameter}" parameter: {wrong}']}) from None

    def looked_for(self, q: str) -> tuple[Query, list[Query]]:
        """What q looks for, and what must hold besides."""
        if q in _ALL:
            return Everything(), []
        if q.startswith("{!") or ":" in q:
            return self.filter("q", q), []
        if _OPERATORS.search(q):
            try:
                return self.filter("q", q), []
            except BadSearch:
                pass  # a person's words with a stray operator, as edismax takes them
        if len(q) > MAX_WORDS:
            raise BadSearch({"q": [f'Invalid "q" parameter: at most {MAX_WORDS} characters of words']})
        return _words(q)


def _words(q: str) -> tuple[Query, list[Query]]:
    """Words as CKAN's dismax takes them: a phrase in quotes must stand so, what has a minus before it must not."""
    words: list[str] = []
    besides: list[Query] = []
    for sign, phrase, without, word in _DISMAX.findall(q):
        if phrase or without:
            text = _MARKS.sub(" ", phrase or without).strip()
            found = Text("text", text, phrase=bool(phrase))
            if text:
                besides.append(Not(found) if sign == "-" or without else found)
            if phrase and sign != "-":
                words.append(text)
        else:
            words.append(_MARKS.sub(" ", word))
    text = " ".join(" ".join(words).split())
    return (Words(text) if text else Everything()), besides


def _filters(given: Mapping[str, Any]) -> list[str]:
    several = _listed("fq_list", given.get("fq_list"))
    single = given.get("fq")
    found = [*(single if isinstance(single, list) else [single]), *several]
    texts = [text for text in (_text("fq", each) for each in found) if text]
    if len(texts) > MAX_FILTERS:
        raise BadSearch({"fq_list": [f'Invalid "fq_list" parameter: at most {MAX_FILTERS} filters']})
    if sum(map(len, texts)) > lucene.MAX_TEXT:
        raise BadSearch({"fq": [f'Invalid "fq" parameter: at most {lucene.MAX_TEXT} characters of filters']})
    return texts


def _text(parameter: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise BadSearch({parameter: [f'Invalid "{parameter}" parameter: it is a text']})
    if len(value) > lucene.MAX_TEXT:
        raise BadSearch({parameter: [f'Invalid "{parameter}" parameter: at most {lucene.MAX_TEXT} characters']})
    return value.strip()


def _listed(parameter: str, value: Any) -> list[str]:
    """A list of texts: itself, as JSON, or as one text."""
    if value in (None, ""):
        return []
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise Rejected({parameter: ["Could not parse as valid JSON"]}) from None
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in found):
        raise Rejected({parameter: ["Not a string"]})
    return found


def _facets(given: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, str]:
    found = [name for each in _listed("facet.field", given.get("facet.field")) for name in re.split(r"[\s,]+", each)]
    wanted = list(dict.fromkeys(name for name in found if name))
    if len(wanted) > MAX_FACETS or not all(_FIELD.fullmatch(name) for name in wanted):
        raise BadSearch({"facet.field": [f'Invalid "facet.field" parameter: at most {MAX_FACETS} names of fields']})
    if given.get("facet") not in (None, "") and not _flag(given, "facet"):
        return {}
    return {name: _one(name, renamed) for name in wanted}


def _one(name: str, renamed: Mapping[str, str]) -> str:
    return names.stored(renamed.get(name, name))[0]


def _sort(text: str, renamed: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    found: list[tuple[str, bool]] = []
    for clause in text.split(","):
        name, _, direction = " ".join(clause.split()).partition(" ")
        single = bool(_FIELD.fullmatch(name)) and not names.many(name)
        if direction.lower() not in ("asc", "desc") or not single or len(found) == MAX_SORTS:
            raise BadSearch({"sort": ['Invalid "sort" parameter']})
        found.append((name if name == "score" else _one(name, renamed), direction.lower() == "desc"))
    return tuple(found)


def _fields(value: Any) -> tuple[str, ...] | None:
    found = [name for each in _listed("fl", value) for name in re.split(r"[\s,]+", each) if name]
    if len(found) > MAX_FIELDS or not all(name == "*" or _FIELD.fullmatch(name) for name in found):
        raise BadSearch({"fl": [f'Invalid "fl" parameter: at most {MAX_FIELDS} names of fields']})
    return tuple(dict.fromkeys(found)) or None


def _box(value: Any) -> list[Query]:
    if value in (None, ""):
        return []
    try:
        west, south, east, north = (float(part) for part in str(value)[:200].split(","))
    except ValueError:
        west = math.nan
    if math.isnan(west) or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadSearch({"ext_bbox": ['Invalid "ext_bbox" parameter: west,south,east,north in degrees']})
    return [Inside((west, south, east, north))]


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name)
    return str(value).strip().lower() in ("yes", "on", "t", "y") or bool(flag(value))


class _Numbers:
    """Reads numbers, and gathers CKAN's messages for those that are none."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._messages: dict[str, list[str]] = {}

    def natural(self, name: str, default: int) -> int:
        found = self._number(name, default, ["Invalid integer", "Please enter an integer value"])
        if found < 0:
            self._messages[name] = ["Must be a natural number"]
        return found

    def whole(self, name: str, default: int) -> int:
        return self._number(name, default, ["Invalid integer"])

    def check(self) -> None:
        if self._messages:
            raise Rejected(self._messages)

    def _number(self, name: str, default: int, messages: list[str]) -> int:
        value = self._given.get(name)
        if value in (None, ""):
            return default
        if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,9}", str(value).strip()):
            self._messages[name] = messages
            return default
        return int(value)
