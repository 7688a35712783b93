"""Transactions that remember only the items they touch (needed by moto 5.2.5).

moto deep-copies the whole table once per operation of a transaction: three puts into a table of 100 000 items
took 26 s. Here the copy is a copy in name only while a transaction runs, and a failed transaction is undone
item by item. Relies on `dynamodb_lock`.
"""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_local = threading.local()


@dataclass
class _Before:
    """One item as it was before the transaction; `item` None: it was not there."""

    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None
    item: Any

    def restore(self) -> None:
        items: Any = self.table.items
        if self.table.range_key_attr is None:
            if self.item is None:
                items.pop(self.hash_key, None)
            else:
                items[self.hash_key] = self.item
        elif self.item is not None:
            items[self.hash_key][self.range_key] = self.item
        elif self.hash_key in items:
            items[self.hash_key].pop(self.range_key, None)


def _before(backend: DynamoDBBackend, operation: dict[str, Any]) -> _Before | None:
    table = backend.tables.get(operation.get("TableName", ""))
    key = operation.get("Key") or operation.get("Item") or {}
    if table is None or table.hash_key_attr not in key:
        return None  # moto refuses it by itself
    hash_key = DynamoType(key[table.hash_key_attr])
    slot: Any = table.items.get(hash_key)
    if table.range_key_attr is None:
        return _Before(table, hash_key, None, copy.deepcopy(slot))
    if table.range_key_attr not in key:
        return None
    range_key = DynamoType(key[table.range_key_attr])
    return _Before(table, hash_key, range_key, copy.deepcopy(slot.get(range_key)) if slot else None)


def _deepcopy(self: Table, memo: dict[int, Any]) -> Table:
    if getattr(_local, "in_transaction", False):
        return self
    twin: Table = object.__new__(self.__class__)
    memo[id(self)] = twin
    for name, value in self.__dict__.items():
        setattr(twin, name, copy.deepcopy(value, memo))
    return twin


def install() -> None:
    """Replace the copy of tables inside transactions by an undo list."""
    original = DynamoDBBackend.transact_write_items

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        operations = [operation for item in transact_items[:100] for operation in item.values()]
        undo = [before for before in (_before(self, operation) for operation in operations) if before]
        streams = {
            before.table.name: (shard, len(shard.items))
            for before in undo
            if (shard := before.table.stream_shard) is not None
        }
        _local.in_transaction = True
        try:
            original(self, transact_items)
        except Exception:
            for before in undo:
                before.restore()
            for shard, length in streams.values():
                del shard.items[length:]
            raise
        finally:
            _local.in_transaction = False

    Table.__deepcopy__ = _deepcopy  # type: ignore[attr-defined] # the mend
    DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign] # the mend
