"""Actions on organisations and groups (themes)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.shared.journal import Replayed

from ..access import Capacity
from ..groups.rules import switched
from ..groups.service import Groups
from .registry import Asked, done, paging, reads, writes

_BY_PERMISSION: Mapping[str, tuple[Capacity, ...]] = {
    "read": ("member", "editor", "admin"),
    "manage_group": ("member", "editor", "admin"),
    "create_dataset": ("editor", "admin"),
    "update_dataset": ("editor", "admin"),
    "delete_dataset": ("editor", "admin"),
}


def _create(asked: Asked, groups: Groups) -> Any:
    made = done(lambda: groups.create(asked.caller, asked.once, asked.given))
    # nothing belongs to it yet, so nothing is counted
    shown = groups.show(asked.caller, {"id": made, "include_dataset_count": False, "include_followers": False})
    # and whoever made it is met only with this write: a repeat must not know more than the first answer
    return {**shown, "package_count": 0, "num_followers": 0, "users": []}


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
    return themes.belongings.packages(asked.caller, group, 1_000 if limit is None else limit)
