"""How an agency's work stands: what is open and late, who holds how much, how long decisions took.

Counted when asked, within bounds: open cases from their index, decisions from small rows that each decision leaves
behind. So no counter is written by everybody at once, and no figure can drift from the cases.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..office import Office
from .rules import Decided
from .store import Papers

MOST_COUNTED = 5000
"""Cases, and decisions of a month, that are counted; with more the answer says that it is not complete."""


@dataclass(frozen=True)
class OpenWork:
    """An agency's open cases.

    Attributes:
        by_state: (service, state) -> how many.
        by_officer: pseudonym -> how many cases they hold.
        unclaimed: cases that wait for the agency and that nobody holds.
        overdue: cases whose due day has passed while the clock runs.
        complete: whether all were counted.
    """

    by_state: Mapping[tuple[str, str], int]
    by_officer: Mapping[str, int]
    unclaimed: int
    overdue: int
    complete: bool


@dataclass(frozen=True)
class Decisions:
    """The decisions of a month; `median_working_days` is None where there were none."""

    approved: int
    refused: int
    late: int
    own_omissions: int
    reasons_missed: int
    median_working_days: float | None
    complete: bool


class Workload:
    """An agency's figures, for its own officers."""

    def __init__(self, office: Office, papers: Papers) -> None:
        self._office = office
        self._papers = papers

    def open_work(self, agency: str) -> OpenWork:
        """What is open now."""
        today, whole = self._office.today().isoformat(), True
        states, officers = Counter[tuple[str, str]](), Counter[str]()
        unclaimed = overdue = 0
        for number, row in enumerate(self._rows(agency)):
            if number == MOST_COUNTED:
                whole = False
                break
            states[(row["service"], row["state"])] += 1
            # a running clock has a day of looking; a stopped one keeps its due day only
            overdue += bool(row["next_check"] and row["due"] and row["due"] < today)
            if row["claimed_by"] is not None:
                officers[row["claimed_by"]] += 1
            else:
                unclaimed += self._waits_for_agency(row)
        return OpenWork(states, officers, unclaimed, overdue, whole)

    def _rows(self, agency: str) -> Iterator[Mapping[str, Any]]:
        after: str | None = None
        while True:
            page = self._office.store.open_cases(agency, after)
            yield from (item.data for item in page.items)
            after = page.after
            if after is None:
                return

    def _waits_for_agency(self, row: Mapping[str, Any]) -> bool:
        definition = self._office.catalogue.version(row["service"], row["service_version"])
        return definition.workflow.states[row["state"]].turn == "agency"

    def decisions(self, agency: str, month: str) -> Decisions:
        """The decisions of a month (`yyyy-mm`)."""
        return summed(self._papers.decided(agency, month, MOST_COUNTED + 1))


def summed(rows: Iterable[Decided]) -> Decisions:
    """Decisions in figures."""
    listed = list(rows)
    counted = listed[:MOST_COUNTED]
    return Decisions(
        approved=sum(row.outcome == "approval" for row in counted),
        refused=sum(row.outcome == "refusal" for row in counted),
        late=sum(row.late for row in counted),
        own_omissions=sum(row.own_omissions for row in counted),
        reasons_missed=sum(row.reasons_missed for row in counted),
        median_working_days=float(statistics.median(row.working_days for row in counted)) if counted else None,
        complete=len(listed) <= MOST_COUNTED,
    )
