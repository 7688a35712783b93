"""The grade of a dataset and what it is made of.

The dimensions, their weights and the grades are those of the quality control of the National Statistical Office
(สำนักงานสถิติแห่งชาติ) for the national GD-Catalog: metadata 20, timeliness 20, access 15, machine-readable 20,
validity 25; A from 90, B from 75, C from 60, D from 40, else E. How points are given inside a dimension is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

Name = Literal["metadata", "timeliness", "access", "machine", "validity"]
Grade = Literal["A", "B", "C", "D", "E"]

WEIGHTS: Mapping[Name, int] = {"metadata": 20, "timeliness": 20, "access": 15, "machine": 20, "validity": 25}
GRADES: tuple[tuple[int, Grade], ...] = ((90, "A"), (75, "B"), (60, "C"), (40, "D"), (0, "E"))
ENOUGH = 60
"""Points that must be measurable before a grade is given."""


@dataclass(frozen=True)
class Finding:
    """Something to mend, or to know.

    Attributes:
        key: which; the words stand with the page (`q_{key}`).
        values: what goes into the words: fields, files, columns, numbers of rows.
        points: how many it gives back when it is mended; 0 where nothing was taken.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    points: float = 0.0


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Attributes:
        weight: points it can give.
        measured: points that could be measured.
        points: given, of the measured ones.
    """

    name: Name
    weight: int
    measured: float
    points: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Quality:
    """The whole.

    What cannot be known here (whether a link of another site opens, whether its file is sound) is neither praised nor
    blamed: it is left out, and the score is the share of what could be measured. Where that is less than `ENOUGH`,
    there is a score but no grade.
    """

    dimensions: tuple[Dimension, ...]

    @property
    def measured(self) -> float:
        """Points that could be measured, of 100."""
        return sum(each.measured for each in self.dimensions)

    @property
    def score(self) -> int:
        """0 to 100: the share of the measured points, rounded down so that a grade is never given away."""
        return int(100 * sum(each.points for each in self.dimensions) / self.measured) if self.measured else 0

    @property
    def grade(self) -> Grade | None:
        """The grade, or None where too little is known."""
        if self.measured < ENOUGH:
            return None
        return next(grade for least, grade in GRADES if self.score >= least)
