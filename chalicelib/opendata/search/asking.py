"""The parameters of `package_search` as a question to the engine.

    q    nothing, `*:*`, or words
    fq   `field:value` clauses joined by blanks or AND, `-field:value` to exclude, quotes around values with blanks
    sort `score`, `metadata_modified`, `metadata_created`, `name`, `title` or `id`, asc or desc

What is asked beyond that is refused by name; a filter that is ignored would publish a wrong answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..rules import Rejected, flag
from .model import Everything, Exact, Not, Query, Question, Words

MAX_ROWS = 1_000
MAX_TEXT = 2_000
DEFAULT_SORT = "score desc, metadata_modified desc"
SORTS = ("score", "metadata_modified", "metadata_created", "name", "title", "id")

_CLAUSE = re.compile(r'\s*(?:AND\s+)?([+-]?)([a-z_]+):(?:"([^"]*)"|([^\s"():\[\]{}*?~^]+))(?=\s|$)')
_KNOWN = frozenset(
    {"q", "fq", "fq_list", "rows", "start", "sort", "include_private", "include_drafts", "include_deleted",
     "use_default_schema", "facet", "facet.field", "facet.limit", "facet.mincount"}
)  # fmt: skip


class BadSearch(Rejected):
    """CKAN's Search Query Error: a parameter or a syntax that the search does not know."""


@dataclass(frozen=True)
class Asked:
    """A checked search: the question, and what of it is answered back."""

    question: Question
    sort_text: str
    include_private: bool


def parse(given: Mapping[str, Any]) -> Asked:
    """The search that these parameters ask for.

    Raises:
        BadSearch: an unknown parameter, or syntax of a fuller search language.
        Rejected: a number that is none.
    """
    unknown = sorted(name for name in given if name not in _KNOWN and not name.startswith("ext_"))
    if unknown:
        raise BadSearch({"query": [f"Invalid search parameters: {[name[:40] for name in unknown]}"]})
    if given.get("facet.field") not in (None, "", "[]", []):
        raise BadSearch({"query": ["facet.field is not supported by this search yet"]})
    messages: dict[str, list[str]] = {}
    rows = min(_natural("rows", given.get("rows"), 10, messages), MAX_ROWS)
    start = _natural("start", given.get("start"), 0, messages)
    if messages:
        raise Rejected(messages)
    clauses = given.get("fq_list") or []
    filters = [given.get("fq"), *(clauses if isinstance(clauses, list) else [clauses])]
    sort_text = _text(given.get("sort")) or DEFAULT_SORT
    question = Question(
        query=_words(_text(given.get("q"))),
        filters=(Exact("state", "active"), *(clause for text in filters for clause in _clauses(_text(text)))),
        rows=rows,
        start=start,
        sort=_sort(sort_text),
    )
    return Asked(question, sort_text, bool(flag(given.get("include_private", False))))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise BadSearch({"query": [f"a search text has at most {MAX_TEXT} characters"]})
    return value.strip()


def _words(q: str) -> Query:
    if q in ("", "*:*", "*"):
        return Everything()
    if re.search(r'[:"(){}\[\]*?~^]', q):
        raise BadSearch({"query": ["q takes plain words; use fq for field:value"]})
    return Words(q)


def _clauses(text: str) -> list[Query]:
    found: list[Query] = []
    place = 0
    while place < len(text):
        match = _CLAUSE.match(text, place)
        if match is None:
            raise BadSearch({"query": ["fq takes field:value"]})
        clause = Exact(match[2], match[3] if match[3] is not None else match[4])
        found.append(Not(clause) if match[1] == "-" else clause)
        place = match.end()
    return found


def _sort(text: str) -> tuple[tuple[str, bool], ...]:
    found: list[tuple[str, bool]] = []
    for clause in text.split(","):
        name, _, direction = clause.strip().partition(" ")
        direction = direction.strip().lower() or "asc"
        if name not in SORTS or direction not in ("asc", "desc"):
            raise BadSearch({"query": [f"sort takes one of {', '.join(SORTS)} with asc or desc"]})
        found.append((name, direction == "desc"))
    return tuple(found)


def _natural(name: str, given: Any, default: int, messages: dict[str, list[str]]) -> int:
    if given in (None, ""):
        return default
    if isinstance(given, bool) or not re.fullmatch(r"-?[0-9]{1,9}", str(given)):
        messages[name] = ["Invalid integer", "Please enter an integer value"]
        return default
    if int(given) < 0:
        messages[name] = ["Must be a natural number"]
        return default
    return int(given)
