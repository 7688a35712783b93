"""CKAN's Action API, asked as CKAN's own harvester does: `package_search` in pages, in the order of ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from chalicelib.shared.errors import Malformed
from chalicelib.shared.json_text import parse_json

from ..model import Page, Record, Source
from ..remote import Answer, Broken

ROWS = 100
_NO_DATASETS = frozenset({"harvest", "showcase"})
"""Types of packages that extensions of CKAN keep for purposes of their own."""

_NOISE = frozenset(
    {
        "metadata_modified",
        "revision_id",
        "revision_timestamp",
        "tracking_summary",
        "num_resources",
        "num_tags",
        "isopen",
        "creator_user_id",
        "relationships_as_object",
        "relationships_as_subject",
        "version_id",
        "archiver",
        "qa",
    }
)
"""What a catalogue keeps about its own work: when it changes, the dataset has not."""
_RESOURCE_NOISE = frozenset(
    {
        "task_created",
        "original_url",
        "ignore_hash",
        "ckan_url",
        "set_url_type",
        "resource_id",
        "package_id",
        "revision_id",
        "tracking_summary",
        "cache_url",
        "cache_last_updated",
        "datastore_active",
        "datastore_contains_all_records_of_source_file",
        "metadata_modified",
        "position",
        "state",
        "url_type",
        "archiver",
        "qa",
        "mimetype_inner",
    }
)
"""The same of a resource, with what loaders of its tables leave there."""


class Ckan:
    """Reads `package_search`."""

    accept = "application/json"

    def address(self, source: Source, place: str, since: str) -> str:
        """See `Reader`; the place is the number of datasets before the page."""
        query = {"rows": str(ROWS), "start": place or "0", "sort": "id asc"}
        parts = []
        if since:
            parts.append(f"metadata_modified:[{since} TO *]")
        if source.only:
            parts.append(f"({' OR '.join(f'organization:{name}' for name in source.only)})")
        parts += [f"-groups:{name}" for name in source.without]
        if parts:
            query["fq"] = " ".join(f"+{part}" if part[0] != "-" else part for part in parts)
        return f"{source.url.rstrip('/')}/api/3/action/package_search?{urlencode(query)}"

    def read(self, source: Source, place: str, answer: Answer) -> Page:
        """See `Reader`."""
        try:
            envelope = parse_json(answer.body)
        except Malformed:
            raise Broken("json") from None
        result = envelope.get("result") if isinstance(envelope, Mapping) and envelope.get("success") is True else None
        results = result.get("results") if isinstance(result, Mapping) else None
        if not isinstance(results, list) or not isinstance(result, Mapping):
            raise Broken("shape")
        count = result.get("count")
        records = tuple(_record(each) for each in results)
        onwards = str(int(place or "0") + len(results)) if results else None
        known = isinstance(count, int) and not isinstance(count, bool) and count >= 0
        return Page(records, onwards, count if known else None)


def _record(package: Any) -> Record:
    if not isinstance(package, Mapping):
        return Record("", {}, "no_dataset")
    remote = package.get("id") or package.get("name")
    content = {name: value for name, value in package.items() if name not in _NOISE}
    content["resources"] = [_resource(each) for each in _list(package, "resources")]
    content["organization"] = _stub(package.get("organization"))
    content["groups"] = [_stub(each) for each in _list(package, "groups")]
    content["tags"] = [each.get("name", "") for each in _list(package, "tags")]
    skip = ""
    if package.get("state", "active") != "active" or package.get("private") is True:
        skip = "not_public"
    elif package.get("type") in _NO_DATASETS:
        skip = "no_dataset"
    return Record(remote if isinstance(remote, str) else "", content, skip)


def _resource(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in _RESOURCE_NOISE}


def _stub(group: Any) -> dict[str, str]:
    if not isinstance(group, Mapping):
        return {}
    return {name: str(group.get(name) or "") for name in ("name", "title", "description", "image_url")}


def _list(package: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = package.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
