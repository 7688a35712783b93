"""CKAN's JSON shapes of what the room keeps. Every key that CKAN always gives is always there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from .model import File, Group, Package, Resource, Upload
from .standard import fields as metadata

Json = dict[str, Any]


def naive(moment: str) -> str:
    """An ISO time as CKAN writes it: UTC, microseconds, no offset."""
    plain = moment.removesuffix("Z").removesuffix("+00:00")
    seconds, _, fraction = plain.partition(".")
    return f"{seconds}.{fraction.ljust(6, '0')[:6]}"


def organization_stub(organization: Group) -> Json:
    """The organisation as it stands inside a package."""
    return {
        "id": organization.id,
        "name": organization.name,
        "title": organization.title,
        "type": organization.type or organization.kind,
        "description": organization.description,
        "image_url": organization.image_url,
        "created": naive(organization.created),
        "is_organization": organization.kind == "organization",
        "approval_status": "approved",
        "state": organization.state,
    }


def group_stub(group: Group) -> Json:
    """A theme as it stands inside a package."""
    return {
        "description": group.description,
        "display_name": group.title,
        "id": group.id,
        "image_display_url": group.image_url,
        "name": group.name,
        "title": group.title,
    }


def resource_view(resource: Resource, position: int, site: str) -> Json:
    """A resource; `url` of an upload is its stable download address. What CKAN does not know stands as it was given."""
    file, upload = resource.file, resource.upload
    fields = resource.fields
    url = resource.url
    if resource.uploaded:
        name = quote(resource.file_name, safe="")
        url = f"{site}/dataset/{resource.package_id}/resource/{resource.id}/download/{name}"
    written = resource.writable and not resource.url
    if written:
        url = f"{site}/datastore/dump/{resource.id}"
    described = file or upload
    moment = file.at if file else resource.modified if upload else None
    view: Json = {
        "cache_last_updated": fields.get("cache_last_updated"),
        "cache_url": fields.get("cache_url"),
        "created": naive(resource.created),
        "datastore_active": file is not None and file.table is not None,
        "description": fields.get("description", ""),
        "format": fields.get("format", ""),
        "hash": described.sha256 if described else fields.get("hash", ""),
        "id": resource.id,
        "last_modified": naive(moment) if moment else fields.get("last_modified"),
        "metadata_modified": naive(resource.modified),
        "mimetype": described.media_type if described else fields.get("mimetype"),
        "mimetype_inner": fields.get("mimetype_inner"),
        "name": fields.get("name", ""),
        "package_id": resource.package_id,
        "position": position,
        "resource_type": fields.get("resource_type"),
        "size": described.size if described else fields.get("size"),
        "state": "active",
        "url": url,
        "url_type": "datastore" if written else "upload" if resource.uploaded else fields.get("url_type"),
    }
    return {**{name: value for name, value in fields.items() if name not in view}, **view}


def views_of(resource: Resource) -> list[Json]:
    """CKAN's views of a resource: a table where the file's rows can be read."""
    if resource.file is None or resource.file.table is None:
        return []
    return [
        {
            "id": f"{resource.id}-table",
            "package_id": resource.package_id,
            "resource_id": resource.id,
            "title": "ตาราง (Table)",
            "description": "",
            "view_type": "datatables_view",
        }
    ]


def ingest_view(resource: Resource) -> Json:
    """What became of the latest upload; shown to the resource's owner only.

    The whole is at `/opendata/v1/resources/{id}/ingest`.
    """
    upload, problem, file = resource.upload, resource.problem, resource.file
    if upload is not None:
        return {"state": "waiting", "number": upload.number, **_options(upload)}
    if problem is not None:
        sent = resource.held or resource.failed
        return {
            "state": "failed" if resource.held is None else "held",
            "message_th": problem.th,
            "message_en": problem.en,
            "at": naive(problem.at),
            **({} if sent is None else {"number": sent.number, **_options(sent)}),
        }
    if file is not None:
        return {"state": "done", "number": file.number, "report": dict(file.report), **_options(file)}
    return {"state": "none"}


def _options(sent: Upload | File) -> Json:
    """What its owner wanted to be assumed, where they wanted anything."""
    return {"options": dict(sent.options)} if sent.options else {}


def _tag(name: str, tag_id: str, vocabulary: str | None) -> Json:
    return {"display_name": name, "id": tag_id, "name": name, "state": "active", "vocabulary_id": vocabulary}


def package_view(package: Package, organization: Group, groups: Sequence[Group], site: str) -> Json:
    """A package with its resources. Thai fields stand at the top level, lists as lists."""
    dataset, resources = package.dataset, package.resources
    fields = dataset.fields
    licence = metadata.license_of(fields.get("license_id"))
    tags = fields.get("tags", [])
    view: Json = {
        "author": fields.get("author"),
        "author_email": fields.get("author_email"),
        "creator_user_id": dataset.creator,
        "id": dataset.id,
        "isopen": bool(licence and licence["od_conformance"] == "approved"),
        "license_id": fields.get("license_id"),
        "license_title": licence["title"] if licence else fields.get("license_id"),
        "maintainer": fields.get("maintainer"),
        "maintainer_email": fields.get("maintainer_email"),
        "metadata_created": naive(dataset.created),
        "metadata_modified": naive(package.modified),
        "name": dataset.name,
        "notes": fields.get("notes"),
        "num_resources": len(resources),
        "num_tags": len(tags) + len(dataset.vocabulary_tags),
        "organization": organization_stub(organization),
        "owner_org": dataset.owner_org,
        "private": dataset.private,
        "state": dataset.state,
        "title": fields.get("title") or dataset.name,
        "type": dataset.type,
        "url": fields.get("url"),
        "version": fields.get("version"),
        "extras": fields.get("extras", []),
        "groups": [group_stub(group) for group in groups],
        "resources": [resource_view(resource, position, site) for position, resource in enumerate(resources)],
        "tags": [
            *(_tag(tag, tag, None) for tag in tags),
            *(_tag(tag, f"{vocabulary}:{tag}", vocabulary) for vocabulary, tag in dataset.vocabulary_tags),
        ],
        "relationships_as_object": [],
        "relationships_as_subject": [],
    }
    if licence and licence["url"]:
        view["license_url"] = licence["url"]
    return {**{name: fields[name] for name in sorted(metadata.fields() & fields.keys()) if name not in view}, **view}
