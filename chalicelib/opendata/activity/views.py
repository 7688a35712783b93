"""CKAN's JSON shapes of activities."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.storage import Item, Key

from ..changes import Change, Version
from ..groups.views import group_view
from ..rows import group_of
from ..users.model import User
from ..views import Json, naive
from .store import user_of


def package_activity(version: Version, dataset: str, package: Json, users: Mapping[str, User]) -> Json:
    """An activity around a dataset. What happened to a resource is, as in CKAN, a change of its package; which one
    stands beside."""
    data: Json = {"package": package} | _actor(version.by, users)
    if version.subject != dataset:
        data["resource"] = {"id": version.subject, "activity_type": version.activity}
    kind = version.activity if version.activity.endswith(" package") else "changed package"
    return _activity(version.id, version.at, version.by, dataset, kind, data)


def group_activity(change: Change, users: Mapping[str, User]) -> Json:
    """An activity of an organisation or theme itself."""
    document = dict(change.document or {})
    group = group_of(Item(Key("-", "-"), document, int(document.get("version", 1))))
    data: Json = {"group": group_view(group, None, None)} | _actor(change.by, users)
    return _activity(change.id, change.at, change.by, change.subject, change.activity, data)


def without_data(activity: Json) -> Json:
    """The same with no more of what was concerned than its name and title."""
    data = activity["data"]
    short = {
        name: {each: data[name].get(each) for each in ("id", "name", "title")}
        for name in ("package", "group")
        if name in data
    }
    return {**activity, "data": {**data, **short}}


def _activity(id: str, at: str, by: str, subject: str, kind: str, data: Json) -> Json:
    return {
        "activity_type": kind,
        "data": data,
        "id": id,
        "object_id": subject,
        "timestamp": naive(at),
        "user_id": user_of(by) or None,
    }


def _actor(by: str, users: Mapping[str, User]) -> Json:
    user = users.get(user_of(by))
    return {"actor": None if user is None else user.display_name}
