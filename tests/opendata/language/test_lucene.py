"""Lucene's syntax as clients write it, and everything that is no query."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.opendata.search.lucene import MAX_CLAUSES, MAX_DEPTH, MAX_TEXT, Unreadable, parse
from chalicelib.opendata.search.model import (
    Document,
    Every,
    Everything,
    Exact,
    Not,
    Query,
    Question,
    Range,
    Some,
    Text,
    Wildcard,
)
from tests.opendata.search.plain import matches

NOW = datetime(2026, 11, 29, 23, 5, 6, 123456, tzinfo=UTC)
A, B, C = Exact("name", "a"), Exact("name", "b"), Exact("name", "c")


def read(text: str) -> Query:
    return parse(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("name:a", A),
        ("+name:a", A),
        ("-name:a", Not(A)),
        ("NOT name:a", Not(A)),
        ("!name:a", Not(A)),
        ("! name:a", Not(A)),
        ("!!name:a", A),
        ("-(-(-name:a))", Not(Not(Not(A)))),
        ("name:a name:b", Every((A, B))),
        ("name:a AND name:b", Every((A, B))),
        ("name:a && name:b", Every((A, B))),
        ("+name:a +name:b -name:c", Every((A, B, Not(C)))),
        ("name:a OR name:b", Some((A, B))),
        ("name:a || name:b", Some((A, B))),
        ("name:(a OR b)", Some((A, B))),
        ("name:(a b)", Every((A, B))),
        ("name:(a -b)", Every((A, Not(B)))),
        ("name:a OR name:b AND name:c", Some((A, Every((B, C))))),
        ("(name:a OR name:b) AND name:c", Every((Some((A, B)), C))),
        ("!(name:a || name:b)", Not(Some((A, B)))),
        ("*:*", Everything()),
        ("*", Everything()),
        ("*:* -name:a", Every((Everything(), Not(A)))),
        ("name:*", Wildcard("name", "*")),
        ("name:wat*", Wildcard("name", "wat*")),
        ("name:w?t***r", Wildcard("name", "w?t*r")),
        (r"name:a\*b?", Wildcard("name", "a?b?")),
        (r"name:http\:\/\/x", Exact("name", "http://x")),
        ('tags:"น้ำ ประปา"', Exact("tags", "น้ำ ประปา")),
        ('tags:"a \\"b\\""', Exact("tags", 'a "b"')),
        ("tags:น้ำ", Exact("tags", "น้ำ")),
        ("title:น้ำ", Text("title", "น้ำ")),
        ('title:"น้ำ ประปา"', Text("title", "น้ำ ประปา", phrase=True)),
        ("title:น้ำ*", Text("title", "น้ำ*", pattern=True)),
        ("*wat?r*", Text("text", "*wat?r*", pattern=True)),
        ("text:*", Everything()),
        ("title:'a'", Text("title", "'a'")),
        ("น้ำ ประปา", Every((Text("text", "น้ำ"), Text("text", "ประปา")))),
        ("name:a^2", A),
        ("name:a~1", A),
        ("name:a~0.5^3.2", A),
        ("(name:a)^2", A),
        ('tags:"{!x"', Exact("tags", "{!x")),
        ("entity_type:package", Everything()),
        ("+site_id:default", Everything()),
        ("title_string:x", Exact("title", "x")),
        ("private:true", Exact("private", "true")),
        ("data_category:x", Exact("data_category", "x")),
        ("harvest_source_id:x", Some((Exact("extras_harvest_source_id", "x"), Exact("harvest_source_id", "x")))),
        ("license_id:[a TO b}", Range("license_id", "a", "b", True, False)),
        ("license_id:{a TO *]", Range("license_id", "a", None, False, True)),
        ("license_id:[-3 TO 5]", Range("license_id", "-3", "5")),
        ('license_id:["a b" TO "c d"]', Range("license_id", "a b", "c d")),
        ("license_id:[* TO *]", Wildcard("license_id", "*")),
        ("license_id:>=b", Range("license_id", "b", None)),
        ("license_id:<b", Range("license_id", None, "b", True, False)),
        (
            "metadata_modified:[2020-01-01T00:00:00Z TO *]",
            Range("metadata_modified", "2020-01-01T00:00:00.000000+00:00", None),
        ),
        (
            r"metadata_modified:[2020-01-01T00\:00\:00Z TO *]",
            Range("metadata_modified", "2020-01-01T00:00:00.000000+00:00", None),
        ),
        (
            "metadata_modified:{2020-01-01T00:00:00.123Z TO 2020-02]",
            Range(
                "metadata_modified",
                "2020-01-01T00:00:00.124000+00:00",
                "2020-03-01T00:00:00.000000+00:00",
                True,
                False,
            ),
        ),
        (
            "metadata_created:[NOW-1DAY/DAY TO NOW]",
            Range(
                "metadata_created",
                "2026-11-28T00:00:00.000000+00:00",
                "2026-11-29T23:05:06.123457+00:00",
                True,
                False,
            ),
        ),
        (
            "metadata_created:2020",
            Range(
                "metadata_created",
                "2020-01-01T00:00:00.000000+00:00",
                "2021-01-01T00:00:00.000000+00:00",
                True,
                False,
            ),
        ),
    ],
)
def test_a_query_means_what_its_writer_means(text: str, query: Query) -> None:
    assert read(text) == query


def test_a_blank_means_and_and_binds_last() -> None:
    """The filter that ckanext-harvest sends; Solr itself would forget the organisations."""
    read_as = read("organization:a OR organization:b metadata_modified:[2020-01-01T00:00:00Z TO *]")
    assert isinstance(read_as, Every)
    assert read_as.parts[0] == Some((Exact("organization", "a"), Exact("organization", "b")))


def test_one_word_of_an_extra_is_enough_to_find_it() -> None:
    found = read("extras_theme:health")
    for value, holds in (("health", True), ("public health", True), ("health care", True), ("healthy", False)):
        assert matches(_document(extras_theme=[value]), Question(found)) is holds
    assert matches(_document(res_name=["lorem ipsum"]), Question(read('res_name:"Lorem Ipsum"')))


def test_fields_that_are_kept_under_another_name() -> None:
    assert parse("vocab_area:x", now=NOW, renamed={"vocab_area": "vocab_17"}) == Exact("vocab_17", "x")
    assert read("vocab_area:x") == Exact("vocab_area", "x")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "parsed"),
        ("  ", "parsed"),
        ("((", "parsed"),
        ("name:", "parsed"),
        ("AND", "parsed"),
        ("name:a AND", "parsed"),
        ('"a', "parsed"),
        ("^4", "parsed"),
        ("[a TO]", "parsed"),
        ("name:a:b", "within a field"),
        ("name:(title:b)", "within a field"),
        ("*:a", "all fields"),
        ("{!func}x", "local parameters"),
        ("name:a {!bool must=x}", "local parameters"),
        ('_query_:"{!lucene}x"', "queries within"),
        ("_val_:x", "queries within"),
        ("name:/a(b|c)+/", "regular expressions"),
        ("name:/(a+)+$/", "regular expressions"),
        ("name:*a*b*c*d*e*", "pattern"),
        (f"name:{'?' * 21}", "pattern"),
        ("metadata_modified:yesterday", "date"),
        ("metadata_modified:[2020-13-01 TO *]", "date"),
        ("metadata_modified:NOW/FORTNIGHT", "unit"),
        ("metadata_modified:[NOW+9999999YEARS TO *]", "years"),
        ("metadata_modified:2020*", "date"),
        ("name:" + "a" * 2_001, "term"),
        ("a" * (MAX_TEXT + 1), "characters"),
        (" OR ".join(["name:a"] * (MAX_CLAUSES + 1)), "clauses"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "nested"),
        ("-" * 5_000 + "a", "nested"),
        ("NOT " * 5_000 + "a", "nested"),
        ("(" * 50_000, "clauses"),
    ],
)
def test_what_cannot_be_taken_is_refused_without_repeating_it(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 120


def test_a_thousand_organisations_are_a_filter() -> None:
    text = " OR ".join(f'organization:"department-of-public-works-of-province-{number}"' for number in range(1_000))
    found = read(text)
    assert isinstance(found, Some) and len(found.parts) == 1_000


def test_the_deepest_that_is_taken_needs_little_of_the_stack() -> None:
    text = "(" * (MAX_DEPTH - 2) + "name:a" + ")" * (MAX_DEPTH - 2)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400)
    try:
        assert read(text) == A
    finally:
        sys.setrecursionlimit(limit)


def test_threads_do_not_disturb_each_other() -> None:
    texts = [f"name:a{number} OR (tags:b{number} AND -name:c{number})" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, texts)) == [read(text) for text in texts]


PIECES = st.sampled_from(
    ["name", ":", "(", ")", "[", "]", "{", "}", " TO ", " AND ", " OR ", "NOT ", "+", "-", "!", "&&", "||", '"', "\\",
     "*", "?", "~", "^", "/", "'", "<", ">", "=", ".", "1", " ", "\n", "\x00", "น้ำ", "{!", "NOW", "metadata_modified",
     "/DAY", "a", "title", "2020-01-01T00:00:00Z", "\u200b", "\ufeff"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=200)))
@example("a~1.2.3")
@example("a^1.2.3")
@example('!"a b"')
def test_any_text_is_a_query_or_refused(text: str) -> None:
    try:
        found = read(text)
    except Unreadable as refused:
        assert str(refused)
    else:
        matches(_document(), Question(found))


CLAUSES = st.sampled_from(["name:a", "name:b", "tags:x", "tags:y"])
TREES = st.recursive(
    CLAUSES.map(lambda text: (text,)),
    lambda inner: st.one_of(
        st.tuples(st.just("NOT"), inner),
        st.tuples(st.sampled_from(["AND", "OR", ""]), inner, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(TREES, st.sampled_from(["a", "b", "c"]), st.sets(st.sampled_from(["x", "y"])))
def test_operators_mean_what_logic_says(tree: Any, name: str, tags: set[str]) -> None:
    document = _document(name=name, tags=sorted(tags))
    assert matches(document, Question(read(_written(tree)))) is _true(tree, name, tags)


def _written(tree: Any) -> str:
    match tree:
        case (text,):
            return str(text)
        case (operator, inner):
            return f"{operator} ({_written(inner)})"
        case (operator, left, right):
            return f"({_written(left)}) {operator} ({_written(right)})"
    raise AssertionError(tree)


def _true(tree: Any, name: str, tags: set[str]) -> bool:
    match tree:
        case (text,):
            field, _, value = text.partition(":")
            return name == value if field == "name" else value in tags
        case (_, inner):
            return not _true(inner, name, tags)
        case ("OR", left, right):
            return _true(left, name, tags) or _true(right, name, tags)
        case (_, left, right):
            return _true(left, name, tags) and _true(right, name, tags)
    raise AssertionError(tree)


def _document(name: str = "a", **fields: list[str]) -> Document:
    return {
        "id": "1",
        "name": name,
        "title": "t",
        "labels": ["public"],
        "fields": fields,
        "created": "2026-01-01T00:00:00.000000+00:00",
        "modified": "2026-01-01T00:00:00.000000+00:00",
        "bbox": None,
        "texts": {"title": "t", "notes": "", "tags": "", "groups": "", "organization": "", "rest": ""},
    }
