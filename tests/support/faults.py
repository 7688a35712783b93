"""Deterministic faults between botocore and moto: every AWS call of the block asks `pick` what shall happen.

with local_cloud() as session, faults(lambda service, operation, n: "lost" if n == 0 else "ok") as f:
    ...
assert f.trace == [("dynamodb", "PutItem", "lost"), ...]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import botocore.endpoint as endpoint_module
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

Kind = Literal["ok", "drop", "lost", "500", "500after", "throttle", "crash", "crash_after", "twice", "zombie"]
"""drop: never arrives. lost: applied, no answer. 500 / 500after: an error before / after the effect.
throttle: refused by rate. crash / crash_after: the process dies before / after. twice: applied two times.
zombie: no answer, applied later."""

Pick = Callable[[str, str, int], Kind]
"""From service, operation and the number of the call (from 0, retries count) to what happens."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sqs": "RequestThrottled",
    "s3": "SlowDown",
}
# Writes that may take effect late; any other call that is to be a zombie is merely lost.
_LATE = {
    *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
    *("SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PutObject"),
}


class Crash(BaseException):
    """The process dies here. Not an Exception, so that no `except Exception` can survive it."""


class _NoWaiting:
    """Stands in for `time` in botocore.endpoint: retries do not sleep, and tell how long they would have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Faults:
    """What happened so far, a switch, and the writes that have not landed yet."""

    pick: Pick
    on: bool = True
    trace: list[tuple[str, str, Kind]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    _zombies: list[Callable[[], Any]] = field(default_factory=list)

    def call(self, event_name: str, request: Any, real: Callable[[], Any]) -> Any:
        """Answer one botocore call; `event_name` is `before-send.<service>.<Operation>`."""
        if not self.on:
            return real()
        _, service, operation = event_name.split(".")
        kind = self.pick(service, operation, len(self.trace))
        self.trace.append((service, operation, kind))
        match kind:
            case "ok":
                return real()
            case "twice":
                real()
                return real()
            case "drop":
                raise ConnectTimeoutError(endpoint_url=request.url)
            case "500":
                return _error(service, request.url, 500, "InternalServerError")
            case "throttle":
                status = 503 if service == "s3" else 400
                return _error(service, request.url, status, _THROTTLED.get(service, "ThrottlingException"))
            case "crash":
                raise Crash(f"before {operation}")
            case "zombie" if operation in _LATE:
                self._zombies.append(real)
                raise ReadTimeoutError(endpoint_url=request.url)
        real()
        match kind:
            case "500after":
                return _error(service, request.url, 500, "InternalServerError")
            case "crash_after":
                raise Crash(f"after {operation}")
            case "lost" | "zombie":
                raise ReadTimeoutError(endpoint_url=request.url)
        raise ValueError(f"unknown fault {kind}")

    @property
    def pending(self) -> int:
        """How many zombies have not landed."""
        return len(self._zombies)

    def land_zombie(self) -> bool:
        """Apply the oldest write that was held back; False when there is none."""
        if not self._zombies:
            return False
        self._zombies.pop(0)()
        return True


def _error(service: str, url: str, status: int, code: str) -> AWSResponse:
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>injected</Message></Error>"
        headers = {"content-type": "application/xml"}
    else:
        body = json.dumps({"__type": f"injected#{code}", "message": "injected"})
        headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "injected"}
    return AWSResponse(url, status, HTTPHeaders.from_dict(headers), MockRawResponse(body))


@contextmanager
def faults(pick: Pick) -> Iterator[Faults]:
    """Faults for all in-process clients of this block, which must be inside `mock_aws` (or `local_cloud`)."""
    layer, clock = Faults(pick), _NoWaiting()
    layer.slept = clock.slept
    # The stubs do not list what the module imports.
    endpoint: Any = endpoint_module
    original, time = BotocoreStubber.__call__, endpoint.time

    def call(self: BotocoreStubber, event_name: str, request: Any, **kwargs: Any) -> Any:
        def real() -> Any:
            if hasattr(request.body, "seek"):
                request.body.seek(0)  # a stream that was read once would be written empty the second time
            return original(self, event_name, request, **kwargs)

        return layer.call(event_name, request, real)

    BotocoreStubber.__call__ = call  # type: ignore[method-assign] # the fault strikes here
    endpoint.time = clock
    try:
        yield layer
    finally:
        BotocoreStubber.__call__ = original  # type: ignore[method-assign] # the fault strikes here
        endpoint.time = time
