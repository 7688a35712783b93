"""The page of one version of a file: what it is, how to cite it, what was different, and its rows as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import NOBODY
from chalicelib.shared.web import Call, Reply

from ..versions.model import TableDiff
from ..versions.service import Place, Seen
from . import files, table
from .hits import title_of
from .markdown import cut
from .showing import Sheet
from .words import Words

if TYPE_CHECKING:
    from ..service import Catalogue

CHANGES = 20
"""Different rows on the page; the API tells of all."""
NAMES = 12


@dataclass(frozen=True)
class Change:
    """A row that is different, for people: what it is, and each value as it was and is."""

    kind: str
    row: str
    values: tuple[tuple[str, str, str], ...]


class VersionPages:
    """Makes the page; everybody sees it as nobody in particular does."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def page(self, call: Call) -> Reply:
        """`/dataset/{id}/resource/{rid}/version/{number}`.

        Raises:
            NotFound: there is no such version that everybody is told of.
        """
        catalogue, versions = self._catalogue, self._catalogue.versions
        number = call.params["number"]
        place = versions.place(NOBODY, unquote(call.params["rid"]))
        package, resource = place.package, place.resource
        here = unquote(call.params["id"]) in (package.id, package.dataset.name)
        if not here or not (number.isascii() and number.isdigit() and 1 <= len(number) <= 6):
            raise NotFound("ไม่พบเวอร์ชันนี้", "Not found")
        seen = versions.one(place, int(number))
        file = seen.file
        sheet = Sheet(catalogue.site, call.request)
        words, links = sheet.words, sheet.links
        path = ("dataset", package.id, "resource", resource.id, "version", str(file.number))
        each = files.shown(package, resource, links, words, 1 + package.resources.index(resource))
        context: Mapping[str, Any] = {"table": None}
        if file.table is not None:
            wanted = table.asked(call.request.query, [column["id"] for column in file.columns])
            page = table.page(catalogue.datastore, f"{resource.id}@{file.number}", file, wanted, words)
            context = table.context(file, wanted, page, path, sheet)
        told = versions.cite(place, file)
        api = f"{catalogue.site}/opendata/v1/resources/{quote(resource.id, safe='')}"
        html = sheet.html(
            "version.html",
            *path,
            each=each,
            number=file.number,
            current=not seen.until,
            dataset={"title": title_of(package), "address": links.to("dataset", package.dataset.name)},
            organization=place.organization.title,
            summary=cut(f"{each.name} {words('ver_number', number=file.number)} – {title_of(package)}", 155),
            at=file.at,
            kind=words(f"ver_kind_{file.kind}"),
            size=words.size(file.size),
            file_name=file.file_name,
            download=links.full(*path, "download", file.file_name),
            cite=told,
            forms=[(name, f"{api}/versions/{file.number}/citation?form={form}") for name, form in FORMS],
            changes=self._changes(place, seen, words),
            more=f"{api}/diff?from={seen.before}&to={file.number}" if seen.before else "",
            before=seen.before,
            before_address=links.to(*path[:-1], str(seen.before)) if seen.before else "",
            sha256=file.sha256,
            chain=file.chain,
            proof=f"{api}/versions/{file.number}/proof",
            all=f"{api}/versions",
            **context,
        )
        return sheet.reply(html)

    def _changes(self, place: Place, seen: Seen, words: Words) -> list[Mapping[str, Any]]:
        if seen.diff is None:
            return []
        found: list[Mapping[str, Any]] = []
        left = CHANGES
        for each in seen.diff.tables:
            rows = self._catalogue.versions.rows(place, seen.diff, each, 1)[:left] if each.pages and left else []
            left -= len(rows)
            found.append(
                {"name": each.name, "lines": _lines(each, words), "rows": [_change(row, words) for row in rows]}
            )
        return found


FORMS = (("BibTeX", "bibtex"), ("CSL-JSON", "csl"), ("RIS", "ris"))


def _lines(diff: TableDiff, words: Words) -> list[str]:
    """What became of a table, in sentences."""
    if diff.before is None:
        return [words("ver_table_new", rows=f"{diff.rows_after:,}")]
    if diff.after is None:
        return [words("ver_table_gone", rows=f"{diff.rows_before:,}")]
    schema, counted, lines = diff.schema, diff.counted, []
    for key, names in (("ver_columns_added", schema.added), ("ver_columns_removed", schema.removed)):
        if names:
            lines.append(words(key, names=_names(names)))
    if schema.renamed:
        lines.append(words("ver_columns_renamed", names=_names([f"{x.before} → {x.after}" for x in schema.renamed])))
    if schema.retyped:
        retyped = [f"{x.name}: {x.before} → {x.after}" for x in schema.retyped]
        lines.append(words("ver_columns_retyped", names=_names(retyped)))
    if counted is not None:
        counts = {name: f"{getattr(counted, name):,}" for name in ("added", "removed", "changed", "unchanged")}
        lines.append(words("ver_counts", **counts))
        if counted.key:
            lines.append(words("ver_key", names=_names(counted.key)))
    return lines


def _names(names: Any) -> str:
    some = [cut(str(name), 80) for name in list(names)[:NAMES]]
    return ", ".join(some) + (" …" if len(names) > NAMES else "")


def _change(row: Mapping[str, Any], words: Words) -> Change:
    before, after = row["before"] or {}, row["after"] or {}
    key = ", ".join(files.cell(value, words) for value in row["key"].values())
    number = row["to"] if row["to"] is not None else row["from"]
    names = list(dict.fromkeys([*before, *after]))[:NAMES]
    values = tuple((name, files.cell(before.get(name), words), files.cell(after.get(name), words)) for name in names)
    return Change(words(f"ver_{row['kind']}"), key or f"{words('row')} {number:,}", values)
