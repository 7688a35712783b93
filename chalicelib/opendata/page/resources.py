"""The page of one table: which table of the file, its rows, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass

from ..model import Package, Resource
from ..tables.source import Address, Source
from . import knowing, table
from .showing import Sheet

if TYPE_CHECKING:
    from ..service import Catalogue


@dataclass(frozen=True)
class Link:
    """Somewhere to go."""

    address: str
    text: str


def context(
    catalogue: Catalogue,
    package: Package,
    resource: Resource,
    path: Sequence[str],
    query: Mapping[str, Sequence[str]],
    sheet: Sheet,
) -> Mapping[str, Any]:
    """What the template shows of a resource that is a table.

    Raises:
        NotFound: the file has no such table.
    """
    last = {name: values[-1] for name, values in query.items() if values}
    number, original = last.get("table", ""), last.get("original") == "1"
    source = catalogue.sources.of(package, resource.id, Address(resource.id, number))
    columns = source.table.columns if original else source.table.shown
    which = [("table", str(source.table.number))] if source.table.number > 1 else []
    kept = [*which, *([("original", "1")] if original else [])]
    wanted = table.asked(query, [column["id"] for column in columns], kept)
    address = f"{resource.id}/{source.table.number}" if which else resource.id
    page = table.page(catalogue.datastore, address, source.file, wanted, sheet.words, columns)
    told = table.context(source.file, wanted, page, path, sheet, columns)
    return {
        **told,
        "narrowed": told["narrowed"] or original or bool(knowing.asked_of(query).anything),
        "tabs": knowing.tables_of(source, path, sheet),
        "originals": _originals(source, which, original, path, sheet),
        "takes": _takes(source, which, sheet),
        **knowing.context(catalogue, source, query, kept, sheet),
    }


def _originals(
    source: Source, which: Sequence[tuple[str, str]], original: bool, path: Sequence[str], sheet: Sheet
) -> Link | None:
    """To the columns as their owner wrote them, and back; None where nothing was changed."""
    if len(source.table.columns) == len(source.table.shown):
        return None
    if original:
        return Link(sheet.links.to(*path, query=which), sheet.words("know_clean"))
    return Link(sheet.links.to(*path, query=[*which, ("original", "1")]), sheet.words("know_original"))


_TAKEN = (
    ("data.csv", "CSV (UTF-8)"),
    ("data-safe.csv", "take_safe"),
    ("data.parquet", "Parquet"),
    ("data.json", "JSON"),
    ("data.jsonl", "JSON Lines"),
    ("data.xml", "XML"),
    ("schema.json", "Table Schema"),
)
"""Forms to take a table away in, with the name of each or the key of its words."""


def _takes(source: Source, which: Sequence[tuple[str, str]], sheet: Sheet) -> list[Link]:
    """The table as a file, form by form."""
    links, words = sheet.links, sheet.words
    base = ("opendata", "v1", "resources", source.resource.id, "exports")
    return [Link(links.full(*base, name, query=which), words(told) if told in words else told) for name, told in _TAKEN]
