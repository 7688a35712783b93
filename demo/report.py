"""What the audience sees: a line per step in the terminal while it runs, and one HTML page afterwards."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from rich.console import Console
from rich.table import Table

from chalicelib.shared.thai import format_date


@dataclass(frozen=True)
class Played:
    """One step after it was played."""

    number: int
    room: str
    who: str
    title: str
    result: str
    seconds: float
    calls: Mapping[str, int] | None = None
    """AWS calls that the platforms made meanwhile; None where nobody counts them (deployed packages)."""
    failed: str | None = None

    @property
    def call_count(self) -> str:
        """The number of calls as shown."""
        return "AWS calls not counted" if self.calls is None else f"{sum(self.calls.values())} AWS calls"


def total_calls(steps: Sequence[Played]) -> list[tuple[str, int]]:
    """The calls of all steps by operation, most frequent first."""
    total: dict[str, int] = {}
    for played in steps:
        for name, count in (played.calls or {}).items():
            total[name] = total.get(name, 0) + count
    return sorted(total.items(), key=lambda entry: -entry[1])


COLOURS = {"GDX": "cyan", "Biz": "green", "Citizen": "magenta", "Open data": "yellow", "Public": "white"}


class Terminal:
    """The running report."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def opening(self, address: str, steps: int) -> None:
        """Before the first step."""
        self.console.rule("[bold]Klang (กลาง): one restaurant licence through four platforms")
        self.console.print(f"{steps} steps over HTTP at {address}\n")

    def step(self, played: Played) -> None:
        """After each step."""
        colour = COLOURS.get(played.room, "white")
        mark = "[red]✗" if played.failed else "[green]✓"
        self.console.print(
            f"{mark}[/] [dim]{played.number:2d}[/] [{colour}]{played.room:9s}[/] [bold]{played.who}[/]: {played.title}"
        )
        shown = played.failed or played.result
        self.console.print(f"     {shown}  [dim]{played.seconds * 1000:.0f} ms, {played.call_count}[/]")

    def closing(self, steps: Sequence[Played], page: Path) -> None:
        """The sums."""
        total = total_calls(steps)
        if total:
            table = Table(title="AWS calls of the whole story", show_edge=False)
            table.add_column("operation")
            table.add_column("calls", justify="right")
            for name, count in total:
                table.add_row(name, str(count))
            self.console.print(table)
        seconds = sum(played.seconds for played in steps)
        bad = [played for played in steps if played.failed]
        verdict = f"[red]{len(bad)} step(s) failed" if bad else f"[green]all {len(steps)} steps as they should be"
        calls = f", {sum(count for _, count in total)} AWS calls" if total else ""
        self.console.print(f"\n{verdict}[/] in {seconds:.1f} s{calls}. Page: {page}")


def write_page(steps: Sequence[Played], path: Path, *, at: datetime, where: str) -> Path:
    """One HTML page of the run."""
    env = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["html", "j2"]))
    total = total_calls(steps)
    page = env.get_template("page.html.j2").render(
        steps=steps,
        total=total,
        seconds=sum(played.seconds for played in steps),
        calls=sum(count for _, count in total),
        ok=not any(played.failed for played in steps),
        at=at,
        date_th=format_date(at.date(), "th"),
        where=where,
        machine=f"Python {platform.python_version()}, {platform.machine()}",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path
