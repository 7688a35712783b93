"""A table with a million cases in memory: sorted indexes of sort keys, each case made when it is first read.

What a page costs depends on the index and on the cases that it holds. So the model keeps the two indexes as sorted
lists and finds a place in them by halving, as DynamoDB's partitions do, and makes a case's row (sealed for its own key)
only when a page comes to it. Everything else is the tests' memory table.
"""

from __future__ import annotations

import bisect
import datetime as dt
import json
from collections.abc import Callable

from chalicelib.biz.model import Case
from chalicelib.biz.noun import CaseId
from chalicelib.biz.store import case_key
from chalicelib.shared.storage import Item, Page
from tests.support.memory import MemoryTable

DAYS = 60
"""Due days over which the cases are spread."""


class ModelTable(MemoryTable):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self._sorted: dict[tuple[str, str], list[str]] = {}
        self._rows: dict[str, Item] = {}
        self._made: Callable[[str], Item] | None = None

    def grow(self, like: Case, count: int, row: Callable[[Case], Item]) -> None:
        """So many cases like one, of one owner and in one agency's queue."""
        first = like.due or dt.date(2026, 12, 1)
        days = [(first + dt.timedelta(days=day)) for day in range(DAYS)]

        def made(case: str) -> Item:
            return row(like.model_copy(update={"id": CaseId(case), "due": days[int(case, 16) % DAYS]}))

        self._made = made
        ids = [f"{number:032x}" for number in range(count)]
        self._sorted["by_owner", f"OWN#{like.owner}"] = ids
        shown = [day.isoformat() for day in days]
        queue = [f"{shown[number % DAYS]}#{each}" for number, each in enumerate(ids)]
        queue.sort()
        self._sorted["by_queue", f"Q#{like.agency}"] = queue

    def middle(self, index: str, count: int) -> str:
        """A page's end in the middle of an index, as a cursor would tell it."""
        [places] = [found for (name, _), found in self._sorted.items() if name == index]
        return self._end(places[count // 2])

    def query(
        self,
        pk: str,
        *,
        index: str | None = None,
        prefix: str = "",
        at_least: str = "",
        after: str | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Page:
        """See `Table`; a grown index by halving, any other as in the memory table."""
        places = self._sorted.get((index or "", pk))
        if places is None or prefix or at_least:
            return super().query(
                pk,
                index=index,
                prefix=prefix,
                at_least=at_least,
                after=after,
                limit=limit,
                newest_first=newest_first,
            )
        self.requests.append("query")
        if newest_first:
            end = len(places) if after is None else bisect.bisect_left(places, json.loads(after)[0])
            found = places[max(0, end - limit) : end][::-1]
            more = end > limit
        else:
            start = 0 if after is None else bisect.bisect_right(places, json.loads(after)[0])
            found = places[start : start + limit]
            more = start + limit < len(places)
        return Page(tuple(map(self._row, found)), self._end(found[-1]) if more else None)

    def _row(self, place: str) -> Item:
        case = place[-32:]
        if case not in self._rows:
            if self._made is None:
                raise LookupError(case)
            self._rows[case] = self._made(case)
        return self._rows[case]

    @staticmethod
    def _end(place: str) -> str:
        return json.dumps([place, case_key(place[-32:])])
