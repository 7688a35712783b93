"""The addresses: formats, pages, caches, and what nobody may see."""

from __future__ import annotations

from typing import Any

import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCAT

from chalicelib.opendata.dcat.formats import preferred, split
from tests.opendata.dcat.examples import link
from tests.opendata.portal import Portal

HYDRA = "http://www.w3.org/ns/hydra/core#"
SITE = "https://data.klang.test"


@pytest.fixture
def town(portal: Portal) -> Portal:
    portal.organization()
    portal.dataset()
    return portal


def names(graph: Graph) -> list[str]:
    """Ids of the datasets of a page, sorted."""
    return sorted(str(each).rpartition("/")[2] for each in graph.subjects(RDF.type, DCAT.Dataset))


def page(portal: Portal, path: str) -> tuple[list[str], dict[str, str]]:
    """Ids of a page and its links, by their names."""
    answer = portal.client.get(path)
    assert answer.status == 200, answer.text
    graph = Graph().parse(data=answer.text, format="turtle")
    (view,) = graph.subjects(RDF.type, URIRef(f"{HYDRA}PagedCollection"))
    told = {
        name: graph.value(view, URIRef(HYDRA + name)) for name in ("first", "last", "next", "previous", "totalItems")
    }
    return names(graph), {name: str(value).removeprefix(SITE) for name, value in told.items() if value is not None}


ACCEPTS = [
    ("text/turtle", "text/turtle"),
    ("application/ld+json", "application/ld+json"),
    ("application/rdf+xml;q=0.9, text/turtle;q=0.5", "application/rdf+xml"),
    ("application/n-triples", "application/n-triples"),
    ("text/n3", "text/n3"),
]


@pytest.mark.parametrize("accept, media_type", ACCEPTS)
def test_a_dataset_in_the_format_that_is_asked_for(town: Portal, accept: str, media_type: str) -> None:
    answer = town.client.get("/dataset/food-licences", headers={"Accept": accept})
    assert answer.status == 200 and answer.headers["content-type"].startswith(media_type)
    assert "Accept" in answer.headers["vary"]


def test_people_get_the_page(town: Portal) -> None:
    for accept in ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "*/*", ""):
        answer = town.client.get("/dataset/food-licences", headers={"Accept": accept})
        assert answer.status == 200 and answer.headers["content-type"].startswith("text/html"), accept
        assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept, media_type", [*ACCEPTS, ("*/*", "text/turtle"), ("text/html", "text/turtle")])
def test_the_catalogue_in_the_format_that_is_asked_for(town: Portal, accept: str, media_type: str) -> None:
    answer = town.client.get("/catalog", headers={"Accept": accept})
    assert answer.status == 200 and answer.headers["content-type"].startswith(media_type)
    assert answer.headers["content-location"].startswith(f"{SITE}/catalog.")


def test_what_cannot_be_given(town: Portal) -> None:
    answer = town.client.get("/catalog", headers={"Accept": "image/png"})
    assert answer.status == 415 and answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "accept, best",
    [
        ("", "a/b"), ("a/c", "a/c"), ("a/*;q=0.1, x/y", "x/y"), ("a/b;q=0, */*", "a/c"), ("z/z", None), (";;,,", None),
        ("a/b;q=2", "a/b"), ("a/b;q=x, a/c;q=0.9", "a/b"), ("*/*;q=0", None), ("A/C", "a/c"),
        ("a/c;level=1;q=0.5", "a/c"),
    ],
)  # fmt: skip
def test_the_best_of_what_is_offered(accept: str, best: str | None) -> None:
    assert preferred(accept, ["a/b", "a/c", "x/y"]) == best


ENDS = [
    ("x.ttl", "x", "ttl"),
    ("x", "x", None),
    ("x.csv", "x.csv", None),
    (".ttl", ".ttl", None),
    ("a.b.nt", "a.b", "nt"),
]


@pytest.mark.parametrize("address, id, end", ENDS)
def test_the_format_at_the_end_of_an_address(address: str, id: str, end: str | None) -> None:
    assert split(address) == (id, end)


def test_a_dataset_by_its_id_and_by_its_name(town: Portal) -> None:
    by_id = town.result(town.ask("package_show", id="food-licences"))["id"]
    one, other = (town.client.get(f"/dataset/{each}.nt").text for each in (by_id, "food-licences"))
    assert sorted(one.splitlines()) == sorted(other.splitlines())


HIDDEN = ["nope.ttl", "secret.ttl", "secret.jsonld", ".ttl", "secret.croissant.jsonld"]


@pytest.mark.parametrize("name", HIDDEN)
def test_what_nobody_may_see_is_not_there(town: Portal, name: str) -> None:
    town.dataset("secret", private=True)
    for headers in ({}, {"Authorization": town.publisher}):
        answer = town.client.get(f"/dataset/{name}", headers=headers)
        assert answer.status == 404, "not even its owner: answers are kept by caches"
        assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in town.client.get("/catalog.ttl").text


def test_a_reader_who_has_it_is_told_so(town: Portal) -> None:
    for path in ("/dataset/food-licences.ttl", "/catalog.ttl"):
        first = town.client.get(path)
        tag = first.headers["etag"]
        assert "max-age" in first.headers["cache-control"]
        again = town.client.get(path, headers={"If-None-Match": f'"x", {tag}'})
        assert again.status == 304 and not again.text and again.headers["etag"] == tag
        assert town.client.get(path, headers={"If-None-Match": "*"}).status == 304
        town.now = town.now.replace(hour=town.now.hour + 1)
        town.result(town.act("package_patch", town.publisher, id="food-licences", notes=f"ใหม่ {path}"))
        new = town.client.get(path, headers={"If-None-Match": tag})
        assert new.status == 200 and new.headers["etag"] != tag


def test_by_time_where_there_is_no_tag(town: Portal) -> None:
    first = town.client.get("/dataset/food-licences.ttl")
    at = first.headers["last-modified"]
    path = "/dataset/food-licences.ttl"
    assert town.client.get(path, headers={"If-Modified-Since": at}).status == 304
    assert town.client.get(path, headers={"If-Modified-Since": "Wed, 25 Nov 2020 03:00:00 GMT"}).status == 200
    assert town.client.get(path, headers={"If-Modified-Since": "yesterday"}).status == 200
    assert town.client.get(path, headers={"If-Modified-Since": at, "If-None-Match": '"other"'}).status == 200


def test_a_new_title_of_the_publisher_changes_the_tag(town: Portal) -> None:
    tag = town.client.get("/dataset/food-licences.ttl").headers["etag"]
    town.result(town.act("organization_patch", town.publisher, id="laemngop", title="เทศบาลเมืองแหลมงอบ"))
    assert town.client.get("/dataset/food-licences.ttl").headers["etag"] != tag


@pytest.fixture
def five(portal: Portal) -> Portal:
    """Five datasets on pages of two."""
    portal.catalogue.linked_data.size = 2
    portal.organization()
    for number in range(5):
        portal.dataset(f"d{number}", tag_string="คู่" if number % 2 == 0 else "คี่")
    return portal


def test_pages_follow_one_another(five: Portal) -> None:
    ids = [five.result(five.ask("package_show", id=f"d{number}"))["id"] for number in range(5)]
    seen, path, pages = list[str](), "/catalog.ttl", 0
    while path:
        found, links = page(five, path)
        seen += found
        pages += 1
        assert (
            links["totalItems"] == "5" and links["first"] == "/catalog.ttl" and links["last"] == "/catalog.ttl?page=3"
        )
        path = links.get("next", "")
    assert (seen, pages) == (ids, 3)
    # and back again
    back, path = list[list[str]](), "/catalog.ttl?page=3"
    while path:
        found, links = page(five, path)
        back.insert(0, found)
        path = links.get("previous", "")
    assert [each for found in back for each in found] == ids
    assert page(five, "/catalog.ttl?page=2")[0] == ids[2:4]
    assert page(five, "/catalog.ttl?page=9")[0] == []


def test_a_page_with_many_files_ends_earlier(five: Portal) -> None:
    """An answer has its limit, and a harvest must not stop at it."""
    ids = [five.result(five.ask("package_show", id=f"d{number}"))["id"] for number in range(5)]
    for each in (ids[0], ids[1], ids[1], ids[3], ids[3], ids[3], ids[3], ids[4]):
        link(five, each, "https://x.test/")
    five.catalogue.linked_data.size, five.catalogue.linked_data.resources = 4, 3
    pages, path = list[list[str]](), "/catalog.ttl"
    while path:
        found, links = page(five, path)
        pages.append(found)
        path = links.get("next", "")
    assert pages == [ids[:3], [ids[3]], [ids[4]]]
    back, links = page(five, f"/catalog.ttl?before={ids[4]}")
    assert back == [ids[3]] and page(five, links["previous"])[0] == ids[:3]


def test_a_harvest_misses_nothing_when_datasets_leave(five: Portal) -> None:
    """By numbered pages the third dataset would be skipped."""
    first, links = page(five, "/catalog.ttl")
    five.result(five.act("package_patch", five.publisher, id="d0", private=True))
    second, _ = page(five, links["next"])
    ids = [five.result(five.ask("package_show", id=f"d{number}"))["id"] for number in range(1, 5)]
    assert [*first[1:], *second] == ids[:3]


def test_a_part_of_the_catalogue(five: Portal) -> None:
    found, links = page(five, "/catalog.ttl?fq=tags:%E0%B8%84%E0%B8%B9%E0%B9%88")
    assert len(found) == 2 and links["totalItems"] == "3"
    assert "fq=tags" in links["next"] and "fq=tags" in links["first"]
    assert len(page(five, links["next"])[0]) == 1
    assert page(five, "/catalog.ttl?modified_since=2399-01-01")[0] == []
    assert page(five, "/catalog.ttl?modified_since=2026-11-01T00:00:00%2B07:00")[1]["totalItems"] == "5"
    assert page(five, "/catalog.ttl?profiles=euro_dcat_ap_3,hydra&unknown=1")[1]["totalItems"] == "5"


@pytest.mark.parametrize(
    "query, pointer",
    [
        ("page=0", "query:page"), ("page=x", "query:page"), ("page=9999999", "query:page"),
        ("modified_since=yesterday", "query:modified_since"), ("modified_since=2569-01-01", "query:modified_since"),
        ("q=" + "x" * 2001, "query:q"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_named(town: Portal, query: str, pointer: str) -> None:
    answer = town.client.get(f"/catalog.ttl?{query}")
    assert answer.status == 422, answer.text
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


def test_a_search_that_cannot_be_read_is_refused(town: Portal) -> None:
    answer = town.client.get("/catalog.ttl?fq=%7B!join%20x%7D")
    assert answer.status in (400, 422) and answer.headers["content-type"] == "application/problem+json"


def test_an_empty_catalogue_is_a_catalogue(portal: Portal) -> None:
    found, links = page(portal, "/catalog.ttl")
    assert found == [] and links == {"first": "/catalog.ttl", "last": "/catalog.ttl?page=1", "totalItems": "0"}


def test_requests_of_a_page(five: Portal) -> None:
    """One read for each dataset, one for the newest, and one look into the log for each question."""
    five.catalogue.linked_data.size = 100
    five.client.get("/catalog.ttl")
    five.memory.requests.clear()
    assert five.client.get("/catalog.ttl").status == 200
    assert len(five.memory.requests) <= 5 + 1 + 4


def test_what_comes_in_json_is_the_same_as_the_profile(town: Portal) -> None:
    for profile in ("schemaorg", "croissant"):
        by_name: Any = town.client.get(f"/dataset/food-licences.{profile}.jsonld").json
        assert town.client.get(f"/dataset/food-licences.jsonld?profiles={profile}").json == by_name
