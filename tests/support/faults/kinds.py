"""What can happen to one AWS call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

Kind = Literal[
    "ok",
    "drop",
    "lost",
    "500",
    "500after",
    "throttle",
    "crash",
    "crash_after",
    "twice",
    "zombie",
    "conflict",
    "partial",
    "stale",
]
"""drop: never arrives. lost: applied, no answer. 500 / 500after: an error before / after the effect.
throttle: refused by rate. crash / crash_after: the process dies before / after. twice: applied two times.
zombie: no answer, applied later. conflict: another transaction is at the same items. partial: of a batch, only some is
done. stale: an eventual read tells what was true some writes ago."""

Pick = Callable[[str, str, int], Kind]
"""From service, operation and the number of the call (from 0, retries count) to what happens."""

KINDS: tuple[Kind, ...] = get_args(Kind)

LATE = frozenset(
    {
        *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
        *("SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PutObject"),
    }
)
"""Writes that may take effect late; any other call that is to be a zombie is merely lost."""

DYNAMODB_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})

IN_PARTS = frozenset({"BatchGetItem", "BatchWriteItem", "SendMessageBatch", "DeleteMessageBatch"})
"""Calls whose answer may say that some of it was left undone."""

CONFLICTING = frozenset({"TransactWriteItems", "TransactGetItems", "PutItem", "UpdateItem", "DeleteItem"})
"""Calls that DynamoDB refuses while a transaction is at the same item (Developer Guide, "Transaction conflicts")."""

THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sqs": "RequestThrottled",
    "s3": "SlowDown",
}


class Crash(BaseException):
    """The process dies here. Not an Exception, so that no `except Exception` can survive it."""
