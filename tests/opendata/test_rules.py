"""Rules meet whatever JSON can hold: an answer or a refusal in CKAN's shape, never an accident."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata import files, rules
from chalicelib.opendata.actions import dialect
from chalicelib.opendata.model import Table
from chalicelib.opendata.rules import Rejected
from chalicelib.opendata.search import asking
from chalicelib.opendata.standard import fields as metadata
from chalicelib.opendata.tables.engine import question
from chalicelib.shared import errors
from chalicelib.shared.errors import Refusal
from tests.opendata.portal import METADATA
from tests.support.tokens import NOW

COLUMNS = [
    {"id": "n", "type": "int8"},
    {"id": "x", "type": "numeric"},
    {"id": "f", "type": "float8"},
    {"id": "d", "type": "date"},
    {"id": "t", "type": "timestamp"},
    {"id": "ตำบล", "type": "text"},
]
TABLE = Table(1, "", "tables/a", tuple(COLUMNS), 10, 1)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["n", "_id", "ตำบล", "n desc", "2026-11-25", "-1", "1e9", "{}", '{"n":1}', "[", "name:x", "*:*"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.text(max_size=5), st.sampled_from([c["id"] for c in COLUMNS])), inner, max_size=3),
    ),
    max_leaves=6,
)


def objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), JSON, max_size=5)


@settings(max_examples=150)
@given(objects("resource_id", "filters", "fields", "sort", "limit", "offset", "records_format", "q", "include_total"))
def test_any_question_is_parsed_or_refused(asked: dict[str, Any]) -> None:
    try:
        parsed = question.parse(asked, TABLE)
    except Rejected as refused:
        assert refused.messages
        assert all(isinstance(text, str) for texts in refused.messages.values() for text in texts)
    else:
        assert 0 <= parsed.limit <= question.MAX_LIMIT
        assert set(parsed.columns) <= {"_id", *(column["id"] for column in COLUMNS)}


@settings(max_examples=150)
@given(objects("q", "fq", "fq_list", "rows", "start", "sort", "facet.field", "include_private", "zzz"))
def test_any_search_is_parsed_or_refused(asked: dict[str, Any]) -> None:
    try:
        parsed = asking.parse(asked, now=NOW)
    except Rejected as refused:
        assert refused.messages
    else:
        assert 0 <= parsed.question.rows <= asking.MAX_ROWS


@settings(max_examples=150)
@given(objects(*METADATA, "tags", "extras", "author", "data_language", "unknown"))
def test_any_metadata_is_taken_or_refused(given_: dict[str, Any]) -> None:
    fields, messages = rules.dataset_fields(given_)
    assert "unknown" not in fields
    assert all(text for texts in messages.values() for text in texts if isinstance(text, str))
    if messages:
        assert all(fault.th and fault.en for fault in rules.Rejected(messages).faults)


@settings(max_examples=150)
@given(objects("name", "description", "format", "mimetype", "resource_type"))
def test_any_resource_is_taken_or_refused(given_: dict[str, Any]) -> None:
    fields, messages = rules.resource_fields(given_)
    assert not fields.keys() & messages.keys() - {"format"}


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(["file_name", "size", "sha256", "media_type"]), JSON))
def test_any_announcement_of_a_file_is_judged(announced: dict[str, Any]) -> None:
    assert isinstance(files.faults_of_upload(announced), list)


@pytest.mark.parametrize("word", ["น้ำ", "จังหวัด", "ข้อมูลเปิด", "สถิติ", "งบ 2569", "a-b_c.d"])
def test_everyday_thai_words_are_tags(word: str) -> None:
    assert metadata.faults_of_tags([word]) == []


@pytest.mark.parametrize(
    ("text", "format_"),
    [("csv", "CSV"), (".csv", "CSV"), ("text/csv", "CSV"), ("Shapefile", "Shapefile"), ("xlsx", "XLSX"), ("", "")],
)
def test_formats_are_spelt_as_ckan_spells_them(text: str, format_: str) -> None:
    assert files.normal_format(text) in (format_, format_.upper())


@pytest.mark.parametrize(
    ("refused", "status", "kind"),
    [
        (errors.Stale("ก", "changed"), 412, "Precondition Failed"),
        (errors.KeyReused("ก", "reused"), 409, "Validation Error"),
        (errors.TooLarge("ก", "large"), 413, "Request Entity Too Large"),
        (errors.TooMany("ก", "many", retry_after=5), 429, "Too Many Requests"),
        (errors.Unavailable("ก", "busy", retry_after=1), 503, "Service Unavailable"),
        (errors.Unauthenticated("ก", "who"), 403, "Authorization Error"),
        (None, 500, "Internal Server Error"),
    ],
)
def test_every_refusal_has_a_place_in_ckans_words(refused: Refusal | None, status: int, kind: str) -> None:
    import json

    answer = dialect.refusal("https://data.klang.test", "x", refused)
    assert (answer.status, json.loads(answer.body)["error"]["__type"]) == (status, kind)
    retry = refused.retry_after if refused else None
    assert answer.headers.get("Retry-After") == (None if retry is None else str(retry))
