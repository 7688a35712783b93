"""Whether telling was fair: the day's figures into the open-data catalogue, and a report that anybody can read.

OFFERS / DAY               the last day whose figures are published, and where today's stand
OFFERS / FILE#{name}       hash of a published file, so that what did not change is not sent again
FAIRNESS / {month}         that a month has a report
FAIRNESS#{month} / {right} the report of a right's month, made of what was published and of nothing else
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import Refusal, not_found
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Create, Item, Key, Table, Update, WriteRefused, every
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from ..hall import Hall
from . import reporting
from .files import DICTIONARY, dictionary, month_file
from .model import Figure, Group
from .ports import Figures, Rights
from .store import Counters
from .tables import protected, rows_of

log = logging.getLogger("klang.citizen.offers")

MONTHS = 13
"""Months whose figures still move; older ones stay as they were last published."""
AFTER_MIDNIGHT = dt.timedelta(hours=1)
PAUSE = dt.timedelta(minutes=10)
"""Until a catalogue that did not answer is asked again."""
DAY = Key("OFFERS", "DAY")


class Fairness:
    """Figures of the offers."""

    def __init__(self, hall: Hall, counters: Counters, rights: Rights, figures: Figures) -> None:
        self._hall = hall
        self._counters = counters
        self._rights = rights
        self._figures = figures
        self._table: Table = hall.parts.table

    def run(self, now: dt.datetime) -> str | None:
        """Publishes the next month of the day's figures (asked each minute); which, or None when nothing is due.

        One month in a minute, so that a year never outlasts a run. A catalogue that does not answer is asked again
        after a pause; a file that it took is not sent twice.
        """
        today = thai_date(now - AFTER_MIDNIGHT).isoformat()
        state = self._table.get(DAY)
        if state is None:  # the first minute of this portal: its first figures are tomorrow's
            self._keep(DAY, None, {"day": today, "doing": "", "next": 0, "failed_at": None})
            return None
        data: dict[str, Any] = dict(state.data)
        if data["day"] >= today or now < _again(data["failed_at"]):
            return None
        number = int(data["next"]) if data["doing"] == today else 0
        months = months_until(dt.date.fromisoformat(today))
        try:
            self.publish(months[number])
        except Refusal as error:
            log.warning("the catalogue did not take the figures", extra={"slug": error.slug})
            self._keep(DAY, state, {**data, "failed_at": now.isoformat()})
            return None
        done = number + 1 == len(months)
        after = (today, "", 0) if done else (data["day"], today, number + 1)
        self._keep(DAY, state, dict(zip(("day", "doing", "next", "failed_at"), (*after, None), strict=True)))
        return months[number]

    def publish(self, month: str) -> None:
        """Sends the files of a month that changed since they were taken, and makes its report.

        Raises:
            Refusal: a file is not taken.
        """
        by_right: dict[str, dict[Group, Mapping[Figure, int]]] = {}
        for (right, group), figures in self._counters.of_month(month).items():
            by_right.setdefault(right, {})[group] = figures
        for right in sorted(by_right):
            rows = protected(rows_of(by_right[right]))
            if not rows:
                continue
            name = self._name(right)
            self._send(DICTIONARY, dictionary())
            self._send(*month_file(month, right, name, rows))
            self._report(Key(f"FAIRNESS#{month}", right), reporting.of_right(right, name, rows))
            self._report(Key("FAIRNESS", month), {})

    def report(self, month: str | None) -> tuple[str, list[Mapping[str, Any]]]:
        """The report of a month, or the newest: the month, and each right's part.

        Raises:
            NotFound: nothing was published for it.
        """
        if month is None:
            newest = self._table.query("FAIRNESS", limit=1, newest_first=True).items
            month = newest[0].key.sk if newest else ""
        parts = [item.data for item in every(self._table, f"FAIRNESS#{month}")]
        if not parts:
            raise not_found("รายงานความเป็นธรรมของเดือนนี้", "fairness report of this month")
        return month, parts

    def _report(self, key: Key, data: dict[str, Any]) -> None:
        there = self._table.get(key)
        if there is None or there.data != data:
            self._keep(key, there, data)

    def _send(self, name: str, content: str) -> None:
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        key = Key("OFFERS", f"FILE#{name}")
        there = self._table.get(key)
        if there is not None and there.data["sha256"] == sha256:
            return
        self._figures.publish(name, content)
        self._keep(key, there, {"sha256": sha256, "at": self._at()})

    def _name(self, right: str) -> Text:
        words = self._rights.words(right, self._hall.today())
        return Text(th=right, en=right) if words is None else words.name

    def _at(self) -> str:
        return self._hall.now().isoformat(timespec="seconds")

    def _keep(self, key: Key, there: Item | None, data: dict[str, Any]) -> None:
        change = Create(Item(key, data)) if there is None else Update(there.next(data))
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            log.info("somebody else publishes at this moment", extra={"row": key.sk})


def months_until(today: dt.date) -> list[str]:
    """The months whose figures still move, newest first."""
    last = today.year * 12 + today.month - 1
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(last, last - MONTHS, -1)]


def _again(failed_at: object) -> dt.datetime:
    """When a catalogue that failed is asked again."""
    if failed_at is None:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    return dt.datetime.fromisoformat(str(failed_at)) + PAUSE
