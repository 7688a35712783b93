"""CKAN's actions that find datasets: the question to the engine, and the answer in CKAN's shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.identity import Caller

from .. import views
from ..access import Access, is_operator
from ..model import Group, Package
from ..reading import Reading
from ..standard import fields as standard
from ..vocabularies.service import Vocabularies
from . import asking, names
from .document import document, labels_of
from .model import PUBLIC, Document, Exact, Found, Question

Json = dict[str, Any]


class Finding:
    """Answers searches.

    Args:
        groups: organisations and themes by id, as the last question left them.
        clock: what `NOW` means in dates.
    """

    def __init__(
        self,
        reading: Reading,
        access: Access,
        vocabularies: Vocabularies,
        *,
        groups: Callable[[], Mapping[str, Group]],
        clock: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._access = access
        self._vocabularies = vocabularies
        self._groups = groups
        self._clock = clock

    def search(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """`package_search`.

        Raises:
            BadSearch, Rejected.
        """
        renamed = self._vocabularies.search_fields(asking.vocabularies(given))
        asked = asking.parse(given, now=self._clock(), renamed=renamed)
        question = asked.question
        if asked.beyond:
            question = replace(question, labels=self.labels(caller))
        found = self._reading.engine.search(question)
        facets = {name: dict(found.facets.get(field, ())) for name, field in asked.facets.items()}
        answer: Json = {
            "count": found.count,
            "facets": facets,
            "results": self._results(found, question, asked.fields),
            "sort": asked.sort_text,
            "search_facets": {name: self._described(name, counts) for name, counts in facets.items()},
        }
        if question.highlight:
            answer |= {"tier": found.tier, "suggestion": found.suggestion}
        return answer

    def labels(self, caller: Caller) -> tuple[str, ...]:
        """The labels of what the caller may see: the operator sees what any organisation does."""
        if not is_operator(caller):
            return self._access.labels(caller)
        everybody = (f"org-{group.id}" for group in self._groups().values() if group.kind == "organization")
        return (PUBLIC, *everybody)

    def names(self, *, limit: int | None, offset: int) -> Sequence[str]:
        """Names of public datasets in the order of the alphabet, all of them without a limit."""
        if limit == 0:
            return []
        question = Question(sort=(("name", False),), start=offset, rows=limit or 10**9)
        return self._reading.engine.names(question)

    def latest(self, *, limit: int, offset: int) -> list[Json]:
        """Whole public datasets, the last changed first."""
        question = Question(sort=(("metadata_modified", True),), start=offset, rows=limit)
        return self._results(self._reading.engine.search(question), question, None)

    def holds(self, field: str, value: str) -> bool:
        """Whether a public dataset has this value in a search field."""
        return self.count(Question(filters=(Exact(field, value),))) > 0

    def count(self, question: Question) -> int:
        """How many datasets a question finds."""
        return self._reading.engine.search(replace(question, rows=0)).count

    def tagged(self, field: str, tag: str) -> list[Json]:
        """Public datasets with a tag, 1,000 of them at most; `field` is `tags` or that of a vocabulary."""
        question = Question(filters=(Exact(field, tag),), sort=(("name", False),), rows=asking.MAX_ROWS)
        return self._results(self._reading.engine.search(question), question, None)

    def complete(self, caller: Caller, words: str, limit: int) -> list[Json]:
        """`package_autocomplete`."""
        found = self._reading.engine.complete(words, self.labels(caller), limit)
        return [_completed(each) for each in found]

    def values(self, field: str) -> dict[str, int]:
        """The values of a search field over public datasets, and how many datasets have each."""
        found = self._reading.engine.search(Question(rows=0, facets=(field,), facet_limit=None))
        return dict(found.facets[field])

    def all_values(self, field: str, labels: tuple[str, ...]) -> list[str]:
        """The values of a search field over the datasets that these labels may see."""
        question = Question(labels=labels, rows=0, facets=(field,), facet_limit=None)
        return [value for value, _ in self._reading.engine.search(question).facets[field]]

    def packages(self, question: Question) -> Iterator[tuple[Package, Group, list[Group]]]:
        """The datasets of a question that its labels still may see; one may have been hidden since it was indexed."""
        yield from self._seen(self._reading.engine.search(question), question)

    def _seen(self, found: Found, question: Question) -> Iterator[tuple[Package, Group, list[Group]]]:
        for package, organization, themes in self._reading.packages(found.ids):
            if not set(question.labels).isdisjoint(labels_of(package)):
                yield package, organization, themes

    def _results(self, found: Found, question: Question, fields: tuple[str, ...] | None) -> list[Json]:
        if fields == ("id",):
            return [{"id": each} for each in found.ids]
        results: list[Json] = []
        for package, organization, themes in self._seen(found, question):
            if fields is None:
                result = views.package_view(package, organization, themes, self._reading.site)
            else:
                result = _picked(document(package, organization, themes), fields)
            if question.highlight:
                result["highlight"] = dict(found.highlights.get(package.id, {}))
            results.append(result)
        return results

    def _described(self, name: str, counts: Mapping[str, int]) -> Json:
        titles = self._titles(name)
        items = [
            {"name": value, "display_name": titles.get(value) or value, "count": count}
            for value, count in counts.items()
        ]
        # stable, so equal titles stay in the order of their counts
        return {"title": name, "items": sorted(items, key=lambda item: str(item["display_name"]), reverse=True)}

    def _titles(self, name: str) -> Mapping[str, str]:
        if name in ("organization", "groups"):
            kind = "organization" if name == "organization" else "group"
            return {each.name: each.title.strip() for each in self._groups().values() if each.kind == kind}
        if name == "owner_org":
            return {each.id: each.title.strip() for each in self._groups().values()}
        if name == "license_id":
            return {each["id"]: each["title"] for each in standard.licenses()}
        return {}


def _picked(each: Document, fields: Sequence[str]) -> Json:
    """The search fields of a dataset that were asked for, as Solr answers them."""
    single: dict[str, Any] = {
        "id": each["id"],
        "name": each["name"],
        "title": each["title"],
        "notes": each["texts"]["notes"],
        "metadata_created": _zulu(each["created"]),
        "metadata_modified": _zulu(each["modified"]),
    }
    there = {**{name: values if names.many(name) else values[0] for name, values in each["fields"].items()}, **single}
    return there if "*" in fields else {name: there[name] for name in fields if name in there}


def _zulu(moment: str) -> str:
    return f"{views.naive(moment)[:-3]}Z"


def _completed(found: Mapping[str, Any]) -> Json:
    by_title = found["field"] == "title"
    return {
        "name": found["name"],
        "title": found["title"],
        "match_field": "title" if by_title else "name",
        "match_displayed": f"{found['title']} ({found['name']})" if by_title else found["name"],
    }
