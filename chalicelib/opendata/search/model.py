"""What is asked of a search engine and what it answers, whichever engine it is.

`lucene.py` and the actions make these questions; `Engine` is the door behind which the engine of this room stands, and
through which another (OpenSearch) can be put.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, NotRequired, Protocol, TypedDict, TypeVar

from chalicelib.shared.dataclass import dataclass

PUBLIC = "public"
"""The label of what everybody may see."""


class Document(TypedDict):
    """What the engine keeps of one dataset; JSON, as it stands in a change of the log.

    Keys:
        id, name, title: of the dataset; the title as its owner wrote it.
        labels: who may see it: `public`, else `org-{owner_org}`.
        fields: values by the name of the search field, e.g. organization, groups, tags, res_format, license_id, type,
            state, private, data_category, extras_{key}, vocab_{name}.
        created, modified: ISO 8601, UTC, microseconds.
        bbox: [west, south, east, north] in degrees, or None.
        texts: what is looked at by words: title, notes, tags, groups, organization, rest.
        themes: ids of the groups, in order.
        changed: the change that it is known by, where a snapshot or a change of the log gave one.
        card: the run of the publisher that wrote the dataset's card (`cards.py`), "" where it has none.
    """

    id: str
    name: str
    title: str
    labels: list[str]
    fields: dict[str, list[str]]
    created: str
    modified: str
    bbox: list[float] | None
    texts: dict[str, str]
    themes: NotRequired[list[str]]
    changed: NotRequired[str]
    card: NotRequired[str]


TEXTS = ("title", "notes", "tags", "groups", "organization", "rest")
"""The parts of `Document.texts`."""
DATES = ("metadata_created", "metadata_modified")
"""Search fields that hold times; ranges over them compare times."""


@dataclass(frozen=True)
class Everything:
    """Matches every dataset (`*:*`)."""


@dataclass(frozen=True)
class Words:
    """Free words over all texts, the way CKAN's dismax does: every word counts, names and titles weigh most."""

    text: str


@dataclass(frozen=True)
class Text:
    """Words in one text: `name`, `title`, `notes`, `tags`, `groups`, `organization` or `text` (all of them).

    With `pattern` one word of it is like this: `*` any letters, `?` one.
    """

    field: str
    text: str
    phrase: bool = False
    pattern: bool = False


@dataclass(frozen=True)
class Exact:
    """A search field holds exactly this value."""

    field: str
    value: str


@dataclass(frozen=True)
class Wildcard:
    """A search field holds a value of this pattern: `*` any characters, `?` one; `*` alone: any value at all."""

    field: str
    pattern: str


Ordered = TypeVar("Ordered", str, int)


def between(value: Ordered, low: Ordered | None, high: Ordered | None, with_low: bool, with_high: bool) -> bool:
    """Whether a value lies between two others; None is open."""
    if low is not None and (value < low or (value == low and not with_low)):
        return False
    return high is None or value < high or (value == high and with_high)


@dataclass(frozen=True)
class Range:
    """A search field lies between two values; None is open. Dates are ISO 8601 in UTC, others compare as text."""

    field: str
    low: str | None
    high: str | None
    with_low: bool = True
    with_high: bool = True

    def holds(self, value: str) -> bool:
        """Whether a value lies between, as text."""
        return between(value, self.low, self.high, self.with_low, self.with_high)


@dataclass(frozen=True)
class Inside:
    """The dataset's box meets this one: west, south, east, north in degrees (CKAN's `ext_bbox`)."""

    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Every:
    """All of these match."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class Some:
    """At least one of these matches."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class Not:
    """This does not match."""

    part: Query


Query = Everything | Words | Text | Exact | Wildcard | Range | Inside | Every | Some | Not


@dataclass(frozen=True)
class Question:
    """One search.

    Attributes:
        query: what is looked for, and what relevance comes from.
        filters: what must hold besides, without weight.
        labels: of the caller; a dataset is seen only with one of them.
        sort: (search field or `score`, `name`, `title`, `id`, `metadata_created`, `metadata_modified`; descending).
            Equal ones follow by id, so that pages fit together.
        start, rows: the page.
        facets: search fields whose values are counted over the whole result.
        facet_limit: values told of each; None: all.
        facet_mincount: values with fewer datasets are not told.
        highlight: whether the words that were found are to be marked.
    """

    query: Query = field(default_factory=Everything)
    filters: tuple[Query, ...] = ()
    labels: tuple[str, ...] = (PUBLIC,)
    sort: tuple[tuple[str, bool], ...] = (("score", True), ("metadata_modified", True))
    start: int = 0
    rows: int = 10
    facets: tuple[str, ...] = ()
    facet_limit: int | None = 50
    facet_mincount: int = 1
    highlight: bool = False


@dataclass(frozen=True)
class Found:
    """The answer.

    Attributes:
        count: of the whole result.
        ids: of this page's datasets, in order.
        facets: by search field, (value, datasets) pairs, most datasets first.
        highlights: by id, HTML of title and notes with the words found in `<mark>`; everything else is escaped.
        tier: how the words were taken: `all`, or how far they had to be loosened to find anything.
        suggestion: the words as they may have been meant, or None.
    """

    count: int
    ids: tuple[str, ...]
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    highlights: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tier: str = "all"
    suggestion: str | None = None


class Engine(Protocol):
    """A search engine over the catalogue that sees every write that was made before the question."""

    def search(self, question: Question) -> Found:
        """The datasets that match and that the caller may see."""
        ...

    def names(self, question: Question) -> Sequence[str]:
        """Names of the datasets that `search` would answer, in order, without reading any of them.

        `package_list` asks for all at once: `rows` may be larger than the catalogue.
        """
        ...

    def complete(self, words: str, labels: Sequence[str], limit: int) -> Sequence[Mapping[str, Any]]:
        """Datasets whose name or title begins or goes on like this: [{id, name, title, field}], the best first."""
        ...
