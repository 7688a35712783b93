"""Several processes at once without threads: each runs some AWS calls, then another one goes on.

Everything that two processes can do to each other goes through AWS, so switching before each call reaches every
interleaving; threads would reach a few, and no two runs the same. Where a schedule is drawn, draw runs of several calls
of one side: switching after every single call misses the races that need one side to finish while the other waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import greenlet

from .layer import Faults


def interleaved(layer: Faults, actors: Sequence[Callable[[], None]], turns: Iterator[tuple[int, int]]) -> int:
    """Runs all actors to their ends; gives the number of times that one stopped for another.

    Args:
        layer: where the AWS calls come by.
        actors: each handles its own failures and its own death (`Crash`).
        turns: who goes on, as a place among those that are not done yet, and for how many calls.
    """
    main, before = greenlet.getcurrent(), layer.gate
    running = [greenlet.greenlet(actor) for actor in actors]
    switches = 0

    def gate() -> None:
        if greenlet.getcurrent() is not main:
            main.switch()

    layer.gate = gate
    try:
        while running:
            who, calls = next(turns)
            chosen = running[who % len(running)]
            for _ in range(max(1, calls)):
                chosen.switch()
                switches += 1
                if chosen.dead:
                    running.remove(chosen)
                    break
    finally:
        layer.gate = before
    return switches
