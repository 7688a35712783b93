"""What the state does with a person's data: the log, one exchange with its proof, and what was done in their name."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.relay import Own
from chalicelib.shared.storage import Json, every
from chalicelib.shared.thai import NationalId, Text

from ..hall import Hall
from ..holdings import Holding, partition, take_away
from ..model import Person
from . import checking, words
from .checking import Checked
from .log import AccessLog, as_list
from .model import OwnReceipt
from .ports import Receipts
from .rules import Wanted
from .store import Store
from .views import UsageLine, UsageList

log = logging.getLogger("klang.citizen.access")

PAGES = 5
"""Pages of the exchange's log that one request looks through for what a filter wants."""
A_PAGE = 100
MOST_PAGES = 1_000
"""Pages of a copy of the log: far more than anybody has, and an end for a log that would never stop."""


@dataclass(frozen=True)
class Done:
    """Something that was done in a person's name."""

    at: str
    what: str
    words: Text
    by: Json
    detail: Json


class Access:
    """Reads.

    Args:
        hall: the room's tools.
        entries: the exchange's log.
        receipts: single exchanges with their evidence.
    """

    def __init__(self, hall: Hall, entries: AccessLog, receipts: Receipts) -> None:
        self._hall = hall
        self._entries = entries
        self._receipts = receipts
        self._store = Store(hall.parts.table)
        title = Text(th="บันทึกการทำรายการในนามของท่าน", en="What was done in your name")
        hall.holdings["activity"] = Holding(title, export=self.everything_done, erase=self.erase)

    def page(self, person: Person, pid: NationalId, wanted: Wanted, cursor: str | None, limit: int) -> UsageList:
        """Lines of the log, newest first.

        With a filter a page may be short although there is more: it goes on as long as there is a `next`.

        Raises:
            Malformed: the cursor belongs to another list or another filter.
        """
        cursors, scope = self._hall.parts.cursors, ("access-log", person, *asdict(wanted).values())
        place = cursors.read(cursor, scope)
        if wanted.everything:
            # the exchange's own cursor inside ours: theirs opens nothing here, and ours nothing there
            whole = as_list(self._entries.entries(pid, place, limit))
            return whole.model_copy(update={"next": cursors.make(whole.next, scope)})
        after, skip = (None, 0) if place is None else json.loads(place)
        found = list[UsageLine]()
        at: list[str | int | None] | None = None
        for _ in range(PAGES):
            lines = as_list(self._entries.entries(pid, after, A_PAGE))
            taken, used, over = _taken(lines.items, skip, wanted, limit - len(found))
            found += taken
            more = used < len(lines.items)
            at = None if over or not (more or lines.next) else [after, used] if more else [lines.next, 0]
            if at is None or len(found) == limit:
                break
            after, skip = lines.next, 0
        end = None if at is None else json.dumps(at)
        return UsageList(items=found, next=cursors.make(end, scope))

    def whole_log(self, pid: NationalId) -> list[UsageLine]:
        """All lines, for the copy of everything."""
        found, after = list[UsageLine](), None
        for _ in range(MOST_PAGES):
            page = as_list(self._entries.entries(pid, after, A_PAGE))
            found += page.items
            if page.next is None or page.next == after:
                return found
            after = page.next
        raise UpstreamFailed("ประวัติการเข้าถึงยาวเกินกว่าจะคัดสำเนา", "The access log does not come to an end.")

    def one(self, own: Own, receipt: str) -> tuple[OwnReceipt, Checked]:
        """One exchange, and what the check of its proof showed.

        Raises:
            NotFound, and what else the exchange said.
        """
        found = self._receipts.one(own, receipt)
        shown = checking.checked(found, self._store.kept_log_key(found.log_key))
        if shown.outcome == "failed":
            log.error("a receipt does not prove its line", extra={"receipt": receipt, "why": shown.why})
        return found, shown

    def done(self, person: Person, cursor: str | None, limit: int) -> tuple[list[Done], str | None]:
        """What was done in a person's name here, newest first.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope = ("activity", person)
        after = self._hall.parts.cursors.read(cursor, scope)
        page = self._hall.parts.table.query(f"LOG#{person}", after=after, limit=limit, newest_first=True)
        lines = [_done(item.key.sk.partition("#")[0], item.data) for item in page.items]
        return lines, self._hall.parts.cursors.make(page.after, scope)

    def everything_done(self, person: Person) -> list[Json]:
        """All of it, for the copy of everything."""
        lines = [
            _done(item.key.sk.partition("#")[0], item.data) for item in every(self._hall.parts.table, f"LOG#{person}")
        ]
        return [{**asdict(line), "words": line.words.model_dump()} for line in lines]

    def erase(self, person: Person) -> None:
        """Takes the whole log of deeds away."""
        take_away(self._hall.parts.table, partition(self._hall.parts.table, f"LOG#{person}"))


def _taken(lines: Sequence[UsageLine], skip: int, wanted: Wanted, most: int) -> tuple[list[UsageLine], int, bool]:
    """Wanted lines of a page, how many of its lines were looked at, and whether the rest of the log holds none."""
    found = list[UsageLine]()
    for at, line in enumerate(lines[skip:], start=skip):
        if wanted.over(line):
            return found, at, True
        if wanted.fits(line):
            found.append(line)
            if len(found) == most:
                return found, at + 1, False
    return found, len(lines), False


def _done(at: str, data: Mapping[str, Any]) -> Done:
    return Done(at, str(data["what"]), words.words_of(str(data["what"])), dict(data["by"]), dict(data["detail"]))
