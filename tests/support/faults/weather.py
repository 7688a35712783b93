"""What goes wrong, drawn from a seed: for each step another weather, and outages that outlast several."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from .kinds import Kind
from .outside import Mood

SERVICES = ("dynamodb", "sqs", "s3", "kms", "")
"""What can be away as a whole; the last is everything at once."""

_POINTS: tuple[Kind, ...] = (
    *("drop", "lost", "lost", "500", "500after", "throttle"),
    *("crash", "crash_after", "crash_after", "twice", "zombie", "zombie", "conflict", "partial", "stale", "stale"),
)
_AWAY: tuple[Kind, ...] = ("drop", "500", "throttle", "lost", "conflict")
_MOODS: tuple[Mood, ...] = ("away", "silent", "silent", "broken", "busy", "nonsense")

Sky = Literal["calm", "points", "storm", "outage"]


@dataclass
class _Outage:
    """One kind of failure of one service, after some good calls, for so many more."""

    service: str
    kind: Kind
    good: int
    bad: int


class Weather:
    """Tells of each call what happens to it (`Pick`); drawn anew for each step by `change`.

    Args:
        random: gives all choices, so that a seed gives the same weather.

    Attributes:
        behind: how many writes a stale read is behind, in this step.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._sky: Sky = "calm"
        self._coming: list[Kind] = []
        self._outage: _Outage | None = None
        self._rough = 0.0
        self.behind = 3

    def by(self, random: Random) -> None:
        """From now on this gives the choices."""
        self._random = random

    def change(self) -> None:
        """The weather of the next step. An outage goes on in half of the cases."""
        random = self._random
        self.behind = random.randint(1, 6)
        self._rough = random.choice((0.0, 0.0, 0.3, 1.0))
        if self._outage is not None and random.random() < 0.5:
            return
        self._outage, self._coming = None, []
        self._sky = random.choices(("calm", "points", "storm", "outage"), (3, 5, 3, 4))[0]
        match self._sky:
            case "points":
                self._coming = [
                    random.choice(_POINTS) if random.random() < 0.6 else "ok" for _ in range(random.randint(2, 10))
                ]
            case "outage":
                service = random.choices(SERVICES, (4, 3, 1, 1, 2))[0]
                bad = random.choice((3, 9, 14, 24))
                self._outage = _Outage(service, random.choice(_AWAY), random.randint(0, 3), bad)

    def __call__(self, service: str, operation: str, n: int) -> Kind:
        """What happens to a call."""
        if self._sky == "storm":
            return self._random.choice(_POINTS) if self._random.random() < 0.4 else "ok"
        if self._coming:
            return self._coming.pop(0)
        outage = self._outage
        if outage is None or outage.service not in ("", service):
            return "ok"
        if outage.good:
            outage.good -= 1
            return "ok"
        if not outage.bad:
            return "ok"
        outage.bad -= 1
        return outage.kind

    def mood(self) -> Mood:
        """How the next system outside AWS answers."""
        return self._random.choice(_MOODS) if self._random.random() < self._rough else "well"
