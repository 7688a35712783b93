"""The DataStore: rows of published tables in CKAN's shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared.identity import Caller

from . import question
from .reading import Tables
from .source import Sources

Json = dict[str, Any]


class DataStore:
    """What the actions `datastore_*` do; `used` hears the id of each dataset that was queried."""

    def __init__(self, sources: Sources, tables: Tables, used: Callable[[str], None] = lambda _: None) -> None:
        self._sources = sources
        self._tables = tables
        self._used = used

    def search(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """Rows of one table.

        Raises:
            NotFound: no such table, or not for this caller.
            Rejected: with CKAN's messages.
        """
        asked_for = question.resource_of(given)
        source = self._sources.find(caller, asked_for, version=given.get("version"), as_of=given.get("as_of"))
        asked = question.parse(given, source.table)
        rows, total = self._tables.answer(source.table, asked)
        self._used(source.resource.package_id)
        types = {"_id": "int", **{column["id"]: column["type"] for column in source.table.columns}}
        records: list[Any] = rows
        if asked.records_format == "objects":
            records = [dict(zip(asked.columns, row, strict=True)) for row in rows]
        result: Json = {
            **{name: value for name, value in asked.echo.items() if name != "fields"},
            "include_total": asked.include_total,
            "limit": asked.limit,
            "records_format": asked.records_format,
            "resource_id": asked_for,
            "total_estimation_threshold": None,
            "records": records,
            "fields": [{"id": name, "type": types[name]} for name in asked.columns],
        }
        if asked.include_total:
            result |= {"total": total, "total_was_estimated": False}
        return result

    def info(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """Columns and size of one table.

        Raises:
            NotFound, Rejected.
        """
        asked_for = question.resource_of({"resource_id": given.get("id") or given.get("resource_id")})
        table = self._sources.find(caller, asked_for, version=given.get("version"), as_of=given.get("as_of")).table
        fields = [
            {
                "id": column["id"],
                "type": column["type"],
                "schema": {
                    "native_type": column["type"],
                    "notnull": False,
                    "index_name": None,
                    "is_index": False,
                    "uniquekey": False,
                },
            }
            for column in table.columns
        ]
        meta = {
            "id": asked_for,
            "count": table.rows,
            "table_type": "BASE TABLE",
            "size": table.size,
            "db_size": table.size,
            "idx_size": 0,
            "aliases": [],
        }
        return {"meta": meta, "fields": fields}
