"""`make bench`: measures everything in one run and writes `bench/RESULTS.md`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.biz import biz
from bench.edge import edge
from bench.exchange import exchange
from bench.forms import validation
from bench.log import proofs, sealing
from bench.offers import proactive
from bench.report import Comparison, page
from bench.story import story
from bench.waiting import waiting
from infra.local.environment import ISOLATED, changed

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def run(effort: int, say: Callable[[str], None]) -> str:
    """The report; `effort` is how many rounds are measured, 30 being what `make bench` does."""
    before = os.getloadavg()[0]
    parts: tuple[Callable[[], Comparison], ...] = (
        lambda: edge(effort),
        lambda: exchange(1_000, effort),
        lambda: exchange(100_000, effort),
        lambda: waiting(10_000 if effort >= 10 else 300),
        lambda: validation(effort, spoilt=False),
        lambda: validation(effort, spoilt=True),
        *biz(effort),
        lambda: proactive() if effort >= 10 else proactive((1_000, 10_000), (1_000,)),
        lambda: proofs(effort),
        lambda: sealing(effort),
    )
    comparisons = []
    with changed(ISOLATED):
        for part in parts:
            comparisons.append(part())
            say(comparisons[-1].title)
        plays = max(1, effort // 10)
        steps = story(plays)
    say("the story")
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return page(comparisons, steps, at=at, loads=(before, os.getloadavg()[0]), plays=plays)


def main() -> None:
    """Writes the file and prints it."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--effort", type=int, default=30, help="rounds; fewer are quicker and less certain")
    parser.add_argument("--to", type=Path, default=RESULTS, help="file to write")
    given = parser.parse_args()
    text = run(given.effort, lambda title: print(f"measured: {title}", flush=True))
    given.to.write_text(text, encoding="utf-8")
    print(f"\n{text}\nwritten to {given.to}")


if __name__ == "__main__":
    main()
