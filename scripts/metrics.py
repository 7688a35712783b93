"""`python -m scripts.metrics`: writes the table of metrics and the list of saved queries into the operators' page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chalicelib.shared.measures import METRICS, Metric
from infra.watching.queries import QUERIES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "watch-the-platforms.md"
BEGIN, END = "<!-- made by scripts/metrics.py: begin -->", "<!-- end -->"


def rendered() -> str:
    """The table."""
    rows = [
        "| metric | unit | platforms | by | one value says | measured by |",
        "|---|---|---|---|---|---|",
        *(_row(metric) for metric in METRICS.values()),
        "",
        "Saved queries (CloudWatch Logs Insights, under `klang/<environment>/<platform>/`): "
        + "; ".join(query.title for query in QUERIES)
        + ".",
    ]
    return "\n".join(rows)


def page(text: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rendered()}\n{END}{after}"


def _row(metric: Metric) -> str:
    by = "; ".join(f"{name}: {', '.join(values)}" for name, values in metric.by.items()) or "-"
    platforms = "all" if len(metric.platforms) == 4 else ", ".join(metric.platforms)
    return f"| `{metric.name}` | {metric.unit} | {platforms} | {by} | {metric.meaning} | {metric.where} |"


def main(arguments: list[str] | None = None) -> int:
    """Command line; 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m scripts.metrics", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; write nothing")
    options = parser.parse_args(arguments)
    there = PAGE.read_text("utf-8")
    wanted = page(there)
    if options.check and wanted != there:
        print(f"{PAGE.name} is not what the tables say; run: python -m scripts.metrics", file=sys.stderr)
        return 1
    if not options.check:
        PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
