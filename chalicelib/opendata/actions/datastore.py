"""Actions on the rows of tables."""

from __future__ import annotations

from typing import Any

from .registry import Asked, Told, reads


@reads
def datastore_search(asked: Asked) -> Any:
    """Rows of a table.

    resource_id   of the table; also {id}/{table} of a workbook, {id}@{version or date}; _table_metadata lists tables
    filters       {"column": value or [values] or null or {"gt": 1, "lte": 9}}, also $and, $or, a list of them (any)
    q             words, each anywhere in the row, Thai ones inside other text too; or {"column": "words"}
    full_text     the same as q, without a rank
    plain         false: q is a query such as a & (b | !c)
    distinct      each row of values once
    fields        columns to show, in order
    sort          "a, b desc nulls last"
    limit, offset 100 rows at once, 32000 at most
    records_format  objects, lists, csv, tsv
    include_total   false saves counting
    version, as_of  the table as it was: a version's number, or a date or date-time of ISO 8601

    A page in the table's order tells in next_page the filters of the next one. ETags answer 304 before rows are read.
    """
    datastore = asked.catalogue.datastore
    source = datastore.source(asked.caller, asked.given)
    if source is None:
        return datastore.index(asked.caller, asked.given, packed=asked.packed)
    tag = datastore.tag(source, asked.given, packed=asked.packed)
    if tag in asked.known:
        datastore.used(source)
        return Told(None, tag=tag)
    return Told(datastore.rows(source, asked.given, packed=asked.packed), tag=tag)


@reads
def datastore_info(asked: Asked) -> Any:
    """Columns, row count and size of a table: id (or resource_id), version or as_of for the table as it was."""
    return asked.catalogue.datastore.info(asked.caller, asked.given)
