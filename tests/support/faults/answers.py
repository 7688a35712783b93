"""Answers that AWS gives and moto never does: errors by chance, and batches of which some was left undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

JSON = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "injected"}


def error(service: str, url: str, status: int, code: str, **more: Any) -> AWSResponse:
    """An error in the service's own dialect."""
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>injected</Message></Error>"
        return _answer(url, status, {"content-type": "application/xml"}, body)
    body = json.dumps({"__type": f"injected#{code}", "message": "injected", **more})
    return _answer(url, status, JSON, body)


def conflict(operation: str, request: Any) -> AWSResponse:
    """Another transaction is at the first of these items."""
    if not operation.startswith("Transact"):
        return error("dynamodb", request.url, 400, "TransactionConflictException")
    others = len(json.loads(request.body)["TransactItems"]) - 1
    reasons = [{"Code": "TransactionConflict", "Message": "injected"}, *[{"Code": "None"}] * others]
    return error("dynamodb", request.url, 400, "TransactionCanceledException", CancellationReasons=reasons)


def partial(operation: str, request: Any, real: Callable[[], Any]) -> Any:
    """The first half of a batch is done, the answer tells the rest."""
    whole = request.body
    asked = json.loads(whole)
    done, rest = _halves(operation, asked)
    try:
        if done is None:
            answer: dict[str, Any] = {"Responses": {}} if operation == "BatchGetItem" else {}
        else:
            request.body = json.dumps(done).encode()
            found = real()
            if found.status_code != 200:
                return found
            answer = json.loads(found.content)
    finally:
        request.body = whole
    if operation in ("BatchGetItem", "BatchWriteItem"):
        answer["UnprocessedKeys" if operation == "BatchGetItem" else "UnprocessedItems"] = rest
    else:
        reason = {"Code": "InternalError", "SenderFault": False, "Message": "injected"}
        answer["Failed"] = [*answer.get("Failed", ()), *({"Id": each["Id"], **reason} for each in rest)]
    return _answer(request.url, 200, JSON, json.dumps(answer))


def _halves(operation: str, asked: dict[str, Any]) -> tuple[dict[str, Any] | None, Any]:
    """What is done of a batch, and what is not; None when nothing is done."""
    if "Entries" in asked:
        entries = asked["Entries"]
        half = len(entries) // 2
        return ({**asked, "Entries": entries[:half]} if half else None), entries[half:]
    done: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for table, wanted in asked["RequestItems"].items():
        rows = wanted["Keys"] if operation == "BatchGetItem" else wanted
        half = len(rows) // 2
        for part, into in ((rows[:half], done), (rows[half:], rest)):
            if part:
                into[table] = {**wanted, "Keys": part} if operation == "BatchGetItem" else part
    return ({**asked, "RequestItems": done} if done else None), rest


def _answer(url: str, status: int, headers: dict[str, str], body: str) -> AWSResponse:
    return AWSResponse(url, status, HTTPHeaders.from_dict(headers), MockRawResponse(body))
