"""Events and minutes: who is told of what, and what runs by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime
from functools import partial

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.journal import Event, NotYet

from .core import Core

Listener = Callable[[Event], None]


@dataclass
class Hearing(Core):
    """A part of the room.

    Attributes:
        listeners: by the beginning of an event's type, who must learn of it.
        sweeps: what runs each minute besides the outbox, with the time of the run.
    """

    listeners: dict[str, list[Listener]] = field(default_factory=dict, kw_only=True)
    sweeps: list[Callable[[datetime], object]] = field(default_factory=list, kw_only=True)

    def listen(self, beginning: str, listener: Listener) -> None:
        """Has `listener` told of events whose type begins so; it must be harmless when repeated."""
        self.listeners.setdefault(beginning, []).append(listener)

    def on_event(self, body: str) -> None:
        """The consumer of the queue `opendata-events`: tells everyone who listens to the event."""
        self.parts.journal.carry(body, self._tell)

    def _tell(self, event: Event) -> None:
        told = [
            each for beginning, found in self.listeners.items() if event.type.startswith(beginning) for each in found
        ]
        _all([partial(listener, event) for listener in told])

    def sweep(self, now: datetime) -> None:
        """What runs each minute: sends again what the outbox still holds, and whatever was hung on `sweeps`."""
        _all([partial(each, now) for each in (self.parts.journal.sweep, *self.sweeps)])


def _all(calls: Sequence[Callable[[], object]]) -> None:
    """Makes every call, whatever becomes of the others; then raises what the first of them raised.

    A wish to be called again (`NotYet`) gives way to an error, which somebody must learn of.
    """
    raised: list[Exception] = []
    for call in calls:
        try:
            call()
        except Exception as error:
            raised.append(error)
    if raised:
        raise min(raised, key=lambda each: isinstance(each, NotYet))
