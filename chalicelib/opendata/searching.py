"""The part of `package_search` that needs no engine: all datasets, words in name and title, filters by exact value.

    q    nothing, `*:*`, or words that all occur in the name, title, notes or tags (any case)
    fq   `field:value` clauses joined by blanks or AND, `-field:value` to exclude, quotes around values with blanks
    sort `metadata_modified`, `metadata_created`, `name`, `title` or `id`, asc or desc

What is asked beyond that is refused by name; a filter that is ignored would publish a wrong answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .model import Dataset, Organization
from .rules import Rejected, flag

MAX_ROWS = 1_000
MAX_TEXT = 2_000
DEFAULT_SORT = "metadata_modified desc"

_CLAUSE = re.compile(r'\s*(?:AND\s+)?([+-]?)([a-z_]+):(?:"([^"]*)"|([^\s"():\[\]{}*?~^]+))(?=\s|$)')
_KNOWN = frozenset(
    {"q", "fq", "fq_list", "rows", "start", "sort", "include_private", "include_drafts", "include_deleted",
     "use_default_schema", "facet", "facet.field", "facet.limit", "facet.mincount"}
)  # fmt: skip
_FIELDS: Mapping[str, Callable[[Dataset, Organization], list[str]]] = {
    "organization": lambda _, organization: [organization.name],
    "owner_org": lambda dataset, _: [dataset.owner_org],
    "name": lambda dataset, _: [dataset.name],
    "id": lambda dataset, _: [dataset.id],
    "tags": lambda dataset, _: list(dataset.fields.get("tags", [])),
    "license_id": lambda dataset, _: [str(dataset.fields.get("license_id", ""))],
    "data_category": lambda dataset, _: [str(dataset.fields.get("data_category", ""))],
    "dataset_type": lambda _, __: ["dataset"],
    "type": lambda _, __: ["dataset"],
    "state": lambda dataset, _: [dataset.state],
    "private": lambda dataset, _: [str(dataset.private).lower()],
}
_SORTS: Mapping[str, Callable[[Dataset], str]] = {
    "metadata_modified": lambda dataset: dataset.modified,
    "metadata_created": lambda dataset: dataset.created,
    "name": lambda dataset: dataset.name,
    "title": lambda dataset: str(dataset.fields.get("title", "")),
    "id": lambda dataset: dataset.id,
}


class BadSearch(Rejected):
    """CKAN's Search Query Error: a parameter or a syntax that the search does not know."""


@dataclass(frozen=True)
class Search:
    """A checked search."""

    words: tuple[str, ...]
    filters: tuple[tuple[bool, str, str], ...]
    rows: int
    start: int
    sort: tuple[tuple[str, bool], ...]
    sort_text: str
    include_private: bool

    def matches(self, dataset: Dataset, organization: Organization) -> bool:
        """Whether a dataset is among the answers."""
        for excluded, name, value in self.filters:
            if (value in _FIELDS[name](dataset, organization)) == excluded:
                return False
        fields = dataset.fields
        texts = (dataset.name, fields.get("title", ""), fields.get("notes", ""), *fields.get("tags", []))
        text = "\n".join(map(str, texts)).casefold()
        return all(word in text for word in self.words)

    def order(self, found: list[tuple[Dataset, Organization]]) -> None:
        """Sorts in place; equal ones by id, so that paging is stable."""
        found.sort(key=lambda pair: pair[0].id)
        for name, down in reversed(self.sort):
            found.sort(key=_by(_SORTS[name]), reverse=down)


def _by(key: Callable[[Dataset], str]) -> Callable[[tuple[Dataset, Organization]], str]:
    return lambda pair: key(pair[0])


def parse(given: Mapping[str, Any]) -> Search:
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
    return Search(
        words=_words(_text(given.get("q"))),
        filters=tuple(clause for text in filters for clause in _clauses(_text(text))),
        rows=rows,
        start=start,
        sort=_sort(sort_text),
        sort_text=sort_text,
        include_private=bool(flag(given.get("include_private", False))),
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise BadSearch({"query": [f"a search text has at most {MAX_TEXT} characters"]})
    return value.strip()


def _words(q: str) -> tuple[str, ...]:
    if q in ("", "*:*", "*"):
        return ()
    if re.search(r'[:"(){}\[\]*?~^]', q):
        raise BadSearch({"query": ["q takes plain words; use fq for field:value"]})
    return tuple(q.casefold().split())


def _clauses(text: str) -> list[tuple[bool, str, str]]:
    found: list[tuple[bool, str, str]] = []
    place = 0
    while place < len(text):
        match = _CLAUSE.match(text, place)
        if match is None or match[2] not in _FIELDS:
            raise BadSearch({"query": [f"fq takes field:value with one of {', '.join(_FIELDS)}"]})
        value = match[3] if match[3] is not None else match[4]
        found.append((match[1] == "-", match[2], value))
        place = match.end()
    return found


def _sort(text: str) -> tuple[tuple[str, bool], ...]:
    found: list[tuple[str, bool]] = []
    for clause in text.split(","):
        name, _, direction = clause.strip().partition(" ")
        direction = direction.strip().lower() or "asc"
        if name == "score":  # without an engine every answer is equally relevant
            continue
        if name not in _SORTS or direction not in ("asc", "desc"):
            raise BadSearch({"query": [f"sort takes one of {', '.join(_SORTS)} with asc or desc"]})
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
