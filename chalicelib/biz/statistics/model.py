"""The nouns of statistics: the fact of a case, and a row of the published table."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from typing import Literal, NamedTuple

from chalicelib.shared.dataclass import dataclass

from ..noun import Noun

Outcome = Literal["open", "granted", "refused", "withdrawn"]
Count = Literal["received", "granted", "refused", "withdrawn", "returned_once", "returned_more", "overdue", "omissions"]
COUNTS: tuple[Count, ...] = (
    "received", "granted", "refused", "withdrawn", "returned_once", "returned_more", "overdue", "omissions",
)  # fmt: skip


class Fact(Noun):
    """What figures need of one case; nothing of the person.

    Attributes:
        received_on: the day on which the law says that it arrived (Thailand).
        province: code of the province (TIS 1099) that the service's definition points at, or "".
        days: working days that the clock ran until the agency decided; None where it did not.
        returned: how often it was returned for what was missing.
        omission: whether one of these was the officer's own omission.
        seen: version of the case that this was made from.
    """

    service: str
    agency: str
    province: str
    received_on: dt.date
    outcome: Outcome
    days: int | None
    returned: int
    overdue: bool
    omission: bool
    seen: int

    @property
    def month(self) -> str:
        """The month in which it was received, as `2026-11`."""
        return self.received_on.isoformat()[:7]


class Place(NamedTuple):
    """What a row is about; "" stands for all."""

    service: str = ""
    agency: str = ""
    province: str = ""


@dataclass(frozen=True)
class Row:
    """One row: counts of the cases that were received in a month, as they stand now.

    Attributes:
        median_days, p90_days: working days until the decision, of those decided; None where they are too few.
        hidden: the columns that are not published.
    """

    place: Place
    counts: dict[Count, int]
    median_days: float | None = None
    p90_days: int | None = None
    hidden: frozenset[Count] = field(default_factory=frozenset)
