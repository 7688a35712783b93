"""`make soak SEEDS=200`: lives by seeds, on two processes; or one life again, with its story.

python -m tests.soak --seeds 200 [--from 0] [--flow case] [--processes 2] [--write]
python -m tests.soak --flow case --seed 123
python -m tests.soak --defects
"""

from __future__ import annotations

import argparse
import logging
import sys
from concurrent.futures import ProcessPoolExecutor
from random import Random

from .defects import DEFECTS, lives_until_seen
from .flows import FLOWS
from .life import live
from .stage import stage
from .tally import Tally, kinds, table, total, write

AT_ONCE = 25
"""Lives after which a process says what came of them."""


def lived(flow: str, begin: int, end: int) -> tuple[str, Tally]:
    """Some lives of one flow, in this process."""
    logging.disable(logging.CRITICAL)
    tally = Tally([[begin, end]])
    with stage() as here:
        for seed in range(begin, end):
            tally.add(seed, live(here, FLOWS[flow], Random(seed)))
    return flow, tally


def soak(flows: list[str], begin: int, seeds: int, processes: int) -> dict[str, Tally]:
    """Lives of all these flows, each by the same seeds."""
    tallies = {flow: Tally() for flow in flows}
    parts = [
        (flow, at, min(at + AT_ONCE, begin + seeds)) for at in range(begin, begin + seeds, AT_ONCE) for flow in flows
    ]
    with ProcessPoolExecutor(processes) as pool:
        for flow, tally in pool.map(lived, *zip(*parts, strict=True)):
            tallies[flow] = tallies[flow].plus(tally)
            so_far = total(tallies.values())
            sys.stderr.write(
                f"\r{so_far.lives} of {seeds * len(flows)} lives, {len(so_far.violations)} broken promises"
            )
    sys.stderr.write("\n")
    return tallies


def replay(flow: str, seed: int) -> int:
    """One life again, told step by step."""
    with stage() as here:
        told = live(here, FLOWS[flow], Random(seed))
    for step in told.story:
        sys.stdout.write(f"  {step}\n")
    sys.stdout.write(f"{told.calls} AWS calls, struck: {dict(told.struck)}, failed: {dict(told.failed)}\n")
    for each in told.violations:
        sys.stdout.write(f"{each.kind}: {each.what}\n")
    return len(told.violations)


def hunt() -> int:
    """How many lives each planted defect could live unseen."""
    logging.disable(logging.CRITICAL)
    unseen = 0
    with stage() as here:
        sys.stdout.write("| flow | defect | lives until seen |\n|---|---|---:|\n")
        for defect in DEFECTS:
            lives = lives_until_seen(here, defect)
            unseen += lives is None
            sys.stdout.write(f"| {defect.flow.name} | {defect.name} | {lives or 'unseen'} |\n")
            sys.stdout.flush()
    return unseen


def main() -> int:
    """See the module; the exit code is 1 when something was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flow", action="append", choices=sorted(FLOWS), help="only this flow; may be given again")
    parser.add_argument("--seeds", type=int, default=200, help="lives of each flow")
    parser.add_argument("--from", dest="begin", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="add what came of it to bench/SOAK.md")
    parser.add_argument("--seed", type=int, help="live this one life of --flow again and tell its story")
    parser.add_argument("--defects", action="store_true", help="how long each planted defect lives unseen")
    given = parser.parse_args()
    if given.defects:
        return int(hunt() > 0)
    if given.seed is not None:
        if given.flow is None or len(given.flow) != 1:
            parser.error("--seed needs one --flow")
        return int(replay(given.flow[0], given.seed) > 0)
    tallies = soak(given.flow or list(FLOWS), given.begin, given.seeds, given.processes)
    sys.stdout.write("\n".join([*table(tallies), "", *kinds(tallies)]) + "\n")
    broken = 0
    for name, tally in tallies.items():
        for seed, kind, what in tally.violations:
            broken += 1
            sys.stdout.write(f"{kind}: {what}\n  again: python -m tests.soak --flow {name} --seed {seed}\n")
    if given.write:
        write(tallies)
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
