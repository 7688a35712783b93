"""What an operator is told of alarms: which ring, since when, and what the runbook says to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

RUNBOOK = Path(__file__).resolve().parents[2] / "docs" / "runbook.md"
PARTS = ("What it is", "Harm", "Look at", "Do")
"""What every section says, in this order."""

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_PART = re.compile(r"^\*\*(.+?):\*\*", re.MULTILINE)


def sections(text: str) -> dict[str, dict[str, str]]:
    """The sections of the runbook by heading, each by its parts."""
    pieces = _SECTION.split(text)[1:]
    return {heading: _parts(body) for heading, body in zip(pieces[::2], pieces[1::2], strict=True)}


def section_for(alarm: str, headings: dict[str, dict[str, str]]) -> str | None:
    """The heading that serves an alarm (its name without the environment): its own, or that of all platforms."""
    alike = f"<platform>-{alarm.partition('-')[2]}"
    return next((heading for heading in (alarm, alike) if heading in headings), None)


def states(cloudwatch: Any, environment: str, platform: str) -> dict[str, Any]:
    """The alarms of a platform: those that ring with their section of the runbook, and the names of the quiet ones.

    Args:
        cloudwatch: the client; needs `cloudwatch:DescribeAlarms`.
        environment, platform: whose.
    """
    headings, begins = sections(RUNBOOK.read_text("utf-8")), f"klang-{environment}-"
    found = []
    for page in cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"{begins}{platform}-", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    ):
        found += [*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())]
    told: dict[str, Any] = {"ringing": [], "unknown": [], "quiet": []}
    for alarm in sorted(found, key=lambda each: str(each["AlarmName"])):
        name = alarm["AlarmName"].removeprefix(begins)
        match alarm["StateValue"]:
            case "ALARM":
                heading = section_for(name, headings)
                told["ringing"].append(
                    {
                        "alarm": name,
                        "since": alarm["StateUpdatedTimestamp"].isoformat(timespec="seconds"),
                        "section": heading,
                        **({} if heading is None else headings[heading]),
                    }
                )
            case "OK":
                told["quiet"].append(name)
            case _:
                told["unknown"].append(name)
    return told


def _parts(body: str) -> dict[str, str]:
    pieces = _PART.split(body)[1:]
    return {part: " ".join(said.split()) for part, said in zip(pieces[::2], pieces[1::2], strict=True)}
