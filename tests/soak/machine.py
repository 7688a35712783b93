"""The same lives under Hypothesis, which draws the steps, and can make a broken one short."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from .flow import Flow, Parts
from .life import Life
from .stage import Stage

randoms = st.integers(0, 2**64 - 1).map(Random)
"""A seed for each step: Hypothesis may leave steps out, and what is left stays as it was."""


class Machine(RuleBasedStateMachine):
    """One life for each example; `machine_of` says of which flow, and where."""

    stage: ClassVar[Stage]
    flow: ClassVar[type[Flow[Any]]]
    parts: ClassVar[Parts]

    def __init__(self) -> None:
        super().__init__()
        self.life: Life | None = None

    @initialize(random=randoms)
    def begin(self, random: Random) -> None:
        self.life = Life(self.stage, self.flow, self.parts, random)

    @rule(random=randoms)
    def step(self, random: Random) -> None:
        assert self.life is not None
        self.life.step(random)

    def teardown(self) -> None:
        if self.life is not None:
            told = self.life.end()
            assert told.violations == [], (told.violations, told.story)


def machine_of(stage: Stage, flow: type[Flow[Any]], parts: Parts | None = None) -> type[Machine]:
    """A state machine for one flow."""
    given = {"stage": stage, "flow": flow, "parts": parts or flow.parts}
    return type(f"{flow.__name__}Machine", (Machine,), given)
