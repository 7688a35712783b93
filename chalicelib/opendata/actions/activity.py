"""Actions that tell what happened, and what is new of what one follows."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.journal import Replayed

from ..activity.asking import Window, window
from .registry import Asked, paging, reads, writes


def _window(asked: Asked) -> Window:
    limit, offset = paging(asked.given)
    return window(asked.given, limit=limit, offset=offset)


@reads
def package_activity_list(asked: Asked) -> Any:
    """What happened to a dataset, the latest first: id, limit (31, at most 100), offset, before, after,
    activity_types, exclude_activity_types, include_data."""
    return asked.catalogue.activities.of_package(asked.caller, asked.given.get("id"), _window(asked))


@reads
def organization_activity_list(asked: Asked) -> Any:
    """What happened to an organization and in its datasets: id and what package_activity_list takes."""
    catalogue = asked.catalogue
    return catalogue.activities.of_group(asked.caller, catalogue.organizations, asked.given.get("id"), _window(asked))


@reads
def group_activity_list(asked: Asked) -> Any:
    """What happened to a group and in its datasets: id and what package_activity_list takes."""
    catalogue = asked.catalogue
    return catalogue.activities.of_group(asked.caller, catalogue.themes, asked.given.get("id"), _window(asked))


@reads
def user_activity_list(asked: Asked) -> Any:
    """What a user did: id and what package_activity_list takes."""
    return asked.catalogue.activities.of_user(asked.caller, asked.given.get("id"), _window(asked))


@reads
def recently_changed_packages_activity_list(asked: Asked) -> Any:
    """What happened to datasets lately, in the whole catalogue: what package_activity_list takes."""
    return asked.catalogue.activities.recent(asked.caller, _window(asked))


@reads
def activity_show(asked: Asked) -> Any:
    """Show one activity: id."""
    return asked.catalogue.activities.show(asked.caller, asked.given.get("id"))


@reads
def activity_data_show(asked: Asked) -> Any:
    """Show the data of one activity: id, object_type (package or group)."""
    data = asked.catalogue.activities.show(asked.caller, asked.given.get("id"))["data"]
    thing = asked.given.get("object_type")
    if not thing:
        return data
    if thing not in ("package", "group") or thing not in data:
        raise NotFound("ไม่พบข้อมูลนี้ในกิจกรรม", "Not found: Could not find that object_type in the activity")
    return data[thing]


@reads
def activity_diff(asked: Asked) -> Any:
    """Compare an activity of a dataset with the one before it: id, object_type (package), diff_type (unified, context,
    html)."""
    kind = asked.given.get("diff_type") or "unified"
    return asked.catalogue.activities.difference(
        asked.caller, asked.given.get("id"), asked.given.get("object_type"), kind
    )


@reads
def dashboard_activity_list(asked: Asked) -> Any:
    """What is new of what you follow, the latest first: limit (31, at most 100), offset; is_new until you mark it."""
    return asked.catalogue.notices.listing(asked.caller, _window(asked))


@reads
def dashboard_new_activities_count(asked: Asked) -> Any:
    """How many activities of dashboard_activity_list's first page are new."""
    return asked.catalogue.notices.new(asked.caller)


@writes
def dashboard_mark_activities_old(asked: Asked) -> Any:
    """Mark all activities of your dashboard as seen."""
    with suppress(Replayed):
        asked.catalogue.notices.mark_old(asked.caller, asked.once)
