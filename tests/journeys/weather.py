"""Bad weather for a whole story: in every run of the app's code the same thing goes wrong, at the same point."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from tests.support.faults import Faults, Kind, faults

SEALING = "gdx_seal"
"""Makes more calls than any other run; `tests/gdx/transparency/test_sealer.py` strikes each of them, in all orders."""

READING = {
    *(f"dynamodb:{name}" for name in ("GetItem", "BatchGetItem", "Query")),
    *(f"kms:{name}" for name in ("Decrypt", "GenerateDataKey", "GetPublicKey", "Sign")),
    *(f"s3:{name}" for name in ("GetObject", "HeadObject", "ListObjectsV2")),
    "sqs:GetQueueUrl",
}
"""AWS calls that leave an account as it was. Whatever is not among them is taken to write."""

SCHEDULES = ("gdx_sweep", SEALING, "biz_sweep", "opendata_sweep", "opendata_publish", "citizen_sweep")
"""What runs each minute."""

BEGINNING, ANSWERED = "beginning", "answered from outside"

S = TypeVar("S", bound="Skies")
_ID = re.compile(r"[0-9a-f]{32}|[a-z2-7]{26}")


class Skies:
    """What every weather knows: which run of the app's code it is in, and whether that is somebody's first attempt.

    Attributes:
        layer: where the AWS calls come by.
        struck: what was being run whenever something happened, and which call it met.
        again: attempts at something that had been attempted before.
    """

    def __init__(self) -> None:
        self._running: list[str] = []
        self._first = False
        self.struck: list[tuple[str, str]] = []
        self.again = 0
        self.layer = Faults(self.pick, on=False)

    @contextmanager
    def around(self, name: str, attempt: int) -> Iterator[None]:
        """Around one run of the app's code (`tests.support.town.Around`); one inside another is part of it."""
        self._running.append(name)
        self.again += attempt > 0
        if len(self._running) == 1:
            self._first, self.layer.on = attempt == 0, True
            self.began()
        try:
            yield
        finally:
            self._running.pop()
            if not self._running:
                self.layer.on = False
                self.ended(name)

    def began(self) -> None:
        """A run begins."""

    def ended(self, name: str) -> None:
        """A run is over."""

    def answered(self) -> None:
        """A system outside the platforms has answered."""

    def pick(self, service: str, operation: str, _: int) -> Kind:
        """What happens to this call (`tests.support.faults.Pick`)."""
        return "ok"

    def _strike(self, what: str, kind: Kind) -> Kind:
        self.struck.append((self._running[0], what))
        return kind


class Death(Skies):
    """The process dies at the n-th point of the first attempt at everything; whoever repeats it has calm weather.

    Points are the moments between which nothing outside the process changes: the beginning, each answer of another
    system, each AWS call that writes. To die anywhere between two of them leaves what it leaves to die at the first.

    Args:
        point: where it dies, from 0; None for a life without death.

    Attributes:
        longest: the most points of any run, the sealing of the log aside.
        points: how often each kind of run (a name without ids) came by each of its points.
    """

    def __init__(self, point: int | None = None) -> None:
        super().__init__()
        self._point = point
        self._reached = 0
        self._pending = ""
        self.longest = 0
        self.points: Counter[tuple[str, int, str]] = Counter()

    def began(self) -> None:
        """The next call is the first."""
        self._reached, self._pending = 0, BEGINNING

    def answered(self) -> None:
        """To die before the next call is to die with the answer."""
        self._pending = self._pending or ANSWERED

    def ended(self, name: str) -> None:
        """Keeps the figures."""
        if name != SEALING:
            self.longest = max(self.longest, self._reached)

    def pick(self, service: str, operation: str, _: int) -> Kind:
        """Dies before a call that is the first after something else, or after one that writes."""
        call = f"{service}:{operation}"
        pending, self._pending = self._pending, ""
        if pending and self._dies(pending):
            return self._strike(call, "crash")
        if call not in READING and self._dies(call):
            return self._strike(call, "crash_after")
        return "ok"

    def _dies(self, what: str) -> bool:
        self.points[_ID.sub("*", self._running[0]), self._reached, what] += 1
        self._reached += 1
        return self._first and self._point == self._reached - 1


class Storm(Skies):
    """Every call is struck once, by one kind after the other; the SDK repeats it and the next attempt succeeds.

    Args:
        kinds: what happens, in turn.

    Attributes:
        met: how often each kind struck each operation.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        super().__init__()
        self._kinds = itertools.cycle(kinds)
        self._repeats = False
        self.met: Counter[tuple[str, Kind]] = Counter()

    def began(self) -> None:
        """No call of another run is repeated in this one."""
        self._repeats = False

    def pick(self, service: str, operation: str, _: int) -> Kind:
        """The next kind, unless the call is the SDK's repetition of the one before."""
        if self._repeats:
            self._repeats = False
            return "ok"
        kind = next(self._kinds)
        self._repeats = kind != "twice"
        self.met[f"{service}:{operation}", kind] += 1
        return self._strike(f"{service}:{operation}", kind)


class Away(Skies):
    """At each attempt at anything, a whole service is away for as long as the attempt lasts; then there is peace.

    Args:
        services: one for each attempt. A schedule, which is never the second attempt at anything, counts its runs.
    """

    def __init__(self, *services: str) -> None:
        super().__init__()
        self._services = services
        self._attempt = 0
        self._runs: Counter[str] = Counter()

    @contextmanager
    def around(self, name: str, attempt: int) -> Iterator[None]:
        if not self._running:
            self._attempt = max(attempt, self._runs[name]) if name in SCHEDULES else attempt
            self._runs[name] += 1
        with super().around(name, attempt):
            yield

    def pick(self, service: str, operation: str, _: int) -> Kind:
        """Nobody answers."""
        away = self._services[self._attempt : self._attempt + 1]
        return self._strike(f"{service}:{operation}", "drop") if service in away else "ok"


@contextmanager
def weather(made: S) -> Iterator[S]:
    """The weather of one story; it must be opened inside the account that it is for."""
    with faults(made.pick) as layer:
        layer.on = False
        made.layer = layer
        yield made
