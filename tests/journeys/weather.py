"""Bad weather for a whole story: in every run of the app's code the same thing goes wrong at the same call, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.faults import Faults, Kind, faults

SEALING = "gdx_seal"
"""Makes more calls than any other run; `tests/gdx/transparency/test_sealer.py` strikes each of them, in all orders."""


class Weather:
    """Strikes the n-th AWS call of the first attempt at everything; whoever repeats it has calm weather.

    Args:
        kind: what happens.
        call: to which call of a run, from 0.

    Attributes:
        struck: what was being run whenever it happened, and which operation it met.
        longest: most AWS calls of any run that nothing happened to, the sealing of the log aside.
    """

    def __init__(self, kind: Kind, call: int) -> None:
        self._kind = kind
        self._call = call
        self._running: list[str] = []
        self._armed = False
        self._calls = 0
        self.struck: list[tuple[str, str]] = []
        self.longest = 0
        self.layer = Faults(self.pick, on=False)

    @contextmanager
    def around(self, name: str, attempt: int) -> Iterator[None]:
        """Around one run of the app's code (`tests.support.town.Around`); one inside another is part of it."""
        self._running.append(name)
        if len(self._running) == 1:
            self._armed, self._calls, self.layer.on = attempt == 0, 0, True
        try:
            yield
        finally:
            self._running.pop()
            if not self._running:
                self.layer.on = False
                if name != SEALING:
                    self.longest = max(self.longest, self._calls)

    def pick(self, service: str, operation: str, _: int) -> Kind:
        """What happens to this call (`tests.support.faults.Pick`)."""
        self._calls += 1
        if not self._armed or self._calls <= self._call:
            return "ok"
        self._armed = False
        self.struck.append((self._running[0], f"{service}:{operation}"))
        return self._kind


@contextmanager
def weather(kind: Kind = "ok", call: int = 0) -> Iterator[Weather]:
    """The weather of one story; it must be opened inside the account that it is for."""
    made = Weather(kind, call)
    with faults(made.pick) as layer:
        layer.on = False
        made.layer = layer
        yield made
