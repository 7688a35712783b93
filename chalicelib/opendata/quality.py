"""How good a published dataset is: five dimensions, 100 points, a grade, and what to mend.

The dimensions, their weights and the grades are those of the quality control of the National Statistical Office
(สำนักงานสถิติแห่งชาติ) for the national GD-Catalog: metadata 20, timeliness 20, access 15, machine-readable 20,
validity 25; A from 90, B from 75, C from 60, D from 40, else E. How points are given inside a dimension is ours.

What cannot be known here (whether a link of another site opens, whether its file is sound) is neither praised nor
blamed: it is left out, and the score is the share of what could be measured. Where that is less than `ENOUGH`, there
is a score but no grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from .model import Package, Resource
from .standard import fields as metadata

Name = Literal["metadata", "timeliness", "access", "machine", "validity"]
Grade = Literal["A", "B", "C", "D", "E"]

WEIGHTS: Mapping[Name, int] = {"metadata": 20, "timeliness": 20, "access": 15, "machine": 20, "validity": 25}
GRADES: tuple[tuple[int, Grade], ...] = ((90, "A"), (75, "B"), (60, "C"), (40, "D"), (0, "E"))
ENOUGH = 60
"""Points that must be measurable before a grade is given."""

MANDATORY = (
    "data_type", "title", "owner_org", "maintainer", "maintainer_email", "tags", "notes", "objective",
    "update_frequency_unit", "geo_coverage", "data_source", "data_format", "data_category", "license_id",
)  # fmt: skip
"""The 14 fields of the national standard: a point each."""

NOTES = 80
TAGS = 3
NEVER_UPDATED = "ไม่มีการปรับปรุงหลังจากการจัดเก็บข้อมูล"
DAYS: Mapping[str, float] = {
    "ปี": 366,
    "ครึ่งปี": 184,
    "ไตรมาส": 92,
    "เดือน": 31,
    "สัปดาห์": 7,
    "วัน": 1,
    "วันทำการ": 3,  # over a weekend
    "ชั่วโมง": 1,  # what is late by hours is not seen from here
    "นาที": 1,
    "ตามเวลาจริง": 1,
}
"""Days between two updates, by the unit of frequency."""
LATE: tuple[tuple[float, float], ...] = ((1.0, 1.0), (1.5, 0.75), (2.0, 0.5), (3.0, 0.25))
"""Share of the points by how many periods old the data is at most."""

OPEN_TABLES = frozenset(
    {"CSV", "TSV", "JSON", "JSONL", "NDJSON", "GEOJSON", "XML", "GML", "KML", "RDF", "TTL", "JSON-LD", "N3", "NT",
     "PARQUET", "GPKG", "API", "TXT", "ODS", "WFS", "SPARQL"}
)  # fmt: skip
OWNED_TABLES = frozenset({"XLS", "XLSX", "SHP", "SHAPEFILE", "MDB", "ACCDB", "DBF", "SAV", "ZIP"})
FOR_EYES = frozenset({"HTML", "DOC", "DOCX", "PDF", "PPT", "PPTX"})
FORMAT_POINTS: tuple[tuple[frozenset[str], float], ...] = ((OPEN_TABLES, 20), (OWNED_TABLES, 14), (FOR_EYES, 4))


@dataclass(frozen=True)
class Finding:
    """Something to mend, or to know.

    Attributes:
        key: which; the words stand with the page (`q_{key}`).
        values: what goes into the words.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Attributes:
        weight: points it can give.
        measured: points that could be measured.
        points: given, of the measured ones.
    """

    name: Name
    weight: int
    measured: float
    points: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Quality:
    """The whole."""

    dimensions: tuple[Dimension, ...]

    @property
    def measured(self) -> float:
        """Points that could be measured, of 100."""
        return sum(each.measured for each in self.dimensions)

    @property
    def score(self) -> int:
        """0 to 100: the share of the measured points, rounded down so that a grade is never given away."""
        return int(100 * sum(each.points for each in self.dimensions) / self.measured) if self.measured else 0

    @property
    def grade(self) -> Grade | None:
        """The grade, or None where too little is known."""
        if self.measured < ENOUGH:
            return None
        return next(grade for least, grade in GRADES if self.score >= least)


def quality(package: Package, now: datetime) -> Quality:
    """The quality of a package at a time (aware)."""
    return Quality(
        (_metadata(package), _timeliness(package, now), _access(package), _machine(package), _validity(package))
    )


def _metadata(package: Package) -> Dimension:
    fields = {**package.dataset.fields, "owner_org": package.dataset.owner_org}
    missing = [name for name in MANDATORY if fields.get(name) in (None, "", [])]
    findings = [Finding("missing_fields", {"fields": missing})] if missing else []
    points = float(len(MANDATORY) - len(missing))
    if len(str(fields.get("notes") or "").strip()) >= NOTES:
        points += 2
    else:
        findings.append(Finding("short_notes"))
    if len(fields.get("tags") or []) >= TAGS:
        points += 2
    else:
        findings.append(Finding("few_tags"))
    if package.resources and all(str(each.fields.get("description") or "").strip() for each in package.resources):
        points += 2
    elif package.resources:
        findings.append(Finding("undescribed_files"))
    return Dimension("metadata", WEIGHTS["metadata"], WEIGHTS["metadata"], points, tuple(findings))


def _timeliness(package: Package, now: datetime) -> Dimension:
    weight = WEIGHTS["timeliness"]
    fields = package.dataset.fields
    unit = str(fields.get("update_frequency_unit") or "")
    if unit == NEVER_UPDATED:
        return Dimension("timeliness", weight, weight, weight)
    if unit not in DAYS or not package.resources:
        return Dimension("timeliness", weight, 0, 0, () if unit in DAYS else (Finding("no_frequency"),))
    interval = str(fields.get("update_frequency_interval") or "1")
    period = DAYS[unit] * (int(interval) if interval.isascii() and interval.isdigit() and int(interval) else 1)
    came = _came(package, now)
    if came is None:
        return Dimension("timeliness", weight, 0, 0, (Finding("no_date"),))
    age = now - came
    share = next((share for periods, share in LATE if age <= timedelta(days=period * periods)), 0.0)
    findings = () if share == 1 else (Finding("old", {"days": age.days, "period": int(period)}),)
    return Dimension("timeliness", weight, weight, weight * share, findings)


def _came(package: Package, now: datetime) -> datetime | None:
    """When the data itself last came: a file when it was taken in, else as its owner says (`last_updated_date`).

    When somebody last wrote about it says nothing of the data. A date of the future is not believed.
    """
    told = [package.dataset.fields.get("last_updated_date")]
    told += [each.fields.get("last_updated_date") for each in package.resources]
    told += [each.file.at for each in package.resources if each.file]
    moments = [moment for moment in map(_moment, told) if moment is not None and moment <= now]
    return max(moments, default=None)


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _access(package: Package) -> Dimension:
    """Files or links at all 5, an open licence 5, no condition 2, all of it reached safely 3."""
    fields, findings, points = package.dataset.fields, list[Finding](), 0.0
    measured = float(WEIGHTS["access"])
    licence = metadata.license_of(fields.get("license_id"))
    if licence is not None and licence["od_conformance"] == "approved":
        points += 5
    else:
        findings.append(Finding("closed_licence"))
    if str(fields.get("accessible_condition") or "").strip() in ("", "-", "ไม่มี"):
        points += 2
    else:
        findings.append(Finding("condition"))
    links = [each for each in package.resources if not each.uploaded]
    if not package.resources:
        findings.append(Finding("no_resources"))
    elif not links:
        points += 8 if any(each.file for each in package.resources) else 0
    else:
        points += 5
        if any(urlsplit(each.url).scheme != "https" for each in links):
            findings.append(Finding("insecure_link"))
        else:
            measured -= 3
            findings.append(Finding("links_unchecked"))
    return Dimension("access", WEIGHTS["access"], measured, points, tuple(findings))


def _machine(package: Package) -> Dimension:
    """The best format counts: a manual in PDF beside a CSV does no harm."""
    weight = WEIGHTS["machine"]
    if not package.resources:
        return Dimension("machine", weight, weight, 0)
    formats = [_format(each) for each in package.resources]
    if not any(formats):
        return Dimension("machine", weight, weight, 0, (Finding("no_format"),))
    points = max(
        20.0 if each.file is not None and each.file.table else _format_points(_format(each))
        for each in package.resources
    )
    return Dimension("machine", weight, weight, points, () if points == weight else (Finding("format"),))


def _format(resource: Resource) -> str:
    return str(resource.fields.get("format") or "").strip().upper().lstrip(".")


def _format_points(format: str) -> float:
    return next((points for formats, points in FORMAT_POINTS if format in formats), 0.0)


def _validity(package: Package) -> Dimension:
    """What the ingest found: readable 10, UTF-8 5, columns named 4, no blank rows 2, cells filled 4."""
    weight = WEIGHTS["validity"]
    reports = [each.file.report for each in package.resources if each.file is not None and each.file.table]
    broken = [each for each in package.resources if each.problem is not None]
    if not reports:
        if broken:
            return Dimension("validity", weight, weight, 0, (Finding("unreadable"),))
        return Dimension("validity", weight, 0, 0, (Finding("not_validated"),) if package.resources else ())
    points, findings = 10.0, list[Finding]()
    if broken:
        points = 5
        findings.append(Finding("unreadable"))
    if all(report.get("encoding") == "utf-8" for report in reports):
        points += 5
    else:
        findings.append(Finding("not_utf8"))
    if any(str(column["name"]).startswith("column_") for column in _columns(reports)):
        findings.append(Finding("unnamed_columns"))
    else:
        points += 4
    if any(report.get("blank_rows_dropped") for report in reports):
        findings.append(Finding("blank_rows"))
    else:
        points += 2
    empty = _empty_share(reports)
    points += 4 * max(0.0, 1 - empty / 0.25)
    if empty > 0.05:
        findings.append(Finding("empty_cells", {"share": round(100 * empty)}))
    return Dimension("validity", weight, weight, points, tuple(findings))


def _columns(reports: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (column for report in reports for column in report.get("columns", ()))


def _empty_share(reports: Sequence[Mapping[str, Any]]) -> float:
    """Share of cells without content; `filled` of a column is how many of its rows have some."""
    cells = sum(int(report.get("rows", 0)) * len(report.get("columns", ())) for report in reports)
    filled = sum(int(column.get("filled", 0)) for column in _columns(reports))
    return 1 - filled / cells if cells else 0.0
