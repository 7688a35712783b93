"""The feeds as a feed reader gets them: valid Atom, whole over their pages, and nothing that is not public."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

import feedparser
import pytest
from defusedxml import ElementTree
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.opendata.page.town import hidden, town
from tests.opendata.portal import Portal
from tests.support.client import Answer

SITE = "https://data.klang.test"
ATOM = "{http://www.w3.org/2005/Atom}"
RELATIONS = {"self", "alternate", "first", "last", "previous", "next"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Portal, Mapping[str, str]]:
    portal = Portal(tmp_path_factory.mktemp("tables"))
    ids = town(portal)
    hidden(portal)
    return portal, ids


def get(portal: Portal, path: str, **headers: str) -> Answer:
    return portal.client.get(quote(path, safe="/?=&%+:."), headers=headers)


def valid(answer: Answer) -> Element:
    """The feed, having been held to what RFC 4287 asks (sections 4.1.1 and 4.1.2)."""
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root: Element = ElementTree.fromstring(answer.response.body)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert MOMENT.fullmatch(str(element.findtext(f"{ATOM}updated")))
        assert str(element.findtext(f"{ATOM}id")).startswith(f"{SITE}/")
        assert all(str(author.findtext(f"{ATOM}name")) for author in element.findall(f"{ATOM}author"))
        assert element.findall(f"{ATOM}author")
        links = [
            (link.attrib["rel"], link.attrib.get("type"), link.attrib.get("hreflang"))
            for link in element.findall(f"{ATOM}link")
        ]
        assert len(set(links)) == len(links)
        assert ("alternate", "text/html", None) in links
    for link in root.findall(f"{ATOM}link"):
        assert link.attrib["rel"] in RELATIONS
    for entry in root.iter(f"{ATOM}entry"):
        assert MOMENT.fullmatch(str(entry.findtext(f"{ATOM}published")))
        for category in entry.findall(f"{ATOM}category"):
            assert category.attrib["term"]
    parsed = feedparser.parse(answer.response.body)
    assert not parsed.bozo and parsed.version == "atom10"
    assert len(parsed.entries) == len(root.findall(f"{ATOM}entry"))
    return root


def links(root: Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in root.findall(f"{ATOM}link")}


def names(root: Element) -> list[str]:
    found = [entry.find(f"{ATOM}link[@rel='alternate']") for entry in root.iter(f"{ATOM}entry")]
    return [link.attrib["href"].removeprefix(f"{SITE}/dataset/") for link in found if link is not None]


def test_the_feed_of_all_datasets_tells_the_latest_first(busy: tuple[Portal, Mapping[str, str]]) -> None:
    portal, _ = busy
    root = valid(get(portal, "/feeds/dataset.atom"))
    assert root.findtext(f"{ATOM}id") == f"{SITE}/feeds/dataset.atom"
    assert root.findtext(f"{ATOM}title") == "ชุดข้อมูลล่าสุด – ข้อมูลเปิดภาครัฐ"
    assert len(names(root)) == 20 and names(root)[:2] == ["food-licences", "rain-20"]
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in root.iter(f"{ATOM}entry")]
    assert updated == sorted(updated, reverse=True)
    assert root.findtext(f"{ATOM}updated") == updated[0]


def test_an_entry_says_who_what_when_and_where(busy: tuple[Portal, Mapping[str, str]]) -> None:
    portal, ids = busy
    root = valid(get(portal, "/feeds/organization/laemngop.atom"))
    (entry,) = root.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"{SITE}/dataset/{ids['food']}"
    assert entry.findtext(f"{ATOM}title") == "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "เทศบาลตำบลแหลมงอบ"
    assert entry.findtext(f"{ATOM}summary") == "ใบอนุญาตตามพระราชบัญญัติการสาธารณสุข ที่มา คู่มือ"
    assert {each.attrib["term"] for each in entry.findall(f"{ATOM}category")} == {
        "ใบอนุญาต", "น้ำ", "อาหาร", "health",
    }  # fmt: skip
    (enclosure,) = entry.findall(f"{ATOM}link[@rel='enclosure']")
    assert enclosure.attrib == {
        "rel": "enclosure",
        "type": "application/json",
        "href": f"{SITE}/api/3/action/package_show?id=food-licences",
    }
    shown = portal.client.get(enclosure.attrib["href"].removeprefix(SITE)).json["result"]
    assert shown["metadata_modified"].startswith(str(entry.findtext(f"{ATOM}updated")).removesuffix("Z"))


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/feeds/dataset.atom", 22),
        ("/feeds/organization/nso.atom", 21),
        ("/feeds/tag/ฝน.atom", 21),
        ("/feeds/group/health.atom", 1),
        ("/feeds/custom.atom?organization=nso&tags=ฝน", 21),
        ("/feeds/custom.atom?fq=organization:nso", 21),
        ("/feeds/custom.atom?q=ปริมาณฝน&sort=name asc", 21),
        ("/feeds/custom.atom?tags=ฝน&tags=น้ำ", 21),
        ("/feeds/custom.atom?q=ใบอนุญาต&res_format=CSV", 1),
        ("/feeds/custom.atom?q=ไม่มีคำนี้แน่นอน", 0),
        ("/feeds/custom.atom", 22),
    ],
)
def test_the_pages_of_a_feed_hold_each_dataset_once(
    busy: tuple[Portal, Mapping[str, str]], path: str, count: int
) -> None:
    portal, _ = busy
    first = root = valid(get(portal, path))
    found, seen = names(root), [links(root)["self"]]
    while "next" in links(root):
        address = links(root)["next"]
        root = valid(get(portal, address.removeprefix(SITE)))
        assert links(root)["self"] == address
        assert links(root)["previous"] == seen[-1]
        assert links(root)["first"] == seen[0]
        assert root.findtext(f"{ATOM}id") == first.findtext(f"{ATOM}id")
        seen.append(address)
        found += names(root)
    assert links(first)["last"] == seen[-1]
    assert "previous" not in links(first)
    assert len(found) == len(set(found)) == count


def test_the_feed_of_a_search_page_is_the_search_of_that_page(busy: tuple[Portal, Mapping[str, str]]) -> None:
    portal, _ = busy
    browser = {"accept": "text/html"}
    page = get(portal, "/dataset?q=ปริมาณฝน OR (a:b&organization=nso&tags=ฝน", **browser)
    (address,) = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)"', page.text)
    feed = valid(get(portal, address.replace("&amp;", "&").removeprefix(SITE)))
    assert links(feed)["alternate"].startswith(f"{SITE}/dataset?")


def test_a_feed_keeps_its_ids_when_a_dataset_is_renamed(portal: Portal) -> None:
    portal.organization()
    made = portal.dataset("before")
    first = valid(get(portal, "/feeds/dataset.atom")).findtext(f"{ATOM}entry/{ATOM}id")
    portal.result(portal.act("package_patch", portal.publisher, id=made["id"], name="after"))
    root = valid(get(portal, "/feeds/dataset.atom"))
    assert names(root) == ["after"]
    assert root.findtext(f"{ATOM}entry/{ATOM}id") == first


def test_who_has_the_feed_is_told_so_until_something_changes(portal: Portal) -> None:
    portal.organization()
    empty = get(portal, "/feeds/dataset.atom")
    assert valid(empty).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    portal.dataset("first")
    answer = get(portal, "/feeds/dataset.atom", **{"if-none-match": empty.headers["etag"]})
    assert answer.status == 200
    again = get(portal, "/feeds/dataset.atom", **{"if-none-match": answer.headers["etag"]})
    assert (again.status, again.response.body) == (304, b"")
    portal.dataset("second")
    assert get(portal, "/feeds/dataset.atom", **{"if-none-match": answer.headers["etag"]}).status == 200


def test_a_feed_speaks_the_language_that_is_asked_for(busy: tuple[Portal, Mapping[str, str]]) -> None:
    portal, _ = busy
    root = valid(get(portal, "/feeds/organization/nso.atom?lang=en"))
    assert root.findtext(f"{ATOM}title") == "Datasets of สำนักงานสถิติแห่งชาติ – Open Government Data"
    assert links(root)["next"] == f"{SITE}/feeds/organization/nso.atom?page=2&lang=en"
    assert root.findtext(f"{ATOM}id") == f"{SITE}/feeds/organization/nso.atom"


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/nothing.atom", "/feeds/dataset", "/feeds/organization/nobody.atom", "/feeds/organization/nso",
        "/feeds/group/nso.atom", "/feeds/tag/ไม่มี.atom", "/feeds/user/x.atom", "/feeds/tag/.atom",
    ],
)  # fmt: skip
def test_feeds_that_are_not_there(busy: tuple[Portal, Mapping[str, str]], path: str) -> None:
    portal, _ = busy
    answer = get(portal, path)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("query", ["fq=((", "q=title:[", "fq=organization:", "q=a&fq={!lucene}x"])
def test_a_search_that_cannot_be_read_is_refused(busy: tuple[Portal, Mapping[str, str]], query: str) -> None:
    portal, _ = busy
    answer = get(portal, f"/feeds/custom.atom?{query}")
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] in ("/q", "/fq")


def test_what_is_hidden_is_in_no_feed(busy: tuple[Portal, Mapping[str, str]]) -> None:
    portal, _ = busy
    paths = [
        "/feeds/dataset.atom",
        "/feeds/dataset.atom?page=2",
        "/feeds/organization/laemngop.atom",
        "/feeds/custom.atom?q=ความลับ",
    ]
    paths += [
        f"/feeds/custom.atom?{each}"
        for each in ("state=deleted", "private=true", "fq=%2Bstate:deleted", "fq=state:draft")
    ]
    for path in paths:
        for token in (None, portal.publisher):
            answer = portal.client.get(quote(path, safe="/?=&%:"), token=token)
            assert answer.status == 200, answer.text
            assert "secret" not in answer.text and "ความลับที่" not in answer.text and "ความลับของ" not in answer.text


NASTY = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)
MARKUP = st.sampled_from(["</title><x>", "]]>", "<!--", "&amp;", "&#0;", "\ufffe", "\uffff", '"/>', "<?php", "%s"])


def test_whatever_publishers_write_the_feed_stays_valid(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "tables")
    portal.organization()
    portal.dataset()

    @settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))
    @given(st.lists(st.one_of(NASTY, MARKUP), max_size=4).map("".join), NASTY)
    def write(text: str, more: str) -> None:
        changed: dict[str, Any] = {"title": f"ก{text}", "notes": f"ข{more}{text}"}
        portal.result(portal.act("package_patch", portal.publisher, id="food-licences", **changed))
        root = valid(get(portal, "/feeds/dataset.atom"))
        kept = re.sub("[\ufffe\uffff]", "", f"ก{text}")
        assert root.findtext(f"{ATOM}entry/{ATOM}title") == kept
        assert {element.tag for element in root.iter()} <= {
            f"{ATOM}{name}"
            for name in (
                "feed",
                "entry",
                "id",
                "title",
                "updated",
                "published",
                "author",
                "name",
                "link",
                "category",
                "summary",
            )
        }

    write()
