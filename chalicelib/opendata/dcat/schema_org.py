"""A dataset as schema.org JSON-LD, which search engines of the web read (Google Dataset Search's recommendations)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..model import Group, Package, Resource
from ..standard.fields import license_of
from ..views import resource_view
from . import codes, terms
from .said import in_languages, languages, of_group, said

Json = dict[str, Any]
MAX_DESCRIPTION = 5_000
"""Characters; the limit of Google Dataset Search."""


def describe(package: Package, organization: Group, groups: Sequence[Group], site: str) -> Json:
    """The schema.org Dataset."""
    dataset, fields = package.dataset, said(package)
    address = f"{site}/dataset/{quote(dataset.id, safe='')}"
    found: Json = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": address,
        "url": f"{site}/dataset/{quote(dataset.name, safe='')}",
        "identifier": dataset.id,
        **named(fields, dataset.name),
        "keywords": [terms.text(tag) for tag in dataset.fields.get("tags", [])],
        "dateCreated": dataset.created,
        "datePublished": dataset.created,
        "dateModified": package.modified,
        "isAccessibleForFree": True,
        "creator": _organization(organization, site),
        "publisher": _organization(organization, site),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": f"{site}/catalog", "url": site},
        "license": licence_address(fields),
        "version": terms.text(fields.get("version")),
        "inLanguage": [codes.tables()["language_tag"][code] for code in languages(fields)],
        "sameAs": terms.iri(fields.get("url")),
        "about": [{"@type": "Thing", "name": terms.text(group.title)} for group in groups],
        "spatialCoverage": _place(fields),
        "temporalCoverage": _time(fields),
        "contactPoint": _contact(fields),
        "distribution": [
            _download(resource, position, site)
            for position, resource in enumerate(package.resources)
        ],
        "variableMeasured": [
            column["id"] for resource in package.resources if resource.file for column in resource.file.owners_columns
        ],
    }  # fmt: skip
    return without_blanks(found)


def script(document: Mapping[str, Any]) -> str:
    """JSON that can stand in a `<script>` of an HTML page: nothing in it ends the script or begins a comment."""
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for letter in ("<", ">", "&", "\u2028", "\u2029"):
        written = written.replace(letter, f"\\u{ord(letter):04x}")
    return written


def without_blanks(document: Json) -> Json:
    """Without the names that have nothing to say."""
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}


def named(fields: Mapping[str, Any], fallback: str) -> Json:
    """Name and description; in the publisher's own language first, the translation as alternate name."""
    titles = in_languages(fields, "title", fallback)
    notes = in_languages(fields, "notes") or titles
    description = "\n\n".join(written for written, _ in notes)[:MAX_DESCRIPTION]
    return {
        "name": titles[0][0] if titles else fallback,
        "alternateName": [written for written, _ in titles[1:]],
        "description": description,
    }


def licence_address(fields: Mapping[str, Any]) -> str | None:
    """The page of the licence, None if it is not known."""
    code = codes.licence(fields.get("license_id"))
    if code is not None:
        found: str = codes.tables()["licence"][code][1]
        return found
    known = license_of(fields.get("license_id"))
    return terms.iri(known["url"]) if known else None


def _organization(organization: Group, site: str) -> Json:
    names = [written for written, _ in of_group(organization, "title")] or [organization.name]
    return without_blanks(
        {
            "@type": "GovernmentOrganization",
            "@id": f"{site}/organization/{quote(organization.id, safe='')}",
            "name": names[0],
            "alternateName": names[1:],
            "logo": terms.iri(organization.image_url),
        }
    )


def _contact(fields: Mapping[str, Any]) -> Json | None:
    name, email = terms.text(fields.get("maintainer")), terms.mailto(fields.get("maintainer_email"))
    if not name and email is None:
        return None
    return without_blanks(
        {"@type": "ContactPoint", "name": name, "email": email.removeprefix("mailto:") if email else None}
    )


def _place(fields: Mapping[str, Any]) -> Json | None:
    area = terms.box(fields)
    if area is not None:
        west, south, east, north = area
        # schema.org's box says latitude first: south west, north east
        shape = {"@type": "GeoShape", "box": f"{south:g} {west:g} {north:g} {east:g}"}
        return {"@type": "Place", "geo": shape}
    if fields.get("geo_coverage") in codes.tables()["in_thailand"]:
        return {"@type": "Country", "name": "Thailand", "identifier": "TH"}
    return None


def _time(fields: Mapping[str, Any]) -> str | None:
    start, end = codes.period(fields)
    return None if start is None and end is None else f"{start or '..'}/{end or '..'}"


def _download(resource: Resource, position: int, site: str) -> Json:
    view = resource_view(resource, position, site)
    address = terms.iri(view["url"])
    direct = address is not None and (resource.uploaded or codes.is_file(view["format"]))
    size = view["size"]
    return without_blanks(
        {
            "@type": "DataDownload",
            "@id": f"{site}/dataset/{quote(resource.package_id, safe='')}/resource/{quote(resource.id, safe='')}",
            "name": terms.text(view["name"]) or resource.file_name,
            "description": terms.text(view["description"]),
            "contentUrl": address if direct else None,
            "url": address,
            "encodingFormat": codes.media_type(view["mimetype"]) or codes.file_format(view["format"])[1],
            "contentSize": f"{size} B" if isinstance(size, int) else None,
            "sha256": resource.file.sha256 if resource.file else None,
            "dateModified": resource.modified,
        }
    )
