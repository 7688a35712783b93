"""The pages, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalicelib.shared.errors import NotFound, Refusal
from chalicelib.shared.identity import NOBODY
from chalicelib.shared.web import Call, Reply, Request, Response

from ..charts.service import Asked
from ..dcat import schema_org
from ..model import Group, Kind, Package, Resource
from ..search.model import Exact, Question
from ..tables.source import Address
from ..usage.counters import day_of
from ..versions import citation as citing
from . import datasets, files, refusing, resources, searching
from .drawn import Drawn, chart_of, map_of
from .facets import chosen, counted, facets, suggestion
from .hits import hits, pager, public, title_of
from .links import Links
from .markdown import as_html, as_text, cut
from .showing import Sheet
from .snippets import snippets
from .voices import SHOWN, voices
from .words import Words

if TYPE_CHECKING:
    from ..service import Catalogue

FILES = 15
"""Files of a dataset on one page."""
DESCRIPTION = 500
DESCRIBED = 4
"""Characters, and files, that are told to search engines; `{id}.jsonld` has all of them."""
ON_GROUP_PAGE = 10
SUMMARY = 155
VERSIONS = 40


class Pages:
    """Makes the pages of one catalogue.

    Args:
        catalogue: what they show. Everybody sees it as nobody in particular does.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._previews = files.Previews(catalogue.objects)

    def search_page(self, call: Call) -> Reply:
        """`/dataset`: search with facets."""
        sheet = Sheet(self._catalogue.site, call.request)
        words, links = sheet.words, sheet.links
        asked = searching.asked(call.request.query)
        found = self._catalogue.reading.engine.search(asked.question())
        groups = {(_FIELD[group.kind], group.name): group.title for group in self._catalogue.reading.groups()}
        packages = public(self._catalogue.reading, found.ids)
        lang = [("lang", links.chosen)] if links.chosen else []

        def at(wanted: searching.Asked, page: int = 1) -> str:
            return links.to("dataset", query=wanted.pairs(page=page))

        kept = [*asked.without(("", "")).pairs(), *lang]
        html = sheet.html(
            "search.html",
            "dataset",
            query=asked.pairs(),
            asked=asked,
            action=f"{links.root}/dataset",
            counted=counted(found.count, asked.words, words),
            found=hits(packages, links, found.highlights),
            facets=facets(found, asked, groups, words, at),
            chosen=[(chosen(pair, groups, words), at(asked.without(pair))) for pair in asked.chosen],
            cleared=at(searching.Asked(asked.words, (), asked.sort)),
            suggestion=suggestion(found, asked, at),
            loosened=bool(found.count) and found.tier != "all",
            sorts=[sort for sort in searching.SORTS if sort != "score" or asked.words],
            kept=[pair for pair in kept if pair[0] != "q"],
            kept_for_sort=[pair for pair in kept if pair[0] != "sort"],
            pages=pager(found.count, searching.ROWS, asked.page, searching.LAST_PAGE, lambda page: at(asked, page)),
            narrowed=bool(asked.words or asked.chosen or asked.sort),
            feed=self._feed(asked, links),
        )
        return sheet.reply(html)

    @staticmethod
    def _feed(asked: searching.Asked, links: Links) -> str:
        query = asked.feed()
        return links.full("feeds", "custom.atom" if query else "dataset.atom", query=query)

    def dataset_page(self, call: Call) -> Reply:
        """`/dataset/{id}`: one dataset.

        Raises:
            NotFound: there is none that everybody may see.
        """
        catalogue = self._catalogue
        package, organization = catalogue.packages.find(NOBODY, unquote(call.params["id"]))
        themes = catalogue.packages.themes(package)
        sheet = Sheet(catalogue.site, call.request)
        words, links = sheet.words, sheet.links
        now = catalogue.parts.clock()
        seen = [files.shown(package, each, links, words, place) for place, each in enumerate(package.resources, 1)]
        first = next((pair for pair in zip(package.resources, seen, strict=True) if pair[1].tabled), None)
        page = searching.page_of(call.request.query)
        start = (page - 1) * FILES
        preview = chart = None
        if first is not None and first[0].file is not None:
            rows = self._previews.rows(first[0].file)
            preview = files.preview(first[0].file, rows, first[1], words) if rows else None
            chart = self._picture(package, first[0], words) if rows else None
        fields = package.dataset.fields
        catalogue.counters.count(package.id, "views")
        versions, _ = catalogue.store.versions(package.id, limit=VERSIONS)
        name = package.dataset.name
        said, ratings = catalogue.participation.shown(package.id, SHOWN)
        html = sheet.html(
            "dataset.html",
            "dataset",
            name,
            title=title_of(package),
            summary=as_text(fields.get("notes"), SUMMARY) or title_of(package),
            organization={"title": organization.title, "address": links.to("organization", organization.name)},
            modified=package.modified,
            licence=datasets.licence_of(package, words),
            notes=as_html(fields.get("notes")),
            tags=[(tag, links.to("dataset", query=[("tags", tag)])) for tag in fields.get("tags") or ()],
            resources=seen[start : start + FILES],
            pages=pager(
                len(seen),
                FILES,
                page,
                searching.LAST_PAGE,
                lambda number: links.to("dataset", name, query=_page(number)),
            ),
            preview=preview,
            chart=chart,
            snippets=snippets(package, first, links),
            citation=self._cited(package, organization, words),
            facts=datasets.facts(package, organization, themes, links, words),
            quality=datasets.graded(catalogue.grading.of(package, now), words),
            voices=voices(said, ratings, words),
            voices_address=f"{catalogue.site}/opendata/v1/contributions?dataset={package.id}",
            history=datasets.history(versions, words),
            history_address=links.action("package_activity_list", id=name),
            machine=datasets.machine(name, links, words),
            feeds=[(words("machine_feed"), links.full("feeds", "organization", f"{organization.name}.atom"))],
            described=schema_org.script(self._described(package, organization, themes)),
        )
        return sheet.reply(html)

    def _picture(self, package: Package, resource: Resource, words: Words) -> Drawn | None:
        """The chart of a table, or its map where there is none."""
        charts = self._catalogue.insight.charts
        source = self._catalogue.sources.of(package, resource.id, Address(resource.id))
        if found := charts.chart(source, Asked()):
            return chart_of(found, words)
        found = charts.map(source, Asked())
        return None if found is None else map_of(found, words)

    def _cited(self, package: Package, organization: Group, words: Words) -> str:
        """How to cite a dataset: of a single file the version that is shown, of several the dataset as a whole."""
        site, today = self._catalogue.site, day_of(self._catalogue.parts.clock())
        only = package.resources[0] if len(package.resources) == 1 else None
        if only is not None and only.file is not None:
            told = citing.citation(package, organization, only, only.file, site=site, accessed=today)
        else:
            told = citing.of_dataset(package, organization, site=site, accessed=today)
        return told.en if words.language == "en" else told.th

    def _described(self, package: Package, organization: Group, themes: list[Group]) -> Mapping[str, Any]:
        """The dataset for search engines, with as many of its files as a light page can hold."""
        described = dict(schema_org.describe(package, organization, themes, self._catalogue.site))
        if len(described.get("distribution", ())) > DESCRIBED:
            described["distribution"] = described["distribution"][:DESCRIBED]
        if isinstance(described.get("description"), str):
            described["description"] = cut(described["description"], DESCRIPTION)
        return described

    def resource_page(self, call: Call) -> Reply:
        """`/dataset/{id}/resource/{rid}`: one file or link, with its rows where it is a table.

        Raises:
            NotFound.
        """
        catalogue = self._catalogue
        package, organization = catalogue.packages.find(NOBODY, unquote(call.params["id"]))
        resource = package.resource(unquote(call.params["rid"]))
        if resource is None:
            raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found")
        sheet = Sheet(catalogue.site, call.request)
        words, links = sheet.words, sheet.links
        path = ("dataset", package.dataset.name, "resource", resource.id)
        seen = files.shown(package, resource, links, words, 1 + package.resources.index(resource))
        file = resource.file
        context: Mapping[str, Any] = {"table": None, "narrowed": False}
        if file is not None and file.table is not None:
            context = resources.context(catalogue, package, resource, path, call.request.query, sheet)
        html = sheet.html(
            "resource.html",
            *path,
            each=seen,
            dataset={"title": title_of(package), "address": links.to("dataset", package.dataset.name)},
            description=as_html(resource.fields.get("description")),
            summary=cut(f"{seen.name} – {title_of(package)}", SUMMARY),
            facts=_file_facts(resource.file, words) or self._link_facts(resource, words),
            cite=self._cited_file(package, organization, resource, words),
            version=""
            if file is None
            else links.to("dataset", package.id, "resource", resource.id, "version", str(file.number)),
            **context,
        )
        return sheet.reply(html)

    def _cited_file(self, package: Package, organization: Group, resource: Resource, words: Words) -> str:
        if resource.file is None:
            return ""
        site, today = self._catalogue.site, day_of(self._catalogue.parts.clock())
        told = citing.citation(package, organization, resource, resource.file, site=site, accessed=today)
        return told.en if words.language == "en" else told.th

    def _link_facts(self, resource: Resource, words: Words) -> list[datasets.Fact]:
        """When somebody looked last whether a link opens, and whether it did; nothing where nobody has."""
        known = self._catalogue.links.last([resource.id]).get(resource.id) if resource.url else None
        if known is None or not known.at:
            return []
        return [datasets.Fact(words("link_checked"), f"{words.day(known.at)}: {words(f'link_{known.state}')}")]

    def groups_page(self, kind: Kind) -> Callable[[Call], Reply]:
        """`/organization` and `/group`: all of a kind, by title, with the number of their datasets."""

        def show(call: Call) -> Reply:
            sheet = Sheet(self._catalogue.site, call.request)
            plural = f"{kind}s"
            counts = self._counts(kind)
            there = sorted(
                (group for group in self._catalogue.reading.groups() if group.kind == kind),
                key=lambda group: (group.title, group.id),
            )
            html = sheet.html(
                "groups.html",
                kind,
                section=kind,
                title=sheet.words(plural),
                lead=sheet.words(f"{plural}_lead"),
                nothing=sheet.words(f"{plural}_none"),
                groups=[
                    {
                        "title": group.title,
                        "address": sheet.links.to(kind, group.name),
                        "description": as_text(group.description, 140),
                        "count": f"{counts.get(group.name, 0):,}",
                    }
                    for group in there
                ],
            )
            return sheet.reply(html)

        return show

    def group_page(self, kind: Kind) -> Callable[[Call], Reply]:
        """`/organization/{id}` and `/group/{id}`: one of them with its latest datasets."""

        def show(call: Call) -> Reply:
            group = self.find_group(kind, unquote(call.params["id"]))
            sheet = Sheet(self._catalogue.site, call.request)
            words, links = sheet.words, sheet.links
            facet = _FIELD[kind]
            question = Question(
                filters=(Exact("state", "active"), Exact(facet, group.name)),
                sort=searching.SORTS["newest"],
                rows=ON_GROUP_PAGE,
            )
            found = self._catalogue.reading.engine.search(question)
            lang = [("lang", links.chosen)] if links.chosen else []
            html = sheet.html(
                "group.html",
                kind,
                group.name,
                section=kind,
                title=group.title,
                summary=as_text(group.description, SUMMARY) or group.title,
                description=as_html(group.description),
                found=hits(public(self._catalogue.reading, found.ids), links),
                count=f"{found.count:,}",
                all=links.to("dataset", query=[(facet, group.name)]),
                action=f"{links.root}/dataset",
                kept=[(facet, group.name), *lang],
                within=words("search_within" if kind == "organization" else "search_within_group"),
                feed=links.full("feeds", kind, f"{group.name}.atom"),
            )
            return sheet.reply(html)

        return show

    def find_group(self, kind: Kind, id_or_name: str) -> Group:
        """An organisation or theme that is there, by name or id.

        Raises:
            NotFound.
        """
        for group in self._catalogue.reading.groups():
            if group.kind == kind and id_or_name in (group.name, group.id):
                return group
        raise NotFound("ไม่พบหน่วยงานหรือกลุ่มข้อมูล", "There is no such organisation or theme.")

    def _counts(self, kind: Kind) -> Mapping[str, int]:
        field = _FIELD[kind]
        question = Question(filters=(Exact("state", "active"),), rows=0, facets=(field,), facet_limit=None)
        return dict(self._catalogue.reading.engine.search(question).facets.get(field, ()))

    def refusal(self, refused: Refusal | None, language: str, request_id: str, request: Request) -> Response:
        """The dialect of the pages' routes; see `refusing`."""
        return refusing.refusal(self._catalogue.site, refused, language, request_id, request)


_FIELD: Mapping[Kind, str] = {"organization": "organization", "group": "groups"}
"""The search field of each kind."""


def _page(number: int) -> list[tuple[str, str]]:
    return [("page", str(number))] if number > 1 else []


def _file_facts(file: Any, words: Words) -> list[datasets.Fact]:
    if file is None:
        return []
    return [
        datasets.Fact(words("res_file_version"), str(file.number)),
        datasets.Fact(words("res_taken_in"), words.day(file.at)),
        datasets.Fact(words("res_checksum"), file.sha256),
    ]
