"""The parameters of package_search: what each asks, and how each is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.rules import Rejected
from chalicelib.opendata.search import asking
from chalicelib.opendata.search.asking import Asked, BadSearch
from chalicelib.opendata.search.model import (
    Every,
    Everything,
    Exact,
    Inside,
    Not,
    Query,
    Some,
    Text,
    Words,
)

NOW = datetime(2026, 11, 29, tzinfo=UTC)
STANDING: tuple[Query, ...] = (Exact("state", "active"), Exact("private", "false"))


def read(**given: Any) -> Asked:
    return asking.parse({name.replace("__", "."): value for name, value in given.items()}, now=NOW)


@pytest.mark.parametrize("q", [None, "", "  ", "*:*", "*", '""', "''"])
def test_nothing_asked_is_everything_that_is_public(q: str | None) -> None:
    question = read(q=q).question
    assert (question.query, question.filters) == (Everything(), STANDING)
    assert (question.rows, question.start, question.facets, question.labels) == (10, 0, (), ("public",))
    assert question.sort == (("score", True), ("metadata_modified", True))


@pytest.mark.parametrize(
    ("q", "query", "besides"),
    [
        ("น้ำ ประปา", Words("น้ำ ประปา"), ()),
        ("น้ำ* (ประปา)~2^4", Words("น้ำ ประปา 2 4"), ()),
        ("data-set", Words("data-set"), ()),
        ('"น้ำ ประปา" ไทย', Words("น้ำ ประปา ไทย"), (Text("text", "น้ำ ประปา", phrase=True),)),
        ("น้ำ -ประปา", Words("น้ำ"), (Not(Text("text", "ประปา")),)),
        ('น้ำ -"ท่วม ขัง"', Words("น้ำ"), (Not(Text("text", "ท่วม ขัง", phrase=True)),)),
        ("+น้ำ", Words("น้ำ"), ()),
        ("น้ำ - ประปา", Words("น้ำ ประปา"), ()),
        ('a "b', Words("a b"), ()),
        ("(((", Everything(), ()),
        (2566, Words("2566"), ()),
        ("น้ำ OR ไฟ", Some((Text("text", "น้ำ"), Text("text", "ไฟ"))), ()),
        ("น้ำ AND NOT ไฟ", Every((Text("text", "น้ำ"), Not(Text("text", "ไฟ")))), ()),
        ("research AND", Words("research AND"), ()),
        ("title:น้ำ", Text("title", "น้ำ"), ()),
        ("name:a OR name:b", Some((Exact("name", "a"), Exact("name", "b"))), ()),
    ],
)
def test_q_is_words_or_the_query_language(q: Any, query: Query, besides: tuple[Query, ...]) -> None:
    question = read(q=q).question
    assert question.query == query
    assert question.filters == (*STANDING, *besides)


def test_filters_come_from_three_places() -> None:
    asked = read(fq="tags:a", fq_list=["groups:b", "-organization:c"])
    found = (Exact("tags", "a"), Exact("groups", "b"), Not(Exact("organization", "c")))
    assert asked.question.filters == (*STANDING, *found)
    assert read(fq=["tags:a", "groups:b"], fq_list='["-organization:c"]').question.filters == (*STANDING, *found)
    assert read(fq="", fq_list=[""]).question.filters == STANDING


def test_what_is_shown_besides_the_public() -> None:
    assert not read().beyond
    assert read(include_private="true").question.filters == (Exact("state", "active"),)
    drafts = read(include_drafts=True)
    assert drafts.question.filters == (
        Some((Exact("state", "active"), Exact("state", "draft"))),
        Exact("private", "false"),
    )
    assert all(asked.beyond for asked in (read(include_private="1"), drafts, read(include_deleted="yes")))
    assert not read(include_private="false", include_drafts="no").beyond
    own = read(fq="+state:deleted")
    assert own.beyond
    assert own.question.filters == (Exact("private", "false"), Exact("state", "deleted"))
    assert read(fq="state:draft").question.filters == (*STANDING, Exact("state", "draft"))


def test_rows_and_start() -> None:
    question = read(rows="5000", start="20").question
    assert (question.rows, question.start) == (1_000, 20)
    assert read(rows=0).question.rows == 0


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ({"rows": "-1"}, {"rows": ["Must be a natural number"]}),
        ({"rows": "x"}, {"rows": ["Invalid integer", "Please enter an integer value"]}),
        ({"rows": True}, {"rows": ["Invalid integer", "Please enter an integer value"]}),
        ({"rows": 1.5}, {"rows": ["Invalid integer", "Please enter an integer value"]}),
        ({"rows": [1]}, {"rows": ["Invalid integer", "Please enter an integer value"]}),
        ({"rows": "9" * 5_000}, {"rows": ["Invalid integer", "Please enter an integer value"]}),
        ({"start": "-1", "rows": "-2"}, {"start": ["Must be a natural number"], "rows": ["Must be a natural number"]}),
        ({"facet.limit": "x"}, {"facet.limit": ["Invalid integer"]}),
        ({"facet.mincount": "-1"}, {"facet.mincount": ["Must be a natural number"]}),
        ({"facet.field": "[1"}, {"facet.field": ["Could not parse as valid JSON"]}),
        ({"facet.field": "[" * 100_000}, {"facet.field": ["Could not parse as valid JSON"]}),
        ({"facet.field": [1]}, {"facet.field": ["Not a string"]}),
        ({"facet.field": {"a": 1}}, {"facet.field": ["Not a string"]}),
        ({"fq_list": [["tags:a"]]}, {"fq_list": ["Not a string"]}),
        ({"fl": [None]}, {"fl": ["Not a string"]}),
    ],
)
def test_what_is_no_number_or_list_has_ckans_messages(given: dict[str, Any], messages: dict[str, list[str]]) -> None:
    with pytest.raises(Rejected) as refused:
        asking.parse(given, now=NOW)
    assert not isinstance(refused.value, BadSearch)
    assert refused.value.messages == messages


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"zzz": 1}, "Invalid search parameters: ['zzz']"),
        ({"q.op": "OR"}, "Invalid search parameters: ['q.op']"),
        ({"q": {"a": 1}}, 'Invalid "q" parameter: it is a text'),
        ({"q": "x" * 2_001}, 'Invalid "q" parameter: at most 2000 characters of words'),
        ({"q": "x" * 100_001}, 'Invalid "q" parameter: at most 100000 characters'),
        ({"q": "title:("}, 'Invalid "q" parameter: the query cannot be parsed'),
        ({"q": "{!lucene}x"}, 'Invalid "q" parameter: local parameters are not supported'),
        ({"fq": "(("}, 'Invalid "fq" parameter: the query cannot be parsed'),
        ({"fq": "{!func}x"}, 'Invalid "fq" parameter: local parameters are not supported'),
        ({"fq_list": ["tags:/x/"]}, 'Invalid "fq" parameter: regular expressions are not supported'),
        ({"fq_list": ["tags:x"] * 51}, 'Invalid "fq_list" parameter: at most 50 filters'),
        ({"fq_list": ["tags:x " * 14_000] * 2}, 'Invalid "fq" parameter: at most 100000 characters of filters'),
        ({"sort": "x"}, 'Invalid "sort" parameter'),
        ({"sort": "name"}, 'Invalid "sort" parameter'),
        ({"sort": "name up"}, 'Invalid "sort" parameter'),
        ({"sort": "name asc,"}, 'Invalid "sort" parameter'),
        ({"sort": "tags asc"}, 'Invalid "sort" parameter'),
        ({"sort": "sum(a,b) desc"}, 'Invalid "sort" parameter'),
        ({"sort": ",".join(["name asc"] * 11)}, 'Invalid "sort" parameter'),
        ({"facet.field": [f"f{n}" for n in range(51)]}, 'Invalid "facet.field" parameter: at most 50 names of fields'),
        ({"facet.field": ["{!ex=a}tags"]}, 'Invalid "facet.field" parameter: at most 50 names of fields'),
        ({"fl": "a(b)"}, 'Invalid "fl" parameter: at most 50 names of fields'),
        ({"ext_bbox": "1,2,3"}, 'Invalid "ext_bbox" parameter: west,south,east,north in degrees'),
        ({"ext_bbox": "nan,0,1,1"}, 'Invalid "ext_bbox" parameter: west,south,east,north in degrees'),
        ({"ext_bbox": "102,13,101,14"}, 'Invalid "ext_bbox" parameter: west,south,east,north in degrees'),
        ({"ext_bbox": "0,-91,1,1"}, 'Invalid "ext_bbox" parameter: west,south,east,north in degrees'),
    ],
)
def test_what_cannot_be_searched_is_named(given: dict[str, Any], text: str) -> None:
    with pytest.raises(BadSearch) as refused:
        asking.parse(given, now=NOW)
    assert [message for messages in refused.value.messages.values() for message in messages] == [text]


@pytest.mark.parametrize(
    ("sort", "fields"),
    [
        ("name asc", (("name", False),)),
        ("title_string  DESC , name asc", (("title", True), ("name", False))),
        ("score desc, metadata_modified desc", (("score", True), ("metadata_modified", True))),
        ("views_recent desc", (("extras_views_recent", True),)),
        ("license_id asc", (("license_id", False),)),
        ("rank", (("score", True), ("metadata_modified", True))),
    ],
)
def test_sort(sort: str, fields: tuple[tuple[str, bool], ...]) -> None:
    assert read(sort=sort).question.sort == fields


@pytest.mark.parametrize(
    "given", [["tags", "license_id"], '["tags", "license_id"]', "tags,license_id", "tags license_id"]
)
def test_facets_come_as_a_list_or_as_text(given: Any) -> None:
    asked = read(facet__field=given, facet__limit="-1", facet__mincount="2")
    assert asked.facets == {"tags": "tags", "license_id": "license_id"}
    assert asked.question.facets == ("tags", "license_id")
    assert (asked.question.facet_limit, asked.question.facet_mincount) == (None, 2)
    assert read(facet="false", facet__field=given).question.facets == ()
    assert read(facet="true", facet__field=given).question.facets == ("tags", "license_id")


def test_a_facet_by_another_name_is_counted_once() -> None:
    asked = read(facet__field=["title", "title_string", "theme", "extras_theme"])
    assert asked.question.facets == ("title", "extras_theme")
    assert asked.facets["theme"] == asked.facets["extras_theme"] == "extras_theme"


def test_the_map_the_marks_and_what_means_nothing_here() -> None:
    assert read(ext_bbox="100.5,13.5,101,14").question.filters[-1] == Inside((100.5, 13.5, 101.0, 14.0))
    assert read(ext_highlight="true").question.highlight
    vain = {"qf": "name^4", "mm": "1", "defType": "edismax", "tie": "0.1", "bf": "x", "boost": "y", "wt": "xml"}
    asked = asking.parse({**vain, "extras": {}, "ext_whatever": 1, "use_default_schema": True}, now=NOW)
    assert asked == read()


def test_fields_to_answer() -> None:
    assert read().fields is None
    assert read(fl="id,name").fields == ("id", "name")
    assert read(fl=["id", "name", "id"]).fields == ("id", "name")
    assert read(fl='["*"]').fields == ("*",)


def test_the_vocabularies_that_are_mentioned() -> None:
    given = {"q": "vocab_a:x", "fq_list": ["vocab_ข-1:y"], "facet.field": '["vocab_c"]', "rows": 1}
    assert asking.vocabularies(given) == ["a", "ข-1", "c"]
    assert asking.vocabularies({"q": "x"}) == []


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["q", "fq", "fq_list", "sort", "rows", "facet.field", "fl", "ext_bbox", "facet"]),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)
            ),
            max_leaves=4,
        ),
    )
)
def test_any_parameters_are_a_search_or_refused(given: dict[str, Any]) -> None:
    try:
        asked = asking.parse(given, now=NOW)
    except Rejected as refused:
        assert refused.messages
    else:
        assert 0 <= asked.question.rows <= 1_000
