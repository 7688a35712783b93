"""A table in memory that spends on items what the adapter to DynamoDB spends, and nothing more.

The memory table of the tests copies what it is given and gives, several times and by way of JSON, so that no test can
change what lies in it. In a bench that would be counted as the exchange's own work. Here an item is encoded once when
it is written and decoded once when it is read, by the adapter's own functions, as on the way to AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.shared.aws.dynamo import decode, encode
from chalicelib.shared.storage import (
    Change,
    Count,
    Create,
    Item,
    Key,
    Remove,
    Require,
    Update,
    WriteRefused,
    key_of,
)
from tests.support.memory import MemoryTable


class AdapterTable(MemoryTable):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[Key, Mapping[str, Any]] = {}

    def get(self, key: Key) -> Item | None:
        self.requests.append("get")
        line = self._lines.get(key)
        return None if line is None else decode(line)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        self.requests.append("get_many")
        return {key: decode(self._lines[key]) for key in keys if key in self._lines}

    def _write(self, changes: Sequence[Change], token: str) -> None:
        failed = [change for change in changes if not self._holds(change)]
        if failed:
            raise WriteRefused([(change, self._peek(key_of(change))) for change in failed])
        for change in changes:
            match change:
                case Create(item) | Update(item):
                    self._items[item.key] = item, token
                    self._lines[item.key] = encode(item, token)
                case Remove(key):
                    self._items.pop(key, None)
                    self._lines.pop(key, None)
                case Count(key, by, _, expires):
                    there = self._peek(key)
                    count = by + (int(there.data["count"]) if there else 0)
                    self._items[key] = Item(key, {"count": count}, expires=expires), token
                    self._lines[key] = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "n": {"N": str(count)}}
                case Require():
                    pass

    def _peek(self, key: Key) -> Item | None:
        found = self._items.get(key)
        return found[0] if found else None
