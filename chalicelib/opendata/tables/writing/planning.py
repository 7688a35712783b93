"""What a call of `datastore_upsert` does to the rows; pure.

A record is known again by the columns of the table's key, or by `_id` where the caller gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, cast

from chalicelib.shared.dataclass import dataclass

from ...live import Live
from ...rules import Rejected
from . import values
from .delta import Row
from .fields import said
from .merging import ROW_ID, names_of

MAX_RECORDS = 50_000
"""Of one call; the bytes of a request are another limit."""

METHODS = ("upsert", "insert", "update")
Place = tuple[Any, ...]
"""The values of a record's key, or its `_id` alone."""
Known = Mapping[Place, tuple[int, Row]]
"""Rows that are there: `_id` and values in the order of the columns."""


class BadRow(Rejected):
    """A record that cannot be written; `records_row` is its number from 0, as in CKAN."""

    def __init__(self, row: int, text: str, name: str = "records") -> None:
        super().__init__({name: [text]})
        self.messages["records_row"] = cast(list[Any], row)


@dataclass
class Plan:
    """What is to be written.

    Attributes:
        rows: whole rows by `_id`.
        ids: of each record, in their order.
        added: how many rows are new.
        personal: what the firewall knows of the table with these rows; None where they add nothing.
    """

    rows: dict[int, Row] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    added: int = 0
    personal: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True)
class Records:
    """Records that fit a table: their values as they are kept, and how each is known again.

    Attributes:
        places: the key of each; () where rows are only added to a table without one.
        by: the columns of `places`.
    """

    kept: tuple[Mapping[str, Any], ...]
    places: tuple[Place, ...]
    by: tuple[str, ...]
    method: str


def checked(given: Any, live: Live, method: str) -> Records:
    """Records as callers send them, checked against the columns.

    Raises:
        Rejected, BadRow.
    """
    records = mappings(given)
    kinds = {column["id"]: column["type"] for column in live.columns}
    by_id = method != "insert" and bool(records) and all(ROW_ID in each for each in records)
    by: tuple[str, ...] = (ROW_ID,) if by_id else live.key
    if method != "insert" and not by and records:
        raise Rejected({"table": ["unique key must be passed for update/upsert: create the table with primary_key"]})
    kept: list[Mapping[str, Any]] = []
    places: list[Place] = []
    for number, record in enumerate(records):
        extra = [name for name in record if name not in kinds and not (by_id and name == ROW_ID)]
        if extra:
            names = ", ".join(f'"{said(name)}"' for name in extra[:10])
            raise BadRow(number, f'row "{number + 1}" has extra keys {names}')
        missing = [name for name in by if name not in record]
        if missing:
            names = ", ".join(f'"{said(name)}"' for name in missing)
            raise BadRow(number, f'row "{number + 1}" has no {names}, which the key of the table needs', "key")
        row: dict[str, Any] = {}
        for name, value in record.items():
            if name == ROW_ID:
                continue
            try:
                row[name] = values.taken(value, kinds[name])
            except values.BadValue:
                raise BadRow(number, f'row "{number + 1}": "{said(name)}" takes values of type {kinds[name]}') from None
        place = (_id(number, record[ROW_ID]),) if by_id else tuple(row[name] for name in by)
        if None in place or "" in place:
            raise BadRow(number, f'row "{number + 1}": a column of the key is empty', "key")
        kept.append(row)
        places.append(place)
    return Records(tuple(kept), tuple(places), by, method)


def mappings(given: Any) -> list[Mapping[str, Any]]:
    """The records of a call.

    Raises:
        Rejected, BadRow.
    """
    if given in (None, ""):
        return []
    if not isinstance(given, list):
        raise Rejected({"records": ["Must be a list of dictionaries"]})
    if len(given) > MAX_RECORDS:
        raise Rejected(
            {"records": [f"At most {MAX_RECORDS} records can be written in one call; send the others after"]}
        )
    for number, each in enumerate(given):
        if not isinstance(each, Mapping):
            raise BadRow(number, f'row "{number + 1}" is not a json object')
    return given


def _id(number: int, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given < 1 << 62:
        raise BadRow(number, f'row "{number + 1}": "_id" takes the number of a row')
    return given


def plan(records: Records, live: Live, known: Known) -> Plan:
    """What these records do to the rows that are there.

    Raises:
        BadRow: a key is there already (insert), or is not (update, or any method by `_id`).
    """
    names = names_of(live)
    found = Plan()
    here = dict(known)
    for number, (record, place) in enumerate(zip(records.kept, records.places, strict=True)):
        there = here.get(place) if records.by else None
        if there is not None and records.method == "insert":
            raise BadRow(number, f'duplicate key value: row "{number + 1}" has a key that another row has')
        if there is None and (records.method == "update" or records.by == (ROW_ID,)):
            raise BadRow(number, f'row "{number + 1}": there is no row with this key', "key")
        if there is None:
            row_id = live.next_id + found.added
            found.added += 1
            row: Row = tuple(record.get(name) for name in names)
        else:
            row_id, old = there
            row = tuple(record.get(name, value) for name, value in zip(names, old, strict=True))
            if records.by == (ROW_ID,):
                _must_stay(number, live, names, old, row)
        found.rows[row_id] = row
        found.ids.append(row_id)
        if records.by:
            here[place] = (row_id, row)
    return found


def _must_stay(number: int, live: Live, names: Sequence[str], old: Row, row: Row) -> None:
    """A row that is named by its `_id` keeps its key: whether another has the new one would have to be looked up."""
    if any(old[names.index(name)] != row[names.index(name)] for name in live.key):
        raise BadRow(number, f'row "{number + 1}": the key of a row cannot be changed; delete it and insert another')
