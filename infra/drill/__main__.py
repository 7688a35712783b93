"""`make drill`: a town on this machine, its tables and buckets lost, and put back by the operator's own commands.

Ends with 1 when something that was recorded is missing or other than it was, or somebody who was erased is back.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.settings import ROOMS
from demo.story import STEPS
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from infra.operate.command import NotDone

from .drill import drill
from .told import aws, told

if TYPE_CHECKING:
    from chalicelib.wiring import House


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = parser().parse_args(arguments)
    print("a town is made: the story of `make demo` ...", flush=True)
    with Stack() as stack:
        logging.getLogger("klang").setLevel(logging.ERROR)  # of the refusals that the story provokes
        world = World(HttpTransport(stack.address))
        for step in STEPS:
            step.play(world)
        stack.rest()
        return hold(stack.loaded.house, options.rooms or ROOMS)


def hold(house: House, rooms: Iterable[str], meanwhile: Callable[[], None] = lambda: None) -> int:
    """Holds the drill on some platforms and prints what it showed; 1 where it is not passed.

    Args:
        meanwhile: see `drill.drill`.
    """
    passed = True
    for room in rooms:
        try:
            outcome = drill(house, room, meanwhile)
        except (NotDone, BotoCoreError, ClientError) as reason:
            print(f"{room}: NOT PASSED\n  WRONG      {reason}")
            passed = False
            continue
        passed = passed and not outcome.problems
        print("\n".join(told(outcome)), flush=True)
    print("\n".join(aws()))
    return 0 if passed else 1


def parser() -> argparse.ArgumentParser:
    """How it is typed."""
    root = argparse.ArgumentParser(prog="python -m infra.drill", description=__doc__)
    root.add_argument("rooms", nargs="*", metavar="ROOM", choices=[*ROOMS, []], help="platforms; none: all four")
    return root


if __name__ == "__main__":
    sys.exit(main())
