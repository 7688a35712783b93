"""What happens in a platform while a disaster is on its way: it writes, somebody leaves it, and then it is damaged."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.storage import Create, Item, Key
from infra.restore.erased import OPERATOR

from .inventory import Place, buckets, canonical, rows_of

if TYPE_CHECKING:
    from chalicelib.wiring import House

LATER = timedelta(minutes=5)
"""After which the second walk of an erasure is due (`citizen.own_data.rules.AGAIN_AFTER`), and more."""


@dataclass(frozen=True)
class Written:
    """A write that was acknowledged: one transaction in the table, one object in each bucket.

    Attributes:
        at: when the last of it was acknowledged.
    """

    at: datetime
    rows: Mapping[Place, str]
    objects: Mapping[Place, str]


def now() -> datetime:
    """The machine's time, which the emulated AWS has, too."""
    return datetime.now(UTC)


def write(house: House, room: str) -> Written:
    """Writes as every command does: a change and its event in one transaction of the room's journal."""
    journal, client = house.parts(room).journal, house.clients
    drill = f"DRILL#{new_id()}"
    event, _ = journal.happened(Head(), subject=drill, type=f"{room}.drill.written", by="drill", data={})
    journal.commit(_once(), [Create(Item(Key(drill, "1"), {"drill": True}))], [(drill, event)])
    there = client.dynamodb.query(
        TableName=house.settings.table(room),
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": drill}},
        ConsistentRead=True,
    )["Items"]
    rows = {(row["pk"]["S"], row["sk"]["S"]): canonical(row) for row in there}
    objects = {}
    for purpose in buckets(room):
        key, body = f"drill/{drill.removeprefix('DRILL#')}", drill.encode()
        client.s3.put_object(Bucket=house.settings.bucket(purpose), Key=key, Body=body)
        objects[(purpose, key)] = hashlib.sha256(body).hexdigest()
    return Written(now(), rows, objects)


def leave(house: House, room: str) -> str:
    """Somebody has themself erased, or an operator purges a dataset; who or which, or "" where nothing is erased.

    Whoever left most lines is chosen, so that there is something to come back.
    """
    if room == "citizen":
        lines = Counter(pk for pk, _ in _places(house, room) if pk.startswith("LOG#"))
        if not lines:
            return ""
        person = lines.most_common(1)[0][0].removeprefix("LOG#")
        caller, erasures = Caller("citizen", id=person), house.citizen.erasures
        erasure, _ = erasures.plan(caller, _once())
        erasures.confirm(caller, erasure.id, True, _once())
        carry(house, room)
        erasures.sweep(house.clock() + LATER)
        carry(house, room)
        return person
    if room == "opendata":
        rows = Counter(pk for pk, _ in _places(house, room) if pk.startswith("DATASET#"))
        if not rows:
            return ""
        dataset = rows.most_common(1)[0][0].removeprefix("DATASET#")
        house.opendata.purging.purge(OPERATOR, _once(), dataset)
        carry(house, room)
        return dataset
    return ""


def carry(house: House, room: str) -> None:
    """Carries the events that wait in the platform's queue to their consumer, as Lambda would."""
    sqs = house.clients.sqs
    url = sqs.get_queue_url(QueueName=house.settings.queue(f"{room}-events"))["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for each in messages:
            house.handlers[f"{room}_events"](each["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])


def damage(house: House, room: str) -> tuple[int, int]:
    """A bad command: every second row is overwritten and the others deleted, and so are the current objects.

    Returns:
        How many rows and how many objects.
    """
    client, table = house.clients.dynamodb, house.settings.table(room)
    rows = list(rows_of(house, room))
    for number, row in enumerate(rows):
        if number % 2:
            client.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
        else:
            client.put_item(TableName=table, Item={**row, "damaged": {"BOOL": True}})
    hit = 0
    for purpose in buckets(room):
        bucket = house.settings.bucket(purpose)
        for page in house.clients.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for each in page.get("Contents", ()):
                if hit % 2:
                    house.clients.s3.put_object(Bucket=bucket, Key=each["Key"], Body=b"damaged")
                else:
                    house.clients.s3.delete_object(Bucket=bucket, Key=each["Key"])
                hit += 1
    return len(rows), hit


def _places(house: House, room: str) -> list[Place]:
    return [(row["pk"]["S"], row["sk"]["S"]) for row in rows_of(house, room)]


def _once() -> Once:
    return Once(new_id(), "", new_token(), claimed=False)
