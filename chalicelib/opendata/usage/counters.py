"""Counting.

A process adds up for `PAUSE` seconds and writes once; a process that has been quiet writes at once. So a dataset that
everybody looks at costs a write for each process in ten seconds, and a quiet catalogue loses nothing. What a busy
process counted in its last ten seconds is lost when it dies: these are figures of interest, not of account.

    USAGE#{day}#{shard} / {dataset}#{metric}#{part}    how often; day in Thailand
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Literal, get_args

from chalicelib.shared.errors import Refusal
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Count, Key, Require, Table, WriteRefused, every

from ..forgetting import take_away

log = logging.getLogger("klang.opendata.usage")

Metric = Literal["views", "downloads", "queries"]
METRICS: tuple[Metric, ...] = get_args(Metric)
THAILAND = timezone(timedelta(hours=7))
PAUSE = timedelta(seconds=10)
SHARDS, PARTS = 16, 4
MOST_AT_ONCE = 50
KEPT_DAYS = 60
MOST = 10**12


def day_of(moment: datetime) -> date:
    """The day in Thailand."""
    return moment.astimezone(THAILAND).date()


def _shard(dataset: str) -> int:
    return hashlib.sha256(dataset.encode()).digest()[0] % SHARDS


def _pk(day: date, shard: int) -> str:
    return f"USAGE#{day.isoformat()}#{shard}"


class Counters:
    """Counts uses of datasets.

    Args:
        table: the room's.
        clock: tells the time.
    """

    def __init__(self, table: Table, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = clock
        self._pending: Counter[tuple[date, str, Metric]] = Counter()
        self._written: datetime | None = None

    def count(self, dataset: str, metric: Metric) -> None:
        """One use more; never refuses, whatever becomes of the table."""
        now = self._clock()
        self._pending[day_of(now), dataset, metric] += 1
        if self._written is None or now - self._written >= PAUSE or len(self._pending) >= MOST_AT_ONCE:
            self._written = now
            self.write()

    def write(self) -> None:
        """Writes what was added up."""
        pending = self._pending
        self._pending = Counter()
        entries = list(pending.items())
        for start in range(0, len(entries), MOST_AT_ONCE):
            changes = [self._change(key, times) for key, times in entries[start : start + MOST_AT_ONCE]]
            try:
                self._table.write(changes, new_token())
            except (Refusal, WriteRefused):
                # not worth a reader's error: these uses are forgotten
                log.warning("uses were not counted", extra={"uses": sum(pending.values())})

    def _change(self, key: tuple[date, str, Metric], times: int) -> Count:
        day, dataset, metric = key
        until = datetime.combine(day, datetime.min.time(), THAILAND) + timedelta(days=KEPT_DAYS)
        place = Key(_pk(day, _shard(dataset)), f"{dataset}#{metric}#{secrets.randbelow(PARTS)}")
        return Count(place, times, MOST, expires=int(until.timestamp()))

    def of(self, day: date, dataset: str) -> Mapping[Metric, int]:
        """The uses of one dataset on one day, in one request."""
        found: Counter[Metric] = Counter()
        for item in self._table.query(_pk(day, _shard(dataset)), prefix=f"{dataset}#").items:
            found[_metric(item.key)] += int(item.data["count"])
        return found

    def forget(self, day: date, dataset: str, *still: Require) -> None:
        """Takes the uses of a dataset on one day away, while something stands."""
        rows = every(self._table, _pk(day, _shard(dataset)), prefix=f"{dataset}#")
        take_away(self._table, (item.key for item in rows), *still)

    def all_of(self, day: date) -> dict[str, Counter[Metric]]:
        """The uses of all datasets on one day."""
        found: dict[str, Counter[Metric]] = {}
        for shard in range(SHARDS):
            for item in every(self._table, _pk(day, shard)):
                dataset = item.key.sk.split("#")[0]
                found.setdefault(dataset, Counter())[_metric(item.key)] += int(item.data["count"])
        return found


def _metric(key: Key) -> Metric:
    named = key.sk.split("#")[1]
    return next(each for each in METRICS if each == named)
