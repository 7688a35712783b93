"""Counts the AWS calls of the application, operation by operation: what a step of a story costs."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from boto3.session import Session


class Calls:
    """A running count of the calls made through the sessions it watches."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()

    def watch(self, session: Session) -> None:
        """Counts every call of the clients that this session makes from now on.

        A call counts once, however often the SDK repeats it; making a presigned address is no call.
        """
        session.events.register("before-call", self._heard)

    def reset(self) -> None:
        """Begins anew at nothing."""
        with self._lock:
            self._count.clear()

    @property
    def totals(self) -> dict[str, int]:
        """Calls so far by `service:Operation`, e.g. `dynamodb:TransactWriteItems`."""
        with self._lock:
            return dict(sorted(self._count.items()))

    @property
    def shown(self) -> dict[str, Any]:
        """What `GET /local/calls` answers."""
        totals = self.totals
        return {"total": sum(totals.values()), "operations": totals}

    def _heard(self, model: Any, **_: Any) -> None:
        name = f"{model.service_model.endpoint_prefix}:{model.name}"
        with self._lock:
            self._count[name] += 1
