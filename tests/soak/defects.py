"""Planted defects: a soak that finds nothing proves nothing unless it finds these.

Each is another part in the place of a sound one; the product itself is not touched. A flow's defects stand beside the
flow (`flows/<name>_defects.py`), because they know its parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from .flow import Flow, Parts
from .life import live
from .stage import Stage

WITHIN = 1000
"""Lives within which every defect must be seen."""


@dataclass(frozen=True)
class Defect:
    """One mistake that somebody could make.

    Attributes:
        name: what is wrong, in a few words.
        flow: who must notice it.
        parts: the flow's, with the defect among them.
    """

    name: str
    flow: type[Flow[Any]]
    parts: Parts


def lives_until_seen(stage: Stage, defect: Defect, first_seed: int = 0) -> int | None:
    """How many lives it took, from this seed on, until a promise was broken; None if it went unseen."""
    for lives in range(1, WITHIN + 1):
        if live(stage, defect.flow, Random(first_seed + lives - 1), defect.parts).violations:
            return lives
    return None
