"""How each kind of source is read, and what of it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chalicelib.opendata.harvest.kinds import reader_of
from chalicelib.opendata.harvest.model import Kind, Page, Source
from chalicelib.opendata.harvest.remote import Answer, Broken
from chalicelib.opendata.model import GroupId

TURTLE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
<https://dcat.example/d/1> a dcat:Dataset ;
  dct:title "Water levels"@en, "ระดับน้ำ"@th ; dct:description "รายวัน"@th ; dcat:keyword "น้ำ"@th, "flood"@en ;
  dct:publisher [ foaf:name "กรมน้ำ" ] ; dct:license <https://creativecommons.org/licenses/by/4.0/> ;
  dcat:contactPoint [ vcard:fn "กองข้อมูล" ; vcard:hasEmail <mailto:data@water.example> ] ;
  dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/DAILY> ;
  dcat:landingPage <https://dcat.example/page/1> ;
  dcat:distribution <https://dcat.example/f/1> .
<https://dcat.example/f/1> dct:title "ปี 2566"@th ; dcat:downloadURL <https://dcat.example/f/1.csv> ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> .
<https://dcat.example/catalog> hydra:totalItems 1 .
<https://dcat.example/catalog?page=1> hydra:next <https://dcat.example/catalog?page=2> .
"""
DATA_JSON = {
    "dataset": [
        {
            "identifier": "w-1",
            "title": "ระดับน้ำ",
            "description": "รายวัน",
            "keyword": ["น้ำ"],
            "publisher": {"name": "กรมน้ำ"},
            "contactPoint": {"fn": "กองข้อมูล", "hasEmail": "mailto:data@water.example"},
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "accrualPeriodicity": "R/P1D",
            "landingPage": "https://dcat.example/page/1",
            "distribution": [
                {"title": "ปี 2566", "downloadURL": "https://dcat.example/f/1.csv", "mediaType": "text/csv"}
            ],
        },
        {"identifier": "w-2", "title": "ลับ", "accessLevel": "non-public"},
        "nonsense",
    ]
}
SAME = {
    "title": "ระดับน้ำ",
    "notes": "รายวัน",
    "maintainer": "กองข้อมูล",
    "maintainer_email": "data@water.example",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "url": "https://dcat.example/page/1",
    "data_source": "กรมน้ำ",
}


def source(kind: Kind, **more: object) -> Source:
    url = "https://ckan.example/" if kind == "ckan" else "https://dcat.example/catalog"
    return Source("s", kind, "t", url, GroupId("o"), "2026", "me", **more)  # type: ignore[arg-type]  # a test's own


def read(kind: Kind, body: str | bytes, media_type: str = "", url: str = "https://dcat.example/catalog") -> Page:
    content = body.encode() if isinstance(body, str) else body
    return reader_of(kind).read(source(kind), "", Answer(url, media_type, content))


def as_syntax(format: str) -> str:
    from rdflib import Graph

    return Graph().parse(data=TURTLE, format="turtle").serialize(format=format, auto_compact=False)


# rdflib's reader of JSON-LD uses a class that rdflib calls deprecated
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("text/turtle; charset=utf-8", lambda: TURTLE),
        ("application/rdf+xml", lambda: as_syntax("xml")),
        ("application/ld+json", lambda: as_syntax("json-ld")),
        ("text/plain", lambda: TURTLE),
        ("application/octet-stream", lambda: as_syntax("pretty-xml")),
        ("", lambda: as_syntax("json-ld")),
    ],
)
def test_dcat_is_the_same_in_every_syntax(media_type: str, text: Callable[[], str]) -> None:
    page = read("dcat", text(), media_type)
    (record,) = page.records
    assert record.id == "https://dcat.example/d/1"
    assert {name: record.content[name] for name in SAME} == SAME
    assert record.content["tags"] == ["flood", "น้ำ"]
    (link,) = record.content["resources"]
    assert (link["format"], link["url"], link["name"]) == ("CSV", "https://dcat.example/f/1.csv", "ปี 2566")
    assert (page.next, page.count) == ("https://dcat.example/catalog?page=2", 1)


def test_data_json_is_read() -> None:
    page = read("data_json", b"\xef\xbb\xbf" + json.dumps(DATA_JSON).encode())
    assert [(record.id, record.skip) for record in page.records] == [
        ("w-1", ""),
        ("w-2", "not_public"),
        ("", "no_dataset"),
    ]
    content = page.records[0].content
    assert {name: content[name] for name in SAME} == SAME
    assert content["resources"][0]["url"] == "https://dcat.example/f/1.csv"
    assert (page.next, page.count) == (None, None)


def test_ckan_is_asked_as_its_own_harvester_asks() -> None:
    reader = reader_of("ckan")
    plain = reader.address(source("ckan"), "200", "")
    assert plain == "https://ckan.example/api/3/action/package_search?rows=100&start=200&sort=id+asc"
    chosen = reader.address(source("ckan", only=("a", "b"), without=("x",)), "", "2026-01-01T00:00:00Z")
    assert chosen.endswith(
        "&fq=%2Bmetadata_modified%3A%5B2026-01-01T00%3A00%3A00Z+TO+%2A%5D"
        "+%2B%28organization%3Aa+OR+organization%3Ab%29+-groups%3Ax"
    )


def test_loaders_notes_are_left_out() -> None:
    resource = {"id": "r", "url": "https://x.example/a", "task_created": "x", "original_url": "y", "ckan_url": "z"}
    package = {"id": "1", "name": "a", "resources": [resource], "tags": [], "revision_id": "r"}
    body = json.dumps({"success": True, "result": {"count": 1, "results": [package]}})
    (record,) = read("ckan", body).records
    assert record.content["resources"] == [{"id": "r", "url": "https://x.example/a"}]
    assert "revision_id" not in record.content


BOMB = """<?xml version="1.0"?><!DOCTYPE rdf [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><x>&b;</x></rdf:RDF>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE rdf [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><x>&a;</x></rdf:RDF>"""


@pytest.mark.parametrize(
    ("kind", "media_type", "body", "reason"),
    [
        ("dcat", "application/rdf+xml", BOMB, "xml"),
        ("dcat", "application/rdf+xml", OUTSIDE, "xml"),
        ("dcat", "application/rdf+xml", "<rdf:RDF", "rdf"),
        ("dcat", "text/turtle", "<a> <b", "rdf"),
        ("dcat", "text/turtle", b"\xff\xfe\x00", "rdf"),
        ("dcat", "application/ld+json", '{"@context": "https://evil.example/c"}', "context"),
        ("dcat", "application/ld+json", '{"@context": [{}, "http://169.254.169.254/"]}', "context"),
        ("dcat", "application/ld+json", '{"@context": {"a": {"@id": "x:a", "@context": "x:c"}}}', "context"),
        ("dcat", "application/ld+json", '{"@context": {"@import": "https://evil.example/c"}}', "context"),
        ("dcat", "application/ld+json", "[" * 5000, "json"),
        (
            "dcat",
            "text/turtle",
            "<a> <http://www.w3.org/ns/hydra/core#next> <https://elsewhere.example/?page=2> .",
            "moved",
        ),
        ("dcat", "text/turtle", "<a> <http://www.w3.org/ns/hydra/core#next> <file:///etc/passwd> .", "moved"),
        ("ckan", "", "<html>", "json"),
        ("ckan", "", b'{"success": true, "result": "\xe0"}', "json"),
        ("ckan", "", '{"success": false, "error": {}}', "shape"),
        ("ckan", "", '{"success": true, "result": {"results": {}}}', "shape"),
        ("ckan", "", "[]", "shape"),
        ("data_json", "", "{}", "shape"),
        ("data_json", "", "NaN", "json"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_else_is_fetched(
    kind: Kind, media_type: str, body: str | bytes, reason: str
) -> None:
    with pytest.raises(Broken) as broken:
        read(kind, body, media_type)
    assert broken.value.reason == reason
