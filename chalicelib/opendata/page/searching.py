"""The search page's address as a question, and back: every state of the page is a link."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.shared.dataclass import dataclass

from ..search.model import Everything, Exact, Query, Question, Words

FACETS = ("organization", "groups", "tags", "res_format", "license_id", "data_category")
"""What results can be narrowed by: search fields, which are also the names in the address (CKAN's)."""
SORTS: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "score": (("score", True), ("metadata_modified", True)),
    "newest": (("metadata_modified", True),),
    "created": (("metadata_created", True),),
    "title": (("title", False),),
}
ROWS = 20
LAST_PAGE = 500
MAX_WORDS = 200
MAX_CHOSEN = 12
MAX_VALUE = 200
_OPERATOR = re.compile(r"[:\"()\[\]{}*?~^\\+!&|/<>=-]|\b(?:AND|OR|NOT)\b")
VALUES = 30
"""Values of a facet that are told; of these the first few are seen at once."""


@dataclass(frozen=True)
class Asked:
    """What somebody looks for.

    Attributes:
        words: as typed.
        chosen: (facet, value) pairs; all must hold.
        sort: one of `SORTS`, or "" for the one that suits.
        page: from 1.
    """

    words: str = ""
    chosen: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    page: int = 1

    @property
    def order(self) -> str:
        """The sort that is in force: by relevance where there are words."""
        return self.sort or ("score" if self.words else "newest")

    def without(self, pair: tuple[str, str]) -> Asked:
        """The same without one filter, from the first page."""
        return replace(self, chosen=tuple(each for each in self.chosen if each != pair), page=1)

    def within(self, pair: tuple[str, str]) -> Asked:
        """The same with one more filter, from the first page."""
        return replace(self, chosen=(*self.chosen, pair), page=1)

    def pairs(self, *, page: int | None = None) -> list[tuple[str, str]]:
        """The address's query in its one stable form."""
        page = self.page if page is None else page
        found = [("q", self.words)] if self.words else []
        found += [(name, value) for name in FACETS for chosen, value in self.chosen if chosen == name]
        found += [("sort", self.sort)] if self.sort else []
        return [*found, ("page", str(page))] if page > 1 else found

    def question(self) -> Question:
        """As the engine is asked."""
        query: Query = Words(self.words) if self.words else Everything()
        return Question(
            query=query,
            filters=(Exact("state", "active"), *(Exact(name, value) for name, value in self.chosen)),
            sort=SORTS[self.order],
            start=(self.page - 1) * ROWS,
            rows=ROWS,
            facets=FACETS,
            facet_limit=VALUES,
            highlight=bool(self.words),
        )

    def feed(self) -> list[tuple[str, str]]:
        """The query of this search's feed. There words are read as CKAN reads them, so its operators are taken out."""
        words = " ".join(_OPERATOR.sub(" ", self.words).split())
        return [*([("q", words)] if words else []), *self.chosen]


def asked(query: Mapping[str, Sequence[str]]) -> Asked:
    """What an address asks; what makes no sense in it is left out, so that no link is ever dead."""
    words = " ".join(_last(query, "q").split())[:MAX_WORDS].strip()
    chosen = [
        (name, value)
        for name in FACETS
        for value in dict.fromkeys(query.get(name, ()))
        if value.strip() and len(value) <= MAX_VALUE and value.isprintable()
    ]
    sort = _last(query, "sort")
    return Asked(
        words="" if words in ("*", "*:*") else words,
        chosen=tuple(chosen[:MAX_CHOSEN]),
        sort=sort if sort in SORTS else "",
        page=page_of(query),
    )


def page_of(query: Mapping[str, Sequence[str]], last: int = LAST_PAGE) -> int:
    """The page that an address names, from 1."""
    page = _last(query, "page")
    return max(1, min(int(page), last)) if page.isascii() and page.isdigit() and len(page) < 10 else 1


def _last(query: Mapping[str, Sequence[str]], name: str) -> str:
    return (query.get(name) or ("",))[-1]


def around(page: int, last: int) -> list[int | None]:
    """Page numbers to show: the first, the last and those near; None for a gap."""
    near = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    shown: list[int | None] = []
    for number in near:
        if shown and isinstance(shown[-1], int) and number - shown[-1] > 1:
            shown.append(None if number - shown[-1] > 2 else number - 1)
        shown.append(number)
    return shown
