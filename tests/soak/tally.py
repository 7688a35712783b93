"""What many lives came to, added up, and the page that tells it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.support.faults import KINDS

from .life import Told

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "bench" / "soak.json"
PAGE = ROOT / "bench" / "SOAK.md"


@dataclass
class Tally:
    """Some lives of one flow.

    Attributes:
        seeds: ranges of seeds that were lived, each from and up to.
        lives: how many.
        calls: AWS calls under faults.
        struck: how often each kind struck.
        asked, unanswered: requests to other systems, and those that went wrong.
        overtaken: how often a process stopped for another.
        deaths: processes that died.
        violations: [seed, kind, how it was seen].
    """

    seeds: list[list[int]] = field(default_factory=list)
    lives: int = 0
    calls: int = 0
    struck: dict[str, int] = field(default_factory=dict)
    asked: int = 0
    unanswered: int = 0
    overtaken: int = 0
    deaths: int = 0
    violations: list[list[Any]] = field(default_factory=list)

    def add(self, seed: int, told: Told) -> None:
        """One more life."""
        self.lives += 1
        self.calls += told.calls
        self.struck = dict(Counter(self.struck) + told.struck)
        self.asked += told.outside[0]
        self.unanswered += told.outside[1]
        self.overtaken += told.overtaken
        self.deaths += told.deaths
        self.violations += [[seed, each.kind, each.what] for each in told.violations]

    def plus(self, other: Tally) -> Tally:
        """Both together.

        Raises:
            ValueError: some seed is in both; it would count twice.
        """
        seeds = sorted([*self.seeds, *other.seeds])
        joined: list[list[int]] = []
        for begin, end in seeds:
            if joined and begin < joined[-1][1]:
                raise ValueError(f"seeds {begin} to {min(end, joined[-1][1])} were lived already: take others (--from)")
            if joined and begin == joined[-1][1]:
                joined[-1][1] = end
            else:
                joined.append([begin, end])
        return Tally(
            joined,
            self.lives + other.lives,
            self.calls + other.calls,
            dict(Counter(self.struck) + Counter(other.struck)),
            self.asked + other.asked,
            self.unanswered + other.unanswered,
            self.overtaken + other.overtaken,
            self.deaths + other.deaths,
            [*self.violations, *other.violations],
        )

    @property
    def faulted(self) -> int:
        """Calls that something happened to."""
        return sum(self.struck.values())


def table(tallies: dict[str, Tally]) -> list[str]:
    """One line for each flow, and the sum."""
    rows: list[tuple[str, ...]] = [
        ("flow", "lives", "AWS calls", "of them struck", "other systems failed", "overtaken", "deaths", "broken")
    ]
    for name, each in [*tallies.items(), ("all", total(tallies.values()))]:
        figures = (each.lives, each.calls, each.faulted, each.unanswered, each.overtaken, each.deaths)
        rows.append((name, *(f"{figure:,}" for figure in figures), str(len(each.violations))))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|---" + "|---:" * (len(rows[0]) - 1) + "|", *lines[1:]]


def kinds(tallies: dict[str, Tally]) -> list[str]:
    """How often each kind of fault struck each flow."""
    lines = ["| kind | " + " | ".join(tallies) + " | all |", "|---" + "|---:" * (len(tallies) + 1) + "|"]
    every = total(tallies.values())
    for kind in KINDS[1:]:
        figures = [each.struck.get(kind, 0) for each in (*tallies.values(), every)]
        lines.append(f"| {kind} | " + " | ".join(f"{figure:,}" for figure in figures) + " |")
    return lines


def total(tallies: Iterable[Tally]) -> Tally:
    """All flows together; the same seed lives another life in each."""
    added = Tally()
    for each in tallies:
        without = Tally(**{**asdict(each), "seeds": []})
        added = added.plus(without)
    return added


def kept() -> dict[str, Tally]:
    """What was written down before."""
    if not KEPT.exists():
        return {}
    return {name: Tally(**entry) for name, entry in json.loads(KEPT.read_text(encoding="utf-8")).items()}


def write(tallies: dict[str, Tally]) -> None:
    """Adds to what was written down before, and writes the page anew.

    Raises:
        ValueError: some of the seeds were counted before.
    """
    before = kept()
    after = {**before, **{name: before.get(name, Tally()).plus(each) for name, each in tallies.items()}}
    entries = {name: asdict(each) for name, each in after.items()}
    KEPT.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(after), encoding="utf-8")


def page(tallies: dict[str, Tally]) -> str:
    """The page `bench/SOAK.md`."""
    lines = [
        "# Soak: many short lives under faults",
        "",
        "Written by `python -m tests.soak --write` (see docs/how-to/soak.md) from `bench/soak.json`, to which each",
        "run adds its seeds. A life is a schedule of commands, deliveries, sweeps, clock jumps and deaths of one flow;",
        "what strikes when follows from the seed. *Broken* counts promises that did not hold: something acknowledged",
        "and lost, done twice, done by half, accepted though it was stale, or a history that is not whole.",
        "",
        *table(tallies),
        "",
        "## What struck",
        "",
        *kinds(tallies),
        "",
        "## Which seeds",
        "",
        *(f"- {name}: " + ", ".join(f"{a} to {b - 1}" for a, b in each.seeds) for name, each in tallies.items()),
    ]
    broken = [(name, *violation) for name, each in tallies.items() for violation in each.violations]
    if broken:
        lines += ["", "## Broken promises", ""]
        lines += [
            f"- {kind}: {what} (`python -m tests.soak --flow {name} --seed {seed}`)"
            for name, seed, kind, what in broken
        ]
    return "\n".join(lines) + "\n"
