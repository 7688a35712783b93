"""Deterministic faults between botocore and moto: every AWS call of the block asks `pick` what shall happen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.endpoint as endpoint_module
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber

from . import answers
from .kinds import CONFLICTING, DYNAMODB_WRITES, IN_PARTS, LATE, THROTTLED, Crash, Kind, Pick
from .past import Past, eventual


class _NoWaiting:
    """Stands in for `time` in botocore.endpoint: retries do not sleep, and tell how long they would have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Faults:
    """What happened so far, a switch, and the writes that have not landed yet.

    Attributes:
        pick: what happens to the next call.
        on: off, nothing happens and nothing is noted.
        trace: (service, operation, what happened) of each call. A kind that does not fit a call counts as "ok".
        slept: seconds that the SDK would have waited before it repeated.
        gate: done before each call; lets other processes go first (`turns`).
        past: what eventual reads may be told; without it no read is stale.
        committed: is told of each write of DynamoDB that took effect, faults on or off: operation, body.
        behind: how many writes a stale read is behind.
    """

    pick: Pick
    on: bool = True
    trace: list[tuple[str, str, Kind]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    gate: Callable[[], None] | None = None
    past: Past | None = None
    committed: Callable[[str, Any], None] | None = None
    behind: int = 3
    _zombies: list[Callable[[], Any]] = field(default_factory=list)

    def call(self, event_name: str, request: Any, send: Callable[[], Any]) -> Any:
        """Answer one botocore call; `event_name` is `before-send.<service>.<Operation>`."""
        _, service, operation = event_name.split(".")

        def real() -> Any:
            if self.on and self.past is not None:
                self.past.note(operation, request.body)
            answer = send()
            if self.committed is not None and operation in DYNAMODB_WRITES and answer.status_code == 200:
                self.committed(operation, request.body)
            return answer

        if not self.on:
            return real()
        if self.gate is not None:
            self.gate()
        kind = self._fitting(self.pick(service, operation, len(self.trace)), operation, request)
        self.trace.append((service, operation, kind))
        match kind:
            case "ok":
                return real()
            case "twice":
                real()
                return real()
            case "stale":
                assert self.past is not None
                return self.past.read(operation, request.body, self.behind, send)
            case "partial":
                return answers.partial(operation, request, real)
            case "conflict":
                return answers.conflict(operation, request)
            case "drop":
                raise ConnectTimeoutError(endpoint_url=request.url)
            case "500":
                return answers.error(service, request.url, 500, "InternalServerError")
            case "throttle":
                status = 503 if service == "s3" else 400
                return answers.error(service, request.url, status, THROTTLED.get(service, "ThrottlingException"))
            case "crash":
                raise Crash(f"before {operation}")
            case "zombie":
                if hasattr(request.body, "read"):  # whoever sent a file has closed it by the time it lands
                    request.body.seek(0)
                    request.body = request.body.read()
                self._zombies.append(real)
                raise ReadTimeoutError(endpoint_url=request.url)
        real()
        match kind:
            case "500after":
                return answers.error(service, request.url, 500, "InternalServerError")
            case "crash_after":
                raise Crash(f"after {operation}")
            case "lost":
                raise ReadTimeoutError(endpoint_url=request.url)
        raise ValueError(f"unknown fault {kind}")

    def _fitting(self, kind: Kind, operation: str, request: Any) -> Kind:
        """The kind that can happen to such a call."""
        match kind:
            case "zombie":
                return kind if operation in LATE else "lost"
            case "conflict":
                return kind if operation in CONFLICTING else "ok"
            case "partial":
                return kind if operation in IN_PARTS else "ok"
            case "stale":
                there = self.past is not None and request.headers.get("X-Amz-Target") is not None
                return kind if there and eventual(operation, json.loads(request.body)) else "ok"
        return kind

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

    def bury(self) -> None:
        """What has not landed never will."""
        self._zombies.clear()


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
