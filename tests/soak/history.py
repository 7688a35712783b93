"""What a room wrote, in the order in which it took effect: what the tables hold at the end tells only who came last."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.shared.aws.dynamo import decode
from chalicelib.shared.storage import Item, Key

from .flow import Violation


@dataclass(frozen=True)
class Commit:
    """One transaction.

    Attributes:
        at: when, by the clock of the life.
        put: the rows that it wrote.
        removed: the keys that it deleted, or that expired.
        counted: the counters that it moved, and by how much.
    """

    at: datetime
    put: tuple[Item, ...]
    removed: tuple[Key, ...]
    counted: tuple[tuple[Key, int], ...]


class History:
    """All transactions of one life; a repeat that DynamoDB knows by its token is none."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._bodies: list[tuple[datetime, str, Any]] = []

    def clear(self) -> None:
        """Nothing was written yet."""
        self._tokens.clear()
        self._bodies.clear()

    def note(self, at: datetime, operation: str, body: Any) -> None:
        """A write took effect."""
        assert operation == "TransactWriteItems", f"{operation}: rooms write by transactions only"
        whole = json.loads(body)
        token = whole.get("ClientRequestToken")
        if token not in self._tokens:
            self._tokens.add(token)
            self._bodies.append((at, token, whole["TransactItems"]))

    def expired(self, at: datetime, keys: Sequence[Key]) -> None:
        """DynamoDB took these rows away."""
        gone = [{"Delete": {"Key": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}}} for key in keys]
        self._bodies.append((at, "", gone))

    def commits(self) -> Iterator[Commit]:
        """In order."""
        for at, _, items in self._bodies:
            parts = [(name, part) for item in items for name, part in item.items()]
            yield Commit(
                at,
                tuple(decode(part["Item"]) for name, part in parts if name == "Put"),
                tuple(_key(part["Key"]) for name, part in parts if name == "Delete"),
                tuple(
                    (_key(part["Key"]), int(part["ExpressionAttributeValues"][":by"]["N"]))
                    for name, part in parts
                    if name == "Update"
                ),
            )


def overwritten(history: History) -> Iterator[Violation]:
    """Writes that took something for the last version which was not: each row's versions go up one by one."""
    versions: dict[Key, int] = {}
    for commit in history.commits():
        for key in commit.removed:
            versions.pop(key, None)
        for item in commit.put:
            before = versions.get(item.key)
            if before is not None and item.version != before + 1:
                where = f"{item.key.pk.partition('#')[0]} {item.key.sk.partition('#')[0]}"
                yield Violation("STALE", f"{where}: version {item.version} was written over {before}")
            versions[item.key] = item.version


def _key(attributes: Any) -> Key:
    return Key(attributes["pk"]["S"], attributes["sk"]["S"])
