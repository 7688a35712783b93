"""The machine finds each planted defect within the budget of one run; else its silence would mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .defects import DEFECTS, DEFECTS_OF_LICENCES, Spoilt
from .machine import CaseLife
from .permission import Permission

BUDGET = settings(
    max_examples=40,
    stateful_step_count=40,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_found(defect: type[Spoilt]) -> None:
    class Blind(CaseLife):
        table_kind = defect

    with pytest.raises((AssertionError, ValueError, KeyError)):
        run_state_machine_as_test(Blind, settings=BUDGET)


@pytest.mark.parametrize("defect", DEFECTS_OF_LICENCES)
def test_a_planted_defect_of_procedures_is_found(defect: type[Spoilt]) -> None:
    class Blind(Permission):
        table_kind = defect

    with pytest.raises((AssertionError, ValueError, KeyError)):
        run_state_machine_as_test(Blind, settings=BUDGET)
