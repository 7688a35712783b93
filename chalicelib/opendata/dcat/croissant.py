"""A dataset with tables as Croissant 1.0 JSON-LD, the format in which machine-learning tools load datasets.

Source: Croissant Format Specification 1.0 (MLCommons). A table is described by the columns of its file as uploaded, if
a reader of CSV finds them there: UTF-8 and commas. Other files (TIS-620, tabs, workbooks) are named without records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..model import File, Group, Package, Resource
from ..views import resource_view
from . import codes, schema_org, terms
from .said import said

Json = dict[str, Any]
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"

_CONTEXT: Json = {
    "@language": "th",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES: Mapping[str, str] = {
    "bool": "sc:Boolean", "date": "sc:Date", "timestamp": "sc:DateTime", "float": "sc:Float", "float8": "sc:Float",
    "int4": "sc:Integer", "int8": "sc:Integer", "numeric": "sc:Float",
}  # fmt: skip


def describe(package: Package, organization: Group, groups: Sequence[Group], site: str) -> Json:
    """The Croissant description; without tables it has no `recordSet`."""
    plain = schema_org.describe(package, organization, groups, site)
    kept = ("identifier", "url", "name", "alternateName", "description", "keywords", "license", "creator", "publisher",
            "dateCreated", "datePublished", "dateModified", "inLanguage", "sameAs", "isAccessibleForFree")  # fmt: skip
    files, records = [], []
    for position, resource in enumerate(package.resources):
        file = _file(resource, position, site)
        if file is None:
            continue
        files.append(file)
        if resource.file is not None and _readable(resource.file):
            records.append(_records(resource, resource.file))
    return schema_org.without_blanks(
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            **{name: plain[name] for name in kept if name in plain},
            # its readers know no more special kind
            "creator": {**plain["creator"], "@type": "Organization"},
            "publisher": {**plain["publisher"], "@type": "Organization"},
            "conformsTo": CONFORMS_TO,
            # Croissant wants a version; where its publisher names none, ours counts the changes
            "version": terms.text(said(package).get("version")) or f"1.0.{package.dataset.version}",
            "citeAs": f"{organization.title or organization.name}. {plain['name']}. {plain['url']}",
            "isLiveDataset": True,
            "distribution": files,
            "recordSet": records,
        }
    )


def _file(resource: Resource, position: int, site: str) -> Json | None:
    view = resource_view(resource, position, site)
    address = terms.iri(view["url"])
    if address is None or not (resource.uploaded or codes.is_file(view["format"])):
        return None
    size = view["size"]
    return schema_org.without_blanks(
        {
            "@type": "cr:FileObject",
            "@id": _id(resource),
            "name": resource.file_name or terms.text(view["name"]) or resource.id,
            "description": terms.text(view["description"]) or terms.text(view["name"]),
            "contentUrl": address,
            "contentSize": f"{size} B" if isinstance(size, int) else None,
            "encodingFormat": codes.media_type(view["mimetype"])
            or codes.file_format(view["format"])[1]
            or "application/octet-stream",
            # Croissant wants a checksum of every file; of a link nobody knows one
            "sha256": resource.file.sha256 if resource.file else None,
        }
    )


def _id(resource: Resource) -> str:
    return f"file-{quote(resource.id, safe='')}"


def _readable(file: File) -> bool:
    """Whether a plain reader of CSV finds the columns in the file as it was uploaded."""
    report = file.report
    return bool(file.columns) and report.get("delimiter") == "," and str(report.get("encoding")).lower() == "utf-8"


def _records(resource: Resource, file: File) -> Json:
    name = f"records-{quote(resource.id, safe='')}"
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": terms.text(resource.fields.get("name")) or file.file_name,
        "field": list(_fields(name, resource, file)),
    }


def _fields(records: str, resource: Resource, file: File) -> Iterator[Json]:
    for number, column in enumerate(file.owners_columns, start=1):
        yield {
            "@type": "cr:Field",
            "@id": f"{records}/{number}",
            "name": f"{records}/{number}",
            "description": column["id"],
            "dataType": _TYPES.get(column["type"], "sc:Text"),
            "source": {"fileObject": {"@id": _id(resource)}, "extract": {"column": column["id"]}},
        }
