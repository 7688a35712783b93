"""The grade of a dataset: pure, from what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from ..links.model import Link
from ..model import Package, Resource
from ..standard import fields as metadata
from .formats import format_of, format_points
from .model import WEIGHTS, Dimension, Finding, Quality
from .timeliness import timeliness
from .validity import validity

MANDATORY = (
    "data_type", "title", "owner_org", "maintainer", "maintainer_email", "tags", "notes", "objective",
    "update_frequency_unit", "geo_coverage", "data_source", "data_format", "data_category", "license_id",
)  # fmt: skip
"""The 14 fields of the national standard: a point each."""

NOTES = 80
TAGS = 3
NAMED = 5
"""Files that are named in one finding."""
BROKEN = frozenset({"gone", "refused", "away"})
"""States of a link behind which nothing can be had."""


def quality(package: Package, now: datetime, links: Mapping[str, Link] | None = None) -> Quality:
    """The quality of a package.

    Args:
        now: aware.
        links: how its links stood when somebody looked last, by resource.
    """
    return Quality(
        (
            _metadata(package),
            timeliness(package, now),
            _access(package, links or {}),
            _machine(package),
            validity(package),
        )
    )


def name_of(resource: Resource) -> str:
    """How a resource is called in a finding."""
    return str(resource.fields.get("name") or resource.file_name or resource.id)[:80]


def _names(resources: list[Resource]) -> list[str]:
    return [name_of(each) for each in resources[:NAMED]]


def _metadata(package: Package) -> Dimension:
    fields = {**package.dataset.fields, "owner_org": package.dataset.owner_org}
    missing = [name for name in MANDATORY if fields.get(name) in (None, "", [])]
    findings = [Finding("missing_fields", {"fields": missing}, float(len(missing)))] if missing else []
    points = float(len(MANDATORY) - len(missing))
    letters, tags = len(str(fields.get("notes") or "").strip()), len(fields.get("tags") or [])
    if letters >= NOTES:
        points += 2
    else:
        findings.append(Finding("short_notes", {"letters": letters}, 2.0))
    if tags >= TAGS:
        points += 2
    else:
        findings.append(Finding("few_tags", {"tags": tags}, 2.0))
    silent = [each for each in package.resources if not str(each.fields.get("description") or "").strip()]
    if not package.resources:
        findings.append(Finding("no_resources", points=2.0))
    elif not silent:
        points += 2
    else:
        findings.append(Finding("undescribed_files", {"files": _names(silent)}, 2.0))
    return Dimension("metadata", WEIGHTS["metadata"], WEIGHTS["metadata"], points, tuple(findings))


def _access(package: Package, known: Mapping[str, Link]) -> Dimension:
    """Files or links that open 5, an open licence 5, no condition 2, all of it reached safely 3."""
    fields, findings, points = package.dataset.fields, list[Finding](), 0.0
    measured = float(WEIGHTS["access"])
    licence = metadata.license_of(fields.get("license_id"))
    if licence is not None and licence["od_conformance"] == "approved":
        points += 5
    else:
        findings.append(Finding("closed_licence", points=5.0))
    if str(fields.get("accessible_condition") or "").strip() in ("", "-", "ไม่มี"):
        points += 2
    else:
        findings.append(Finding("condition", points=2.0))
    links = [each for each in package.resources if not each.uploaded]
    files = any(each.file for each in package.resources)
    if not package.resources:
        findings.append(Finding("no_resources", points=8.0))
        return Dimension("access", WEIGHTS["access"], measured, points, tuple(findings))
    broken = [each for each in links if each.id in known and known[each.id].state in BROKEN and each.file is None]
    unknown = [each for each in links if each.id not in known or known[each.id].state not in (*BROKEN, "ok", "large")]
    insecure = [each for each in links if urlsplit(each.url).scheme != "https"]
    if files or len(links) > len(broken):
        points += 5
    else:
        # a file that is not taken in yet is one that cannot be had
        findings.append(Finding("nothing_opens", points=5.0 if links else 8.0))
    if broken:
        findings.append(Finding("broken_links", {"files": _names(broken)}, 3.0))
    elif insecure:
        findings.append(Finding("insecure_link", {"files": _names(insecure)}, 3.0))
    elif unknown:
        measured -= 3
        findings.append(Finding("links_unchecked"))
    elif links or files:
        points += 3
    return Dimension("access", WEIGHTS["access"], measured, points, tuple(findings))


def _machine(package: Package) -> Dimension:
    """The best format counts: a manual in PDF beside a CSV does no harm."""
    weight = WEIGHTS["machine"]
    if not package.resources:
        return Dimension("machine", weight, weight, 0, (Finding("format", points=float(weight)),))
    if not any(format_of(each) for each in package.resources):
        return Dimension("machine", weight, weight, 0, (Finding("no_format", points=float(weight)),))
    points = max(map(format_points, package.resources))
    findings = () if points == weight else (Finding("format", points=weight - points),)
    return Dimension("machine", weight, weight, points, findings)
