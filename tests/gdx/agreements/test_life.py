"""Agreements live as the model says, with twins and faults; planted defects are seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from chalicelib.gdx.agreements.actors import Actor
from chalicelib.gdx.agreements.ledger import Events, Kept
from chalicelib.gdx.agreements.model import Negotiation, Party
from chalicelib.gdx.agreements.standing import Standing
from chalicelib.gdx.agreements.talks import Talks
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change, Create, Item, Update
from tests.gdx.agreements.life import Life, Weather

LIFE = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_agreements_live_as_the_model_says() -> None:
    run_state_machine_as_test(Life, settings=LIFE)


class NothingEnds(Standing):
    """The version before stays in force when a new one comes."""

    def superseding(self, there: Item | None, by: str) -> tuple[list[Change], Events]:
        return [], []


class Careless(Weather):
    """Overwrites what others wrote meanwhile."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        def unconditional(change: Change) -> Change:
            if not isinstance(change, Create | Update):
                return change
            there = self._peek(change.item.key)
            return Create(change.item) if there is None else Update(replace(change.item, version=there.version + 1))

        if self.meanwhile is not None:
            before, self.meanwhile = self.meanwhile, None
            before()
        super().write([unconditional(change) for change in changes], token)


class TakesAny(Talks):
    """A step is taken upon any revision."""

    def _seen(self, once: Once, actor: Actor, identifier: str, if_match: int) -> tuple[Kept, Party]:
        kept = self._ledger.read(identifier, once)
        return kept, actor.party(kept.negotiation)


class NoSeal(Talks):
    """The exchange puts in force what it did not countersign."""

    def _write(self, once: Once, actor: Actor, kept: Kept, party: Party, changed: Negotiation, *rest: Any) -> Any:
        seals = dict(changed.seals)
        seals.pop(Party.EXCHANGE, None)
        return super()._write(once, actor, kept, party, replace(changed, seals=seals), *rest)


class Forgetful(Life):
    makes_standing = NothingEnds


class Overwriting(Life):
    makes_table = Careless


class Lenient(Life):
    makes_talks = TakesAny


class Unsigned(Life):
    makes_talks = NoSeal


@pytest.mark.parametrize("mutant", [Forgetful, Overwriting, Lenient, Unsigned])
def test_a_planted_defect_is_seen(mutant: type[Life]) -> None:
    hunt = settings(LIFE, max_examples=40, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(mutant, settings=hunt)
