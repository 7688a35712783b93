"""Counts the values of fields over a whole result: exactly, though only those at the top are told.

The index tells the values at the top in no order among equals. Where several share the last place, all of them are
asked for, so that the first by name can be told; else the same question would be answered now so, now so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .index import SPLIT, UNCOUNTED, Shard, column, one_of

if TYPE_CHECKING:
    from tantivy import Query as Compiled

MANY = 65_000
"""Values of one facet that tantivy counts at once."""
SHARING = 5
"""How many times the values told of a facet are looked through first for those that share the last place."""

Asked = Mapping[str, Mapping[str, Any]]


def top_values(
    shard: Shard, query: Compiled, limit: int, also: Mapping[str, set[str]], *, small: bool
) -> dict[str, dict[str, int]]:
    """At least the `limit` values at the top of each field, all that share the last place, and those of `also`.

    Of those that stand once the first by name are wanted; at most `limit` that stand more often are among them. In a
    small result they are asked for at once, because there many stand once.
    """
    by_name = {f"{field}?": {"field": field, "size": 2 * limit, "order": {"_key": "asc"}} for field in also if limit}
    first = _terms(shard, query, _of_size(limit + 1, also) | (by_name if small else {}))
    named = {name: first.pop(name) for name in by_name if name in first}
    found = {field: dict(values) for field, values in first.items()}
    found |= {field: _by_terms(shard, query, field) for field in also if field in UNCOUNTED}
    full = {field: values for field, values in first.items() if len(values) > limit}
    shared = {field: each[-1][1] for field, each in full.items() if limit and each[-1][1] == each[-2][1]}
    once = [field for field, often in shared.items() if often == 1]
    if not small:
        named = _terms(shard, query, {f"{field}?": by_name[f"{field}?"] for field in once})
    for field in once:
        found[field] |= dict(named[f"{field}?"])
        del shared[field]
    for size in (SHARING * limit, MANY):
        for field, values in _terms(shard, query, _of_size(size, shared)).items():
            found[field] |= dict(values)
            if len(values) < size or values[-1][1] < shared[field]:
                del shared[field]
    others = {field: sorted(also[field] - found[field].keys()) for field in full}
    missing = {field: {"field": field, "size": MANY, "include": values} for field, values in others.items() if values}
    for field, values in _terms(shard, query, missing).items():
        found[field] |= dict(values)
    return found


def all_values(shard: Shard, query: Compiled, fields: Sequence[str]) -> dict[str, dict[str, int]]:
    """Every value of these fields, with how many documents have it."""
    try:
        found = _terms(shard, query, _of_size(MANY, fields))
    except ValueError:
        found = {field: [] for field in fields}
    whole = {field: values for field, values in found.items() if 0 < len(values) < MANY}
    return {field: dict(whole[field]) if field in whole else _by_terms(shard, query, field) for field in fields}


def those(shard: Shard, addresses: Sequence[Any]) -> Compiled:
    """These very documents, as a query."""
    return one_of("r_id", shard.ordinals(addresses))


def _of_size(size: int, fields: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    return {field: {"field": field, "size": size} for field in fields}


def _terms(shard: Shard, query: Compiled, asked: Asked) -> dict[str, list[tuple[str, int]]]:
    """Values of fields, by any names: of which field, how many, in which order, which ones."""
    known = {name: each for name, each in asked.items() if each["field"] not in UNCOUNTED}
    if not known:
        return {}
    wanted = {
        str(place): {"terms": {"segment_size": each["size"], **each, "field": f"f.{column(each['field'])}"}}
        for place, each in enumerate(known.values())
    }
    answer = shard.searcher.aggregate(query, wanted)
    return {
        name: [(bucket["key"], bucket["doc_count"]) for bucket in answer[str(place)]["buckets"]]
        for place, name in enumerate(known)
    }


def _by_terms(shard: Shard, query: Compiled, field: str) -> dict[str, int]:
    """The same from the terms themselves; slower, without a limit."""
    beginning = f"{field}{SPLIT}"
    pairs = shard.searcher.terms_with_prefix("kv", beginning, filter_query=query)
    return {term[len(beginning) :]: count for term, count in pairs if count}
