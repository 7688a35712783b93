"""Refuses in front of moto what AWS refuses and moto 5.2.5 lets pass; on for every test that uses
`tests.support.cloud`.

It sits on `BotocoreStubber.process_request`, the one place that sees botocore's traffic and that of
`requests` (uploads by presigned URL and POST) alike. As a fixture for tests with their own `mock_aws`:
`pytestmark = pytest.mark.usefixtures(...)` around `with strict(): yield`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber

from infra.local.gateway_event import ACCOUNT
from tests.support.strict_s3 import refuse_upload
from tests.support.strict_values import fault_of

Answer = tuple[int, Mapping[str, str], Any]
Forward = Callable[[], Any]

_MIB = 1024 * 1024
_TRANSACTION_BYTES = 4 * _MIB
_TOKEN_SECONDS = 600
_BATCH_WRITES = 25
_WITH_VALUES = frozenset(
    {
        *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "TransactGetItems", "BatchWriteItem"),
        *("Query", "Scan"),
    }
)
_DEDUPLICATION_SECONDS = 300
# XML 1.0, section 2.2: the characters that SQS takes.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def refusal(code: str, message: str) -> Answer:
    """An error of a JSON service."""
    headers = {"x-amzn-errortype": code, "content-type": "application/x-amz-json-1.0"}
    return 400, headers, json.dumps({"__type": f"com.amazonaws#{code}", "message": message})


@dataclass
class Strictness:
    """What must be remembered between calls: request tokens, deduplication ids, newest receipt handles."""

    now: Callable[[], float] = time.time
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    deduplicated: dict[tuple[str, str], tuple[Any, float]] = field(default_factory=dict)
    handles: dict[tuple[str, str], str] = field(default_factory=dict)
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)

    def forget(self) -> None:
        """Nothing was ever sent."""
        for remembered in (self.tokens, self.deduplicated, self.handles, self.owners):
            remembered.clear()

    def answer(self, request: Any, forward: Forward) -> Any:
        """Moto's answer, or AWS's refusal."""
        target = request.headers.get("X-Amz-Target", b"")
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        if not operation:
            return refuse_upload(request, os.environ, self.now()) or forward()
        handler = self._handlers().get(operation)
        if handler is None and operation not in _WITH_VALUES:
            return forward()
        body = json.loads(request.body)
        if operation in _WITH_VALUES and (wrong := fault_of(operation, body, ACCOUNT, _region(request))):
            return refusal("ValidationException", wrong)
        return handler(body, forward) if handler else forward()

    def _handlers(self) -> dict[str, Callable[[dict[str, Any], Forward], Any]]:
        return {
            "TransactWriteItems": self._transaction,
            "BatchWriteItem": self._batch_write,
            "SendMessage": self._send,
            "SendMessageBatch": self._send_batch,
            "ReceiveMessage": self._receive,
            "DeleteMessage": self._delete,
            "DeleteMessageBatch": self._delete_batch,
        }

    def _transaction(self, body: dict[str, Any], forward: Forward) -> Any:
        """4 MB over all items; a ClientRequestToken is idempotent for ten minutes (API Reference)."""
        if len(json.dumps(body["TransactItems"], ensure_ascii=False).encode()) > _TRANSACTION_BYTES:
            return refusal("ValidationException", "the transaction is larger than 4 MB")
        token = body.pop("ClientRequestToken", None)
        if token is None:
            return forward()
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        if token in self.tokens and self.now() - self.tokens[token][1] < _TOKEN_SECONDS:
            if self.tokens[token][0] == digest:
                return 200, {}, "{}"
            return refusal("IdempotentParameterMismatchException", "the token was used with other parameters")
        answer = forward()
        if answer[0] == 200:
            self.tokens[token] = (digest, self.now())
        return answer

    def _batch_write(self, body: dict[str, Any], forward: Forward) -> Any:
        if sum(len(requests) for requests in body["RequestItems"].values()) > _BATCH_WRITES:
            return refusal("ValidationException", "a batch holds at most 25 writes")
        return forward()

    def _send(self, body: dict[str, Any], forward: Forward) -> Any:
        if bad := _bad_message(body):
            return bad
        identifier = body.get("MessageDeduplicationId")
        if identifier is None:
            return forward()
        key = (body["QueueUrl"], identifier)
        if key in self.deduplicated and self.now() - self.deduplicated[key][1] < _DEDUPLICATION_SECONDS:
            return 200, {}, self.deduplicated[key][0]
        answer = forward()
        if answer[0] == 200:
            self.deduplicated[key] = (answer[2], self.now())
        return answer

    def _send_batch(self, body: dict[str, Any], forward: Forward) -> Any:
        entries = body["Entries"]
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > _MIB:
            return refusal("AWS.SimpleQueueService.BatchRequestTooLong", "a batch holds at most 1 MiB")
        return next(filter(None, map(_bad_message, entries)), None) or forward()

    def _receive(self, body: dict[str, Any], forward: Forward) -> Any:
        answer = forward()
        for message in json.loads(answer[2] or "{}").get("Messages") or ():
            key = (body["QueueUrl"], message["MessageId"])
            self.handles[key] = message["ReceiptHandle"]
            self.owners[message["ReceiptHandle"]] = key
        return answer

    def _delete(self, body: dict[str, Any], forward: Forward) -> Any:
        return (200, {}, "{}") if self._is_stale(body["ReceiptHandle"]) else forward()

    def _delete_batch(self, body: dict[str, Any], forward: Forward) -> Any:
        stale = [entry["Id"] for entry in body["Entries"] if self._is_stale(entry["ReceiptHandle"])]
        if not stale:
            return forward()
        # Mixed batches do not occur in our code; refusing loudly beats forwarding half a request.
        return refusal("InvalidParameterValue", f"stale receipt handles: {', '.join(stale)}")

    def _is_stale(self, handle: str) -> bool:
        """A handle of an earlier receive: SQS accepts it and deletes nothing once the message was given out
        again.
        """
        owner = self.owners.get(handle)
        return owner is not None and self.handles[owner] != handle


def _region(request: Any) -> str:
    """Where a request goes, by its address."""
    found = re.search(r"dynamodb\.([a-z0-9-]+)\.amazonaws", request.url)
    return found[1] if found else "us-east-1"


def _bad_message(message: Mapping[str, Any]) -> Answer | None:
    text = message["MessageBody"]
    if len(text.encode()) > _MIB:
        return refusal("InvalidParameterValue", "the message is longer than 1 MiB")
    if _NOT_XML.search(text):
        return refusal("InvalidMessageContents", "the message holds characters outside XML 1.0")
    return None


@contextmanager
def strict(now: Callable[[], float] = time.time) -> Iterator[Strictness]:
    """Strictness for the `mock_aws` of this block; `now` in seconds is for tests of time limits."""
    layer = Strictness(now=now)
    original = BotocoreStubber.process_request

    def process_request(self: BotocoreStubber, request: Any) -> Any:
        return layer.answer(request, lambda: original(self, request))

    BotocoreStubber.process_request = process_request  # type: ignore[method-assign] # stands before moto
    try:
        yield layer
    finally:
        BotocoreStubber.process_request = original  # type: ignore[method-assign] # stands before moto
