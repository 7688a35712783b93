"""The room's table in DynamoDB.

Item layout: `pk`, `sk`, `v` (version, N), `w` (token of the write that made it), `data` (JSON text), `ttl`, and for
each index `{index}_pk`, `{index}_sk`. The content is JSON text rather than a map because it then comes back exactly
as it went in (no Decimal, no lost empty values) and costs a third of the CPU; what a condition or an index needs is
an attribute of its own.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..storage import Change, Count, Create, Item, Key, Page, Remove, Require, Update, WriteRefused
from .reached import busy, reached

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Attributes = dict[str, Any]

ATTEMPTS_ON_CONFLICT = 5
"""How often a transaction that met another one (TransactionConflict) is tried again before giving up."""


def encode(item: Item, token: str) -> Attributes:
    """An item as DynamoDB attributes."""
    out: Attributes = {
        "pk": {"S": item.key.pk},
        "sk": {"S": item.key.sk},
        "v": {"N": str(item.version)},
        "w": {"S": token},
        "data": {"S": json.dumps(item.data, ensure_ascii=False, separators=(",", ":"))},
    }
    for name, key in item.indexes.items():
        out[f"{name}_pk"] = {"S": key.pk}
        out[f"{name}_sk"] = {"S": key.sk}
    if item.expires is not None:
        out["ttl"] = {"N": str(item.expires)}
    return out


def decode(attributes: Mapping[str, Any]) -> Item:
    """DynamoDB attributes as an item; a counter comes back with its number in `data["count"]`."""
    indexes = {
        name[:-3]: Key(value["S"], attributes[f"{name[:-3]}_sk"]["S"])
        for name, value in attributes.items()
        if name.endswith("_pk")
    }
    if "data" in attributes:
        data = json.loads(attributes["data"]["S"])
    else:
        data = {"count": int(attributes["n"]["N"])}
    return Item(
        key=Key(attributes["pk"]["S"], attributes["sk"]["S"]),
        data=data,
        version=int(attributes["v"]["N"]) if "v" in attributes else 1,
        indexes=indexes,
        expires=int(attributes["ttl"]["N"]) if "ttl" in attributes else None,
    )


def _address(key: Key) -> Attributes:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


class DynamoTable:
    """A `Table` on DynamoDB; see `shared.storage.Table` for the promises."""

    def __init__(
        self, client: Callable[[], DynamoDBClient], name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def get(self, key: Key) -> Item | None:
        with reached("dynamodb"):
            answer = self._client().get_item(TableName=self._name, Key=_address(key), ConsistentRead=True)
        found = answer.get("Item")
        return decode(found) if found else None

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        wanted: list[Attributes] = [_address(key) for key in dict.fromkeys(keys)]
        out: dict[Key, Item] = {}
        if not wanted:
            return out  # DynamoDB refuses an empty batch
        for attempt in range(ATTEMPTS_ON_CONFLICT):
            with reached("dynamodb"):
                answer: Mapping[str, Any] = self._client().batch_get_item(
                    RequestItems={self._name: {"Keys": wanted, "ConsistentRead": True}}
                )
            for found in answer.get("Responses", {}).get(self._name, []):
                item = decode(found)
                out[item.key] = item
            wanted = [dict(key) for key in answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])]
            if not wanted:
                return out
            self._back_off(attempt)
        raise busy()

    def query(
        self,
        pk: str,
        *,
        index: str | None = None,
        prefix: str = "",
        at_least: str = "",
        after: str | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Page:
        pk_name, sk_name = (f"{index}_pk", f"{index}_sk") if index else ("pk", "sk")
        condition, names, values = "#p = :p", {"#p": pk_name}, {":p": {"S": pk}}
        if prefix:
            condition += " AND begins_with(#s, :s)"
            names["#s"] = sk_name
            values[":s"] = {"S": prefix}
        elif at_least:
            condition += " AND #s >= :s"
            names["#s"] = sk_name
            values[":s"] = {"S": at_least}
        request: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "Limit": limit,
            "ScanIndexForward": not newest_first,
        }
        if index:
            request["IndexName"] = index
        else:
            request["ConsistentRead"] = True
        if after is not None:
            request["ExclusiveStartKey"] = {name: {"S": value} for name, value in json.loads(after).items()}
        with reached("dynamodb"):
            answer = self._client().query(**request)
        last = answer.get("LastEvaluatedKey")
        following = None if not last else json.dumps({name: value["S"] for name, value in sorted(last.items())})
        return Page(tuple(decode(found) for found in answer["Items"]), following)

    def write(self, changes: Sequence[Change], token: str) -> None:
        actions = [self._action(change, token) for change in changes]
        for attempt in range(ATTEMPTS_ON_CONFLICT):
            try:
                # the explicit token lets real DynamoDB recognise its own repeat for ten minutes
                with reached("dynamodb"):
                    self._client().transact_write_items(TransactItems=actions, ClientRequestToken=token[:36])
                return
            except self._client().exceptions.TransactionCanceledException as cancelled:
                reasons: Sequence[Mapping[str, Any]] = cancelled.response.get("CancellationReasons", [])
                if any(reason.get("Code") == "ValidationError" for reason in reasons):
                    raise  # a mistake of ours (an item too large, a bad number), which no repeat mends
                failed = [
                    (change, reason.get("Item"))
                    for change, reason in zip(changes, reasons, strict=True)
                    if reason.get("Code") == "ConditionalCheckFailed"
                ]
                # the transaction is atomic: one item with our token proves that all of it was written
                if any(there and there.get("w", {}).get("S") == token for _, there in failed):
                    return
                if failed:
                    raise WriteRefused(
                        [(change, decode(there) if there else None) for change, there in failed]
                    ) from None
            self._back_off(attempt)
        raise busy()

    def _back_off(self, attempt: int) -> None:
        self._sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, not a secret

    def _action(self, change: Change, token: str) -> Any:
        table = {"TableName": self._name}
        told: Attributes = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        match change:
            case Create(item):
                condition = {"ConditionExpression": "attribute_not_exists(pk)"}
                return {"Put": {**table, "Item": encode(item, token), **condition, **told}}
            case Update(item):
                condition = _version_is(item.version - 1)
                return {"Put": {**table, "Item": encode(item, token), **condition, **told}}
            case Require(key, version):
                condition = _version_is(version)
                return {"ConditionCheck": {**table, "Key": _address(key), **condition, **told}}
            case Remove(key, version):
                condition = {} if version is None else _version_is(version)
                return {"Delete": {**table, "Key": _address(key), **condition, **told}}
            case Count(key, by, limit, expires):
                values: Attributes = {
                    ":by": {"N": str(by)},
                    ":room": {"N": str(limit - by)},
                    ":w": {"S": token},
                }
                names = {"#n": "n", "#w": "w"}
                # an absent counter stands at 0, so a step larger than the limit must not pass as "absent"
                absent = "attribute_not_exists(#n) OR " if by <= limit else ""
                expression = "SET #w = :w"
                if expires is not None:
                    expression += ", #t = :t"
                    names["#t"] = "ttl"
                    values[":t"] = {"N": str(expires)}
                return {
                    "Update": {
                        **table,
                        "Key": _address(key),
                        "UpdateExpression": f"{expression} ADD #n :by",
                        "ConditionExpression": f"{absent}#n <= :room",
                        "ExpressionAttributeNames": names,
                        "ExpressionAttributeValues": values,
                        **told,
                    }
                }


def _version_is(version: int | None) -> Attributes:
    if version is None:
        return {"ConditionExpression": "attribute_exists(pk)"}
    return {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": {"N": str(version)}}}
