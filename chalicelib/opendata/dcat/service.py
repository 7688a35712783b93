"""The public catalogue as linked data: one dataset, or a page of all of them.

Only what everybody may see is described, whoever asks: descriptions are kept by caches between us and the reader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.identity import NOBODY

from ..model import Group, Package
from ..packages import Packages
from ..reading import Reading
from ..search import asking
from ..search.model import Exact, Question, Range
from . import croissant, schema_org
from .formats import Format

if TYPE_CHECKING:
    from rdflib import Graph

SIZE = 100
"""Datasets on a page, as in ckanext-dcat."""
MAX_RESOURCES = 800
"""On one page: as JSON-LD about 4 kB each, and Lambda answers at most 6 MB. The page ends earlier then, and its link to
the next page goes on where it ended."""
REVISION = "1"
"""Grows with every change of how a dataset is described, so that caches let the older description go."""

Described = tuple[Package, Group, list[Group]]


@dataclass(frozen=True)
class Document:
    """A description: its text, media type, ETag, and when its subject last changed (None: nobody can say)."""

    write: Callable[[], str]
    media_type: str
    etag: str
    modified: datetime | None


@dataclass(frozen=True)
class Wanted:
    """Which page of the catalogue.

    Attributes:
        q, fq: as in `package_search`.
        modified_since: ISO 8601; only datasets that changed at or after it.
        after, before: id of the dataset that the page follows or ends at; pages by these never miss a dataset,
            whatever is published or withdrawn meanwhile.
        page: number of the page, from 1; where it is given and the others are not.
    """

    q: str = ""
    fq: str = ""
    modified_since: str = ""
    after: str = ""
    before: str = ""
    page: int = 1


class LinkedData:
    """Describes datasets.

    Args:
        site: public address of the catalogue.
        clock: tells the time.

    Attributes:
        size: datasets on a page.
        resources: on a page; it ends earlier when there are more.
    """

    def __init__(self, packages: Packages, reading: Reading, *, site: str, clock: Callable[[], datetime]) -> None:
        self.size = SIZE
        self.resources = MAX_RESOURCES
        self._packages = packages
        self._reading = reading
        self._site = site
        self._clock = clock

    def dataset(self, id_or_name: str, written: Format, profile: str = "") -> Document:
        """One dataset.

        Args:
            id_or_name: of the dataset.
            written: in which format, for RDF.
            profile: `schemaorg` or `croissant`; anything else means DCAT-AP, whose HVD part comes with the dataset.

        Raises:
            NotFound: there is none, or not everybody may see it.
        """
        package, organization, groups = self._public(id_or_name)
        modified = _time(package.modified)
        etag = _etag(REVISION, written.extension, profile, *_versions((package, organization, groups)))
        if profile in ("schemaorg", "croissant"):
            describe = schema_org.describe if profile == "schemaorg" else croissant.describe

            def as_json() -> str:
                return schema_org.script(describe(package, organization, groups, self._site))

            return Document(as_json, "application/ld+json", etag, modified)

        def as_rdf() -> str:
            from .graph import Describer
            from .vocabulary import new_graph

            graph = new_graph()
            Describer(graph, self._site).dataset(package, organization, groups)
            return serialized(graph, written)

        return Document(as_rdf, written.media_type, etag, modified)

    def _public(self, id_or_name: str) -> Described:
        package, organization = self._packages.find(NOBODY, id_or_name)
        return package, organization, self._packages.themes(package)

    def page(self, wanted: Wanted, address: str, written: Format) -> Document:
        """One page of the catalogue, in the order of ids.

        Args:
            address: of the catalogue in this format; the links lead there.

        Raises:
            Invalid: a parameter is wrong.
        """
        question = self._question(wanted)
        engine = self._reading.engine
        total = engine.search(replace(question, rows=0)).count
        backwards = bool(wanted.before)
        cursors: list[Range] = []
        if wanted.after or wanted.before:
            low, high = (None, wanted.before) if backwards else (wanted.after, None)
            cursors = [Range("id", low, high, with_low=False, with_high=False)]
        start = 0 if cursors else (wanted.page - 1) * self.size
        found = engine.search(
            replace(
                question,
                filters=(*question.filters, *cursors),
                sort=(("id", backwards),),
                start=start,
                rows=self.size,
            )
        )
        read = self._reading.packages(found.ids)
        public = [each for each in read if each[0].dataset.public]  # one may have been withdrawn since it was found
        described, ids = _fitting(public, found.ids, self.resources)
        more = found.count > start + len(ids)
        if backwards:
            described, ids = described[::-1], ids[::-1]
        links = _Pages(wanted, address, total)
        following = ids[-1] if ids and (more or backwards) else None
        preceding = ids[0] if ids and (more if backwards else bool(wanted.after) or wanted.page > 1) else None
        latest = self._latest()
        etag = _etag(
            REVISION, written.extension, links.here, str(total), following or "", preceding or "",
            *(part for each in described for part in _versions(each)), *latest,
        )  # fmt: skip

        def as_rdf() -> str:
            from .catalogue import Links, page_graph

            around = Links(
                here=links.here,
                first=links.at({}),
                last=links.at({"page": str(max(1, -(-total // self.size)))}),
                next=links.at({"after": following}) if following else None,
                previous=links.at({"before": preceding}) if preceding else None,
                total=total,
                size=self.size,
            )
            opened, changed = latest
            return serialized(page_graph(self._site, described, around, opened=opened, changed=changed), written)

        return Document(as_rdf, written.media_type, etag, None)

    def _question(self, wanted: Wanted) -> Question:
        question = asking.parse({"q": wanted.q, "fq": wanted.fq}, now=self._clock()).question
        if not wanted.modified_since:
            return question
        since = Range("metadata_modified", _instant(wanted.modified_since), None)
        return replace(question, filters=(*question.filters, since))

    def _latest(self) -> tuple[str, str]:
        """When the catalogue began and when anything public in it last changed."""
        now = self._clock().isoformat(timespec="microseconds")
        opened = min((group.created for group in self._reading.groups()), default=now)
        newest = self._reading.engine.search(
            Question(filters=(Exact("state", "active"),), sort=(("metadata_modified", True),), rows=1)
        )
        found = self._reading.packages(newest.ids)
        return opened, found[0][0].modified if found else opened


def _fitting(described: list[Described], ids: Sequence[str], left: int) -> tuple[list[Described], Sequence[str]]:
    """As many datasets from the first on as one answer can hold, and the ids that the page covers with them."""
    for place, (package, _, _) in enumerate(described):
        left -= len(package.resources)
        if left < 0 and place > 0:
            kept = described[:place]
            return kept, ids[: list(ids).index(kept[-1][0].id) + 1]
    return described, ids


class _Pages:
    """The addresses of pages that ask for the same datasets."""

    def __init__(self, wanted: Wanted, address: str, total: int) -> None:
        asked = {"q": wanted.q, "fq": wanted.fq, "modified_since": wanted.modified_since}
        self._asked = {name: value for name, value in asked.items() if value}
        self._address = address
        place = {"after": wanted.after, "before": wanted.before, "page": str(wanted.page) if wanted.page > 1 else ""}
        self.here = self.at({name: value for name, value in place.items() if value})

    def at(self, place: Mapping[str, str]) -> str:
        query = urlencode({**self._asked, **place})
        return f"{self._address}?{query}" if query else self._address


def serialized(graph: Graph, written: Format) -> str:
    """A graph as text."""
    if written.writer == "json-ld":
        from .vocabulary import PREFIXES

        context = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}
        text: str = graph.serialize(format="json-ld", context=context, indent=None, ensure_ascii=False)
        return text
    plain: str = graph.serialize(format=written.writer)
    return plain


def _instant(given: str) -> str:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.year > 2400:
        raise Invalid(
            "modified_since ต้องเป็นวันที่หรือเวลา ค.ศ. ตาม ISO 8601 เช่น 2026-11-25",
            "modified_since must be a date or time of the Common Era in ISO 8601, e.g. 2026-11-25.",
            [Fault("query:modified_since", "แก้ไขค่านี้", "Change this value.")],
        )
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")


def _versions(described: Described) -> Sequence[str]:
    """What an ETag must change with."""
    package, organization, groups = described
    return [
        package.id,
        package.changed,
        f"{organization.version}",
        *(f"{group.id}.{group.version}" for group in groups),
    ]


def _etag(*parts: Any) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def _time(iso: str) -> datetime:
    return datetime.fromisoformat(iso).replace(microsecond=0)
