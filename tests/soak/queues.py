"""What SQS and Lambda do with messages: at least once, in any order, after any while, again when the function failed.

SQS promises no more than that for standard queues (Developer Guide, "Amazon SQS standard queues"). The messages are
those that our code really put into moto's queues; from there they lie here, because moto delivers in order and once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from moto.backends import get_backend

SET_ASIDE_AFTER = 5
"""Receives after which a message goes to the dead-letter queue (`maxReceiveCount` in infra/template.yaml)."""
KEPT_AFTER_SUCCESS = 0.15
"""How often a message that was handled comes once more."""


@dataclass
class Message:
    """One message on its way.

    Attributes:
        queue: without the environment, e.g. `gdx-events`.
        receives: how often a function was run with it.
    """

    queue: str
    body: str
    receives: int = 0


class Queues:
    """The queues of one environment.

    Args:
        account, region: of moto.
        beginning: of all names, e.g. `klang-test-`.
    """

    def __init__(self, account: str, region: str, beginning: str) -> None:
        self._backend: Any = get_backend("sqs")[account][region]
        self._beginning = beginning
        self.waiting: list[Message] = []
        self.set_aside: list[Message] = []
        self.delivered = 0

    def clear(self) -> None:
        """Nothing was ever sent."""
        self.collect()
        self.waiting.clear()
        self.set_aside.clear()
        self.delivered = 0

    def collect(self) -> int:
        """Takes over what was sent since the last time; gives how many messages wait."""
        for name, queue in self._backend.queues.items():
            if queue._messages and name.startswith(self._beginning):
                short = name.removeprefix(self._beginning)
                self.waiting += [Message(short, message.body) for message in queue._messages]
                queue._messages.clear()
        return len(self.waiting)

    def deliver(self, random: Random, run: Callable[[Message], bool], *, at_most: int) -> None:
        """Delivers some messages, in any order; `run` tells whether the function came to its end.

        Some are kept although they were handled, one that failed stays until it was received too often.
        """
        self.collect()
        for _ in range(min(at_most, len(self.waiting))):
            if not self.waiting:
                return
            message = self.waiting.pop(random.randrange(len(self.waiting)))
            self._handle(message, run, again=random.random() < KEPT_AFTER_SUCCESS)
            self.collect()

    def drain(self, run: Callable[[Message], bool]) -> int:
        """Delivers everything, and what comes of it, once and in order; gives how many there were."""
        before = self.delivered
        self.collect()
        while self.waiting:
            self._handle(self.waiting.pop(0), run, again=False)
            self.collect()
        return self.delivered - before

    def _handle(self, message: Message, run: Callable[[Message], bool], *, again: bool) -> None:
        self.delivered += 1
        message.receives += 1
        if run(message) and not again:
            return
        (self.waiting if message.receives < SET_ASIDE_AFTER else self.set_aside).append(message)
