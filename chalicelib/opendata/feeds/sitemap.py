"""The public catalogue for search engines (sitemaps.org 0.9), with each page's two languages.

`/sitemap.xml` is the index; its parts are the same address with a query: the groups, and the datasets in the order of
their ids, each part named by the id after which it begins. What is published meanwhile comes at the end, so no part
loses a dataset while a crawler goes through them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol
from xml.etree.ElementTree import Element

from chalicelib.shared.dataclass import dataclass

from ..page.links import Links
from ..page.words import Language
from ..search.model import Exact, Found, Query, Question, Range
from .atom import moment
from .xml import add, written

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
MEDIA = "application/xml"
LANGUAGES: tuple[Language, ...] = ("th", "en")
ROWS = 500
"""Addresses in a part; 50,000 are allowed, but each dataset is read for the time of its last change."""
MOST = 50_000
"""Parts in the index, by the protocol."""


class Searches(Protocol):
    """As much of a search engine as is asked here."""

    def search(self, question: Question) -> Found:
        """See `search.model.Engine`."""
        ...


@dataclass(frozen=True)
class Place:
    """A page: parts of its path, and when it last changed ("" where nobody knows)."""

    path: tuple[str, ...]
    modified: str = ""


def after(engine: Searches, last: str) -> tuple[str, ...]:
    """Ids of the public datasets of the part that begins after this id ("" for the first)."""
    filters: tuple[Query, ...] = (Exact("state", "active"),)
    if last:
        filters = (*filters, Range("id", last, None, with_low=False))
    return engine.search(Question(filters=filters, sort=(("id", False),), rows=ROWS)).ids


def parts(engine: Searches) -> Iterator[str]:
    """The ids after which the parts begin, "" for the first."""
    last = ""
    for _ in range(MOST - 1):
        ids = after(engine, last)
        if not ids:
            return
        yield last
        if len(ids) < ROWS:
            return
        last = ids[-1]


def index(beginnings: Iterable[str], links: Links) -> bytes:
    """The index: the groups, then the parts with the datasets."""
    root = Element("sitemapindex", {"xmlns": NAMESPACE})
    add(add(root, "sitemap"), "loc", links.full("sitemap.xml", query=[("part", "groups")]))
    for last in beginnings:
        query = [("part", "datasets"), *([("after", last)] if last else [])]
        add(add(root, "sitemap"), "loc", links.full("sitemap.xml", query=query))
    return written(root)


def part(places: Iterable[Place], links: Links) -> bytes:
    """A part: each page with both languages."""
    root = Element("urlset", {"xmlns": NAMESPACE, "xmlns:xhtml": XHTML})
    for place in places:
        url = add(root, "url")
        add(url, "loc", links.full(*place.path))
        if place.modified:
            add(url, "lastmod", moment(place.modified))
        for language in LANGUAGES:
            address = links.full(*place.path, language=language)
            add(url, "xhtml:link", None, {"rel": "alternate", "hreflang": language, "href": address})
        add(url, "xhtml:link", None, {"rel": "alternate", "hreflang": "x-default", "href": links.full(*place.path)})
    return written(root)


def robots(links: Links) -> str:
    """What crawlers may read: pages, not every combination of filters, and not the API."""
    root = links.root
    return "\n".join(
        [
            "User-agent: *",
            f"Disallow: {root}/api/",
            # with the star: Python's own parser loses a bare question mark, and would keep off every dataset
            f"Disallow: {root}/dataset?*",
            f"Disallow: {root}/dataset/*/resource/*?",
            f"Disallow: {root}/feeds/custom.atom",
            f"Allow: {root}/",
            "",
            f"Sitemap: {links.full('sitemap.xml')}",
            "",
        ]
    )
