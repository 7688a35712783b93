"""Actions that find datasets and resources."""

from __future__ import annotations

from typing import Any

from ..rules import Rejected
from ..search import asking
from .registry import Asked, paging, reads

COMPLETIONS = 100
"""Suggestions of one `package_autocomplete` or `format_autocomplete` at most."""


@reads
def package_list(asked: Asked) -> Any:
    """List the names of all public datasets; limit and offset page through them."""
    limit, offset = paging(asked.given)
    return list(asked.catalogue.finding.names(limit=limit, offset=offset))


@reads
def current_package_list_with_resources(asked: Asked) -> Any:
    """List public datasets with their resources, the last changed first: limit (at most 1000), offset."""
    limit, offset = paging(asked.given)
    most = asking.MAX_ROWS if limit is None else min(limit, asking.MAX_ROWS)
    return asked.catalogue.finding.latest(limit=most, offset=offset)


@reads
def package_search(asked: Asked) -> Any:
    """Search datasets.

    q takes words or Lucene's syntax, fq and fq_list filters in Lucene's syntax; rows (10, at most 1000), start and
    sort page through the answers; facet.field (a JSON list), facet.limit and facet.mincount count values over the
    whole result; fl names the fields to answer. include_private, include_drafts and include_deleted add what you may
    see besides. ext_bbox (west,south,east,north) looks on the map, ext_highlight=true marks the words found.
    """
    return asked.catalogue.finding.search(asked.caller, asked.given)


@reads
def package_autocomplete(asked: Asked) -> Any:
    """List datasets whose name or title holds q; limit (10)."""
    words, (limit, _) = _words(asked), paging(asked.given)
    most = min(10 if limit is None else limit, COMPLETIONS)
    return asked.catalogue.finding.complete(asked.caller, words, most) if most else []


@reads
def format_autocomplete(asked: Asked) -> Any:
    """List formats of public resources that hold q, the most frequent first; limit (5)."""
    words, (limit, _) = _words(asked).casefold(), paging(asked.given)
    most = min(5 if limit is None else limit, COMPLETIONS)
    counts = asked.catalogue.finding.values("res_format")
    found: dict[str, int] = {}
    for value, count in counts.items():
        if words in value.casefold():
            found[value.lower()] = found.get(value.lower(), 0) + count
    return sorted(found, key=lambda value: (-found[value], value))[:most]


@reads
def resource_search(asked: Asked) -> Any:
    """Search resources of public datasets.

    query is field:term or a list of them, where each must hold; texts match anywhere and in any case, hash at its
    beginning, others wholly. order_by names a field; limit and offset page through the answers.
    """
    limit, offset = paging(asked.given)
    return asked.catalogue.resource_finding.search(asked.given, limit=limit, offset=offset)


def _words(asked: Asked) -> str:
    words = asked.given.get("q")
    if words is None or words == "":
        raise Rejected({"q": ["Missing value"]})
    if not isinstance(words, str) or len(words) > asking.MAX_WORDS:
        raise Rejected({"q": [f"Must be a text of at most {asking.MAX_WORDS} characters"]})
    return words.strip()
