"""The part of the strictness layer that looks at DynamoDB's attribute values and expressions.

Limits: DynamoDB Developer Guide, "Naming rules and data types" and "Service, account, and table quotas".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from moto.backends import get_backend

_DIGITS = 38
_DEPTH = 32
_EXPRESSION_BYTES = 4096
_EXPRESSIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression", "UpdateExpression")
_MOST_IN = 100


def fault_of(operation: str, body: Mapping[str, Any], account: str, region: str) -> str | None:
    """What DynamoDB would refuse in a request and moto 5.2.5 takes, or None."""
    for part in _parts(operation, body):
        item = part.get("Item", {})
        wrong = next(filter(None, map(_value, item.values())), None) or _keys(part, item, account, region)
        wrong = wrong or next(filter(None, map(_value, part.get("ExpressionAttributeValues", {}).values())), None)
        for name in _EXPRESSIONS:
            text = part.get(name, "")
            if len(text.encode()) > _EXPRESSION_BYTES:
                wrong = wrong or f"{name} is longer than 4 KB"
            if any(group.count(",") >= _MOST_IN for group in text.upper().split(" IN ")[1:]):
                wrong = wrong or "IN takes at most 100 operands"
            for word in (word.strip("(),") for word in text.split()):
                if word.startswith(":") and word not in part.get("ExpressionAttributeValues", {}):
                    wrong = wrong or f"{word} is not defined"
        if wrong:
            return wrong
    if operation == "TransactGetItems":
        keys = [json.dumps(each["Get"], sort_keys=True) for each in body["TransactItems"]]
        return "one item twice in a transaction" if len(set(keys)) < len(keys) else None
    return None


def _parts(operation: str, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each request for one table."""
    match operation:
        case "TransactWriteItems":
            yield from (part for item in body["TransactItems"] for part in item.values())
        case "BatchWriteItem":
            for table, requests in body["RequestItems"].items():
                yield from ({"TableName": table, **each["PutRequest"]} for each in requests if "PutRequest" in each)
        case _ if "TableName" in body:
            yield body


def _value(value: Mapping[str, Any], depth: int = 1) -> str | None:
    (kind, content), *_ = value.items()
    if depth > _DEPTH:
        return "an attribute is nested deeper than 32 levels"
    match kind:
        case "N":
            return _number(content)
        case "SS" | "NS" | "BS":
            wrong = next(filter(None, map(_number, content)), None) if kind == "NS" else None
            return "a set holds something twice" if len(set(content)) < len(content) else wrong
        case "M" | "L":
            inside = content.values() if kind == "M" else content
            return next((wrong for each in inside if (wrong := _value(each, depth + 1))), None)
    return None


def _number(text: str) -> str | None:
    try:
        digits = "".join(map(str, Decimal(text).as_tuple().digits)).strip("0")
    except InvalidOperation:
        return None  # moto refuses it by itself
    return "a number has more than 38 digits" if len(digits) > _DIGITS else None


def _keys(part: Mapping[str, Any], item: Mapping[str, Any], account: str, region: str) -> str | None:
    """An attribute that is a key of an index must be of the type that the table was made with."""
    backend: Any = get_backend("dynamodb")[account][region]
    table = backend.tables.get(str(part["TableName"]).rpartition("/")[2])
    if table is None:
        return None
    kinds = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
    wrong = [name for name, value in item.items() if name in kinds and kinds[name] not in value]
    return f"{wrong[0]} is a key of another type" if wrong else None
