"""Measures several ways of doing the same thing in turns, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Durations of one thing, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between these lie the middle half of all."""
        if len(self.seconds) < 2:
            return self.seconds[0], self.seconds[0]
        low, _, high = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return low, high


def side_by_side(
    things: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    batch: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Sample]:
    """Does each thing in turn, round by round; one duration is the mean of a batch.

    The order turns by one with every round. The first round is not counted. Collection of garbage is off inside a
    batch and done before it. With `time.process_time` as the clock only this process's own CPU time is counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in things}
    names = list(things)
    for number in range(rounds + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds = _timed(things[name], batch, clock)
            if number:
                taken[name].append(seconds)
    return {name: Sample(tuple(seconds)) for name, seconds in taken.items()}


def _timed(thing: Callable[[], object], batch: int, clock: Callable[[], float]) -> float:
    gc.collect()
    gc.disable()
    try:
        start = clock()
        for _ in range(batch):
            thing()
        return (clock() - start) / batch
    finally:
        gc.enable()
