"""The soak sees: every planted defect breaks a promise, and the sound flow keeps it in the very same life."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from random import Random

import pytest

from .defects import DEFECTS, WITHIN, Defect, lives_until_seen
from .life import live
from .stage import Stage, stage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here() -> Iterator[Stage]:
    """A stage for all of them."""
    logging.disable(logging.CRITICAL)
    with stage() as made:
        yield made
    logging.disable(logging.NOTSET)


def test_there_are_enough_of_them() -> None:
    assert len(DEFECTS) >= 15
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_seen(here: Stage, defect: Defect) -> None:
    lives = lives_until_seen(here, defect, defect.seed)
    assert lives is not None and defect.seed + lives <= WITHIN
    sound = live(here, defect.flow, Random(defect.seed + lives - 1))
    assert sound.violations == []
