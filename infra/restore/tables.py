"""A table as it was: restored beside the living one, compared with it, and put back row by row.

DynamoDB restores into a new table only (Developer Guide, "Point-in-time recovery"), and every name, right and stack of
ours says the old one. So the restored table stands aside, and what differs is written into the living one: that costs
what was damaged, keeps the table with its own history, and can itself be undone by the same means. A table that is
gone altogether is made again, under its own name, from the backup that DynamoDB takes at its deletion.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.shared.aws.dynamo import decode
from chalicelib.shared.journal import Event, chain_is_whole

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SUFFIX = "-restored"
"""Of the table that stands aside; one at a time."""

AT_ONCE = 100
"""Keys that BatchGetItem takes."""

_WAITING = {"Delay": 10, "MaxAttempts": 2160}
"""Six hours: AWS says that a restore usually ends within one, and that there is no promise."""

Row = Mapping[str, Any]


class NotRestored(Exception):
    """It cannot be restored like that; the message says why."""


@dataclass
class Compared:
    """How a table differs from what it was.

    Attributes:
        then: rows of the restored table.
        changed: keys of rows that are others now.
        gone: keys of rows that are not there now.
        new: keys of rows that were not there then.
        ended: rows of then whose time has run out since (TTL); they stay away.
        broken: partitions in which the history of then is not a whole chain.
    """

    then: int = 0
    changed: list[tuple[str, str]] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)
    ended: int = 0
    broken: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Counts, and the partitions whose chains are broken; no keys, for they may tell of people."""
        counts = {"changed": len(self.changed), "gone": len(self.gone), "new": len(self.new)}
        return {"rows": self.then, **counts, "ended": self.ended, "chains_broken": len(self.broken)}


class Restoring:
    """Restores one table.

    Args:
        client: DynamoDB.
        table: the living table's name.
        begins: only partitions whose key begins so; "" for all.
    """

    def __init__(self, client: DynamoDBClient, table: str, begins: str = "") -> None:
        self._client = client
        self._table = table
        self._aside = table + SUFFIX
        self._begins = begins

    def set_aside(self, at: datetime) -> None:
        """Restores the table as it was at a time, beside itself, and waits until it is there.

        Raises:
            NotRestored: the table is gone (`make_again`), or another restored one stands there already.
            ClientError: DynamoDB refuses, e.g. the time lies outside of the last 35 days.
        """
        if self._exists(self._aside):
            raise NotRestored(f"{self._aside} is there already: `put-back` it, or `drop-restored`")
        if not self._exists(self._table):
            raise NotRestored(f"{self._table} is gone: `restore-lost-table`")
        self._client.restore_table_to_point_in_time(
            SourceTableName=self._table, TargetTableName=self._aside, RestoreDateTime=at, UseLatestRestorableTime=False
        )
        self._wait(self._aside)

    def make_again(self) -> str:
        """Makes a deleted table again, as it was at its deletion; returns the backup's ARN.

        Time to live and point-in-time recovery are not part of a backup: they are switched on again.

        Raises:
            NotRestored: the table is there, or nothing is left of it.
        """
        if self._exists(self._table):
            raise NotRestored(f"{self._table} is there: `restore-table --at`")
        backups = self._client.list_backups(TableName=self._table, BackupType="ALL")["BackupSummaries"]
        if not backups:
            raise NotRestored(f"no backup of {self._table} is left")
        newest = max(backups, key=lambda each: each["BackupCreationDateTime"])["BackupArn"]
        self._client.restore_table_from_backup(TargetTableName=self._table, BackupArn=newest)
        self._wait(self._table)
        self._furnish()
        return newest

    def compare(self, now: datetime) -> Compared:
        """What differs between the table and its restored self."""
        found = Compared()
        chain: dict[str, list[Event]] = {}
        for row, living in self._pairs(self._aside, self._table):
            found.then += 1
            key = _key(row)
            if key[1].startswith("EVT#"):
                chain.setdefault(key[0], []).append(Event(**decode(row).data))
            if living == row:
                continue
            if "ttl" in row and int(row["ttl"]["N"]) <= now.timestamp():
                found.ended += 1
            else:
                (found.gone if living is None else found.changed).append(key)
        found.new += [_key(row) for row, then in self._pairs(self._table, self._aside) if then is None]
        # a partition may hold the chains of several aggregates, each from its own beginning
        found.broken = [pk for pk, events in chain.items() if not _whole(events)]
        return found

    def put_back(self, now: datetime, *, remove_new: bool) -> Compared:
        """Writes the rows that differ as they were; each only if nobody changed it in this very moment.

        Args:
            now: rows whose time to live has run out by then stay away.
            remove_new: whether rows that were made since are taken away.

        Raises:
            NotRestored: the history of then is broken itself; nothing was written.
        """
        found = self.compare(now)
        if found.broken:
            raise NotRestored(f"{len(found.broken)} chains are broken in what would be put back: choose another time")
        ended = now.timestamp()
        for row, living in self._pairs(self._aside, self._table):
            if living != row and not ("ttl" in row and int(row["ttl"]["N"]) <= ended):
                self._client.put_item(TableName=self._table, Item=dict(row), **_if_still(living))
        if remove_new:
            for row, then in self._pairs(self._table, self._aside):
                if then is None:
                    self._client.delete_item(TableName=self._table, Key=_address(row), **_if_still(row))
        return found

    def drop(self) -> None:
        """Deletes the restored table that stands aside."""
        if not self._exists(self._aside):
            raise NotRestored(f"there is no {self._aside}")
        self._client.delete_table(TableName=self._aside)

    def _pairs(self, source: str, other: str) -> Iterator[tuple[Row, Row | None]]:
        """Each row of one table with the row of the other under the same key."""
        pages = self._client.get_paginator("scan").paginate(TableName=source, ConsistentRead=True)
        rows = (row for page in pages for row in page["Items"] if row["pk"]["S"].startswith(self._begins))
        while batch := list(itertools.islice(rows, AT_ONCE)):
            found = self._together(other, [_address(row) for row in batch])
            for row in batch:
                yield row, found.get(_key(row))

    def _together(self, table: str, keys: list[Any]) -> dict[tuple[str, str], Row]:
        found: dict[tuple[str, str], Row] = {}
        asked: Any = {table: {"Keys": keys, "ConsistentRead": True}}
        while asked:
            answer = self._client.batch_get_item(RequestItems=asked)
            found |= {_key(row): row for row in answer["Responses"].get(table, ())}
            asked = answer.get("UnprocessedKeys")
        return found

    def _exists(self, table: str) -> bool:
        try:
            self._client.describe_table(TableName=table)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return False
            raise
        return True

    def _wait(self, table: str) -> None:
        self._client.get_waiter("table_exists").wait(TableName=table, WaiterConfig=_WAITING)  # type: ignore[arg-type]  # the stubs name its keys

    def _furnish(self) -> None:
        self._client.update_time_to_live(
            TableName=self._table, TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True}
        )
        self._client.update_continuous_backups(
            TableName=self._table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def _key(row: Row) -> tuple[str, str]:
    return row["pk"]["S"], row["sk"]["S"]


def _address(row: Row) -> dict[str, Any]:
    return {"pk": row["pk"], "sk": row["sk"]}


def _if_still(living: Row | None) -> dict[str, Any]:
    """The condition that a row is as it was read; a counter has no token, and its number is what counts."""
    if living is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    name = "w" if "w" in living else "n"
    return {
        "ConditionExpression": "#was = :was",
        "ExpressionAttributeNames": {"#was": name},
        "ExpressionAttributeValues": {":was": living[name]},
    }


def _whole(events: list[Event]) -> bool:
    by_subject: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda each: each.seq):
        by_subject.setdefault(event.subject, []).append(event)
    return all(chain_is_whole(each) for each in by_subject.values())
