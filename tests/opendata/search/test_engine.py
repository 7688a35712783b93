"""The engine against the oracle: the same datasets, order and counts for every question without relevance."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.opendata.search.model import (
    PUBLIC,
    Document,
    Every,
    Everything,
    Exact,
    Inside,
    Not,
    Query,
    Question,
    Range,
    Some,
    Wildcard,
)
from tests.opendata.search import plain
from tests.opendata.search.shelf import Shelf, document

IDS = [f"{place:04x}" for place in range(14)]
VALUES = ["a", "ab", "b", "น้ำ", "น้ำ ท่วม", "x*y", "C.D", "new\nline"]
MOMENTS = [f"2026-01-0{day}T0{hour}:00:00.000000+00:00" for day in (1, 2, 3) for hour in (0, 5)]
FIELDS = ["tags", "organization", "extras_ปี งบ.1", "res_format", "res_url", "missing"]
SORTS = ["id", "name", "title", "metadata_modified", "metadata_created", "organization", "score"]
LABELS = [PUBLIC, "org-1", "user-1"]


@st.composite
def documents(draw: st.DrawFn, id: str) -> Document:
    several = st.lists(st.sampled_from(VALUES), max_size=3, unique=True)
    fields = {name: draw(several) for name in ("extras_ปี งบ.1", "res_format", "res_url")}
    box = draw(st.sampled_from([None, [0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 2.0, 2.0], [5.0, 5.0, 6.0, 6.0]]))
    return document(
        id,
        draw(st.sampled_from(["แมว", "กา", "เก้าอี้", "Zoo"])),
        labels=draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=2, unique=True)),
        tags=draw(several),
        modified=draw(st.sampled_from(MOMENTS)),
        created=draw(st.sampled_from(MOMENTS)),
        bbox=box,
        organization=draw(st.sampled_from(["o1", "o2", "โอ"])),
        fields={name: found for name, found in fields.items() if found},
    )


@st.composite
def shelves(draw: st.DrawFn) -> tuple[list[Document], dict[str, Document | None]]:
    old = [draw(documents(each)) for each in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=10))]
    changed = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=5))
    return old, {each: draw(st.one_of(st.none(), documents(each))) for each in changed}


LEAVES = st.one_of(
    st.just(Everything()),
    st.builds(
        Exact, st.sampled_from([*FIELDS, "state", "private"]), st.sampled_from([*VALUES, "o1", "active", "false"])
    ),
    st.builds(Exact, st.just("id"), st.sampled_from(IDS)),
    st.builds(Exact, st.just("metadata_modified"), st.sampled_from(MOMENTS)),
    st.builds(Exact, st.just("title"), st.sampled_from(["แมว", "กา", "ก"])),
    st.builds(
        Wildcard,
        st.sampled_from([*FIELDS, "id", "name", "title"]),
        st.sampled_from(["*", "a*", "*b", "น?ำ*", "?", "0*"]),
    ),
    st.builds(Wildcard, st.just("metadata_modified"), st.sampled_from(["*", "2026-01-01*", "2026-*T05*"])),
    st.builds(
        Range,
        st.sampled_from([*FIELDS, "id"]),
        st.one_of(st.none(), st.sampled_from([*VALUES, *IDS])),
        st.one_of(st.none(), st.sampled_from([*VALUES, *IDS])),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(
        Range,
        st.sampled_from(["metadata_modified", "metadata_created"]),
        st.one_of(st.none(), st.sampled_from(MOMENTS)),
        st.one_of(st.none(), st.sampled_from(MOMENTS)),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(Inside, st.sampled_from([(0.0, 0.0, 0.5, 0.5), (1.5, 1.5, 9.0, 9.0), (-9.0, -9.0, -8.0, -8.0)])),
)
QUERIES: st.SearchStrategy[Query] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Every, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Some, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=5,
)
QUESTIONS = st.builds(
    Question,
    query=QUERIES,
    filters=st.lists(QUERIES, max_size=2).map(tuple),
    labels=st.sampled_from([(PUBLIC,), ("org-1",), (PUBLIC, "user-1"), ("nobody",)]),
    sort=st.lists(st.tuples(st.sampled_from(SORTS), st.booleans()), max_size=3, unique_by=lambda each: each[0]).map(
        tuple
    ),
    start=st.integers(0, 8),
    rows=st.integers(0, 8),
    facets=st.lists(
        st.sampled_from([*FIELDS, "private", "name", "title", "metadata_modified"]), max_size=3, unique=True
    ).map(tuple),
    facet_limit=st.one_of(st.none(), st.integers(0, 3)),
    facet_mincount=st.integers(1, 2),
)


# shrinking would build thousands of indexes
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(shelves(), st.lists(QUESTIONS, min_size=12, max_size=20))
def test_finds_what_the_oracle_finds(
    held: tuple[list[Document], dict[str, Document | None]], questions: list[Question]
) -> None:
    old, changed = held
    now = {each["id"]: each for each in old} | changed
    there = [each for each in now.values() if each is not None]
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder) / "index", old, changed)
        for question in questions:
            found = shelf.search(question)
            right = plain.search(there, replace(question, sort=_sortable(question)))
            assert (found.count, found.ids) == (right.count, right.ids), question
            assert {name: list(values) for name, values in found.facets.items()} == right.facets, question


def _sortable(question: Question) -> tuple[tuple[str, bool], ...]:
    """Nothing is relevant here; and behind a field of its own order, others than those do not count."""
    sort = tuple(each for each in question.sort if each[0] != "score")
    if sort and sort[0][0] == "organization":
        return sort
    return tuple(each for each in sort if each[0] != "organization")
