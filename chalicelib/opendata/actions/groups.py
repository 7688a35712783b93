"""Actions on organisations and groups (themes), and on who and what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.journal import Replayed

from ..access import Capacity
from ..groups import views
from ..groups.members import Member
from ..groups.rules import switched
from ..groups.service import Groups
from ..model import Group
from ..rules import Rejected, RejectedWhole, is_id
from .registry import Asked, done, paging, reads, writes

_BY_PERMISSION: Mapping[str, tuple[Capacity, ...]] = {
    "read": ("member", "editor", "admin"),
    "manage_group": ("member", "editor", "admin"),
    "create_dataset": ("editor", "admin"),
    "update_dataset": ("editor", "admin"),
    "delete_dataset": ("editor", "admin"),
}
_ROLES = ("admin", "editor", "member")


def _create(asked: Asked, groups: Groups) -> Any:
    made = done(lambda: groups.create(asked.caller, asked.once, asked.given))
    return groups.show(asked.caller, {"id": made})


def _edit(asked: Asked, groups: Groups, *, whole: bool) -> Any:
    made = done(lambda: groups.edit(asked.caller, asked.once, asked.given, whole=whole))
    return groups.show(asked.caller, {"id": made})


def _list(asked: Asked, groups: Groups) -> Any:
    limit, offset = paging(asked.given)
    return groups.listing(asked.caller, asked.given, limit=limit, offset=offset)


def _autocomplete(asked: Asked, groups: Groups) -> Any:
    limit, _ = paging(asked.given)
    return groups.autocomplete(asked.given.get("q"), 20 if limit is None else min(limit, 100))


@writes
def organization_create(asked: Asked) -> Any:
    """Create the organization of your agency: name, title, description, image_url, extras, groups (those above it).

    The operator creates any, with agency (a member id such as TH/LOCAL/LAEMNGOP) or without, and may bring its id.
    """
    return _create(asked, asked.catalogue.organizations)


@reads
def organization_show(asked: Asked) -> Any:
    """Show the organization with this id or name; include_datasets, include_users and the like switch its parts."""
    return asked.catalogue.organizations.show(asked.caller, asked.given)


@writes
def organization_update(asked: Asked) -> Any:
    """Change an organization that you are an admin of; what is not given is emptied."""
    return _edit(asked, asked.catalogue.organizations, whole=True)


@writes
def organization_patch(asked: Asked) -> Any:
    """Change the given fields of an organization that you are an admin of."""
    return _edit(asked, asked.catalogue.organizations, whole=False)


@writes
def organization_delete(asked: Asked) -> Any:
    """Mark an organization without datasets as deleted."""
    with suppress(Replayed):
        asked.catalogue.organizations.delete(asked.caller, asked.once, asked.given.get("id"))


@writes
def organization_purge(asked: Asked) -> Any:
    """Take an organization without datasets out for good. For the operator of the platform."""
    with suppress(Replayed):
        asked.catalogue.organizations.purge(asked.caller, asked.once, asked.given.get("id"))


@reads
def organization_list(asked: Asked) -> Any:
    """List the names of all organizations (sort: title, name or package_count, asc or desc); whole with all_fields."""
    return _list(asked, asked.catalogue.organizations)


@reads
def organization_autocomplete(asked: Asked) -> Any:
    """Find organizations by a part of their name or title: q, limit (20)."""
    return _autocomplete(asked, asked.catalogue.organizations)


@reads
def organization_list_for_user(asked: Asked) -> Any:
    """List the organizations for which you have a permission: edit_group (the default), read, create_dataset,
    update_dataset, delete_dataset or manage_group."""
    permission = asked.given.get("permission") or "edit_group"
    capacities = _BY_PERMISSION.get(permission, ("admin",)) if isinstance(permission, str) else ("admin",)
    counted = switched(asked.given, "include_dataset_count", False)
    return asked.catalogue.organizations.mine(asked.caller, capacities, counted=counted)


@writes
def group_create(asked: Asked) -> Any:
    """Create a group (theme): name, title, description, image_url, extras, groups. For the operator."""
    return _create(asked, asked.catalogue.themes)


@reads
def group_show(asked: Asked) -> Any:
    """Show the group with this id or name; include_datasets, include_users and the like switch its parts."""
    return asked.catalogue.themes.show(asked.caller, asked.given)


@writes
def group_update(asked: Asked) -> Any:
    """Change a group that you are an admin of; what is not given is emptied."""
    return _edit(asked, asked.catalogue.themes, whole=True)


@writes
def group_patch(asked: Asked) -> Any:
    """Change the given fields of a group that you are an admin of."""
    return _edit(asked, asked.catalogue.themes, whole=False)


@writes
def group_delete(asked: Asked) -> Any:
    """Mark a group as deleted; its datasets stay and no longer show it."""
    with suppress(Replayed):
        asked.catalogue.themes.delete(asked.caller, asked.once, asked.given.get("id"))


@writes
def group_purge(asked: Asked) -> Any:
    """Take a group out for good. For the operator of the platform."""
    with suppress(Replayed):
        asked.catalogue.themes.purge(asked.caller, asked.once, asked.given.get("id"))


@reads
def group_list(asked: Asked) -> Any:
    """List the names of all groups (sort: title, name or package_count, asc or desc); whole with all_fields."""
    return _list(asked, asked.catalogue.themes)


@reads
def group_autocomplete(asked: Asked) -> Any:
    """Find groups by a part of their name or title: q, limit (20)."""
    return _autocomplete(asked, asked.catalogue.themes)


@reads
def group_list_authz(asked: Asked) -> Any:
    """List the groups into which you may put datasets; with am_member only those you belong to."""
    return asked.catalogue.themes.mine(asked.caller, ("member", "editor", "admin"))


@reads
def group_package_show(asked: Asked) -> Any:
    """Show the datasets of a group: id, limit (1000)."""
    limit, _ = paging(asked.given)
    themes = asked.catalogue.themes
    group = themes.find(asked.caller, asked.given.get("id"))
    return themes.packages(asked.caller, group, 1_000 if limit is None else limit)


# -- members


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
        found += [(each, "user", held) for each, held in groups.people(asked.caller, group).items()]
    if kind in (None, "", "package"):
        held = "organization" if group.kind == "organization" else "public"
        found += [(each, "package", held) for each in groups.package_ids(asked.caller, group)]
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
