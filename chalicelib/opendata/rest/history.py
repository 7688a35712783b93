"""A dataset's history as it is told: to its organisation whole, to everybody only what was public at the time.

Of a version by which a dataset became public, everybody is told what stood there afterwards: what stood before was a
draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..changes import Version
from ..rules import CORE_TEXTS
from ..standard import fields as metadata

_TOLD = frozenset(
    {"name", "type", "state", "private", "owner_org", "groups", "vocabulary_tags", "order", "tags", "extras"}
)
_KEPT_BACK = frozenset({"id", "package_id", "created", "upload", "uploads", "problem", "failed", "held", "linked"})
"""Of a resource: bookkeeping, and what became of its uploads."""
_OF_A_FILE = ("number", "file_name", "media_type", "size", "sha256", "at", "rows")

Pair = list[Any]


def was_public(version: Version) -> bool:
    """Whether everybody could see the dataset before this version."""
    private, state = (version.diff.get(name, [version.package[name]])[0] for name in ("private", "state"))
    return private is False and state == "active"


def is_told(version: Version) -> bool:
    """Whether everybody is told of this version at all."""
    return version.public


def difference(version: Version, *, member: bool) -> dict[str, Any]:
    """{field: [before, after]} of the dataset and, in `resources`, of each resource by its id."""
    open_before = member or was_public(version)
    names = _TOLD | set(CORE_TEXTS) | metadata.fields()
    told: dict[str, Any] = {
        name: _pair(pair, open_before) for name, pair in version.diff.items() if name in names and name != "resources"
    }
    resources = {
        each: {
            name: _pair(_of_file(name, pair), open_before) for name, pair in fields.items() if name not in _KEPT_BACK
        }
        for each, fields in version.diff.get("resources", {}).items()
    }
    return {**told, **({"resources": resources} if resources else {})}


def _pair(pair: Pair, open_before: bool) -> Pair:
    return [pair[0] if open_before else None, pair[1]]


def _of_file(name: str, pair: Pair) -> Pair:
    """Files without where they lie."""
    if name != "file":
        return pair
    return [
        {part: each[part] for part in _OF_A_FILE if part in each} if isinstance(each, Mapping) else None
        for each in pair
    ]
