"""Actions on datasets."""

from __future__ import annotations

from typing import Any

from .registry import Asked, done, reads, writes


@writes
def package_create(asked: Asked) -> Any:
    """Create a dataset. With private=false the 14 mandatory fields of the Thai standard are needed."""
    catalogue = asked.catalogue
    made = done(lambda: catalogue.packages.create(asked.caller, asked.once, asked.given))
    return catalogue.reading.package(asked.caller, made)


@reads
def package_show(asked: Asked) -> Any:
    """Show the dataset with this id or name, with its resources."""
    return asked.catalogue.reading.package(asked.caller, asked.given.get("id") or asked.given.get("name_or_id"))


@writes
def package_patch(asked: Asked) -> Any:
    """Change the given fields of a dataset and leave all others as they are."""
    catalogue = asked.catalogue
    made = done(lambda: catalogue.packages.patch(asked.caller, asked.once, asked.given))
    return catalogue.reading.package(asked.caller, made)
