"""Whoever is woken by an alarm finds a section with its name."""

from __future__ import annotations

import re
from pathlib import Path

from infra.provision import load_template

RUNBOOK = Path(__file__).parent.parent.parent / "docs" / "runbook.md"


def _alarms() -> set[str]:
    """Names of all alarms, without the environment."""
    resources = load_template().resources.values()
    names = [entry.properties["AlarmName"]["Fn::Sub"] for entry in resources if entry.type == "AWS::CloudWatch::Alarm"]
    return {name.removeprefix("klang-${Environment}-") for name in names}


def test_each_alarm_has_its_section_and_each_section_its_alarm() -> None:
    alarm = re.compile(r"^## ([a-z-]+-(?:dlq-not-empty|old|failing))$", re.MULTILINE)
    sections = set(alarm.findall(RUNBOOK.read_text("utf-8")))
    assert sections == _alarms()
    assert len(sections) >= 10
