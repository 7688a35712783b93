"""`make demo`: starts the stack, plays the story over HTTP, checks every result, leaves a page behind."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from demo.report import Played, Terminal, write_page
from demo.steps import Step
from demo.story import STEPS
from demo.world import HttpTransport, World
from infra.local.stack import Stack

PAGE = Path("build") / "demo.html"
PATIENCE, PATIENCE_DEPLOYED = 60.0, 240.0
"""Seconds that the story waits for a queue: deployed, a message that failed once is back after three minutes."""
Count = Callable[[], dict[str, int] | None]


def play(world: World, steps: tuple[Step, ...], count: Count, terminal: Terminal) -> list[Played]:
    """Plays the steps in order; stops at the first that goes wrong, because the rest stands on it."""
    done: list[Played] = []
    for number, step in enumerate(steps, start=1):
        before, start = count(), time.perf_counter()
        result, failed = "", None
        try:
            result = step.play(world)
        except Exception as error:
            failed = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - start
        calls = more(before, count())
        played = Played(number, step.room, step.who, step.title, result, seconds, calls, failed)
        terminal.step(played)
        done.append(played)
        if failed:
            break
    return done


def more(before: dict[str, int] | None, now: dict[str, int] | None) -> dict[str, int] | None:
    """What was counted in between."""
    if before is None or now is None:
        return None
    return {name: total - before.get(name, 0) for name, total in now.items() if total > before.get(name, 0)}


def counter(transport: HttpTransport) -> Count:
    """The count of AWS calls that the laptop stack keeps."""

    def count() -> dict[str, int]:
        return dict(transport.send("GET", "/local/calls", {}, None).json["operations"])

    return count


def nobody_counts() -> None:
    """Deployed packages run in processes of their own, where nobody counts."""


def main() -> int:
    """Exit status 0 only when every step came out as it should."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of the platforms (default: a free one)")
    parser.add_argument("--keep", action="store_true", help="leave the stack running for exploring")
    parser.add_argument("--emulator", default="moto", choices=["moto", "ministack"])
    parser.add_argument("--rehearsal", action="store_true", help="play against the really deployed packages")
    given = parser.parse_args()
    # both take the platforms down; a shell's background job comes with SIGINT ignored
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    terminal = Terminal()
    with terminal.console.status("starting the platforms ..."):
        if given.rehearsal:
            from infra.rehearsal.town import Town

            stack: Town | Stack = Town().start(given.port)
        else:
            stack = Stack(given.emulator).start(given.port)
    # the platforms log each refusal that the story provokes; the report tells them better
    logging.getLogger("klang").setLevel(logging.ERROR)
    try:
        transport = HttpTransport(stack.address)
        terminal.opening(stack.address, len(STEPS))
        count = nobody_counts if given.rehearsal else counter(transport)
        world = World(transport, patience=PATIENCE_DEPLOYED if given.rehearsal else PATIENCE)
        done = play(world, STEPS, count, terminal)
        where = "deployed packages" if given.rehearsal else f"{given.emulator} on one machine"
        page = write_page(done, PAGE, at=datetime.now(UTC), where=where)
        terminal.closing(done, page)
        bad = len(done) < len(STEPS) or any(played.failed for played in done)
        if given.keep and not bad:
            terminal.console.print(f"The platforms keep running at {stack.address}; Ctrl-C stops them.")
            signal.pause()
        return 1 if bad else 0
    except KeyboardInterrupt:
        return 130
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(main())
