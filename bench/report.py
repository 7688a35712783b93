"""Writes what was measured as Markdown: medians, spread, ratios, and what each line means."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.measure import Sample

PACKAGES = ("chalice", "boto3", "pydantic", "PyJWT", "cryptography", "jsonschema", "aws-lambda-powertools", "moto")


@dataclass(frozen=True)
class Comparison:
    """Several ways of doing one thing.

    Attributes:
        title: what was done.
        about: how, and what the numbers hold and what they do not.
        samples: by way; the one named `against` is what the others are compared with.
        against: name of the sample that stands for "without Klang".
    """

    title: str
    about: str
    samples: Mapping[str, Sample]
    against: str


@dataclass(frozen=True)
class Step:
    """One step of the story: how long it took each time, and how many AWS calls it makes."""

    title: str
    sample: Sample
    calls: Sequence[int]


def machine() -> list[str]:
    """The machine and what runs on it."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return [
        f"- {model or platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        f"- Python {platform.python_version()}; " + ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    ]


def page(
    comparisons: Sequence[Comparison], story: Sequence[Step], *, at: str, loads: tuple[float, float], plays: int
) -> str:
    """The whole report."""
    lines = [
        "# What Klang costs",
        "",
        f"Written by `make bench` on {at}; every number below is of that one run.",
        "",
        *machine(),
        f"- load average {loads[0]:.1f} before, {loads[1]:.1f} after (1 minute; anything else that ran is in it)",
        "",
        "Ratio: how many times as long as the line it is compared with; above 1 Klang loses. Medians, with the middle",
        "half of all rounds in brackets. Nothing here is a promise: tests never measure time.",
        "",
        "What search costs beside PostgreSQL is in [SEARCH.md](SEARCH.md), what tables cost in [TABLES.md](TABLES.md),",
        "what a start costs in [STARTING.md](STARTING.md), what was lived through under faults in [SOAK.md](SOAK.md),",
        "what a month costs at three loads in [docs/scale.md](../docs/scale.md).",
    ]
    for comparison in comparisons:
        lines += section(comparison)
    lines += ["", "## The story, step by step", "", *_story(story, plays), ""]
    return "\n".join(lines)


def section(comparison: Comparison) -> list[str]:
    """One comparison with its heading."""
    return ["", f"## {comparison.title}", "", comparison.about, "", *_table(comparison)]


def _table(comparison: Comparison) -> list[str]:
    base = comparison.samples[comparison.against].median
    rows = ["| | median | middle half | ratio |", "|---|---:|---:|---:|"]
    for name, sample in comparison.samples.items():
        low, high = sample.quartiles
        ratio = "1" if name == comparison.against else f"{sample.median / base:.2f}"
        rows.append(f"| {name} | {shown(sample.median)} | {shown(low)} to {shown(high)} | {ratio} |")
    return rows


def _story(steps: Sequence[Step], plays: int) -> list[str]:
    rows = [
        f"`make demo`'s story over HTTP on the laptop stack (moto), {plays} times, each on a fresh stack. The time",
        "holds the client, the emulator and waiting for queues: it says how long the demo takes, not how fast AWS is.",
        "The AWS calls are what a deployment would make too; those of a queue count with the step that runs meanwhile,",
        "and a step that waits for a queue may look more often.",
        "",
        "| | step | median | AWS calls |",
        "|---:|---|---:|---:|",
    ]
    for number, step in enumerate(steps, start=1):
        low, high = min(step.calls), max(step.calls)
        calls = str(low) if low == high else f"{low} to {high}"
        rows.append(f"| {number} | {step.title} | {shown(step.sample.median)} | {calls} |")
    total = sum(step.sample.median for step in steps)
    least, most = (sum(pick(step.calls) for step in steps) for pick in (min, max))
    rows.append(f"| | all | {shown(total)} | {least} to {most} |")
    return rows


def shown(seconds: float) -> str:
    """A duration with three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            value = seconds / size
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
    return f"{seconds / 1e-9:.0f} ns"
