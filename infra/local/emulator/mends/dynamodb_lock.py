"""One request at a time inside moto's DynamoDB (needed by moto 5.2.5, which has no lock there).

Without it two threads lose updates: of 480 atomic ADDs of 12 threads 371 arrived, and a conditional create
can succeed twice.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.dynamodb.responses import DynamoHandler

_LOCK = threading.RLock()


def install() -> None:
    """Wrap the one method through which every DynamoDB action passes."""
    original = DynamoHandler.call_action

    def call_action(self: DynamoHandler) -> Any:
        with _LOCK:
            return original(self)

    DynamoHandler.call_action = call_action  # type: ignore[method-assign] # the mend
