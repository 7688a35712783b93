"""Actions on organisations and groups."""

from __future__ import annotations

from typing import Any

from .. import rules
from .registry import Asked, done, paging, reads, writes


@writes
def organization_create(asked: Asked) -> Any:
    """Create the organization of your agency: name, title, description, image_url."""
    organizations = asked.catalogue.organizations
    return organizations.show(done(lambda: organizations.create(asked.caller, asked.once, asked.given)))


@reads
def organization_show(asked: Asked) -> Any:
    """Show the organization with this id or name."""
    return asked.catalogue.organizations.show(asked.given.get("id"))


@reads
def organization_list(asked: Asked) -> Any:
    """List the names of all organizations in the order of their titles; whole ones with all_fields."""
    limit, offset = paging(asked.given)
    whole = bool(rules.flag(asked.given.get("all_fields", False)))
    return asked.catalogue.organizations.list(all_fields=whole, limit=limit, offset=offset)
