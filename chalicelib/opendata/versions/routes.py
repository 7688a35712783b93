"""Versions of files: the list, one at its stable address, what is different, how to cite it, and its proof."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from pydantic import Field

from chalicelib.shared.errors import Fault, Invalid, not_found
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Dialect, Incoming, Reply, Room

from ..access import STAFF_ROLES
from ..actions import http
from ..service import Catalogue
from .citation import one_line
from .model import TableDiff
from .rows import Root
from .views import (
    CitationView,
    CitedVersion,
    DayRoot,
    DayRoots,
    FileVersion,
    FileVersions,
    RowChange,
    VersionDiff,
    VersionProof,
    VersionTableDiff,
)

READERS = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))
RESOURCE = "/opendata/v1/resources/{id}"
PLACE = "/dataset/{id}/resource/{rid}/version/{number}"
ROOTS = "/opendata/v1/roots"
FOR_EVER = "public, max-age=31536000, immutable"
FORMS = {
    "bibtex": ("application/x-bibtex", "bib"),
    "csl": ("application/vnd.citationstyles.csl+json", "json"),
    "ris": ("application/x-research-info-systems", "ris"),
}
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class VersionPaging(Incoming):
    """How many, and from where."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=500, description="`next` of the page before")


class DiffAsked(Incoming):
    """Which versions are compared."""

    from_: int = Field(alias="from", ge=1, description="Number of the older version")
    to: int = Field(ge=1, description="Number of the newer version")
    table: int | None = Field(default=None, ge=1, description="Number of a table in the newer file; the first")
    cursor: str | None = Field(default=None, max_length=500, description="`next` of the page before")


class CitationAsked(Incoming):
    """In which form."""

    form: str | None = Field(default=None, pattern="^(bibtex|csl|ris)$", description="bibtex, csl or ris; all as JSON")


def hang(room: Room, catalogue: Catalogue, page: Callable[[Call], Reply], refusal: Dialect) -> None:
    """Hangs these routes on the room.

    Args:
        page: shows a version to people.
        refusal: the dialect of the pages.
    """
    versions, cursors, site = catalogue.versions, catalogue.parts.cursors, catalogue.site

    @room.get(
        f"{RESOURCE}/versions",
        allow=READERS,
        credentials=http.credentials,
        query=VersionPaging,
        answer=FileVersions,
        summary="The versions of a file, the latest first: what each is, what was different, its place in the chain",
    )
    def listed(call: Call) -> FileVersions:
        asked: VersionPaging = call.query
        place = versions.place(call.caller, unquote(call.params["id"]))
        scope = ("file-versions", place.resource.id, place.member)
        found, after = versions.listed(place, limit=asked.limit, after=cursors.read(asked.cursor, scope))
        return FileVersions(
            items=[FileVersion.of(each, place, site) for each in found], next=cursors.make(after, scope)
        )

    @room.get(
        f"{RESOURCE}/versions/{{number}}",
        allow=READERS,
        credentials=http.credentials,
        answer=FileVersion,
        summary="One version of a file",
    )
    def one(call: Call) -> FileVersion:
        place = versions.place(call.caller, unquote(call.params["id"]))
        return FileVersion.of(versions.one(place, _number(call)), place, site)

    @room.get(
        f"{RESOURCE}/versions/{{number}}/proof",
        allow=READERS,
        credentials=http.credentials,
        answer=VersionProof,
        summary="What shows, without asking anybody, that a version stood in the catalogue on a day",
    )
    def proof(call: Call) -> VersionProof:
        place = versions.place(call.caller, unquote(call.params["id"]))
        return VersionProof.of(versions.proof(place, _number(call)), place.resource.id)

    @room.get(
        f"{RESOURCE}/versions/{{number}}/citation",
        allow=READERS,
        credentials=http.credentials,
        query=CitationAsked,
        answer=CitationView,
        summary="How to cite a version: in Thai and English, as BibTeX, CSL-JSON and RIS",
    )
    def cite(call: Call) -> Reply:
        asked: CitationAsked = call.query
        place = versions.place(call.caller, unquote(call.params["id"]))
        number = _number(call)
        told = versions.cite(place, versions.one(place, number).file)
        if asked.form is None:
            return Reply(CitationView.of(told))
        media_type, ending = FORMS[asked.form]
        text = {"bibtex": told.bibtex, "csl": told.csl, "ris": told.ris}[asked.form]
        name = quote(f"{place.package.dataset.name}-v{number}.{ending}")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Reply(text.encode(), headers=headers, media_type=f"{media_type}; charset=utf-8")

    @room.get(
        f"{RESOURCE}/diff",
        allow=READERS,
        credentials=http.credentials,
        query=DiffAsked,
        answer=VersionDiff,
        summary="What is different between two versions: columns, and the rows that were added, removed or changed",
    )
    def diff(call: Call) -> VersionDiff:
        asked: DiffAsked = call.query
        place = versions.place(call.caller, unquote(call.params["id"]))
        found = versions.diff(place, asked.from_, asked.to)
        table = _table(found.tables, asked.table)
        scope = ("diff", place.resource.id, asked.from_, asked.to, asked.table)
        page_number = int(cursors.read(asked.cursor, scope) or "1")
        rows = versions.rows(place, found, table, page_number) if table is not None and table.pages else []
        more = table is not None and page_number < table.pages
        return VersionDiff(
            since=found.old,
            to=found.new,
            tables=[VersionTableDiff.of(each) for each in found.tables],
            table=None if table is None else table.after,
            rows=[RowChange.of(each) for each in rows],
            next=cursors.make(str(page_number + 1) if more else None, scope),
        )

    @room.get(
        PLACE,
        allow=READERS,
        credentials=http.credentials,
        dialect=refusal,
        answer=CitedVersion,
        summary="A version at the address by which it is cited: a page for people, JSON for machines",
    )
    def stable(call: Call) -> Reply:
        if _wants_page(call):
            return page(call)
        place = versions.place(call.caller, unquote(call.params["rid"]))
        if unquote(call.params["id"]) not in (place.package.id, place.package.dataset.name):
            raise not_found("เวอร์ชันนี้", "version of a file")
        seen = versions.one(place, _number(call))
        told = CitedVersion(
            dataset=place.package.id,
            resource=place.resource.id,
            title=one_line(place.package.dataset.fields.get("title") or place.package.dataset.name),
            organization=place.organization.title,
            version=FileVersion.of(seen, place, site),
            citation=CitationView.of(versions.cite(place, seen.file)),
        )
        return Reply(told, headers={"Vary": "Accept, Authorization"})

    @room.get(
        f"{PLACE}/download/{{name}}",
        allow=READERS,
        credentials=http.credentials,
        status=302,
        summary="The file of a version as it was uploaded, under its own name (redirect to a short-lived address)",
    )
    def download(call: Call) -> Reply:
        place = versions.place(call.caller, unquote(call.params["rid"]))
        if unquote(call.params["id"]) not in (place.package.id, place.package.dataset.name):
            raise not_found("เวอร์ชันนี้", "version of a file")
        url = versions.download(versions.one(place, _number(call)).file)
        catalogue.counters.count(place.package.id, "downloads")
        return Reply(None, headers={"Location": url})

    @room.get(
        ROOTS,
        allow=[PUBLIC],
        query=VersionPaging,
        answer=DayRoots,
        summary="The signed roots over all versions, one for each day on which there were new ones",
    )
    def roots(call: Call) -> DayRoots:
        asked: VersionPaging = call.query
        found, after = versions.roots.latest(limit=asked.limit, after=cursors.read(asked.cursor, ("roots",)))
        return DayRoots(
            vkey=str(versions.roots.key.vkey),
            items=[DayRoot.of(each, site) for each in found],
            next=cursors.make(after, ("roots",)),
        )

    @room.get(
        f"{ROOTS}/{{day}}",
        allow=[PUBLIC],
        answer=DayRoot,
        summary="The signed root of a day, and what shows that the tree only grew since the root before",
    )
    def root(call: Call) -> DayRoot:
        found = of_day(call)
        return DayRoot.of(found, site, [base64.b64encode(each).decode() for each in versions.roots.consistency(found)])

    @room.get(f"{ROOTS}/{{day}}/leaves", allow=[PUBLIC], summary="The leaves of a day: hashes at the ends of chains")
    def leaves(call: Call) -> Reply:
        content = versions.roots.leaves(of_day(call))
        return Reply(content, headers={"Cache-Control": FOR_EVER}, media_type="application/json")

    def of_day(call: Call) -> Root:
        day = call.params["day"]
        found = versions.roots.of_day(day) if _DAY.fullmatch(day) else None
        if found is None:
            raise not_found("รากของวันนี้", "root of this day")
        return found


def _wants_page(call: Call) -> bool:
    """Whether a person's browser asks: it names HTML, machines say `*/*` or nothing."""
    return "text/html" in call.headers.get("accept", "").lower()


def _number(call: Call) -> int:
    text = call.params["number"]
    if not _NUMBER.fullmatch(text):
        raise not_found("เวอร์ชันนี้", "version of a file")
    return int(text)


def _table(tables: tuple[TableDiff, ...], wanted: int | None) -> TableDiff | None:
    if wanted is None:
        return next(iter(tables), None)
    found = next((each for each in tables if each.after == wanted), None)
    if found is None:
        raise Invalid(
            "ไม่มีตารางนี้ในเวอร์ชันที่ใหม่กว่า",
            "There is no such table in the newer version.",
            [Fault("query:table", "ไม่มีตารางหมายเลขนี้", "There is no table of this number.")],
        )
    return found
