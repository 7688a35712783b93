"""One moto account for all lives of a process: what it holds is put back before each; a new one would cost more."""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.retries.quota
from moto.backends import get_backend

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import decode
from chalicelib.shared.storage import Item, Key
from infra.functions import HANDLERS
from infra.local.gateway_event import ACCOUNT
from infra.rights.granted import API
from tests.support.cloud import ENVIRONMENT, REGION, SUFFIX, new_session, provision, watched_cloud
from tests.support.iam import enforce
from tests.support.rights import policy_of
from tests.support.strict import Strictness

BEGINNING = f"klang-{ENVIRONMENT}-"


@dataclass(frozen=True)
class Picture:
    """What tables and buckets held at one moment."""

    tables: bytes
    buckets: Mapping[str, Mapping[str, Sequence[Any]]]


class Account:
    """Tables, buckets, queues and keys of all platforms, and one set of clients with the rights of a stage.

    Args:
        strictness: what stands before moto.
        quotas: of repeats, of all clients that were made: a client that met many faults would repeat nothing more, and
            the next life would go another way than alone.
    """

    def __init__(self, strictness: Strictness, quotas: list[Any]) -> None:
        self._dynamodb: Any = get_backend("dynamodb")[ACCOUNT][REGION]
        self._s3: Any = get_backend("s3")[ACCOUNT]["aws"]
        self._quotas = quotas
        self._strictness = strictness
        self._clients: dict[tuple[str, ...], Clients] = {}
        self._empty = self.picture()

    def clients(self, rooms: tuple[str, ...]) -> Clients:
        """AWS as the functions of these rooms may use it, and no further."""
        if rooms not in self._clients:
            session = new_session()
            enforce(session, _rights(rooms))
            self._clients[rooms] = Clients(REGION, session)
        return self._clients[rooms]

    def picture(self) -> Picture:
        """What is there now."""
        tables = {name: dict(table.items) for name, table in self._dynamodb.tables.items()}
        buckets = {
            name: {key: list(bucket.keys.getlist(key)) for key in list(bucket.keys)}
            for name, bucket in self._s3.buckets.items()
        }
        return Picture(pickle.dumps(tables), buckets)

    def put_back(self, picture: Picture | None = None) -> None:
        """Makes everything as it was; without a picture, empty."""
        picture = picture or self._empty
        for name, items in pickle.loads(picture.tables).items():  # noqa: S301 - our own, of a moment ago
            self._dynamodb.tables[name].items = defaultdict(dict, items)
        for name, bucket in self._s3.buckets.items():
            bucket.keys = type(bucket.keys)()
            bucket.multiparts.clear()
            for key, versions in picture.buckets[name].items():
                bucket.keys.setlist(key, list(versions))
        self._strictness.forget()
        for quota in self._quotas:
            quota._available_capacity = quota._max_capacity

    def rows(self, room: str) -> list[Item]:
        """All rows of a room's table, by no AWS call."""
        table = self._dynamodb.tables[f"{BEGINNING}{room}"]
        return [decode(item.to_json()["Attributes"]) for slot in table.items.values() for item in slot.values()]

    def objects(self, purpose: str) -> dict[str, bytes]:
        """All objects of a bucket, by no AWS call."""
        bucket = self._s3.buckets[f"{BEGINNING}{purpose}-{SUFFIX}"]
        last = {key: bucket.keys[key] for key in bucket.keys}
        return {key: found.value for key, found in last.items() if hasattr(found, "value")}  # else it was deleted

    def remove_expired(self, rooms: Sequence[str], now: float) -> list[Key]:
        """What DynamoDB does at some time after a row's `ttl`; gives the keys of the rows."""
        removed: list[Key] = []
        for room in rooms:
            for pk, slot in self._dynamodb.tables[f"{BEGINNING}{room}"].items.items():
                late = [sk for sk, item in slot.items() if "ttl" in item.attrs and float(item.attrs["ttl"].value) < now]
                removed += [Key(pk.value, sk.value) for sk in late]
                for sk in late:
                    del slot[sk]
        return removed


def _rights(rooms: tuple[str, ...]) -> dict[str, Any]:
    """What the functions of these rooms may do, all together: a process of a flow is any of them."""
    policies = [policy_of(room, function) for room in rooms for function in (API, *HANDLERS[room])]
    return {"Version": "2012-10-17", "Statement": [each for policy in policies for each in policy["Statement"]]}


@contextmanager
def account(now: Callable[[], float]) -> Iterator[Account]:
    """An empty account.

    Args:
        now: seconds since 1970, for what AWS itself remembers for a while (request tokens).
    """
    module: Any = botocore.retries.quota
    original = module.RetryQuota
    quotas: list[Any] = []

    def remembered(*args: Any, **options: Any) -> Any:
        quotas.append(original(*args, **options))
        return quotas[-1]

    module.RetryQuota = remembered
    try:
        with watched_cloud(now) as (session, strictness):
            provision(session)
            yield Account(strictness, quotas)
    finally:
        module.RetryQuota = original
