"""The log of changes as everybody may read it.

A follower keeps the cursor of its last answer. The log's ids are made before a write commits, so the cursor stays
`OVERLAP_MS` behind the present: what was written in the last minute is told again, and known by its id. Nothing is
ever missed, whoever wrote at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from chalicelib.shared.dataclass import dataclass

from ..changes import LOG_ID, OVERLAP_MS, Change, Log, back, first_at
from ..rules import Rejected
from ..search.model import Engine, Exact, Question, Some

MOST = 500


@dataclass(frozen=True)
class Told:
    """One change as it is told.

    Attributes:
        gone: the dataset cannot be seen any more; nothing but its id is told then.
    """

    change: Change
    gone: bool


class ChangeFeed:
    """Reads the log for everybody.

    Args:
        log: of all changes.
        engine: knows what everybody may see now.
        clock: tells the time.
    """

    def __init__(self, log: Log, engine: Callable[[], Engine], clock: Callable[[], datetime]) -> None:
        self._log = log
        self._engine = engine
        self._clock = clock

    def since(self, cursor: str, limit: int) -> tuple[list[Told], str]:
        """Changes of datasets that are or were public, the oldest first, and the cursor to go on with.

        Args:
            cursor: of an earlier answer, an ISO 8601 time, or "" for everything.
            limit: at most this many (1 to `MOST`); fewer, even none, may come while the cursor still moves on.

        Raises:
            Rejected: the cursor is none.
        """
        start = _start(cursor)
        read = list(self._log.since(start, limit=limit))
        concerned = [each for each in read if each.dataset and (each.before or each.after)]
        visible = self._visible({each.dataset for each in concerned})
        following = f"{read[-1].id}0" if read else start  # the smallest text after the last id
        if len(read) < limit:  # at the end of the log, where somebody may still be committing
            following = min(following, back(first_at(self._clock()), OVERLAP_MS))
        return [Told(each, each.dataset not in visible) for each in concerned], following

    def _visible(self, datasets: Iterable[str]) -> set[str]:
        asked = tuple(Exact("id", each) for each in sorted(datasets))
        if not asked:
            return set()
        return set(self._engine().search(Question(filters=(Some(asked),), rows=len(asked), sort=(("id", False),))).ids)


def _start(cursor: str) -> str:
    if not cursor or LOG_ID.fullmatch(cursor):
        return cursor
    try:
        moment = datetime.fromisoformat(cursor)
    except ValueError:
        raise Rejected({"since": ["Must be a cursor of an earlier answer, or an ISO 8601 time"]}) from None
    if moment.tzinfo is None:
        raise Rejected({"since": ["A time needs its offset, e.g. 2026-11-25T00:00:00Z"]})
    return first_at(moment)
