"""The machine runs: some eight hundred steps in every run of the tests, as many as wished with `SEEDS`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

from .machine import CaseLife
from .permission import Permission

SEEDS = int(os.environ.get("SEEDS", "20"))
"""Examples; each is a life of up to 40 steps."""

TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(
    max_examples=SEEDS,
    stateful_step_count=40,
    phases=[Phase.explicit, Phase.generate],  # to shrink a life takes minutes, and its steps can be read as they are
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)

TestPermission = Permission.TestCase
TestPermission.settings = TestCaseLife.settings
