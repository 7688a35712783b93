"""A person's access log: which agency asked about them, when, what for and by which law (PDPA s.30)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ...shared.cursors import Cursors
from ...shared.dataclass import dataclass
from ...shared.keyring import Keyring
from ...shared.storage import Item, Table, every
from .. import store
from ..model import Usage

PEEK = 25
"""Lines read at once to learn whether a shown one follows."""


@dataclass(frozen=True)
class UsagePage:
    """Some lines, newest first, and the cursor of the next page."""

    items: tuple[Usage, ...]
    next: str | None


class AccessLog:
    """Reads access logs; the exchange itself writes them, so they are complete by construction.

    A line that the law lets stay hidden is not shown before its time, and nothing else gives it away: pages are full
    without it, and none is promised that would be empty.
    """

    def __init__(self, table: Table, keyring: Keyring, cursors: Cursors, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._keyring = keyring
        self._cursors = cursors
        self._clock = clock

    def entries(self, pid: str, after: str | None = None, limit: int = 50) -> UsagePage:
        """The lines about one person.

        Args:
            pid: national id; only its pseudonym is looked up.
            after: `next` of the page before.
            limit: at most so many lines.

        Raises:
            Malformed: `after` belongs to another list.
        """
        now = self._clock()
        pk = store.subject_pk(self._keyring.pseudonym(pid))
        scope = ("usage", pk)
        end = self._cursors.read(after, scope)
        found: list[Usage] = []
        while True:
            # never more than are still wanted, so that the page ends at the last line shown
            page = self._table.query(pk, after=end, limit=limit - len(found), newest_first=True)
            found += [usage_from(item) for item in page.items if shown(item, now)]
            end = page.after
            if end is None or len(found) == limit:
                break
        return UsagePage(tuple(found), self._cursors.make(self._if_more(pk, end, now), scope))

    def everything(self, pid: str) -> list[Usage]:
        """All lines that may be shown, newest first."""
        now = self._clock()
        pk = store.subject_pk(self._keyring.pseudonym(pid))
        return [usage_from(item) for item in every(self._table, pk) if shown(item, now)][::-1]

    def _if_more(self, pk: str, end: str | None, now: datetime) -> str | None:
        at = end
        while at is not None:
            page = self._table.query(pk, after=at, limit=PEEK, newest_first=True)
            if any(shown(item, now) for item in page.items):
                return end
            at = page.after
        return None


def shown(item: Item, now: datetime) -> bool:
    """False while the law lets a line stay hidden."""
    until = item.data.get("until")
    return until is None or datetime.fromisoformat(until) <= now


def usage_from(item: Item) -> Usage:
    """A line as it was stored."""
    return Usage(**{**item.data, "fields": tuple(item.data["fields"])})
