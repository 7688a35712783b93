"""CKAN's JSON shapes of organisations, themes and their members."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Group
from ..views import Json, naive
from .members import Member


def group_view(group: Group, package_count: int | None, followers: int | None) -> Json:
    """A group as it stands in a list with all_fields; the counts where they were asked for."""
    view: Json = {
        "approval_status": "approved",
        "created": naive(group.created),
        "description": group.description,
        "display_name": group.title,
        "id": group.id,
        "image_display_url": group.image_url,
        "image_url": group.image_url,
        "is_organization": group.kind == "organization",
        "name": group.name,
        "state": group.state,
        "title": group.title,
        "type": group.type or group.kind,
    }
    if group.agency is not None:
        view["agency"] = group.agency
    if package_count is not None:
        view["package_count"] = package_count
    if followers is not None:
        view["num_followers"] = followers
    return view


def extras_view(group: Group) -> list[Json]:
    """The extras of a group as CKAN's rows."""
    return [
        {"key": each["key"], "value": each["value"], "state": "active", "group_id": group.id} for each in group.extras
    ]


def parents_view(group: Group, by_name: Mapping[str, Group]) -> list[Json]:
    """The groups above a group."""
    return [
        {**group_view(by_name[each], None, None), "capacity": "public"} for each in group.parents if each in by_name
    ]


def member_view(group: Group, member: Member) -> Json:
    """A membership as `member_create` answers it."""
    return {
        "capacity": member.capacity,
        "group_id": group.id,
        "id": member.id,
        "state": "active",
        "table_id": member.object,
        "table_name": member.table,
    }


def role_name(capacity: str) -> str:
    """How CKAN calls a capacity to people; others than roles are as they are."""
    return {"admin": "Admin", "editor": "Editor", "member": "Member"}.get(capacity, capacity)
