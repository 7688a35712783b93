"""Every operation by its own description: no 5xx, answers as described, nothing bad taken, no field smuggled in.

`make hostile CASES=20000` asks that many times; `make test` once or twice of each operation.
"""

from __future__ import annotations

import pytest

from tests.hostile.asking import SMUGGLED, Asked, operations, requests, wrong
from tests.hostile.long_run import CASES
from tests.hostile.played import Played

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

SEEDS = 1
"""Rounds over all operations in every run; each asks up to seven times of each operation."""
LOGIN = 1_000
"""Requests after which everybody logs in anew."""


def test_every_answer_is_as_described(played: Played) -> None:
    found: dict[str, list[str]] = {}
    asked, seed = 0, 0
    while asked < CASES or seed < SEEDS:
        for operation in operations(played):
            for each in requests(played, operation, seed):
                asked += 1
                if asked % LOGIN == 0:
                    played.log_in()
                # each from an address of its own, for some are counted by it
                if (
                    what := wrong(played, each, f"10.{asked >> 16 & 255}.{asked >> 8 & 255}.{asked & 255}")
                ) is not None:
                    found.setdefault(f"{operation}: {what}", []).append(f"seed {seed}: {each}"[:300])
        seed += 1
    assert found == {}
    assert asked >= 1_500


def test_what_is_not_as_described_is_seen(played: Played) -> None:
    operation = "GET /citizen/v1/services"
    good = Asked(operation, (), "nobody", True)
    assert wrong(played, good) is None
    assert wrong(played, Asked(operation, (), "nobody", False)) == "took what it should not: 200"
    assert len(SMUGGLED) >= 15
