"""The DataStore: rows of published tables in CKAN's shapes, of 2.11 and 2.12 alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.shared.identity import Caller

from ..model import Table
from .engine import question
from .engine.conditions import ROW_ID
from .engine.question import Question
from .engine.reading import Tables
from .index import INDEX, Listed, answer, listing
from .rendering import fitting, rendered
from .source import Source, Sources

Json = dict[str, Any]
WHOLE_ANSWER = 4_000_000
"""Bytes of records in one answer: Lambda gives 6 MiB at once, and API Gateway has bodies in base64."""
_SHAPE = 1
"""Grows whenever the same question to the same rows is answered in another shape."""
PACKED_ANSWER = 16_000_000
"""The same for whoever takes gzip, which makes rows a fifth of their size or less."""


class DataStore:
    """What the actions `datastore_*` do.

    Args:
        used: hears the id of each dataset that was queried.
        listed: addresses of the tables that a caller may see.
    """

    def __init__(
        self,
        sources: Sources,
        tables: Tables,
        used: Callable[[str], None] = lambda _: None,
        listed: Listed = lambda _: (),
    ) -> None:
        self._sources = sources
        self._tables = tables
        self._used = used
        self._listed = listed

    def search(self, caller: Caller, given: Mapping[str, Any], *, packed: bool = False) -> Json:
        """Rows of one table, or of the list of all tables.

        Args:
            packed: whether the answer will be compressed; more of it fits then.

        Raises:
            NotFound: no such table, or not for this caller.
            Rejected: with CKAN's messages.
        """
        source = self.source(caller, given)
        return self.index(caller, given, packed=packed) if source is None else self.rows(source, given, packed=packed)

    def source(self, caller: Caller, given: Mapping[str, Any]) -> Source | None:
        """The table that is asked about; None for the list of tables.

        Raises:
            NotFound, Rejected.
        """
        asked_for = question.resource_of(given)
        if asked_for == INDEX:
            return None
        return self._sources.find(caller, asked_for, version=given.get("version"), as_of=given.get("as_of"))

    def rows(self, source: Source, given: Mapping[str, Any], *, packed: bool = False) -> Json:
        """Rows of a table.

        Raises:
            NotFound, Rejected.
        """
        asked = question.parse(given, source.table)
        rows, total = self._tables.answer(source, asked)
        self.used(source)
        result = shown(question.resource_of(given), source.table, asked, rows, total, packed=packed)
        return result | {"version": source.file.number}

    def index(self, caller: Caller, given: Mapping[str, Any], *, packed: bool = False) -> Json:
        """Rows of the list of tables.

        Raises:
            Rejected.
        """
        table, content = listing(self._listed(caller))
        asked = question.parse(given, table)
        rows, total = answer(table, content, asked)
        return shown(INDEX, table, asked, rows, total, packed=packed)

    def used(self, source: Source) -> None:
        """Counts a use of the table's dataset."""
        self._used(source.resource.package_id)

    @staticmethod
    def tag(source: Source, given: Mapping[str, Any], *, packed: bool = False) -> str:
        """The ETag of what is answered: the rows lie under keys of their content, so it is known without them."""
        written = [] if source.live is None else [delta.key for delta in source.live.deltas]
        told = [_SHAPE, source.file.number, *map(str, (source.table, written, sorted(given.items()), packed))]
        return f'"{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]}"'

    def info(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """Columns and size of one table.

        Raises:
            NotFound, Rejected.
        """
        asked_for = question.resource_of({"resource_id": given.get("id") or given.get("resource_id")})
        if asked_for == INDEX:
            table, _ = listing(self._listed(caller))
            return {"meta": _meta(asked_for, table, "VIEW", 0), "fields": [_field(each, ()) for each in table.columns]}
        source = self._sources.find(caller, asked_for, version=given.get("version"), as_of=given.get("as_of"))
        live, table = source.resource.live if source.current else None, source.table
        key = live.key if live is not None else ()
        columns = table.columns
        if live is not None:
            # how many rows have a value is counted when they are put together
            columns = tuple({name: told for name, told in each.items() if name != "filled"} for each in columns)
        meta = _meta(asked_for, table, "BASE TABLE", table.size + (live.size if live is not None else 0))
        meta |= {"aliases": list(live.aliases) if live is not None else []}
        meta |= {"version": source.file.number, "current": source.current, "versioned_at": source.file.at}
        return {"meta": meta, "fields": [_field(column, key) for column in columns]}


def shown(
    asked_for: str, table: Table, asked: Question, rows: Sequence[Sequence[Any]], total: int | None, *, packed: bool
) -> Json:
    """Rows as `datastore_search` answers them."""
    room = PACKED_ANSWER if packed else WHOLE_ANSWER
    kept = fitting(rows, asked.columns, asked.records_format, room)
    result: Json = {
        **asked.echo,
        "include_total": asked.include_total,
        "limit": asked.limit,
        "records_format": asked.records_format,
        "resource_id": asked_for,
        "total_estimation_threshold": None,
        "records": rendered(kept, asked.columns, asked.records_format),
        "fields": [_told(name, table) for name in asked.columns],
    }
    if len(kept) < len(rows):
        # a client that goes on from `limit`, as CKAN's do where theirs is above the most, misses no row
        result |= {
            "limit": len(kept),
            "records_truncated": True,
            "message": f"The answer would be too large: it ends after {len(kept)} of {len(rows)} rows. "
            f"Ask again with offset={asked.offset + len(kept)}, for fewer fields, or for the whole file.",
            "message_th": f"คำตอบใหญ่เกินไป จึงตัดที่ {len(kept)} จาก {len(rows)} แถว "
            f"ขอต่อด้วย offset={asked.offset + len(kept)} เลือกคอลัมน์ให้น้อยลง หรือดาวน์โหลดทั้งไฟล์",
        }
    if asked.include_total:
        result |= {"total": total, "total_was_estimated": False}
    following = _next_page(asked, kept, total, cut=len(kept) < len(rows))
    return result if following is None else result | {"next_page": following}


def _next_page(asked: Question, kept: Sequence[Sequence[Any]], total: int | None, *, cut: bool) -> Json | None:
    """Filters of the rows that follow, where these stand in the table's order: a page by them costs no offset."""
    if (
        not asked.include_next_page
        or not asked.limited
        or not asked.in_order
        or ROW_ID not in asked.columns
        or not kept
    ):
        return None
    if not cut and (len(kept) < asked.limit or (total is not None and asked.offset + len(kept) >= total)):
        return None
    after = {ROW_ID: {"gt": kept[-1][asked.columns.index(ROW_ID)]}}
    before = asked.echo.get("filters")
    if not before:
        return after
    if isinstance(before, Mapping) and ROW_ID not in before:
        return {**before, **after}
    if isinstance(before, Mapping) and before == {ROW_ID: before[ROW_ID]} and _follows(before[ROW_ID]):
        return after
    return {"$and": [before if isinstance(before, Mapping) else {"$or": before}, after]}


def _follows(condition: object) -> bool:
    """Whether a filter of `_id` is that of a next page."""
    return isinstance(condition, Mapping) and condition.keys() == {"gt"}


def _told(name: str, table: Table) -> Json:
    """A column as answers describe it."""
    if name == ROW_ID:
        return {"id": name, "type": "int"}
    column = next((each for each in table.columns if each["id"] == name), None)
    if column is None:
        return {"id": name, "type": "float4"}  # a rank
    told: Json = {"id": name, "type": column["type"]}
    return told | {"info": column["info"]} if column.get("info") else told


def _meta(asked_for: str, table: Table, kind: str, size: int) -> Json:
    return {
        "id": asked_for,
        "count": table.rows,
        "table_type": kind,
        "size": size,
        "db_size": size,
        "idx_size": 0,
        "aliases": [],
    }


def _field(column: Mapping[str, Any], key: Sequence[str]) -> Json:
    """A column as `datastore_info` describes it; what is known of it beyond CKAN's shape comes last."""
    schema = {
        "native_type": column["type"],
        "notnull": column["id"] in key,
        "index_name": None,
        "is_index": False,
        "uniquekey": list(key) == [column["id"]],
    }
    told: Json = {"id": column["id"], "type": column["type"], "schema": schema}
    if column.get("info"):
        told["info"] = column["info"]
    more = {name: column[name] for name in ("filled", "era", "twin_of", "original_of", "means") if name in column}
    return told | more
