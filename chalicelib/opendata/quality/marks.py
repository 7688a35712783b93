"""Five stars of open data, and the checklist of high-value datasets; each mark with why it is given or not.

The stars are Berners-Lee's (5stardata.info): on the web under an open licence; structured; in an open format; with
identifiers of the web (RDF); linked to other data. The checklist is what DCAT-AP for High-Value Datasets 3.0 and
Regulation (EU) 2023/138 ask for - machine-readable, by API and in bulk, free, under an open licence, documented - with
the flag and the fields that the Thai standard has for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.dataclass import dataclass

from ..model import Package
from ..standard import fields as metadata
from .formats import FOR_EYES, LINKED, OPEN_TABLES, OWNED_TABLES, SERVICES, format_of, has_table
from .model import Quality


@dataclass(frozen=True)
class Mark:
    """One thing that is asked for.

    Attributes:
        key: which; the words stand with the page (`mark_{key}`).
        given: whether the dataset has it.
    """

    key: str
    given: bool


def stars(package: Package) -> tuple[Mark, ...]:
    """The five, in order; one counts only if all before it are given (`count`)."""
    formats = {format_of(each) for each in package.resources}
    tables = any(map(has_table, package.resources))
    linked = bool(formats & LINKED)
    return (
        Mark("star_1", _open_licence(package) and bool(package.resources)),
        Mark("star_2", tables or bool(formats & (OPEN_TABLES | OWNED_TABLES))),
        Mark("star_3", tables or bool(formats & OPEN_TABLES)),
        Mark("star_4", linked),
        Mark("star_5", linked and bool(package.dataset.fields.get("reference_url_catalog"))),
    )


def count(marks: Sequence[Mark]) -> int:
    """How many stars that makes."""
    return next((number for number, mark in enumerate(marks) if not mark.given), len(marks))


def high_value(package: Package, quality: Quality) -> tuple[Mark, ...]:
    """The checklist."""
    fields = package.dataset.fields
    formats = {format_of(each) for each in package.resources}
    tables = any(map(has_table, package.resources))
    files = any(each.file is not None or (each.url and format_of(each) not in FOR_EYES) for each in package.resources)
    by_name = {each.name: each for each in quality.dimensions}
    timely = by_name["timeliness"]
    return (
        Mark("hvd_flag", str(fields.get("high_value_dataset", "")).lower() == "true"),
        Mark("hvd_licence", _open_licence(package)),
        Mark("hvd_free", str(fields.get("accessible_condition") or "").strip() in ("", "-", "ไม่มี")),
        Mark("hvd_format", tables or bool(formats & OPEN_TABLES)),
        Mark("hvd_api", tables or bool(formats & SERVICES)),
        Mark("hvd_bulk", files),
        Mark("hvd_documented", _documented(package)),
        Mark("hvd_contact", bool(fields.get("maintainer")) and bool(fields.get("maintainer_email"))),
        Mark("hvd_timely", timely.measured > 0 and timely.points == timely.measured),
    )


def _documented(package: Package) -> bool:
    return bool(package.resources) and all(
        str(each.fields.get("description") or "").strip() for each in package.resources
    )


def _open_licence(package: Package) -> bool:
    licence = metadata.license_of(package.dataset.fields.get("license_id"))
    return licence is not None and licence["od_conformance"] == "approved"
