"""What is sent to OpenSearch for every part of a question, and what is made of its answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.opendata.search.index import microseconds
from chalicelib.opendata.search.model import (
    Engine,
    Every,
    Everything,
    Exact,
    Inside,
    Not,
    Query,
    Question,
    Range,
    Some,
    Text,
    Wildcard,
    Words,
)
from chalicelib.opendata.search.opensearch import OpenSearch, mapping, row
from chalicelib.opendata.search.opensearch_language import NotHere, body
from chalicelib.opendata.search.synonyms import Synonyms
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import Unavailable
from tests.opendata.search.shelf import NONE, document

DAY = "2026-01-01T00:00:00.000000+00:00"


def _sent(query: Query, tier: str = "all", synonyms: Synonyms = NONE) -> Any:
    return body(Question(query=query), synonyms, tier)["query"]["bool"]["must"][0]


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (Everything(), {"match_all": {}}),
        (Exact("tags", "น้ำ"), {"term": {"kv": "tags\x1fน้ำ"}}),
        (Exact("name", "a-b"), {"term": {"name_raw": "a-b"}}),
        (
            Exact("metadata_modified", DAY),
            {"range": {"modified": {"gte": microseconds(DAY), "lte": microseconds(DAY)}}},
        ),
        (Exact("metadata_modified", "never"), {"match_none": {}}),
        (Wildcard("tags", "น?*"), {"wildcard": {"kv": {"value": "tags\x1fน?*"}}}),
        (Wildcard("name", "a\\*"), {"wildcard": {"name_raw": {"value": "a\\\\*"}}}),
        (Wildcard("metadata_created", "*"), {"match_all": {}}),
        (Range("tags", "a", None), {"range": {"kv": {"gte": "tags\x1fa", "lt": "tags\x20"}}}),
        (Range("tags", None, "b", True, False), {"range": {"kv": {"gte": "tags\x1f", "lt": "tags\x1fb"}}}),
        (Range("id", "5", None, with_low=False), {"range": {"id": {"gt": "5"}}}),
        (Range("id", None, None), {"match_all": {}}),
        (Range("metadata_created", None, None), {"match_all": {}}),
        (Range("metadata_created", DAY, None, with_low=False), {"range": {"created": {"gt": microseconds(DAY)}}}),
        (
            Inside((1.0, 2.0, 3.0, 4.0)),
            {
                "bool": {
                    "filter": [
                        {"range": {"west": {"lte": 3.0}}},
                        {"range": {"east": {"gte": 1.0}}},
                        {"range": {"south": {"lte": 4.0}}},
                        {"range": {"north": {"gte": 2.0}}},
                    ]
                }
            },
        ),
        (Every(()), {"match_all": {}}),
        (Every((Everything(), Exact("a", "b"))), {"bool": {"must": [{"match_all": {}}, {"term": {"kv": "a\x1fb"}}]}}),
        (Some(()), {"match_none": {}}),
        (Some((Exact("a", "b"),)), {"bool": {"should": [{"term": {"kv": "a\x1fb"}}], "minimum_should_match": 1}}),
        (Not(Exact("a", "b")), {"bool": {"must_not": [{"term": {"kv": "a\x1fb"}}]}}),
        (Text("title", "ข้อมูล"), {"bool": {"must": [{"match_phrase": {"title": {"query": "ข้อ อมู มูล"}}}]}}),
        (Text("notes", "gdp", phrase=True), {"bool": {"must": [{"term": {"notes": {"value": "gdp"}}}]}}),
        (Text("text", "gdp", phrase=True), {"bool": {"must": [{"term": {"all": {"value": "gdp"}}}]}}),
        (Text("title", "..."), {"match_none": {}}),
        (Words("..."), {"match_none": {}}),
    ],
)
def test_parts_of_a_question(query: Query, sent: Any) -> None:
    assert _sent(query) == sent


def test_words_must_all_be_there_and_weigh_by_where_they_are() -> None:
    sent = _sent(Words("น้ำ 2566"))["bool"]
    assert sent["must"][0]["bool"]["must"][0]["regexp"]["all"]["value"].startswith("น้ำ([^")
    year = sent["must"][1]["bool"]["must"][0]["bool"]["should"]
    assert year[0] == {"term": {"all": {"value": "2566"}}}
    assert year[1]["bool"] == {"must": [{"term": {"all": {"value": "2023"}}}], "boost": 0.7}
    boosts = {
        next(iter(next(iter(each["bool"]["must"][0].values())))): each["bool"]["boost"]
        for each in sent["should"]
        if "regexp" in each["bool"]["must"][0]
    }
    assert boosts == {"name": 4.0, "title": 8.0, "tags": 4.0, "groups": 2.0, "organization": 2.0}


def test_a_synonym_may_stand_in_place_of_a_word_and_weighs_less() -> None:
    ways = _sent(Words("กทม"), synonyms=Synonyms([["กทม.", "Bangkok"]]))["bool"]["must"][0]["bool"]["should"]
    assert ways[1]["bool"]["boost"] == 0.7
    assert ways[1]["bool"]["must"][0]["bool"]["must"] == [{"term": {"all": {"value": "bangkok"}}}]


def test_loosened_words_need_a_share_and_may_be_misspelt() -> None:
    sent = _sent(Words("ข้อมูล hospital"), tier="most")["bool"]["must"][0]["bool"]
    assert sent["minimum_should_match"] == 3 and len(sent["should"]) == 4
    latin = sent["should"][3]["bool"]["should"]
    assert latin[1]["bool"]["must"] == [{"fuzzy": {"all": {"value": "hospital", "fuzziness": 2}}}]


def test_the_whole_question() -> None:
    question = Question(
        filters=(Exact("state", "active"),),
        labels=("public", "org-1"),
        sort=(("title", False), ("metadata_modified", True), ("organization", False)),
        start=40,
        rows=20,
        facets=("tags", "name"),
        facet_limit=None,
        facet_mincount=2,
    )
    sent = body(question, NONE, "all")
    assert sent["query"]["bool"]["filter"] == [
        {"term": {"kv": "state\x1factive"}},
        {"terms": {"labels": ["public", "org-1"]}},
    ]
    assert (sent["from"], sent["size"], sent["track_total_hits"]) == (40, 20, True)
    assert sent["sort"] == [
        {"title_key": {"order": "asc"}},
        {"modified": {"order": "desc"}},
        {"sorted.organization": {"order": "asc"}},
        {"id": {"order": "asc"}},
    ]
    tags = sent["aggs"]["tags"]["terms"]
    assert (tags["include"], tags["size"], tags["min_doc_count"]) == ("tags\x1f.*", 65_535, 2)
    assert sent["aggs"]["name"]["terms"]["field"] == "name_raw"


@pytest.mark.parametrize(
    "question", [Question(sort=(("views", True),)), Question(query=Wildcard("metadata_modified", "2026*"))]
)
def test_what_it_cannot_do_is_said(question: Question) -> None:
    with pytest.raises(NotHere):
        body(question, NONE, "all")


class Cluster:
    """An OpenSearch that answers what it is told to, and keeps what it was sent."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Mapping[str, str], bytes]] = []

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        self.sent.append((method, url, headers, body or b""))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, HttpAnswer) else HttpAnswer(200, {}, json.dumps(answer).encode())


def _engine(*answers: Any) -> tuple[OpenSearch, Cluster]:
    cluster = Cluster(*answers)

    def basic(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Mapping[str, str]:
        return {**headers, "Authorization": "Basic x"}

    return OpenSearch(cluster, "https://search.example/", "datasets", basic, NONE), cluster


def _answer(*hits: Mapping[str, str], total: int | None = None, **aggregations: Any) -> dict[str, Any]:
    return {
        "took": 3,
        "timed_out": False,
        "hits": {
            "total": {"value": len(hits) if total is None else total, "relation": "eq"},
            "hits": [{"_id": hit["id"], "_score": 1.0, "_source": hit} for hit in hits],
        },
        "aggregations": aggregations,
    }


HIT = {"id": "1", "name_raw": "one", "title_raw": "น้ำ & ไฟ", "shown": "ไฟ"}


def test_an_answer_is_what_the_engine_says() -> None:
    tags = {"buckets": [{"key": "tags\x1fน้ำ", "doc_count": 7}]}
    engine, cluster = _engine(_answer(HIT, total=12, tags=tags))
    door: Engine = engine
    found = door.search(Question(query=Words("น้ำ"), facets=("tags",), highlight=True))
    assert (found.count, found.ids, found.facets) == (12, ("1",), {"tags": [("น้ำ", 7)]})
    assert found.highlights["1"]["title"] == "<mark>น้ำ</mark> &amp; ไฟ"
    method, url, headers, _ = cluster.sent[0]
    assert (method, url) == ("POST", "https://search.example/datasets/_search")
    assert headers["Authorization"] == "Basic x"


def test_words_are_loosened_until_something_is_found() -> None:
    engine, cluster = _engine(_answer(), _answer(), _answer(HIT))
    found = engine.search(Question(query=Words("ข้อมูล")))
    assert (found.tier, found.count, len(cluster.sent)) == ("some", 1, 3)
    engine, cluster = _engine(_answer(), _answer(), _answer())
    found = engine.search(Question(query=Words("ข้อมูล")))
    assert (found.tier, found.count) == ("all", 0)
    engine, cluster = _engine(_answer())
    assert engine.search(Question(query=Exact("a", "b"))).count == 0 and len(cluster.sent) == 1


def test_names_and_completions() -> None:
    engine, cluster = _engine(_answer(HIT), _answer(HIT))
    assert engine.names(Question()) == ["one"]
    assert engine.complete("น้", ("public",), 5) == [{"id": "1", "name": "one", "title": "น้ำ & ไฟ", "field": "title"}]
    sent = json.loads(cluster.sent[1][3])
    assert sent["query"]["bool"]["filter"] == [{"terms": {"labels": ["public"]}}]
    assert engine.complete("...", ("public",), 5) == []


def test_changes_are_written_with_their_version_and_waited_for() -> None:
    fresh = document("1", "น้ำ")
    fresh["changed"] = "0198" * 8
    engine, cluster = _engine({"errors": True, "items": [{"index": {"status": 409}}, {"delete": {"status": 404}}]})
    engine.take({"1": fresh, "2": None})
    method, url, _, sent = cluster.sent[0]
    assert (method, url) == ("POST", "https://search.example/datasets/_bulk?refresh=true")
    first, made, second = map(json.loads, sent.decode().splitlines())
    assert first == {"index": {"_id": "1", "version": int(("0198" * 8)[:15], 16), "version_type": "external_gte"}}
    assert first["index"]["version"] < 2**63
    assert made == json.loads(json.dumps(row(fresh))) and made["title"] == "น้ำ"
    assert second == {"delete": {"_id": "2"}}
    engine, _ = _engine({"errors": True, "items": [{"index": {"status": 400}}]})
    with pytest.raises(Unavailable):
        engine.take({"1": fresh})


@pytest.mark.parametrize("answer", [Unreachable("timeout"), HttpAnswer(503, {}, b"busy")])
def test_a_cluster_that_is_away_is_said_to_be(answer: Any) -> None:
    engine, _ = _engine(answer)
    with pytest.raises(Unavailable):
        engine.search(Question())


def test_every_field_that_is_sent_is_mapped() -> None:
    engine, cluster = _engine({"acknowledged": True})
    engine.create()
    assert (cluster.sent[0][0], cluster.sent[0][1]) == ("PUT", "https://search.example/datasets")
    boxed = document("1", "x", bbox=[1.0, 2.0, 3.0, 4.0])
    assert set(row(boxed)) <= set(mapping()["mappings"]["properties"])
