"""The sitemap and robots.txt as a crawler reads them."""

from __future__ import annotations

from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree

from chalicelib.opendata.feeds import sitemap
from chalicelib.opendata.page.links import Links
from chalicelib.opendata.search.model import Found, Question, Range
from tests.opendata.page.town import BROWSER, hidden, town
from tests.opendata.portal import Portal

SITE = "https://data.klang.test"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def read(portal: Portal, address: str) -> Element:
    answer = portal.client.get(address.removeprefix(SITE))
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert len(answer.response.body) < 50_000_000
    root: Element = ElementTree.fromstring(answer.response.body)
    return root


def locations(root: Element) -> list[str]:
    return [str(each.text) for each in root.iter(f"{MAP}loc")]


def test_the_sitemap_leads_to_every_public_page_and_to_no_other(portal: Portal) -> None:
    town(portal)
    secret = hidden(portal)
    index = read(portal, "/sitemap.xml")
    assert index.tag == f"{MAP}sitemapindex"
    parts = [read(portal, address) for address in locations(index)]
    assert {part.tag for part in parts} == {f"{MAP}urlset"}
    found = [address for part in parts for address in locations(part)]
    names = ["food-licences", *(f"rain-{number:02}" for number in range(21))]
    expected = {f"{SITE}/dataset/{name}" for name in names}
    expected |= {
        f"{SITE}/{path}"
        for path in ("dataset", "organization", "group", "group/health", "organization/nso", "organization/laemngop")
    }
    assert set(found) == expected and len(found) == len(expected)
    assert not any(name in address for name in secret for address in found)
    for address in found[:8]:
        assert portal.client.get(address.removeprefix(SITE), headers=BROWSER).status == 200


def test_each_dataset_says_when_it_changed_and_in_which_languages_it_stands(portal: Portal) -> None:
    portal.organization()
    made = portal.dataset()
    (url,) = read(portal, "/sitemap.xml?part=datasets").iter(f"{MAP}url")
    assert url.findtext(f"{MAP}lastmod") == f"{made['metadata_modified'][:19]}Z"
    address = f"{SITE}/dataset/food-licences"
    assert {(link.attrib["hreflang"], link.attrib["href"]) for link in url.iter(LINK)} == {
        ("th", f"{address}?lang=th"),
        ("en", f"{address}?lang=en"),
        ("x-default", address),
    }


class Shelf:
    """An engine over so many ids."""

    def __init__(self, count: int) -> None:
        self.ids = [f"{number:06x}" for number in range(count)]
        self.questions: list[Question] = []

    def search(self, question: Question) -> Found:
        self.questions.append(question)
        (low,) = [part.low or "" for part in question.filters if isinstance(part, Range)] or [""]
        found = [each for each in self.ids if each > low]
        return Found(len(found), tuple(found[: question.rows]))


@pytest.mark.parametrize("count", [0, 1, sitemap.ROWS - 1, sitemap.ROWS, sitemap.ROWS + 1, 3 * sitemap.ROWS + 7])
def test_the_parts_hold_every_dataset_once(count: int) -> None:
    shelf = Shelf(count)
    beginnings = list(sitemap.parts(shelf))
    found = [each for begin in beginnings for each in sitemap.after(shelf, begin)]
    assert found == shelf.ids
    assert len(beginnings) == -(-count // sitemap.ROWS)
    assert all(question.labels == ("public",) and question.start == 0 for question in shelf.questions)


def test_what_is_published_meanwhile_moves_nothing() -> None:
    shelf = Shelf(3 * sitemap.ROWS)
    beginnings = list(sitemap.parts(shelf))
    before = [sitemap.after(shelf, begin) for begin in beginnings]
    shelf.ids.append("ffffff")
    assert [sitemap.after(shelf, begin) for begin in beginnings] == before
    del shelf.ids[0]
    assert [sitemap.after(shelf, begin)[0] for begin in beginnings[1:]] == [part[0] for part in before[1:]]


@pytest.mark.parametrize(
    "query", ["part=nothing", "part=datasets&after=zzzz", f"part=datasets&after={'z' * 200}", "part=datasets&after=%00"]
)
def test_parts_that_are_not_there(portal: Portal, query: str) -> None:
    portal.organization()
    portal.dataset()
    assert portal.client.get(f"/sitemap.xml?{query}").status == 404


def test_who_has_the_sitemap_is_told_so(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "tables")
    portal.organization()
    portal.dataset()
    first = portal.client.get("/sitemap.xml?part=datasets")
    again = portal.client.get("/sitemap.xml?part=datasets", headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.response.body) == (304, b"")


def test_robots_may_read_pages_and_neither_the_api_nor_every_filter(portal: Portal) -> None:
    answer = portal.client.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert "Disallow: /dataset?*" in answer.text.splitlines()
    assert rules.site_maps() == [f"{SITE}/sitemap.xml"]
    for path, may in (
        ("/dataset", True),
        ("/dataset/food-licences", True),
        ("/dataset/food-licences?lang=en", True),
        ("/organization/nso", True),
        ("/sitemap.xml?part=datasets&after=x", True),
        ("/api/3/action/package_search", False),
        ("/feeds/custom.atom?q=x", False),
    ):
        assert rules.can_fetch("Googlebot", f"{SITE}{path}") is may, path


def test_a_site_below_a_path_keeps_it() -> None:
    links = Links("https://x.example/stage/", "en")
    assert links.to("dataset", "ก") == "/stage/dataset/%E0%B8%81?lang=en"
    assert links.full("dataset") == "https://x.example/stage/dataset"
    assert "Disallow: /stage/api/" in sitemap.robots(links)
