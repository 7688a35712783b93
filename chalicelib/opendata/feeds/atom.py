"""Datasets as an Atom feed (RFC 4287), paged as RFC 5005 says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from chalicelib.shared.dataclass import dataclass

from ..model import Group, Package
from ..page.hits import title_of
from ..page.links import Links
from ..page.markdown import as_text
from .xml import add, written

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA = "application/atom+xml"
SUMMARY = 600
NEVER = "1970-01-01T00:00:00Z"
"""`updated` of a feed without entries: Atom wants a time, and it must not change by being asked."""


@dataclass(frozen=True)
class Feed:
    """What stands at the head of a feed.

    Attributes:
        id: address of the feed without its page and language; never changes.
        title: for people.
        self, alternate: addresses of this page of the feed, and of the same for people.
        first, last, previous, next: addresses of its other pages, None where there is none.
        author: who gives it out.
        language: of the titles that are ours.
    """

    id: str
    title: str
    self: str
    alternate: str
    author: str
    language: str
    first: str
    last: str
    previous: str | None = None
    next: str | None = None


def render(feed: Feed, packages: Sequence[tuple[Package, Group, list[Group]]], links: Links) -> bytes:
    """The feed as a document."""
    root = Element("feed", {"xmlns": NAMESPACE, "xml:lang": feed.language})
    add(root, "id", feed.id)
    add(root, "title", feed.title)
    add(root, "updated", max((moment(package.modified) for package, _, _ in packages), default=NEVER))
    add(add(root, "author"), "name", feed.author)
    for relation in ("self", "alternate", "first", "last", "previous", "next"):
        address = getattr(feed, relation)
        if address is not None:
            media = "text/html" if relation == "alternate" else MEDIA
            add(root, "link", None, {"rel": relation, "type": media, "href": address})
    for package, organization, themes in packages:
        _entry(root, package, organization, themes, links)
    return written(root)


def _entry(root: Element, package: Package, organization: Group, themes: Sequence[Group], links: Links) -> None:
    dataset = package.dataset
    entry = add(root, "entry")
    # by the id, which stays when the dataset is renamed
    add(entry, "id", links.full("dataset", package.id))
    add(entry, "title", title_of(package))
    add(entry, "published", moment(dataset.created))
    add(entry, "updated", moment(package.modified))
    add(add(entry, "author"), "name", organization.title or organization.name)
    page = links.full("dataset", dataset.name)
    add(entry, "link", None, {"rel": "alternate", "type": "text/html", "href": page})
    shown = links.action("package_show", id=dataset.name)
    add(entry, "link", None, {"rel": "enclosure", "type": "application/json", "href": shown})
    for tag in dataset.fields.get("tags") or ():
        add(entry, "category", None, {"term": str(tag), "scheme": links.full("feeds", "tag")})
    for theme in themes:
        scheme = links.full("group")
        add(entry, "category", None, {"term": theme.name, "label": theme.title, "scheme": scheme})
    if summary := as_text(dataset.fields.get("notes"), SUMMARY):
        add(entry, "summary", summary, {"type": "text"})


def moment(text: str) -> str:
    """A time as RFC 3339 in UTC."""
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
