"""Queries that look at the items of their key only (needed by moto 5.2.5).

moto sorts the whole table for each query: 1.4 s at 100 000 items, 3 ms with this. A query of an index still
walks over all items, but sorts only those that match.
"""

from __future__ import annotations

import inspect
import threading
from typing import Any

from moto.dynamodb.models.table import Table

_local = threading.local()


def _order(item: Any) -> Any:
    return (item.hash_key, item.range_key) if item.range_key else item.hash_key


def _of_key(table: Table, hash_key: Any) -> list[Any]:
    slot: Any = table.items.get(hash_key) if hash_key is not None else None
    if slot is None:
        return []
    return sorted(slot.values(), key=_order) if table.range_key_attr else [slot]


def _of_index(table: Table, conditions: list[tuple[str, Any]]) -> list[Any]:
    found = []
    for slot in list(table.items.values()):
        candidates: Any = slot.values() if table.range_key_attr else (slot,)
        for item in candidates:
            # DynamoType compares with nothing but its kind
            if all(name in item.attrs and item.attrs[name] == value for name, value in conditions):
                found.append(item)
    return sorted(found, key=_order)


def install() -> None:
    """Give `Table.query` the candidates instead of all items."""
    all_items, query = Table.all_items, Table.query
    signature = inspect.signature(query)

    def narrowed(self: Table) -> list[Any]:
        candidates = getattr(_local, "candidates", None)
        return all_items(self) if candidates is None else candidates

    def fast(self: Table, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs)
        given.apply_defaults()
        conditions = given.arguments["hash_key_conditions"]
        if given.arguments["index_name"] is None:
            _local.candidates = _of_key(self, given.arguments["hash_key"])
        elif conditions:
            _local.candidates = _of_index(self, conditions)
        try:
            return query(self, *args, **kwargs)
        finally:
            _local.candidates = None

    Table.all_items = narrowed  # type: ignore[method-assign] # the mend
    Table.query = fast  # type: ignore[method-assign] # the mend
