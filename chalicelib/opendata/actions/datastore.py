"""Actions on the rows of tables."""

from __future__ import annotations

from typing import Any

from .registry import Asked, reads


@reads
def datastore_search(asked: Asked) -> Any:
    """Rows of a table: resource_id, filters, fields, sort, limit (100, at most 32000), offset."""
    return asked.catalogue.datastore.search(asked.caller, asked.given)


@reads
def datastore_info(asked: Asked) -> Any:
    """Columns and row count of a table."""
    return asked.catalogue.datastore.info(asked.caller, asked.given)
