"""What one write of a package leaves in the history and in the log of changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.storage import Change as Write

from . import changes
from .model import Group, Package, Resource
from .search.document import document

MAX_DIFF = 300_000
"""Bytes of a version's differences; of larger ones only what stood afterwards is kept: what stood before is the
afterwards of an earlier version."""


@dataclass(frozen=True)
class Moment:
    """One write: its id and time, who did it, as what, to which thing (id of the dataset or of one resource)."""

    change: str
    at: str
    by: str
    activity: str
    subject: str


def rows(
    now: Moment,
    before: Package | None,
    after: Package,
    organization: Group,
    groups: Iterable[Group],
    concerned: Sequence[Resource],
) -> list[Write]:
    """The rows of a write.

    Args:
        organization, groups: of `after`, for search.
        concerned: the resources that are new, changed or gone.
    """
    dataset = after.dataset
    title = str(dataset.fields.get("title", ""))
    version = changes.Version(
        id=now.change,
        at=now.at,
        by=now.by,
        activity=now.activity,
        subject=now.subject,
        public=dataset.public,
        diff=_shortened(_difference(before, after, concerned)),
        package={
            "name": dataset.name,
            "title": title,
            "private": dataset.private,
            "state": dataset.state,
            "owner_org": dataset.owner_org,
            "version": dataset.version,
        },
    )
    change = changes.Change(
        id=now.change,
        at=now.at,
        by=now.by,
        thing="package" if now.subject == after.id else "resource",
        activity=now.activity,
        subject=now.subject,
        name=dataset.name,
        title=title,
        dataset=after.id,
        owner_org=dataset.owner_org,
        before=before is not None and before.dataset.public,
        after=dataset.public,
        saw="" if before is None else before.changed,
        document=document(after, organization, groups),
    )
    return [changes.version_row(after.id, version), changes.change_row(change)]


def _difference(before: Package | None, after: Package, concerned: Sequence[Resource]) -> dict[str, Any]:
    different: dict[str, Any] = dict(
        changes.difference(None if before is None else asdict(before.dataset), asdict(after.dataset))
    )
    resources: dict[str, Any] = {}
    for each in concerned:
        then = None if before is None else before.resource(each.id)
        now = after.resource(each.id)
        resources[each.id] = changes.difference(
            None if then is None else asdict(then), None if now is None else asdict(now)
        )
    return {**different, **({"resources": resources} if resources else {})}


def _shortened(diff: dict[str, Any]) -> Mapping[str, Any]:
    if len(json.dumps(diff, ensure_ascii=False).encode()) <= MAX_DIFF:
        return diff
    of_resources = {
        each: {name: [None, pair[1]] for name, pair in fields.items()}
        for each, fields in diff.pop("resources", {}).items()
    }
    short: dict[str, Any] = {name: [None, pair[1]] for name, pair in diff.items()}
    return {**short, "resources": of_resources} if of_resources else short
