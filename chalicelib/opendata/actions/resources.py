"""Actions on resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.journal import Replayed

from .. import views
from ..given import Arrived
from ..packages import Shown
from .registry import Asked, Given, Told, reads, writes


@writes
def resource_create(asked: Asked) -> Any:
    """Add a link (url) or a file to a dataset.

    A small file comes as the field upload of a multipart form. For a larger one give upload: {file_name, size, sha256,
    media_type}; the result then has upload: {url, fields}, a form to send the file with (field `file`, last). Either is
    taken in when it has arrived.
    """
    resources = asked.catalogue.resources
    return _told(asked, lambda: resources.create(asked.caller, asked.once, _given(asked), asked.revision))


@writes
def resource_update(asked: Asked) -> Any:
    """Replace a resource by what is given; what is not given is lost, but not its file."""
    resources = asked.catalogue.resources
    return _told(asked, lambda: resources.update(asked.caller, asked.once, _given(asked), asked.revision))


@writes
def resource_patch(asked: Asked) -> Any:
    """Change the given fields of a resource; with upload, send or announce a new version of its file."""
    resources = asked.catalogue.resources
    return _told(asked, lambda: resources.patch(asked.caller, asked.once, _given(asked), asked.revision))


@writes
def resource_delete(asked: Asked) -> Any:
    """Delete a resource."""
    try:
        asked.catalogue.resources.delete(asked.caller, asked.once, asked.given.get("id"), asked.revision)
    except Replayed:
        return None
    return None


@reads
def resource_show(asked: Asked) -> Any:
    """Show the resource with this id."""
    view, revision = asked.catalogue.resources.show(asked.caller, asked.given.get("id"))
    return Told(view, revision)


@reads
def resource_view_list(asked: Asked) -> Any:
    """List the views of a resource: a table where its rows can be read, nothing otherwise."""
    try:
        resource = asked.catalogue.resources.find(asked.caller, asked.given.get("id"))
    except NotFound:
        raise NotFound("ไม่พบทรัพยากรข้อมูล", "Not found: Resource was not found.") from None
    return views.views_of(resource)


def _given(asked: Asked) -> Given:
    file = (asked.files or {}).get("upload")
    return asked.given if file is None else {**asked.given, "upload": Arrived(*file)}


def _told(asked: Asked, write: Callable[[], tuple[Shown, str]]) -> Told:
    resources, packages = asked.catalogue.resources, asked.catalogue.packages
    try:
        (package, organization, _), found = write()
    except Replayed as before:
        found = str((before.answer or {})["id"])
        package, organization = packages.find_of_resource(asked.caller, found)
    form = asked.given.get("upload") is not None
    return Told(resources.view(asked.caller, package, organization, found, form=form), package.changed)
