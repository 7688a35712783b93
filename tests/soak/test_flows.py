"""Every flow keeps its promises in 300 lives that Hypothesis draws; `make soak` lives thousands more."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.faults import KINDS

from .flows import FLOWS
from .machine import machine_of
from .stage import Stage, stage

pytestmark = pytest.mark.slow

LIVES = settings(
    max_examples=300,
    stateful_step_count=6,
    phases=[Phase.generate],  # a broken life is made short by hand: see docs/how-to/soak.md
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.fixture(scope="module")
def here() -> Iterator[Stage]:
    """A stage for all flows; what rooms log about a thousand failures is of no use here."""
    logging.disable(logging.CRITICAL)
    with stage() as made:
        yield made
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_is_lost_doubled_or_done_by_half(here: Stage, flow: str) -> None:
    here.total.clear()
    run_state_machine_as_test(machine_of(here, FLOWS[flow]), settings=LIVES)
    struck = {kind for kind in KINDS if here.total[kind]}
    assert len(struck) >= len(KINDS) - 3, "many faults never struck: the lives prove less than they say"
    assert sum(here.total.values()) - here.total["ok"] > 2 * LIVES.max_examples
