"""What changed is looked through and the rest is indexed: a question must mean the same to both."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.opendata.search.answering import View
from chalicelib.opendata.search.completing import complete
from chalicelib.opendata.search.model import (
    Document,
    Every,
    Exact,
    Not,
    Query,
    Question,
    Some,
    Text,
    Wildcard,
    Words,
)
from chalicelib.opendata.search.synonyms import Synonyms
from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import count, indexed
from tests.opendata.search.shelf import Shelf, document

PIECES = [
    "น้ำ", "แม่น้ำ", "นำ้ท่วม", "ท่วม", "กา", "การ", "เก", "เ", "า", "ๆ", "ข้อมูล", "ข้อ", "พ.ศ.", "จังหวัด", "เลย", "ม.", "ไฟฟ้า",
    "ฟ้า", "กกก", "กก", "2566", "๒๕๖๖", "2023", "2.5", "1,234", "open", "data", "Open-Data", "opne", "dta", "hospital",
    "hospitals", "hospitol", "a1", "b", "café", "²", "日本", " ", "-", "_", "/", ".", "\n",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
FIELDS = ["title", "name", "notes", "tags", "organization", "groups", "text"]
SYNONYMS = Synonyms([["น้ำท่วม", "flood"], ["hospital", "โรงพยาบาล"], ["open data", "ข้อมูลเปิด", "ข้อมูล"]])
LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.builds(Words, TEXTS),
    st.builds(Text, st.sampled_from(FIELDS), TEXTS, st.booleans()),
    st.builds(
        Text,
        st.sampled_from(FIELDS),
        st.lists(st.sampled_from(["*", "?", "op", "en", "hosp", "น้ำ", "a", "1"]), min_size=1, max_size=4).map("".join),
        pattern=st.just(True),
    ),
    st.builds(Exact, st.just("organization"), st.sampled_from(["o1", "o2"])),
)
QUERIES: st.SearchStrategy[Query] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Every, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Some, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=3,
)
SETTLED = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would build thousands of indexes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def shelves(draw: st.DrawFn) -> list[Document]:
    return [
        document(
            f"{place:02d}",
            draw(TEXTS),
            notes=draw(TEXTS),
            tags=draw(st.lists(st.sampled_from(["น้ำ ท่วม", "open data", "2566"]), max_size=2, unique=True)),
            organization=draw(st.sampled_from(["o1", "o2"])),
        )
        for place in range(draw(st.integers(1, 14)))
    ]


@SETTLED
@given(shelves(), st.lists(QUERIES, min_size=8, max_size=12))
def test_finds_among_the_changes_what_it_finds_in_the_index(documents: list[Document], queries: list[Query]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        indexed = Shelf(Path(folder) / "all", documents, synonyms=SYNONYMS)
        looked = Shelf(Path(folder) / "none", [], {each["id"]: each for each in documents}, SYNONYMS)
        mixed = Shelf(Path(folder) / "some", documents[::2], {each["id"]: each for each in documents[1::2]}, SYNONYMS)
        for query in queries:
            asked = Question(query=query, sort=(("id", False),), rows=20, facets=("organization", "tags"))
            for tier in ("all", "most", "some"):
                views = [View(each.base, each.delta, SYNONYMS, asked, tier) for each in (indexed, looked, mixed)]
                right, *others = [[hit["id"] for hit in view.page(asked.sort, 0, 20)] for view in views]
                assert others == [right, right], (query, tier)
            found = [each.search(asked) for each in (indexed, looked, mixed)]
            assert found[0].facets == found[1].facets == found[2].facets, query
            assert found[0].tier == found[1].tier == found[2].tier, query


@SETTLED
@given(shelves(), st.lists(TEXTS, min_size=8, max_size=12))
def test_completes_from_the_changes_as_from_the_index(documents: list[Document], typed: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        indexed = Shelf(Path(folder) / "all", documents)
        looked = Shelf(Path(folder) / "none", [], {each["id"]: each for each in documents})
        for words in typed:
            right, other = [complete(each.base, each.delta, words, ["public"], 20) for each in (indexed, looked)]
            assert other == right, words


RELEVANT = [
    document("0", "น้ำท่วมจังหวัดเลย", notes="สถิติน้ำท่วม " * 3, organization="o1"),
    document("1", "จังหวัดเลย", notes="แม่น้ำและน้ำท่วม", organization="o2"),
    document("2", "Open data 2566", notes="น้ำ open hospital", organization="o1", tags=["open data"]),
    document("3", "Hospital list 2023", notes="โรงพยาบาลในจังหวัด " * 8, organization="o1"),
    document("4", "รายการข้อมูลเปิด", notes="x " * 40, organization="โรงพยาบาล"),
    document("5", "น้ำ", organization="o2", tags=["น้ำ ท่วม"]),
]


@pytest.fixture(scope="module")
def relevant(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Shelf]:
    """The same datasets in the index, there and changed, and changed without an index."""
    folder, changed = tmp_path_factory.mktemp("relevant"), {each["id"]: each for each in RELEVANT}
    return {
        "indexed": Shelf(folder / "all", RELEVANT, synonyms=SYNONYMS),
        "changed": Shelf(folder / "all too", RELEVANT, dict(changed), SYNONYMS),
        "alone": Shelf(folder / "none", [], dict(changed), SYNONYMS),
    }


@pytest.mark.parametrize("tier", ["all", "most", "some"])
@pytest.mark.parametrize(
    "query",
    [
        Words("น้ำท่วม"),
        Words("น้ำ"),
        Words("2566"),
        Words("open data"),
        Words("hospital 2023"),
        Words("hospitol"),
        Words("จังหวัดเลย น้ำท่วม"),
        Text("title", "จังหวัดเลย"),
        Text("notes", "น้ำท่วม"),
        Text("text", "น้ำท่วม"),
        Every((Words("น้ำ"), Text("title", "น้ำ"))),
        Some((Words("open"), Text("title", "จังหวัด"))),
    ],
    ids=str,
)
def test_scores_a_change_as_the_index_scores_it(relevant: Mapping[str, Shelf], query: Query, tier: str) -> None:
    asked = Question(query=query, rows=20)
    views = [View(each.base, each.delta, SYNONYMS, asked, tier) for each in (relevant["indexed"], relevant["changed"])]
    right, scores = [{hit["id"]: hit["score"] for hit in view.page(asked.sort, 0, 20)} for view in views]
    assert scores == pytest.approx(right, rel=0.02)


@pytest.mark.parametrize("text", ["น้ำท่วม", "open data", "hospital 2023", "จังหวัดเลย น้ำท่วม"])
def test_without_an_index_the_changes_say_what_is_rare(relevant: Mapping[str, Shelf], text: str) -> None:
    asked = Question(query=Words(text), rows=20)
    right, alone = relevant["indexed"].search(asked), relevant["alone"]
    assert alone.search(asked).ids == right.ids
    assert alone.search(replace(asked, rows=2)).ids == right.ids[:2]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_counts_the_tokens_that_are_indexed(text: str) -> None:
    assert count(fold(text)) == len(indexed(text).split())


@pytest.mark.parametrize(
    "query",
    [
        Wildcard("tags", "*a" * 40 + "*b"),
        Wildcard("title", "*a" * 40 + "*b"),
        Text("title", "a*" * 40 + "b", pattern=True),
        Text("title", "open data", phrase=True),
    ],
    ids=lambda query: f"{query.__class__.__name__} {getattr(query, 'field', '')}",
)
def test_no_question_sends_the_search_back_and_forth(tmp_path: Path, query: Query) -> None:
    """What would take longer than the universe if each star, or each sign between two words, had two ways to match."""
    bomb = document("0", "a" * 3_000 + " open " + "\u0e5c" * 3_000 + "x", tags=["a" * 3_000])
    assert Shelf(tmp_path / "none", [], {"0": bomb}).search(Question(query=query)).count == 0
