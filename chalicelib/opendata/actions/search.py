"""Actions that find datasets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..search import asking
from ..search.model import Exact, Question
from .registry import Asked, paging, reads


@reads
def package_list(asked: Asked) -> Any:
    """List the names of all public datasets."""
    limit, offset = paging(asked.given)
    question = Question(filters=(Exact("state", "active"),), sort=(("name", False),), start=offset, rows=limit or 10**9)
    reading = asked.catalogue.reading
    return [package.dataset.name for package, _, _ in reading.packages(reading.engine.search(question).ids)]


@reads
def package_search(asked: Asked) -> Any:
    """Search datasets: q takes words, fq takes field:value; rows, start and sort page through the answers."""
    parsed = asking.parse(asked.given)
    question = parsed.question
    if parsed.include_private:
        question = replace(question, labels=asked.catalogue.access.labels(asked.caller))
    found, results = asked.catalogue.reading.search(asked.caller, question)
    return {
        "count": found.count,
        "facets": {},
        "results": results,
        "sort": parsed.sort_text,
        "search_facets": {},
    }
