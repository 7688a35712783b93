"""Actions on datasets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.shared.journal import Replayed

from .. import revising, views
from ..given import Arrived
from ..packages import Shown
from ..rules import Rejected
from .registry import Asked, Told, reads, writes


@reads
def package_show(asked: Asked) -> Any:
    """Show the dataset with this id or name, with its resources."""
    name = asked.given.get("id") or asked.given.get("name_or_id")
    return _told(asked, asked.catalogue.packages.shown(asked.caller, name, missing="name_or_id"))


@writes
def package_create(asked: Asked) -> Any:
    """Create a dataset. With private=false the 14 mandatory fields of the Thai standard are needed."""
    return _told(asked, done(asked, lambda: asked.catalogue.editing.create(asked.caller, asked.once, asked.given)))


@writes
def package_update(asked: Asked) -> Any:
    """Replace a dataset by what is given; what is not given is lost. Use package_patch to change single fields.

    Resources are known by their ids; those that are not given are deleted.
    """
    editing = asked.catalogue.editing
    return _told(asked, done(asked, lambda: editing.update(asked.caller, asked.once, asked.given, asked.revision)))


@writes
def package_patch(asked: Asked) -> Any:
    """Change the given fields of a dataset and leave all others as they are."""
    editing = asked.catalogue.editing
    return _told(asked, done(asked, lambda: editing.patch(asked.caller, asked.once, asked.given, asked.revision)))


@writes
def package_revise(asked: Asked) -> Any:
    """Change a dataset selectively: match (must hold), filter (what is removed), update (what is set), include (what is
    answered).

    match__<place> and update__<place> name one place, e.g. update__resources__0__name; a resource is also named by the
    beginning of its id. update__resources__extend adds resources. All of it happens or nothing.
    """
    editing = asked.catalogue.editing
    files = {name: Arrived(*file) for name, file in (asked.files or {}).items()}
    try:
        shown, included = editing.revise(asked.caller, asked.once, asked.given, files, asked.revision)
    except Replayed as before:
        shown, included = _again(asked, before), revising.parse(asked.given).included
    told = _told(asked, shown)
    return Told({"package": included(told.result)}, told.revision)


@writes
def package_delete(asked: Asked) -> Any:
    """Delete a dataset. Its organization still sees it, and its name stays taken until it is purged."""
    editing = asked.catalogue.editing
    done(asked, lambda: editing.delete(asked.caller, asked.once, asked.given.get("id"), asked.revision))
    return None


@writes
def dataset_purge(asked: Asked) -> Any:
    """Remove a dataset for good, with its history. For the operator of the platform."""
    try:
        asked.catalogue.purging.purge(asked.caller, asked.once, asked.given.get("id"))
    except Replayed:
        return None
    return None


@writes
def package_owner_org_update(asked: Asked) -> Any:
    """Give a dataset (id) to another organization (organization_id)."""
    editing = asked.catalogue.editing
    done(asked, lambda: editing.move(asked.caller, asked.once, asked.given, asked.revision))
    return None


@writes
def package_resource_reorder(asked: Asked) -> Any:
    """Put the resources of a dataset (id) in this order; those that are not given follow as they were."""
    editing = asked.catalogue.editing
    shown = done(asked, lambda: editing.reorder(asked.caller, asked.once, asked.given, asked.revision))
    return Told(
        {"id": asked.given.get("id"), "order": [each.id for each in shown.package.resources]}, shown.package.changed
    )


@writes
def bulk_update_private(asked: Asked) -> Any:
    """Make datasets of an organization (org_id) private."""
    return asked.catalogue.bulk.update(asked.caller, asked.once, asked.given, "private")


@writes
def bulk_update_public(asked: Asked) -> Any:
    """Make datasets of an organization (org_id) public."""
    return asked.catalogue.bulk.update(asked.caller, asked.once, asked.given, "public")


@writes
def bulk_update_delete(asked: Asked) -> Any:
    """Delete datasets of an organization (org_id)."""
    return asked.catalogue.bulk.update(asked.caller, asked.once, asked.given, "delete")


@reads
def package_relationships_list(asked: Asked) -> Any:
    """List the relationships of a dataset (id) with others; there are none."""
    asked.catalogue.packages.find(asked.caller, asked.given.get("id"))
    return []


@reads
def package_collaborator_list(asked: Asked) -> Any:
    """List the collaborators of a dataset; people belong to organizations here."""
    return _no_collaborators(asked)


@reads
def package_collaborator_list_for_user(asked: Asked) -> Any:
    """List the datasets that a user collaborates in; people belong to organizations here."""
    return _no_collaborators(asked)


@writes
def package_collaborator_create(asked: Asked) -> Any:
    """Make somebody a collaborator of a dataset; add them to its organization instead."""
    return _no_collaborators(asked)


@writes
def package_collaborator_delete(asked: Asked) -> Any:
    """Take a collaborator away from a dataset."""
    return _no_collaborators(asked)


def _no_collaborators(_: Asked) -> Any:
    raise Rejected({"message": ["Dataset collaborators not enabled"]})


def done(asked: Asked, write: Callable[[], Shown]) -> Shown:
    """What a write leaves, also where this very request was done before."""
    try:
        return write()
    except Replayed as before:
        return _again(asked, before)


def _again(asked: Asked, before: Replayed) -> Shown:
    return asked.catalogue.packages.shown(asked.caller, (before.answer or {})["id"])


def _told(asked: Asked, shown: Shown) -> Told:
    package, organization, themes = shown
    there = [theme for theme in themes if theme.state == "active"]
    return Told(views.package_view(package, organization, there, asked.catalogue.site), package.changed)
