"""What search needs of a dataset: its values by search field, its texts, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any
from urllib.parse import quote

from ..model import Group, Package, Resource
from ..tables.index import FIELD, addresses
from .model import PUBLIC, Document

MAX_TEXT = 30_000
"""Characters of one text that are looked at; a change of the log must stay far below 400 kB."""
MAX_VALUES = 500
MAX_NAMES, MAX_DESCRIPTIONS, MAX_URLS = 8_000, 5_000, 15_000
"""Characters of all names, descriptions and addresses of a dataset's resources; see `res_more`."""

# the standard calls all four sides longitudes
_BOX = tuple(f"{side}_bound_longitude" for side in ("west", "south", "east", "north"))
_OWN = frozenset({"title", "notes", "tags", "extras", "url", "author_email", "maintainer_email"})


def labels_of(package: Package) -> list[str]:
    """Who may see a dataset."""
    dataset = package.dataset
    if dataset.public:
        return [PUBLIC]
    return [f"org-{dataset.owner_org}"]


def document(package: Package, organization: Group, groups: Iterable[Group]) -> Document:
    """The search document of a dataset as it stands."""
    dataset, fields = package.dataset, package.dataset.fields
    themes = list(groups)
    tags = [*fields.get("tags", []), *(tag for _, tag in dataset.vocabulary_tags)]
    resources = package.resources
    values: dict[str, list[str]] = {
        **{name: _values(value) for name, value in fields.items() if name not in _OWN},
        **{f"extras_{extra['key']}": [extra["value"]] for extra in fields.get("extras", [])},
        "organization": [organization.name],
        "owner_org": [dataset.owner_org],
        "groups": [group.name for group in themes],
        "group_ids": list(dataset.groups),
        "tags": fields.get("tags", []),
        **_by_vocabulary(package),
        **_of_resources(package),
        "type": [dataset.type],
        "dataset_type": [dataset.type],
        "state": [dataset.state],
        "private": [str(dataset.private).lower()],
        "capacity": ["private" if dataset.private else "public"],
        "creator_user_id": [dataset.creator],
        "num_resources": [str(len(resources))],
    }
    texts = {
        "title": str(fields.get("title") or dataset.name),
        "notes": str(fields.get("notes") or ""),
        "tags": " ".join(tags),
        "groups": _called(themes),
        "organization": _called([organization]),
        "rest": _rest(package),
    }
    return {
        "id": dataset.id,
        "name": dataset.name,
        "title": texts["title"],
        "labels": labels_of(package),
        "fields": {name: found[:MAX_VALUES] for name, found in values.items() if found},
        "created": dataset.created,
        "modified": package.modified,
        "bbox": _box(fields),
        "texts": {name: text[:MAX_TEXT] for name, text in texts.items()},
        "themes": [group.id for group in themes],
    }


def regrouped(document: Document, groups: Mapping[str, Group]) -> Document:
    """The document with its organisation and themes as they are called now; itself where they are called the same."""
    organization = groups.get("".join(document["fields"].get("owner_org", [])))
    themes = [groups[each] for each in document.get("themes", []) if each in groups]
    themes = [theme for theme in themes if theme.state == "active"]
    if organization is None:
        return document
    named = {"organization": [organization.name], "groups": [group.name for group in themes]}
    texts = {"organization": _called([organization]), "groups": _called(themes)}
    if all(document["fields"].get(name, []) == found for name, found in named.items()) and all(
        document["texts"][name] == text[:MAX_TEXT] for name, text in texts.items()
    ):
        return document
    fields = {**document["fields"], **named}
    return {
        **document,
        "fields": {name: found for name, found in fields.items() if found},
        "texts": {**document["texts"], **{name: text[:MAX_TEXT] for name, text in texts.items()}},
    }


def _called(groups: Iterable[Group]) -> str:
    return " ".join(f"{group.name} {group.title}" for group in groups)


def _of_resources(package: Package) -> dict[str, list[str]]:
    """What resources are found by: names and descriptions in small letters, addresses as they are and in small ones.

    Where that is too much to keep, `res_more` says so, and whoever looks for resources must look into the dataset.
    """
    resources = package.resources
    urls = [url for each in resources for url in (_address(each), _address(each).casefold())]
    kept = {
        "res_format": _once(each.fields.get("format", "") for each in resources),
        "res_type": _once(each.fields.get("resource_type") or "" for each in resources),
        "res_name": _once(str(each.fields.get("name") or "").casefold() for each in resources),
        "res_description": _once(str(each.fields.get("description") or "").casefold() for each in resources),
        "res_url": _once(urls),
        "res_hash": _once(each.file.sha256 if each.file else "" for each in resources),
        FIELD: [address for each in resources for address in addresses(each)],
    }
    most = {"res_name": MAX_NAMES, "res_description": MAX_DESCRIPTIONS, "res_url": MAX_URLS, "res_hash": MAX_NAMES}
    found = {name: _up_to(most[name], values) if name in most else values for name, values in kept.items()}
    more = any(len(found[name]) < len(values) or len(values) > MAX_VALUES for name, values in kept.items())
    return {**found, **({"res_more": ["true"]} if more else {})}


def _address(resource: Resource) -> str:
    """A link's own; of a file the path under the site's address."""
    if not resource.uploaded:
        return resource.url
    name = quote(resource.file_name, safe="")
    return f"/dataset/{resource.package_id}/resource/{resource.id}/download/{name}"


def _up_to(most: int, values: list[str]) -> list[str]:
    lengths = accumulate(map(len, values))
    return [value for value, length in zip(values, lengths, strict=True) if length <= most]


def _by_vocabulary(package: Package) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for vocabulary, tag in package.dataset.vocabulary_tags:
        found.setdefault(f"vocab_{vocabulary}", []).append(tag)
    return found


def _rest(package: Package) -> str:
    fields = package.dataset.fields
    parts = [str(fields.get(name) or "") for name in ("author", "maintainer", "data_source", "license_id")]
    parts += [extra["value"] for extra in fields.get("extras", [])]
    for resource in package.resources:
        parts += [str(resource.fields.get("name") or ""), str(resource.fields.get("description") or "")]
    return "\n".join(part for part in parts if part)


def _values(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _box(fields: Mapping[str, Any]) -> list[float] | None:
    try:
        west, south, east, north = (float(fields[name]) for name in _BOX)
    except (KeyError, TypeError, ValueError):
        return None
    return [west, south, east, north] if west <= east and south <= north else None
