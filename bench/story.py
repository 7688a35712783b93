"""The story on the laptop stack: time and AWS calls of each step."""

from __future__ import annotations

import time

from bench.measure import Sample
from bench.report import Step
from demo.story import STEPS
from demo.world import HttpTransport, World
from infra.local.stack import Stack


def story(plays: int) -> list[Step]:
    """Plays it so many times, each on a fresh stack."""
    seconds: list[list[float]] = [[] for _ in STEPS]
    calls: list[list[int]] = [[] for _ in STEPS]
    for _ in range(plays):
        with Stack() as stack:
            world = World(HttpTransport(stack.address))
            for number, step in enumerate(STEPS):
                before = sum(stack.calls.totals.values())
                start = time.perf_counter()
                step.play(world)
                seconds[number].append(time.perf_counter() - start)
                calls[number].append(sum(stack.calls.totals.values()) - before)
    return [
        Step(f"{step.who} {step.title}", Sample(tuple(seconds[number])), calls[number])
        for number, step in enumerate(STEPS)
    ]
