"""Actions on who and what belongs to organisations and groups."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.journal import Replayed

from ..access import Capacity
from ..groups import views
from ..groups.members import Member
from ..groups.service import Groups
from ..model import Group
from ..rules import Rejected, RejectedWhole, is_id
from .registry import Asked, reads, writes

_ROLES = ("admin", "editor", "member")


@writes
def organization_member_create(asked: Asked) -> Any:
    """Make a user (username) a member, editor or admin (role) of an organization that you are an admin of."""
    return _member_create(asked, asked.catalogue.organizations)


@writes
def group_member_create(asked: Asked) -> Any:
    """Make a user (username) a member, editor or admin (role) of a group that you are an admin of."""
    return _member_create(asked, asked.catalogue.themes)


@writes
def organization_member_delete(asked: Asked) -> Any:
    """Take a user (username) out of an organization that you are an admin of."""
    _member_delete(asked, asked.catalogue.organizations)


@writes
def group_member_delete(asked: Asked) -> Any:
    """Take a user (username) out of a group that you are an admin of."""
    _member_delete(asked, asked.catalogue.themes)


def _member_create(asked: Asked, groups: Groups) -> Any:
    group = groups.find(asked.caller, asked.given.get("id"))
    asked.catalogue.access.must_govern(asked.caller, group)
    messages = {name: ["Missing value"] for name in ("username", "role") if not asked.given.get(name)}
    username, role = asked.given.get("username"), asked.given.get("role")
    if "role" not in messages and role not in _ROLES:
        messages["role"] = ["role does not exist."]
    user = asked.catalogue.user_store.find(username) if is_id(username) else None
    if "username" not in messages and (user is None or user.state != "active"):
        messages["username"] = ["That user name or ID does not exist."]
    if messages or user is None:
        raise Rejected(messages)
    return _put(asked, group, user.id, str(role))


def _member_delete(asked: Asked, groups: Groups) -> None:
    group = groups.find(asked.caller, asked.given.get("id"))
    asked.catalogue.access.must_govern(asked.caller, group)
    user = asked.catalogue.users.find(asked.given.get("username") or asked.given.get("user_id"), missing="username")
    with suppress(Replayed):
        asked.catalogue.members.take(asked.caller, asked.once, group, user.id)


def _put(asked: Asked, group: Group, user: str, role: str) -> Any:
    capacity: Capacity = "admin" if role == "admin" else "editor" if role == "editor" else "member"
    try:
        member = asked.catalogue.members.put(asked.caller, asked.once, group, user, capacity)
    except Replayed as before:
        member = Member(str((before.answer or {})["id"]), "user", user, capacity)
    return views.member_view(group, member)


@writes
def member_create(asked: Asked) -> Any:
    """Put a user or dataset into a group: id, object, object_type (user or package), capacity of a user.

    Users are entered by admins of the group, datasets by everybody who belongs to it and sees them.
    """
    group, kind = _of_any_kind(asked)
    if kind == "user":
        asked.catalogue.access.must_govern(asked.caller, group)
        if asked.given.get("capacity") not in _ROLES:
            raise Rejected({"capacity": ["role does not exist." if asked.given.get("capacity") else "Missing value"]})
        user = asked.catalogue.users.find(asked.given.get("object"), missing="object")
        return _put(asked, group, user.id, asked.given["capacity"])
    _must_gather(asked, group)
    try:
        member = asked.catalogue.members.put_package(asked.caller, asked.once, group, asked.given.get("object"))
    except Replayed as before:
        package = str((before.answer or {})["id"])
        member = Member(f"{group.id}:{package}", "package", package, "public")
    return views.member_view(group, member)


@writes
def member_delete(asked: Asked) -> Any:
    """Take a user or dataset out of a group: id, object, object_type (user or package)."""
    group, kind = _of_any_kind(asked)
    members = asked.catalogue.members
    with suppress(Replayed):
        if kind == "user":
            asked.catalogue.access.must_govern(asked.caller, group)
            user = asked.catalogue.users.find(asked.given.get("object"), missing="object")
            members.take(asked.caller, asked.once, group, user.id)
        else:
            _must_gather(asked, group)
            members.take_package(asked.caller, asked.once, group, asked.given.get("object"))


@reads
def member_list(asked: Asked) -> Any:
    """List who and what belongs to a group as [id, type, capacity]: id, object_type, capacity.

    People are told to those who belong to it.
    """
    groups, group = _any_group(asked)
    kind, capacity = asked.given.get("object_type"), asked.given.get("capacity")
    found: list[tuple[str, str, str]] = []
    if kind in (None, "", "user"):
        found += [(each, "user", held) for each, held in groups.belongings.people(asked.caller, group).items()]
    if kind in (None, "", "package"):
        held = "organization" if group.kind == "organization" else "public"
        found += [(each, "package", held) for each in groups.belongings.package_ids(asked.caller, group)]
    return [
        [each, table, views.role_name(held)]
        for each, table, held in found
        if capacity in (None, "") or capacity == held
    ]


@reads
def member_roles_list(asked: Asked) -> Any:
    """List the roles that members may have: group_type (organization or group)."""
    kind = asked.given.get("group_type") or "organization"
    if kind not in ("organization", "group"):
        raise RejectedWhole("group_type must be organization or group")
    roles = _ROLES if kind == "organization" else ("admin", "member")
    return [{"text": views.role_name(role), "value": role} for role in roles]


def _any_group(asked: Asked) -> tuple[Groups, Group]:
    catalogue = asked.catalogue
    try:
        return catalogue.organizations, catalogue.organizations.find(asked.caller, asked.given.get("id"))
    except NotFound:
        said = "Not found: Group was not found."
        return catalogue.themes, catalogue.themes.find(asked.caller, asked.given.get("id"), said=said)


def _of_any_kind(asked: Asked) -> tuple[Group, str]:
    """The group of `member_create` and `member_delete`, and what is put in or taken out: user or package."""
    messages = {name: ["Missing value"] for name in ("id", "object", "object_type") if not asked.given.get(name)}
    kind = asked.given.get("object_type")
    if "object_type" not in messages and kind not in ("user", "package"):
        messages["object_type"] = ["Value must be one of: user, package"]
    if messages:
        raise Rejected(messages)
    return _any_group(asked)[1], str(kind)


def _must_gather(asked: Asked, group: Group) -> None:
    if group.kind == "organization":
        raise Rejected({"object_type": ["Datasets move between organizations by package_owner_org_update"]})
    asked.catalogue.access.must_gather(asked.caller, group)
