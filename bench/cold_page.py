"""Writes down how long starts took, beside what is aimed at."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.measure import Sample
from bench.report import machine, shown

AIMS = {"gdx": 1.25, "biz": 1.25, "citizen": 1.25, "opendata": 1.6}
"""At most so many times the floor."""
WARM_AIM = 0.002
SIZE_AIM = 40 * 1024 * 1024
"""As Lambda counts its own limits."""


@dataclass(frozen=True)
class Started:
    """What was measured of one way, in seconds.

    Attributes:
        wall: from the new process to its first answer, each time.
        pace: of a fixed piece of work right before and after each.
        cpu: the process's own CPU time until then.
        warm: CPU time of a further answer, the middle one.
        idle: CPU time of an answer that costs the handler nothing; None where none was asked.
    """

    wall: Sequence[float]
    pace: Sequence[float]
    cpu: Sequence[float]
    warm: float
    idle: float | None


def page(
    taken: Mapping[str, Started],
    sizes: Mapping[str, tuple[int, int]],
    *,
    at: str,
    loads: tuple[float, float],
    rounds: int,
    first: Mapping[str, str],
) -> str:
    """The whole report."""
    floor = taken["floor"]
    lines = [
        "# What a start costs",
        "",
        f"Written by `python -m bench.cold_start` on {at}; every number below is of that one run.",
        "",
        *machine(),
        f"- load average {loads[0]:.1f} before, {loads[1]:.1f} after (1 minute; anything else that ran is in it)",
        "",
        f"A start is all from a new process to its first answer, {rounds} times each, in turns: the unzipped package",
        "of the stage under `awslambdaric`, byte code in it, files in the system's cache; the first answer reads",
        "DynamoDB (an emulator in its own process, plain HTTP, the same for all). Not in it: AWS's own part (fetching",
        "the zip, making the sandbox) and TLS. X-Ray's SDK loads at the first call that X-Ray records; none here was.",
        "",
        "The floor is bare Chalice with one boto3 client and one GetItem. FastAPI is FastAPI, Mangum and boto3 with",
        "the platform's own routes and pydantic models made from Klang's OpenAPI document, and the same GetItem.",
        "",
        "A shared machine runs now at one speed and now at another. So each start is compared with a fixed piece of",
        "work right before and after it, and the medians of those, not of the seconds, make the times of the floor.",
        "",
        "| | first question | median | middle half | CPU | times the floor | aim |",
        "|---|---|---:|---:|---:|---:|---:|",
        _line("floor", "GetItem", floor, floor, ""),
    ]
    for platform, aim in AIMS.items():
        ours, rival = taken[f"Klang {platform}"], taken[f"FastAPI {platform}"]
        lines.append(_line(f"Klang {platform}", f"`{first[platform]}`", ours, floor, _aim(_ratio(ours, floor), aim)))
        lines.append(_line(f"FastAPI {platform}", "GetItem", rival, floor, ""))
    lines += [
        "",
        "## Warm",
        "",
        "CPU time of the process for one more call, the middle one. `GET /health` costs its handler nothing, so all of",
        f"it is the runtime client, Chalice and Klang's edge; the aim is at most {shown(WARM_AIM)}.",
        "",
        "| | first question again | `/health` | aim |",
        "|---|---:|---:|---|",
        f"| floor | {shown(floor.warm)} | | |",
    ]
    for platform in AIMS:
        ours = taken[f"Klang {platform}"]
        idle = ours.idle or 0.0
        lines.append(f"| Klang {platform} | {shown(ours.warm)} | {shown(idle)} | {_kept(idle <= WARM_AIM)} |")
        lines.append(f"| FastAPI {platform} | {shown(taken[f'FastAPI {platform}'].warm)} | | |")
    lines += ["", "## Packages", "", "| | zipped | unzipped | aim |", "|---|---:|---:|---|"]
    for platform in AIMS:
        zipped, unzipped = sizes[platform]
        small = _kept(unzipped < SIZE_AIM) if platform != "opendata" else ""
        lines.append(f"| {platform} | {zipped / 1e6:.1f} MB | {unzipped / 1e6:.1f} MB | {small} |")
    lines += [
        "",
        "The aim of all but opendata is under 40 MB unzipped, as Lambda counts them (41.9 million bytes).",
        "",
    ]
    return "\n".join(lines)


def _line(name: str, asked: str, each: Started, floor: Started, aim: str) -> str:
    sample = Sample(tuple(each.wall))
    low, high = sample.quartiles
    return (
        f"| {name} | {asked} | {shown(sample.median)} | {shown(low)} to {shown(high)} "
        f"| {shown(statistics.median(each.cpu))} | {_ratio(each, floor):.2f} | {aim} |"
    )


def _ratio(each: Started, floor: Started) -> float:
    return _paced(each) / _paced(floor)


def _paced(each: Started) -> float:
    return statistics.median(wall / pace for wall, pace in zip(each.wall, each.pace, strict=True))


def _aim(ratio: float, aim: float) -> str:
    return f"{aim}: {_kept(ratio <= aim)}"


def _kept(reached: bool) -> str:
    return "reached" if reached else "missed"
