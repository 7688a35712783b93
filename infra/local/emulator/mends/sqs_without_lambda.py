"""SendMessage only sends (needed by moto 5.2.5).

moto runs the functions mapped to a queue inside SendMessage, before the sender has its answer, and deletes
messages that no code ever handled. Our pump carries messages to the handlers instead, with visibility,
retries and dead letters as in AWS.
"""

from __future__ import annotations

from typing import Any

from moto.sqs.models import Queue


class _Unasked(dict[str, Any]):
    """Event source mappings that can be kept and looked up, but that SendMessage finds nothing in."""

    def items(self) -> Any:
        return ()


def install() -> None:
    """Give each new queue a mapping store that `add_message` does not see."""
    original = Queue.__init__

    def init(self: Queue, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.lambda_event_source_mappings = _Unasked()

    Queue.__init__ = init  # type: ignore[method-assign] # the mend
