"""Datasets in a list, and the pages of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass

from ..model import Group, Package
from ..reading import Reading
from .links import Links
from .markdown import as_text, cut, marked, passage
from .searching import around

if TYPE_CHECKING:
    from markupsafe import Markup

NOTES = 180
FORMATS = 6


@dataclass(frozen=True)
class Hit:
    """One dataset in a list; title and notes may hold marks around what was found."""

    address: str
    title: str | Markup
    notes: str | Markup
    organization: str
    modified: str
    formats: tuple[str, ...]
    files: int


def public(reading: Reading, ids: Iterable[str]) -> list[tuple[Package, Group, list[Group]]]:
    """The datasets of these ids that everybody may see: asked again of what was read, whatever the engine said."""
    return [each for each in reading.packages(ids) if each[0].dataset.public]


def title_of(package: Package) -> str:
    """The title, or the name where there is none."""
    return str(package.dataset.fields.get("title") or package.dataset.name)


def formats_of(package: Package) -> tuple[str, ...]:
    """The formats of its resources, each once, in their order."""
    named = (str(each.fields.get("format") or "").strip() for each in package.resources)
    return tuple(dict.fromkeys(cut(each, 20) for each in named if each))


def hits(
    packages: Iterable[tuple[Package, Group, list[Group]]],
    links: Links,
    highlights: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Hit]:
    """Packages as entries of a list, with what the search engine marked in them."""
    found = []
    for package, organization, _ in packages:
        marks = (highlights or {}).get(package.id, {})
        notes = (
            passage(marks["notes"], NOTES)
            if "<mark>" in marks.get("notes", "")
            else as_text(package.dataset.fields.get("notes"), NOTES)
        )
        found.append(
            Hit(
                address=links.to("dataset", package.dataset.name),
                title=marked(marks["title"]) if marks.get("title") else cut(title_of(package), 300),
                notes=notes,
                organization=organization.title,
                modified=package.modified,
                formats=formats_of(package)[:FORMATS],
                files=len(package.resources),
            )
        )
    return found


@dataclass(frozen=True)
class Pager:
    """The pages of a list: number and address of those near, None for a gap."""

    page: int
    last: int
    around: tuple[tuple[int | None, str], ...]
    previous: str | None
    next: str | None


def pager(count: int, rows: int, page: int, last_page: int, at: Callable[[int], str]) -> Pager:
    """The pages of a list of so many; `at` makes the address of one."""
    last = max(1, min(-(-count // rows), last_page))
    return Pager(
        page=page,
        last=last,
        around=tuple((each, "" if each is None else at(each)) for each in around(min(page, last), last)),
        previous=at(page - 1) if 1 < page <= last else None,
        next=at(page + 1) if page < last else None,
    )
