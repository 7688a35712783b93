"""The DataStore: rows of published tables in CKAN's shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller

from ..model import File, Resource
from ..resources import Resources
from ..rules import Rejected
from . import question
from .reading import Tables

Json = dict[str, Any]


class DataStore:
    """What the actions `datastore_*` do; `used` hears the id of each dataset that was queried."""

    def __init__(self, resources: Resources, tables: Tables, used: Callable[[str], None] = lambda _: None) -> None:
        self._resources = resources
        self._tables = tables
        self._used = used

    def search(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """Rows of one table.

        Raises:
            NotFound: no such table, or not for this caller.
            Rejected: with CKAN's messages.
        """
        asked_for = question.resource_of(given)
        resource, file = self._table(caller, asked_for)
        asked = question.parse(given, file.columns)
        rows, total = self._tables.answer(file, asked)
        self._used(resource.package_id)
        types = {"_id": "int", **{column["id"]: column["type"] for column in file.columns}}
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
        _, file = self._table(caller, asked_for)
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
            for column in file.columns
        ]
        meta = {
            "id": asked_for,
            "count": file.rows,
            "table_type": "BASE TABLE",
            "size": file.size,
            "db_size": file.size,
            "idx_size": 0,
            "aliases": [],
        }
        return {"meta": meta, "fields": fields}

    def _table(self, caller: Caller, id: str) -> tuple[Resource, File]:
        try:
            resource = self._resources.find(caller, id)
        except NotFound:
            raise _no_table() from None
        except Rejected:
            raise Rejected({"resource_id": ["Missing value"]}) from None
        if resource.file is None or resource.file.table is None:
            raise _no_table()
        return resource, resource.file


def _no_table() -> NotFound:
    # CKAN repeats the id here; what a caller sent is not repeated
    return NotFound("ไม่พบตารางข้อมูล", "Not found: Resource was not found.")
