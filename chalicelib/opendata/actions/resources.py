"""Actions on resources."""

from __future__ import annotations

from typing import Any

from .registry import Asked, done, reads, writes


@writes
def resource_create(asked: Asked) -> Any:
    """Add a link (url) or a file to a dataset.

    For a file give upload: {file_name, size, sha256, media_type}; the result then has upload: {url, fields}, a form to
    send the file with (field `file`, last). It is taken in when it has arrived.
    """
    resources = asked.catalogue.resources
    made = done(lambda: resources.create(asked.caller, asked.once, asked.given))
    return resources.show(asked.caller, made, form=True)


@writes
def resource_patch(asked: Asked) -> Any:
    """Change the given fields of a resource; with upload, announce a new version of its file."""
    resources = asked.catalogue.resources
    made = done(lambda: resources.patch(asked.caller, asked.once, asked.given))
    return resources.show(asked.caller, made, form=True)


@reads
def resource_show(asked: Asked) -> Any:
    """Show the resource with this id."""
    return asked.catalogue.resources.show(asked.caller, asked.given.get("id"))
