"""A dataset in plain words: its fields, how to use it, what happened to it, how good it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass

from .. import changes
from ..model import Group, Package
from ..quality import marks, saying
from ..quality.service import Report
from ..standard import fields as metadata
from .files import safe
from .links import Links
from .markdown import cut
from .words import Words

TOLD = (
    "data_type", "objective", "data_source", "update_frequency_unit", "geo_coverage", "data_format", "data_category",
    "data_language", "maintainer", "maintainer_email", "author", "version", "accessible_condition", "created_date",
    "last_updated_date", "high_value_dataset", "reference_data", "official_statistics", "url", "reference_url_catalog",
)  # fmt: skip
"""Fields in the order in which they are told; title, tags, notes and licence have places of their own."""
FLAGS = frozenset({"high_value_dataset", "reference_data", "official_statistics"})
DATES = frozenset({"created_date", "last_updated_date"})
ADDRESSES = frozenset({"url", "reference_url_catalog"})
OTHER = "อื่นๆ"
MAX_VALUE = 600
EXTRAS = 30


@dataclass(frozen=True)
class Fact:
    """A line of the list of facts; `away` leads to another site."""

    label: str
    text: str
    address: str = ""
    away: bool = False


def facts(package: Package, organization: Group, themes: Sequence[Group], links: Links, words: Words) -> list[Fact]:
    """What is known of a dataset, field by field; empty fields are left out."""
    fields = package.dataset.fields
    address = links.to("organization", organization.name)
    found = [Fact(words("f_owner_org"), organization.title, address)]
    found += [Fact(words("f_groups"), each.title, links.to("group", each.name)) for each in themes]
    if text := licence_of(package, words):
        licence = metadata.license_of(fields.get("license_id"))
        url = str(licence["url"]) if licence else ""
        found.append(Fact(words("f_license_id"), text, url if safe(url) else "", away=True))
    for name in TOLD:
        text = cut(_text(name, fields, words), MAX_VALUE)
        if not text:
            continue
        address = ""
        if name in ADDRESSES and safe(text):
            address = text
        elif name == "maintainer_email":
            address = f"mailto:{text}"
        found.append(Fact(words(f"f_{name}"), text, address, away=name in ADDRESSES))
    found.append(Fact(words("f_metadata_created"), words.day(package.dataset.created)))
    found.append(Fact(words("f_metadata_modified"), words.day(package.modified)))
    extras: Iterable[Mapping[str, str]] = fields.get("extras") or ()
    found += [Fact(cut(each["key"], 80), cut(each["value"], MAX_VALUE)) for each in list(extras)[:EXTRAS]]
    return found


def licence_of(package: Package, words: Words) -> str:
    """The licence as people read it."""
    given = str(package.dataset.fields.get("license_id") or "")
    licence = metadata.license_of(given)
    text = str(licence["title"]) if licence else given
    if given == OTHER:
        text = str(package.dataset.fields.get("license_id_other") or words.term(OTHER))
    return cut(text, 120)


def _text(name: str, fields: Mapping[str, Any], words: Words) -> str:
    value = fields.get(name)
    if value in (None, "", []):
        return ""
    if name in FLAGS:
        return words("yes") if str(value).lower() == "true" else ""
    if name in DATES:
        return words.day(str(value)) or str(value)
    if name == "update_frequency_unit":
        return _frequency(str(value), fields, words)
    values = [str(each) for each in (value if isinstance(value, list) else [value])]
    other = str(fields.get(f"{name}_other") or "")
    return ", ".join(other if each == OTHER and other else words.term(each) for each in values)


NO_PERIOD = frozenset({"ไม่ทราบ", "ตามเวลาจริง", "ไม่มีการปรับปรุงหลังจากการจัดเก็บข้อมูล"})


def _frequency(unit: str, fields: Mapping[str, Any], words: Words) -> str:
    if unit == OTHER:
        return str(fields.get("update_frequency_unit_other") or words.term(unit))
    if unit in NO_PERIOD:
        return words.term(unit)
    interval = str(fields.get("update_frequency_interval") or "1")
    if interval == "1":
        return words("once_per", unit=words.term(unit))
    plural = "s" if words.language == "en" else ""
    return words("every", interval=interval, unit=words.term(unit) + plural)


@dataclass(frozen=True)
class Form:
    """The same dataset in a form for machines."""

    name: str
    media: str
    address: str


def machine(name: str, links: Links, words: Words) -> list[Form]:
    """Where machines read a dataset."""
    return [
        Form(words("machine_json"), "application/json", links.action("package_show", id=name)),
        Form("RDF (Turtle, DCAT-AP)", "text/turtle", links.full("dataset", f"{name}.ttl")),
        Form("JSON-LD (DCAT-AP)", "application/ld+json", links.full("dataset", f"{name}.jsonld")),
        Form("RDF/XML (DCAT-AP)", "application/rdf+xml", links.full("dataset", f"{name}.rdf")),
    ]


@dataclass(frozen=True)
class Happened:
    """A line of the history."""

    at: str
    what: str


def history(versions: Iterable[changes.Version], words: Words, limit: int = 8) -> list[Happened]:
    """What happened to a dataset since it is public; what was done before is its owner's own affair."""
    found: list[Happened] = []
    for version in versions:
        if not version.public:
            break
        key = f"act_{version.activity}"
        line = Happened(version.at, words(key if key in words else "act_other"))
        if not found or (found[-1].at[:10], found[-1].what) != (line.at[:10], line.what):
            found.append(line)
    return found[:limit]


@dataclass(frozen=True)
class Measured:
    """A dimension of the quality on the page; `share` of its points in percent."""

    name: str
    points: str
    measured: bool
    share: int


@dataclass(frozen=True)
class Graded:
    """The quality on the page."""

    grade: str | None
    score: int
    dimensions: tuple[Measured, ...]
    findings: tuple[str, ...]
    partly: str
    stars: str = ""


def graded(report: Report, words: Words) -> Graded:
    """The quality in words, with what is to be mended."""
    found = report.quality
    dimensions = tuple(
        Measured(
            words(f"dim_{each.name}"),
            words(
                "points_of",
                points=f"{each.points:g}" if each.points == int(each.points) else f"{each.points:.1f}",
                weight=f"{each.measured:g}",
            ),
            bool(each.measured),
            round(100 * each.points / each.measured) if each.measured else 0,
        )
        for each in found.dimensions
    )
    findings = []
    for each in found.dimensions:
        for finding in each.findings:
            back = f" {words('quality_points', points=f'{finding.points:.3g}')}" if finding.points else ""
            findings.append(f"{saying.said(finding, words)}{back}")
    whole = found.measured >= 100
    partly = "" if whole else words("quality_measured", measured=f"{found.measured:g}")
    stars = words("quality_stars", stars=marks.count(report.stars))
    return Graded(found.grade, found.score, dimensions, tuple(findings), partly, stars)
