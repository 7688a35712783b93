"""Searches that want to do harm: each is answered or refused, quickly and without a word of what was sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.opendata.portal import Portal

FACETS: dict[str, Any] = {"facet.field": ["tags", "private", "name"]}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """One public dataset and a private one."""
    portal = Portal(tmp_path_factory.mktemp("tables"))
    portal.organization()
    portal.dataset("open-one")
    portal.dataset("secret-one", private=True, title="ลับสุดยอด", tag_string="ลับ")
    return portal


@pytest.mark.parametrize(
    "given",
    [
        {"fq": "(" * 50_000 + "a" + ")" * 50_000},
        {"fq": "NOT " * 20_000 + "name:a"},
        {"fq": "-" * 90_000 + "name:a"},
        {"fq": " OR ".join(f"name:n{number}" for number in range(1_025))},
        {"fq": "name:/(a+)+$/"},
        {"fq": "title:" + "*a" * 50},
        {"fq": "name:" + "?" * 1_000},
        {"fq": "name:" + "a" * 90_000},
        {"fq": "{!func}sum(1,1)"},
        {"fq": '{!join from=id to=name fromIndex=core}*:*'},
        {"fq": '_query_:"{!lucene}state:deleted"'},
        {"q": "{!xmlparser}<!DOCTYPE a SYSTEM 'http://x.example/x'><a></a>"},
        {"q": "name:a" + "^9" * 5_000 + "("},
        {"sort": "if(exists(query({!v=state:deleted})),1,0) asc"},
        {"sort": ",".join(["name asc"] * 5_000)},
        {"facet.field": [f"field{number}" for number in range(10_000)]},
        {"facet.field": ["{!terms=a}tags"]},
        {"fl": ["score,*,[explain],[shard]"]},
        {"fq_list": ["name:a"] * 10_000},
        {"shards": "http://x.example/solr"},
        {"stream.url": "http://x.example/"},
        {"qt": "/update"},
        {"ext_bbox": "1e999,0,1,1"},
        {"q": "x" * 1_000_000},
    ],
)  # fmt: skip
def test_what_would_harm_a_search_engine_is_refused(town: Portal, given: dict[str, Any]) -> None:
    answer = town.act("package_search", **given)
    assert answer.status == 400, answer.text[:300]
    assert answer.json["error"]["__type"] == "Search Query Error"
    assert len(answer.text) < 1_000


@pytest.mark.parametrize(
    "fq",
    [
        'tags:x" OR private:"true',
        "state:active) OR (state:deleted OR private:true",
        'name:open-one" OR "secret-one',
        "+state:active OR private:true",
        "*:* OR permission_labels:*",
        "-private:false OR private:true",
        "capacity:private OR *:*",
        "name:secret\\-one OR tags:ลับ",
        "owner_org:* AND (private:true OR state:draft)",
        "title:ลับสุดยอด",
        "labels:*",
        "metadata_modified:[* TO NOW] AND private:true",
    ],
)
@pytest.mark.parametrize("beyond", [{}, {"include_private": True, "include_drafts": True, "include_deleted": True}])
def test_no_filter_breaks_out_of_what_the_caller_may_see(town: Portal, fq: str, beyond: dict[str, bool]) -> None:
    for token in (None, town.other, town.reader):
        for sent in ({"fq": fq}, {"q": fq}, {"fq_list": [fq]}, {"fq": "+state:*", "fq_list": [fq]}):
            asked: dict[str, Any] = {**sent, **beyond, **FACETS}
            answer = town.act("package_search", token, **asked)
            assert answer.status in (200, 400)
            if answer.status == 200:
                result = answer.json["result"]
                assert {each["name"] for each in result["results"]} <= {"open-one"}
                assert result["count"] <= 1
                assert "ลับ" not in result["facets"]["tags"]
                assert result["facets"]["private"].get("true") is None


def test_a_body_of_ten_megabytes_and_what_is_no_json(town: Portal) -> None:
    big = json.dumps({"q": "ก" * 3_500_000}).encode()
    assert len(big) > 10_000_000
    assert town.client.post("/api/3/action/package_search", body=big).status in (400, 413)
    for body in (b"\xff\xfe", b'{"q": "\xe0\xb8"}', b'{"q": "\\ud800"}', b"[" * 100_000, b'{"q": 1e999}'):
        answer = town.client.post("/api/3/action/package_search", body=body)
        assert answer.status == 400
        assert "\\x" not in answer.text


def test_an_address_that_is_no_text(town: Portal) -> None:
    for query in ("q=%ff%fe", "q=%00", "fq=name:%00", f"fq={quote('name:')}%e0%b8", "q=%F0%9F%98%80", "fq=tags:%00*"):
        assert town.client.get(f"/api/3/action/package_search?{query}").status in (200, 400)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["package_search", "resource_search", "tag_search", "package_autocomplete", "format_autocomplete"]),
    st.sampled_from(["q", "fq", "query", "fl", "sort", "facet.field"]),
    st.one_of(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=3)),
)
def test_any_text_anywhere(town: Portal, action: str, parameter: str, text: Any) -> None:
    try:
        json.dumps(text, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return  # half a surrogate pair cannot be sent
    answer = town.act(action, **{parameter: text})
    assert answer.status in (200, 400, 409), answer.text
