"""Addresses of feeds (CKAN's), sitemap and robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Reply, Room

from ..page.links import Links
from ..page.showing import fresh
from . import atom, sitemap
from .service import Feeds

if TYPE_CHECKING:
    from ..service import Catalogue

HEADERS = {"X-Content-Type-Options": "nosniff"}


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs the routes on the room."""
    feeds = Feeds(catalogue)

    @room.get(
        "/feeds/{kind}",
        allow=(PUBLIC,),
        media=atom.MEDIA,
        summary="Atom feed: dataset.atom (what changed last) or custom.atom (a search by q, fq and search fields)",
    )
    def feed(call: Call) -> Reply:
        content = feeds.feed(unquote(call.params["kind"]), call.request)
        return fresh(call.request, content, f"{atom.MEDIA}; charset=utf-8", HEADERS)

    @room.get(
        "/feeds/{kind}/{id}",
        allow=(PUBLIC,),
        media=atom.MEDIA,
        summary="Atom feed of an organization, a group or a tag: {id}.atom",
    )
    def feed_of(call: Call) -> Reply:
        content = feeds.feed_of(unquote(call.params["kind"]), unquote(call.params["id"]), call.request)
        return fresh(call.request, content, f"{atom.MEDIA}; charset=utf-8", HEADERS)

    @room.get(
        "/sitemap.xml", allow=(PUBLIC,), media=sitemap.MEDIA, summary="Sitemap: the index, and its parts by part="
    )
    def site_map(call: Call) -> Reply:
        content = feeds.site_map(call.request.query)
        return fresh(call.request, content, f"{sitemap.MEDIA}; charset=utf-8", HEADERS)

    @room.get("/robots.txt", allow=(PUBLIC,), media="text/plain", summary="What crawlers may read")
    def robots(call: Call) -> Reply:
        content = sitemap.robots(Links(catalogue.site, None)).encode()
        return fresh(call.request, content, "text/plain; charset=utf-8", HEADERS)
