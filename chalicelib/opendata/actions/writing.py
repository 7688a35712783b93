"""Actions that write the rows of tables."""

from __future__ import annotations

from typing import Any

from .registry import Asked, writes


@writes
def datastore_create(asked: Asked) -> Any:
    """Make a table for a resource and write its first rows; or give a table more columns, another key, more rows.

    resource_id of a resource that is there, or resource: {package_id, name, ...} for a new one. fields: [{id, type,
    info: {label, notes}}], primary_key: [names], records: [{name: value}]. The table of an uploaded file opens with
    force only; to say what its columns mean (info) needs none. delete_fields takes away the columns that fields does
    not name.
    """
    return asked.catalogue.live.create(asked.caller, asked.once, asked.given)


@writes
def datastore_upsert(asked: Asked) -> Any:
    """Write rows: resource_id, records, method.

    upsert (the default) replaces the given values of the row with the same key, or adds a row; update only replaces,
    insert only adds. The key is the table's primary_key, or _id where every record has one. dry_run checks everything
    and writes nothing; include_records answers the rows with their _id. All records are written or none.
    """
    return asked.catalogue.live.upsert(asked.caller, asked.once, asked.given)


@writes
def datastore_delete(asked: Asked) -> Any:
    """Delete the rows for which filters hold; without filters, the whole table."""
    return asked.catalogue.live.delete(asked.caller, asked.once, asked.given)


@writes
def datastore_records_delete(asked: Asked) -> Any:
    """Delete the rows for which filters hold, all rows for {}; the table stays. include_deleted_records shows them."""
    return asked.catalogue.live.delete_records(asked.caller, asked.once, asked.given)
