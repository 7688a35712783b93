"""What tables and datasets are, for machines: Table Schema and Data Package (version 1 of frictionless' specs)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..model import File, Package, Resource, Table
from ..standard import fields as metadata

Json = dict[str, Any]

PROFILE = "tabular-data-package"
_TYPES: Mapping[str, str] = {
    "text": "string",
    "int8": "integer",
    "numeric": "number",
    "float8": "number",
    "bool": "boolean",
    "date": "date",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "json": "object",
}


def table_schema(table: Table, key: Sequence[str] = ()) -> Json:
    """The Table Schema of a table's CSV export.

    Args:
        key: columns of the primary key, where there is one.
    """
    schema: Json = {
        "fields": [_field(column) for column in table.shown],
        "missingValues": [""],
    }
    return {**schema, "primaryKey": list(key)} if key else schema


def _field(column: Mapping[str, Any]) -> Json:
    field: Json = {"name": column["id"], "type": _TYPES.get(column["type"], "string")}
    if field["type"] == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    info = column.get("info") or {}
    if info.get("label"):
        field["title"] = info["label"]
    if info.get("notes"):
        field["description"] = info["notes"]
    return field


def data_package(package: Package, address: str, urls: Mapping[str, str]) -> Json:
    """The Data Package of a dataset: its tables as clean CSV, its other files as they are.

    Args:
        address: of the dataset's page.
        urls: of each table's CSV export, by `{resource id}/{table number}`; of each other file or link by resource id.
    """
    fields = package.dataset.fields
    licence = metadata.license_of(fields.get("license_id"))
    described: Json = {
        "profile": "data-package",
        "name": package.dataset.name,
        "id": package.id,
        "title": fields.get("title") or package.dataset.name,
        "homepage": address,
        "created": package.dataset.created,
        "resources": _resources(package, urls),
    }
    if fields.get("notes"):
        described["description"] = fields["notes"]
    if fields.get("tags"):
        described["keywords"] = list(fields["tags"])
    if licence is not None:
        told = {"name": str(fields["license_id"]), "title": licence["title"], "path": licence["url"]}
        described["licenses"] = [{name: value for name, value in told.items() if value}]
    if fields.get("maintainer"):
        who = {"title": fields["maintainer"], "email": fields.get("maintainer_email"), "role": "maintainer"}
        described["contributors"] = [{name: value for name, value in who.items() if value}]
    return described


def _resources(package: Package, urls: Mapping[str, str]) -> list[Json]:
    found: list[Json] = []
    for resource in package.resources:
        file = resource.file
        if file is not None and file.tables:
            found += [_table(resource, file, table, urls[f"{resource.id}/{table.number}"]) for table in file.tables]
        elif urls.get(resource.id):
            found.append(_file(resource, urls[resource.id]))
    return found


def _table(resource: Resource, file: File, table: Table, url: str) -> Json:
    name = resource.id if table.number == 1 else f"{resource.id}-{table.number}"
    title = str(resource.fields.get("name") or file.file_name)
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": f"{title} – {table.name}" if table.name else title,
        "path": url,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": table_schema(table),
        "version": str(file.number),
        # of the bytes that the office sent; the CSV is made of them
        "sources": [{"title": file.file_name, "sha256": file.sha256}],
    }


def _file(resource: Resource, url: str) -> Json:
    described: Json = {"name": resource.id, "title": str(resource.fields.get("name") or resource.id), "path": url}
    if resource.fields.get("format"):
        described["format"] = str(resource.fields["format"]).lower()
    if resource.file is not None:
        file = resource.file
        described |= {"mediatype": file.media_type, "bytes": file.size, "hash": f"sha256:{file.sha256}"}
    return described
