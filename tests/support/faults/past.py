"""What tables held some writes ago: the answers of reads that are only eventually consistent.

DynamoDB promises the newest version to a read with `ConsistentRead` alone; an index never does (Developer Guide, "Read
consistency"). moto always tells the newest.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any

from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import DynamoType

from .kinds import DYNAMODB_WRITES

REMEMBERED = 6
"""Writes that an eventual read may be behind."""

_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})


class Past:
    """The last versions of each table of one account.

    Args:
        account, region: of moto.
    """

    def __init__(self, account: str, region: str) -> None:
        self._backend: Any = get_backend("dynamodb")[account][region]
        self._views: dict[str, deque[dict[Any, Any]]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def clear(self) -> None:
        """Nothing was written yet."""
        self._views.clear()

    def note(self, operation: str, body: Any) -> None:
        """Keeps what the tables of a write hold before it."""
        if operation not in DYNAMODB_WRITES:
            return
        noted: dict[str, dict[Any, Any]] = {}
        for name, key in _touched(operation, json.loads(body)):
            table = self._backend.tables[name]
            if name not in noted:
                noted[name] = {pk: dict(slot) for pk, slot in table.items.items()}
            if key is not None:  # moto changes the item itself
                pk, sk = (DynamoType(key[each]) for each in (table.hash_key_attr, table.range_key_attr))
                item = noted[name].get(pk, {}).get(sk)
                if item is not None:
                    kept = copy.deepcopy(item)
                    for view in (*self._views[name], noted[name]):
                        if view.get(pk, {}).get(sk) is item:
                            view[pk][sk] = kept
        for name, view in noted.items():
            self._views[name].append(view)

    def read(self, operation: str, body: Any, behind: int, real: Callable[[], Any]) -> Any:
        """The answer of `real` as it would have been `behind` writes ago, or as far back as is known."""
        swapped = []
        for name in eventual(operation, json.loads(body)):
            views = self._views[name]
            if views:
                table = self._backend.tables[name]
                swapped.append((table, table.items))
                table.items = defaultdict(dict, views[-min(behind, len(views))])
        try:
            return real()
        finally:
            for table, items in swapped:
                table.items = items


def eventual(operation: str, body: Any) -> list[str]:
    """The tables of which a read takes what was true a moment ago."""
    if operation not in _READS:
        return []
    if operation == "BatchGetItem":
        return [name for name, asked in body["RequestItems"].items() if not asked.get("ConsistentRead")]
    return [] if body.get("ConsistentRead") else [body["TableName"]]


def _touched(operation: str, body: Any) -> Iterator[tuple[str, Any]]:
    """Tables that a write changes, and the key of an item that it changes in place."""
    if operation == "TransactWriteItems":
        for item in body["TransactItems"]:
            for name, part in item.items():
                yield part["TableName"], part["Key"] if name == "Update" else None
    elif operation == "BatchWriteItem":
        yield from ((name, None) for name in body["RequestItems"])
    else:
        yield body["TableName"], body["Key"] if operation == "UpdateItem" else None
