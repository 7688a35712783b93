"""How a run ends: whether it saw everything, what it did not see, and what is left of it for the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Journal
from chalicelib.shared.measures import measure
from chalicelib.shared.storage import Change, Count, Create, Item, Require, Table, Update, WriteRefused, every, key_of

from . import rows
from .model import Did, Marks, Run, Source, Thing, Work

LIVES = timedelta(hours=26)
"""A run that is older ends, whatever is still open: none is "running" for days."""
SLICE = 100
"""Datasets that one step looks at."""
AT_ONCE = 25
"""Of them, how many are written in one transaction."""


@dataclass(frozen=True)
class Sighting:
    """What a run saw.

    Attributes:
        seen: things that are there and wanted.
        steady: whether the pages fit together: every one of them there, all telling the same number, which is that of
            the datasets they held.
    """

    seen: frozenset[str]
    steady: bool


class Ending:
    """The step `absent`, and the end of a run."""

    def __init__(self, table: Table, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._clock = clock

    def close(self, source: Source | None, source_id: str, run_id: str) -> None:
        """Ends a run, or its phase, if nothing of it is open; harmless when repeated or done by two at once."""
        item = self._table.get(rows.run_key(source_id, run_id))
        run = rows.run_of(item)
        # the run is read before its steps: whatever opens steps anew changes the run's version
        if run is None or run.state != "running" or rows.anything_open(self._table, run_id):
            return
        if source is None:
            self.stop(run, "removed")
        elif run.dry or run.phase == "absent":
            self._finish(source, run)
        elif run.changes:
            steady = self.sighting(run).steady
            self._finish(source, run if steady else replace(run, reason="unsteady"))
        else:
            self._look_for_absent(source, run)

    def stop(self, run: Run, reason: str) -> None:
        """Ends a run that cannot go on; what it wrote stays, what it did not see means nothing."""
        measure("HarvestsFailed", platform="opendata")
        self._write_run(replace(run, state="stopped", reason=reason, complete=False, ended=self._now()), [], [])

    def expire(self, source: Source | None, run: Run, now: datetime) -> None:
        """Ends a run that is open for too long."""
        if now - datetime.fromisoformat(run.started) > LIVES:
            self.stop(run, "late")
        else:
            self.close(source, run.source, run.id)

    def absent(self, source: Source, run: Run, work: Work, row: Item) -> None:
        """Looks at some datasets of the source: notes which were not seen for the first time, and opens the deletion
        of those that an earlier complete sighting did not show either.

        Raises:
            WriteRefused: somebody was faster.
        """
        seen = self.sighting(run).seen
        page = self._table.query(rows.pk(source.id), prefix="OBJ#", after=work.data["after"] or None, limit=SLICE)
        things = [thing for item in page.items if (thing := rows.thing_of(item)) is not None]
        missing = [thing for thing in things if _alive(thing) and thing.id not in seen and thing.as_of <= run.started]
        for start in range(0, len(missing), AT_ONCE):
            self._write_absent(source, run, work, row, missing[start : start + AT_ONCE])
        following = [] if page.after is None else [absent_work(source, run, int(work.data["number"]) + 1, page.after)]
        self._commit(source, [], following, [row])

    def _write_absent(self, source: Source, run: Run, work: Work, row: Item, things: Iterable[Thing]) -> None:
        now, until = self._clock(), rows.expires(self._clock())
        changes: list[Change] = []
        following: list[Work] = []
        for thing in things:
            if thing.absent is None:
                mark = (run.id, self._now())
                changes.append(rows.written(source.id, thing, replace(thing, absent=mark)))
                did = Did(thing.id, thing.remote, thing.name, "gone_once", thing.package)
                if self._table.get(rows.did_key(run.id, thing.id)) is None:
                    changes.append(Create(rows.did_item(run.id, did, now)))
                    changes.append(rows.counted(run.id, "gone_once", 1, thing.id[:1], until))
            elif thing.absent[0] != run.id and thing.absent[1] < run.started:
                gone = Work("gone", source.id, run.id, f"gone#{thing.id}", {"thing": thing.id})
                if self._table.get(rows.open_key(gone)) is None and self._table.get(rows.held_key(gone)) is None:
                    following.append(gone)
        if changes or following:
            self._commit(source, _merged([*changes, Require(row.key, row.version)]), following, [])

    def _commit(self, source: Source, changes: list[Change], following: Iterable[Work], done: Iterable[Item]) -> None:
        events: list[Event] = []
        for each in following:
            new, event = rows.opened(self._journal, each, source.by, self._clock())
            changes += new
            events.append(event)
        self._table.write([*changes, *rows.taken_away(done)], new_token())
        for event in events:
            self._journal.send(event)

    def sighting(self, run: Run) -> Sighting:
        """What a run saw, from the rows of its pages and parts."""
        pages = {item.key.sk: item.data for item in every(self._table, rows.pk(run.id), prefix="PAGE#")}
        seen: set[str] = set()
        told: set[str] = set()
        for item in every(self._table, rows.pk(run.id), prefix="PART#"):
            seen.update(item.data["seen"])
            told.update(item.data["told"])
        return Sighting(frozenset(seen), _fit(pages, len(told)))

    def _look_for_absent(self, source: Source, run: Run) -> None:
        sighting = self.sighting(run)
        marks = rows.marks_of(self._table.get(rows.marks_key(source.id)))
        run = replace(run, seen=len(sighting.seen))
        if not sighting.steady:
            self._finish(source, replace(run, complete=False, reason="unsteady"))
        elif marks.seen > 2 * len(sighting.seen) and not run.shrink:
            self.stop(run, "shrunk")
        else:
            work = absent_work(source, run, 0, "")
            self._write_run(replace(run, complete=True, phase="absent"), [], [work], source)

    def _finish(self, source: Source, run: Run) -> None:
        ended = replace(run, state="finished", ended=self._now())
        item = self._table.get(rows.marks_key(source.id))
        marks = rows.marks_of(item)
        if not run.dry:
            # what an unsteady reading may have missed is asked for again
            new = marks if run.reason else replace(marks, since=max(marks.since, run.started))
            if run.complete and run.started > marks.full:
                new = Marks(new.since, run.started, run.seen)
            data = asdict(new)
            more: list[Change] = [
                Create(Item(rows.marks_key(source.id), data)) if item is None else Update(item.next(data))
            ]
        else:
            more = []
        self._write_run(ended, more, [])

    def _write_run(self, run: Run, more: list[Change], following: list[Work], source: Source | None = None) -> None:
        changed = rows.run_item(replace(run, version=run.version + 1))
        changes: list[Change] = [Update(changed), *more]
        events: list[Event] = []
        for each in following:
            new, event = rows.opened(self._journal, each, "" if source is None else source.by, self._clock())
            changes += new
            events.append(event)
        try:
            self._table.write(changes, new_token())
        except WriteRefused:
            return  # somebody else ended it; or two runs ended at once, and the sweep ends this one
        for event in events:
            self._journal.send(event)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")


def absent_work(source: Source, run: Run, number: int, after: str) -> Work:
    """The step that looks at some datasets of a source."""
    return Work("absent", source.id, run.id, f"absent#{number:06d}", {"number": number, "after": after})


def _alive(thing: Thing) -> bool:
    return thing.state in ("published", "draft", "refused")


def _fit(pages: Mapping[str, Mapping[str, object]], told: int) -> bool:
    whole = bool(pages) and sorted(pages) == [f"PAGE#{number:06d}" for number in range(len(pages))]
    last = whole and bool(pages[max(pages)]["last"])
    counts = {page["count"] for page in pages.values() if page["count"] is not None}
    return last and (not counts or counts == {told})


def _merged(changes: list[Change]) -> list[Change]:
    """The changes with counts of one row added up: an item may stand once in a transaction."""
    merged: dict[object, Change] = {}
    for change in changes:
        there = merged.get(key_of(change))
        if isinstance(change, Count) and isinstance(there, Count):
            merged[change.key] = replace(there, by=there.by + change.by)
        else:
            merged[key_of(change)] = change
    return list(merged.values())
