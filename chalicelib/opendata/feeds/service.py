"""Feeds and the sitemap of one catalogue; everybody gets the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.web import Request

from ..model import Kind
from ..page.hits import public
from ..page.links import Links, pairs
from ..page.searching import page_of
from ..page.showing import language_of
from ..page.words import Words
from ..search import asking
from ..search.model import PUBLIC, Exact, Question
from . import atom, sitemap
from .atom import Feed

if TYPE_CHECKING:
    from ..service import Catalogue

ROWS = 20
LAST_PAGE = 50
"""What lies further back is no news; `changes` and the dumps hold it."""
NEWEST = (("metadata_modified", True),)
ENDING = ".atom"
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,60}")
_OWN = frozenset({"q", "fq", "sort", "page", "lang", "rows"})
MAX_VALUES = 20


@dataclass(frozen=True)
class Wanted:
    """A feed before it is read: its place, title and question.

    Attributes:
        query: what of the address's query belongs to the feed itself.
        page: parts of the path, and query, of the same for people.
        must: whether it is there only if it holds something.
    """

    path: tuple[str, ...]
    title: str
    question: Question
    query: tuple[tuple[str, str], ...] = ()
    page: tuple[tuple[str, ...], tuple[tuple[str, str], ...]] = (("dataset",), ())
    must: bool = False


class Feeds:
    """Makes the feeds and the sitemap.

    Args:
        catalogue: whose.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def feed(self, kind: str, request: Request) -> bytes:
        """`dataset.atom`: what was last changed; `custom.atom`: a search.

        Raises:
            NotFound: no such feed.
            Rejected: a search that cannot be read.
        """
        words, links = _told(self._catalogue.site, request)
        if kind == f"dataset{ENDING}":
            wanted = Wanted(("feeds", kind), words("feed_all"), Question(filters=(Exact("state", "active"),)))
        elif kind == f"custom{ENDING}":
            wanted = self._search(request, words)
        else:
            raise _no_feed()
        return self._made(wanted, request, words, links)

    def _search(self, request: Request, words: Words) -> Wanted:
        """CKAN's way: `q`, `fq` and `sort`; any other name is a search field that must hold that value."""
        query = request.query
        given: dict[str, Any] = {name: query[name][-1] for name in ("q", "sort") if query.get(name)}
        if query.get("fq"):
            given["fq_list"] = list(query["fq"])
        asked = asking.parse(given, now=self._catalogue.parts.clock())
        exact = [
            Exact(name, value)
            for name, value in pairs(query)
            if name not in _OWN and _FIELD.fullmatch(name) and value and len(value) <= 200
        ][:MAX_VALUES]
        kept = [(name, value) for name, value in pairs(query) if name not in ("page", "lang")]
        sort = asked.question.sort if given.get("sort") else NEWEST
        question = replace(asked.question, filters=(*asked.question.filters, *exact), sort=sort)
        people = [(name, value) for name, value in kept if name != "fq"]
        title = given.get("q") or words("feed_custom")
        return Wanted(
            ("feeds", f"custom{ENDING}"),
            str(title)[:200],
            question,
            tuple(kept),
            (("dataset",), tuple(people)),
        )

    def feed_of(self, kind: str, file: str, request: Request) -> bytes:
        """`organization/{id}.atom`, `group/{id}.atom`, `tag/{id}.atom`.

        Raises:
            NotFound: no such feed, or nobody of this name.
        """
        words, links = _told(self._catalogue.site, request)
        name = file.removesuffix(ENDING)
        if not file.endswith(ENDING) or not name:
            raise _no_feed()
        if kind == "tag":
            wanted = Wanted(
                ("feeds", kind, file),
                words("feed_tag", name=name),
                Question(filters=(Exact("state", "active"), Exact("tags", name))),
                page=(("dataset",), (("tags", name),)),
                must=True,
            )
        elif kind in ("organization", "group"):
            wanted = self._of_group("organization" if kind == "organization" else "group", name, words)
        else:
            raise _no_feed()
        return self._made(wanted, request, words, links)

    def _of_group(self, kind: Kind, id_or_name: str, words: Words) -> Wanted:
        for group in self._catalogue.reading.groups():
            if group.kind == kind and id_or_name in (group.name, group.id):
                field = "organization" if kind == "organization" else "groups"
                return Wanted(
                    ("feeds", kind, f"{group.name}{ENDING}"),
                    words(f"feed_{kind}", name=group.title),
                    Question(filters=(Exact("state", "active"), Exact(field, group.name))),
                    page=((kind, group.name), ()),
                )
        raise _no_feed()

    def _made(self, wanted: Wanted, request: Request, words: Words, links: Links) -> bytes:
        page = page_of(request.query, LAST_PAGE)
        question = replace(
            wanted.question,
            labels=(PUBLIC,),
            sort=wanted.question.sort if wanted.query else NEWEST,
            rows=ROWS,
            start=(page - 1) * ROWS,
            facets=(),
            highlight=False,
        )
        found = self._catalogue.reading.engine.search(question)
        if wanted.must and not found.count:
            raise _no_feed()
        last = max(1, min(-(-found.count // ROWS), LAST_PAGE))

        def at(number: int) -> str:
            query = [*wanted.query, *([("page", str(number))] if number > 1 else [])]
            return links.full(*wanted.path, query=query, language=links.chosen)

        feed = Feed(
            id=links.full(*wanted.path, query=wanted.query),
            title=f"{wanted.title} – {words('site')}",
            self=at(page),
            alternate=links.full(*wanted.page[0], query=wanted.page[1], language=links.chosen),
            author=words("site"),
            language=words.language,
            first=at(1),
            last=at(last),
            previous=at(page - 1) if 1 < page <= last else None,
            next=at(page + 1) if page < last else None,
        )
        return atom.render(feed, public(self._catalogue.reading, found.ids), links)

    def site_map(self, query: Mapping[str, Sequence[str]]) -> bytes:
        """The sitemap's index, or the part that the query names.

        Raises:
            NotFound: no such part.
        """
        links = Links(self._catalogue.site, None)
        engine = self._catalogue.reading.engine
        match (query.get("part") or ("",))[-1]:
            case "":
                return sitemap.index(sitemap.parts(engine), links)
            case "groups":
                return sitemap.part(self._groups(), links)
            case "datasets":
                begin = (query.get("after") or ("",))[-1]
                ids = sitemap.after(engine, begin) if len(begin) <= 100 and begin.isprintable() else ()
                if not ids:
                    raise NotFound("ไม่พบส่วนนี้ของแผนผังเว็บไซต์", "There is no such part of the sitemap.")
                packages = public(self._catalogue.reading, ids)
                places = [sitemap.Place(("dataset", each.dataset.name), each.modified) for each, _, _ in packages]
                return sitemap.part(places, links)
            case _:
                raise NotFound("ไม่พบส่วนนี้ของแผนผังเว็บไซต์", "There is no such part of the sitemap.")

    def _groups(self) -> list[sitemap.Place]:
        groups = sorted(self._catalogue.reading.groups(), key=lambda group: (group.kind, group.name))
        listed = [sitemap.Place((name,)) for name in ("dataset", "organization", "group")]
        return [*listed, *(sitemap.Place((group.kind, group.name)) for group in groups)]


def _told(site: str, request: Request) -> tuple[Words, Links]:
    words, named = language_of(request)
    return words, Links(site, words.language if named else None)


def _no_feed() -> NotFound:
    return NotFound("ไม่พบฟีดนี้", "There is no such feed.")
