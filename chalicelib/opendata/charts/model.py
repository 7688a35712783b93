"""What is to be told of a table, and the points that tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

Kind = Literal["line", "bars", "map"]
How = Literal["sum", "mean", "count"]
Grain = Literal["", "day", "month", "year"]


@dataclass(frozen=True)
class Choice:
    """Which columns a chart tells of.

    Attributes:
        kind: a line over time, bars by category, or a map of the provinces.
        value: the column that is told; "" where rows are counted.
        by: the column it is told by.
        how: what becomes of values with the same label.
        grain: of dates, how finely they are told.
        means: what the column `by` was recognised as, or "".
    """

    kind: Kind
    value: str
    by: str
    how: How
    grain: Grain = ""
    means: str = ""


@dataclass(frozen=True)
class Points:
    """The points of a chart, in their order: over time, or from the highest.

    Attributes:
        labels: as text; of a map, codes of provinces.
        once: whether each label stands for one row.
        groups: labels in all, of which at most the first or highest are here.
        rows: how many rows were told.
        left_out: of a map, rows that name no province.
    """

    choice: Choice
    labels: tuple[str, ...]
    values: tuple[float, ...]
    once: bool
    groups: int
    rows: int
    left_out: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Points:
        """From the report."""
        rest = {**told, "labels": tuple(told["labels"]), "values": tuple(told["values"])}
        return cls(**{**rest, "choice": Choice(**told["choice"])})
