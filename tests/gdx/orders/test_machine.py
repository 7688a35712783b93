"""Asynchronous exchanges under faults in any order, and defects planted in what they stand on: each is seen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from chalicelib.shared.storage import Change, Create, Update
from tests.gdx.orders.machine import FaultyTable, Machine, Parts
from tests.support.memory_objects import MemoryObjects

QUICK = settings(max_examples=15, stateful_step_count=25, suppress_health_check=list(HealthCheck), print_blob=False)
HUNT = settings(QUICK, max_examples=200, phases=[Phase.generate], report_multiple_bugs=False)

TestMachine = Machine.TestCase
TestMachine.settings = QUICK


class ForgetsTheLock(FaultyTable):
    """Overwrites an order whatever its version is."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        fitting: list[Change] = []
        for change in changes:
            there = self._items.get(change.item.key) if isinstance(change, Update) else None
            if isinstance(change, Update) and change.item.key.sk == "ORDER" and there is not None:
                change = Update(there[0].next(change.item.data, change.item.indexes, change.item.expires))
            fitting.append(change)
        events = [each for each in fitting if isinstance(each, Create) and each.item.key.sk.startswith("EVT#")]
        taken = [each for each in events if each.item.key in self._items]
        super().write([each for each in fitting if each not in taken], token)


class SplitsTheTransaction(FaultyTable):
    """Writes the changes of a command one after the other; a fate meets the second."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        fate, self.fate = self.fate, "ok"
        for at, change in enumerate(changes):
            if at == 1:
                self.fate = fate
            super().write([change], f"{token}{at}")


class LosesTheOutbox(FaultyTable):
    """Keeps no outbox rows."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        kept = [each for each in changes if not (isinstance(each, Create) and each.item.key.pk.startswith("OUT#"))]
        super().write(kept, token)


class NeverDeletes(MemoryObjects):
    """Keeps what it should forget."""

    def delete(self, key: str) -> None:
        return


class LosesAnswers(MemoryObjects):
    """Says that it wrote and did not."""

    def put(self, key: str, body: bytes, **options: object) -> bool:
        return True


MUTANTS = {
    "no optimistic lock": (Parts(table=ForgetsTheLock), "what is over has changed|unlawful history"),
    "no transaction": (Parts(table=SplitsTheTransaction), "record|unlawful history|lost|nobody placed"),
    "no outbox": (Parts(table=LosesTheOutbox), "left behind|lost"),
    "no sweep": (Parts(sweeps=False), "lost|never ended"),
    "answers are not deleted": (Parts(objects=NeverDeletes), "left behind"),
    "answers are not written": (Parts(objects=LosesAnswers), "delivered without an answer"),
}
"""Defects, and which promises may be the first to break."""


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_defect_is_seen(name: str) -> None:
    mutant, promise = MUTANTS[name]

    class Mutant(Machine):
        parts = mutant

    with pytest.raises(AssertionError, match=promise):
        run_state_machine_as_test(Mutant, settings=HUNT)
