"""Everything that a platform keeps at one moment: what a disaster is judged by."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from infra.provision import load_template

if TYPE_CHECKING:
    from chalicelib.wiring import House

Place = tuple[str, str]
"""Of a row: both keys. Of an object: purpose of its bucket, and its key."""

_NAME = re.compile(r"klang-\$\{Environment\}-(.+)-\$\{BucketSuffix\}")


@dataclass(frozen=True)
class Inventory:
    """Rows as canonical JSON and objects as hex SHA-256, by their places.

    Attributes:
        ends: when rows end by themselves (TTL, epoch seconds); those that do not are not there.
    """

    rows: Mapping[Place, str]
    objects: Mapping[Place, str]
    ends: Mapping[Place, int] = field(default_factory=dict)

    def naming(self, word: str) -> set[Place]:
        """The rows that say a word anywhere; none for the empty one."""
        return {place for place, text in self.rows.items() if word and (word in text or word in place[0] + place[1])}


@cache
def buckets(room: str) -> tuple[str, ...]:
    """The purposes of a platform's buckets, as `infra/template.yaml` has them."""
    found = [
        _NAME.fullmatch(each.properties["BucketName"]["Fn::Sub"])
        for each in load_template().resources.values()
        if each.type == "AWS::S3::Bucket" and each.condition == room.capitalize()
    ]
    return tuple(sorted(name[1] for name in found if name))


def take(house: House, room: str) -> Inventory:
    """Reads all rows of a platform's table and all current objects of its buckets."""
    rows, ends = dict[Place, str](), dict[Place, int]()
    for row in rows_of(house, room):
        place = (row["pk"]["S"], row["sk"]["S"])
        rows[place] = canonical(row)
        if "ttl" in row:
            ends[place] = int(row["ttl"]["N"])
    return Inventory(rows, dict(_objects(house, room)), ends)


def rows_of(house: House, room: str) -> Iterator[Mapping[str, Any]]:
    """All rows of a platform's table, as DynamoDB gives them."""
    pages = house.clients.dynamodb.get_paginator("scan")
    for page in pages.paginate(TableName=house.settings.table(room), ConsistentRead=True):
        yield from page["Items"]


def canonical(row: Mapping[str, Any]) -> str:
    """A row as text that is the same for the same row."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def _objects(house: House, room: str) -> Iterator[tuple[Place, str]]:
    client = house.clients.s3
    for purpose in buckets(room):
        bucket = house.settings.bucket(purpose)
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for each in page.get("Contents", ()):
                body = client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
                yield (purpose, each["Key"]), hashlib.sha256(body).hexdigest()
