"""Whoever is woken by an alarm finds a section with its name, and in it all that they need."""

from __future__ import annotations

import re

import pytest

from infra.stages import stages
from infra.watching import alarms_of
from infra.watching.told import PARTS, RUNBOOK, section_for, sections

HEADINGS = sections(RUNBOOK.read_text("utf-8"))
ALARMS = {
    alarm.name: alarm
    for stage in stages().values()
    for platform in stage.platforms
    for alarm in alarms_of(stage, platform)[0]
}
SECTIONS = sorted({alarm.section for alarm in ALARMS.values()})


def test_each_alarm_has_its_section_and_each_section_its_alarm() -> None:
    assert len(ALARMS) >= 70
    assert {name: section_for(name, HEADINGS) for name in ALARMS} == {n: each.section for n, each in ALARMS.items()}
    named = {heading for heading, parts in HEADINGS.items() if re.fullmatch(r"[a-z<>-]+", heading) or parts.keys()}
    assert named == set(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_says_what_it_is_whom_it_harms_where_to_look_and_what_to_do(section: str) -> None:
    parts = HEADINGS[section]
    assert tuple(parts) == PARTS
    assert all(len(said) >= 15 for said in parts.values())
    assert parts["Do"] != parts["Look at"]
