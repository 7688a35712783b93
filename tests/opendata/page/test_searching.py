"""Every state of the search page is an address, and back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.page import searching
from chalicelib.opendata.page.searching import Asked
from chalicelib.opendata.search.model import Everything, Exact, Words

WORDS = st.text(st.characters(categories=["L", "N", "P"]), max_size=20).map(lambda text: " ".join(text.split()))
VALUES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)
CHOSEN = st.lists(st.tuples(st.sampled_from(searching.FACETS), VALUES), max_size=5, unique=True)
ASKED = st.builds(
    Asked,
    WORDS.filter(lambda words: words not in ("*", "*:*")),
    CHOSEN.map(lambda pairs: tuple(sorted(pairs, key=lambda pair: searching.FACETS.index(pair[0])))),
    st.sampled_from(["", *searching.SORTS]),
    st.integers(1, searching.LAST_PAGE),
)


@settings(max_examples=40, deadline=None)
@given(ASKED)
def test_an_address_says_what_was_asked(asked: Asked) -> None:
    assert searching.asked(parse_qs(urlencode(asked.pairs()), keep_blank_values=True)) == asked


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*searching.FACETS, "q", "sort", "page", "x"]), st.lists(st.text(max_size=5), max_size=3)
    )
)
def test_no_address_is_refused(query: dict[str, list[str]]) -> None:
    question = searching.asked(query).question()
    assert question.labels == ("public",)
    assert Exact("state", "active") in question.filters
    assert 0 <= question.start <= searching.ROWS * searching.LAST_PAGE


def test_words_and_filters_are_told_to_the_engine_as_they_are() -> None:
    asked = searching.asked({"q": [" น้ำ  OR title:x "], "tags": ["น้ำ", "ฝน"], "nothing": ["x"]})
    question = asked.question()
    assert question.query == Words("น้ำ OR title:x")
    assert question.filters[1:] == (Exact("tags", "น้ำ"), Exact("tags", "ฝน"))
    assert searching.asked({"q": ["*:*"]}).question().query == Everything()


def test_the_best_match_comes_first_where_there_are_words() -> None:
    assert searching.asked({"q": ["น้ำ"]}).order == "score"
    assert searching.asked({}).order == "newest"
    assert searching.asked({"sort": ["title"], "q": ["x"]}).order == "title"


def test_a_filter_can_be_added_and_taken_away() -> None:
    asked = Asked("น้ำ", (("tags", "ฝน"),), "", 3)
    more = asked.within(("organization", "nso"))
    assert more.page == 1
    assert more.without(("organization", "nso")) == Asked("น้ำ", (("tags", "ฝน"),))


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_the_feed_of_a_search_has_none_of_the_operators(words: str) -> None:
    told = dict(Asked(words).feed()).get("q", "")
    assert not set(told) & set(':"()[]{}*?~^\\+!&|/')


@pytest.mark.parametrize(
    ("page", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 9, [1, 2, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (3, 9, [1, 2, 3, 4, None, 9]),
        (9, 9, [1, None, 8, 9]),
        (4, 9, [1, 2, 3, 4, 5, None, 9]),
    ],
)
def test_the_pages_near_are_shown(page: int, last: int, shown: list[int | None]) -> None:
    assert searching.around(page, last) == shown


@pytest.mark.parametrize(
    ("given_page", "page"), [("2", 2), ("0", 1), ("-1", 1), ("x", 1), ("๒", 1), ("9" * 50, 1), ("600", 500)]
)
def test_a_page_that_is_none_is_the_first_or_the_last(given_page: str, page: int) -> None:
    assert searching.page_of({"page": [given_page]}) == page
