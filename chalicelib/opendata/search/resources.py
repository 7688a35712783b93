"""CKAN's `resource_search`: the index says which datasets may hold such resources, the datasets say which do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .. import views
from ..rules import Rejected
from .finding import Finding
from .lucene import literal
from .model import Exact, Query, Question, Some, Wildcard

MAX_DATASETS = 1_000
"""Datasets that one search looks into."""
MAX_RESULTS = 1_000
MAX_PAIRS, MAX_TERM = 20, 500

TEXTS = frozenset(
    {
        "cache_url", "description", "format", "id", "mimetype", "mimetype_inner", "name", "package_id",
        "resource_type", "state", "url", "url_type",
    }
)  # fmt: skip
"""Fields in which a term may stand anywhere."""
WHOLE = frozenset({"cache_last_updated", "created", "last_modified", "metadata_modified", "position", "size"})
_INDEXED = {"name": "res_name", "description": "res_description", "url": "res_url", "hash": "res_hash"}
_COUNTED = {"format": "res_format", "resource_type": "res_type"}

Json = dict[str, Any]
Pair = tuple[str, str]


class ResourceFinding:
    """Answers searches for resources of public datasets.

    Args:
        dataset_of: id of the dataset that a resource belongs to.
        site: public address; files of ours have an address under it.
    """

    def __init__(self, finding: Finding, *, dataset_of: Callable[[str], str | None], site: str) -> None:
        self._finding = finding
        self._dataset_of = dataset_of
        self._site = site

    def search(self, given: Mapping[str, Any], *, limit: int | None, offset: int) -> Json:
        """Count and results; 1,000 of them at most.

        Raises:
            Rejected: no pairs of field and term, or too many datasets may hold such resources.
        """
        pairs = asked_pairs(given)
        found = [view for view in self._candidates(pairs) if all(_holds(view, *pair) for pair in pairs)]
        order = given.get("order_by")
        if isinstance(order, str) and order in TEXTS | WHOLE | {"hash"}:
            found.sort(key=lambda view: (view[order] is not None, _comparable(view[order])))
        most = MAX_RESULTS if limit is None else min(limit, MAX_RESULTS)
        return {"count": len(found), "results": found[offset : offset + most]}

    def _candidates(self, pairs: list[Pair]) -> Iterator[Json]:
        filters = tuple(query for pair in pairs if (query := self._narrowing(*pair)) is not None)
        question = Question(filters=filters, sort=(("id", False),), rows=MAX_DATASETS)
        if self._finding.count(question) > MAX_DATASETS:
            raise Rejected({"query": [f"More than {MAX_DATASETS} datasets match; add a field:term that narrows them"]})
        for package, _, _ in self._finding.packages(question):
            for position, resource in enumerate(package.resources):
                yield views.resource_view(resource, position, self._site)

    def _narrowing(self, field: str, term: str) -> Query | None:
        """What the index can say of the datasets of such resources."""
        folded = term.casefold()
        if field == "id":
            return Exact("id", self._dataset_of(term) or "")
        if field == "package_id":
            return Exact("id", term)
        if field in _COUNTED:
            name = _COUNTED[field]
            values = (value for value in self._finding.values(name) if folded in value.casefold())
            return Some(tuple(Exact(name, value) for value in values))
        if field not in _INDEXED:
            return None
        name = _INDEXED[field]
        if field == "url":
            folded = folded.removeprefix(self._site.casefold())
        pattern = f"{literal(folded)}*" if field == "hash" else f"*{literal(folded)}*"
        return Some((Wildcard(name, pattern), Exact("res_more", "true")))


def asked_pairs(given: Mapping[str, Any]) -> list[Pair]:
    """The pairs of field and term that are looked for.

    Raises:
        Rejected.
    """
    query, fields = given.get("query"), given.get("fields")
    if query in (None, "", []) and fields in (None, "", {}):
        raise Rejected({"query": ["Missing value"]})
    if query not in (None, "", []):
        if fields not in (None, "", {}):
            raise Rejected({"fields": ['Do not specify if using "query" parameter']})
        pairs = [_pair(each) for each in _several(query)]
    elif isinstance(fields, Mapping):
        terms = {str(name): each if isinstance(each, list) else [each] for name, each in fields.items()}
        pairs = [(name, each) for name, several in terms.items() for each in several if isinstance(each, str)]
    else:
        raise Rejected({"fields": ["Must be an object of terms by field"]})
    if not 1 <= len(pairs) <= MAX_PAIRS or any(len(term) > MAX_TERM for _, term in pairs):
        raise Rejected({"query": [f"At most {MAX_PAIRS} pairs, with terms of at most {MAX_TERM} characters"]})
    if any(name not in TEXTS | WHOLE | {"hash"} for name, _ in pairs):
        raise Rejected({"query": ["Field not recognised in resource_search."]})
    return pairs


def _several(query: object) -> list[object]:
    if isinstance(query, str) and query.lstrip().startswith("["):
        try:
            query = json.loads(query)
        except (ValueError, RecursionError):
            raise Rejected({"query": ["Could not parse as valid JSON"]}) from None
    return query if isinstance(query, list) else [query]


def _pair(text: object) -> Pair:
    name, colon, term = text.partition(":") if isinstance(text, str) else ("", "", "")
    if not colon or not term:
        raise Rejected({"query": ["Must be <field>:<value> pair(s)"]})
    return name.strip(), term


def _holds(view: Json, field: str, term: str) -> bool:
    value = view[field]
    if value is None:
        return False
    if field == "hash":
        return str(value).startswith(term.casefold())
    if field in ("id", "package_id"):
        return bool(value == term)
    return term.casefold() in str(value).casefold() if field in TEXTS else str(value) == term


def _comparable(value: Any) -> tuple[int, str]:
    return (value, "") if isinstance(value, int) else (0, str(value or ""))
