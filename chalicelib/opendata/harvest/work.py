"""The consumer of the queue `opendata-harvest`: takes one step of a run, once, whatever the queue does.

What fails because the source is away waits for the outbox's pauses; what fails by our own fault is repeated by the
queue, and after `TRIES` times is set aside: the run goes on without it, the object says so, and the message lies in the
dead-letter queue, from where it can be sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from chalicelib.shared.errors import AlreadyThere, Stale
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Journal, NotYet
from chalicelib.shared.storage import Create, Item, Table, Update, WriteRefused

from . import rows
from .ending import Ending
from .gathering import Gathering
from .model import Did, Run, Source, Work
from .remote import Away, Broken
from .writing import Writer

log = logging.getLogger("klang.opendata")

TRIES = 4
"""Failures by our fault before a step is set aside; the queue gives a message out five times."""
TRIES_AWAY = 10
"""Failures of the source before a run gives up: with the outbox's pauses, about five hours."""
AGAIN = 5
"""How often a step that met another one is taken at once again."""

Step = Callable[[Source, Run, Work, Item], None]


class Worker:
    """Takes steps."""

    def __init__(
        self,
        table: Table,
        journal: Journal,
        gathering: Gathering,
        writer: Writer,
        ending: Ending,
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._ending = ending
        self._clock = clock
        self._steps: dict[str, Step] = {
            "fetch": gathering.fetch,
            "part": gathering.part,
            "dataset": writer.dataset,
            "gone": writer.gone,
            "absent": ending.absent,
        }

    def on_message(self, body: str) -> None:
        """Takes the step that a message is about."""
        self._journal.carry(body, self._take)

    def _take(self, event: Event) -> None:
        work = rows.work_of(event)
        for _ in range(AGAIN):
            row, source, run = self._read(work)
            if row is None or run is None:
                break  # it is done
            if source is None or run.state == "stopped":
                self._table.write(rows.taken_away([row]), new_token())
                break
            try:
                self._steps[work.kind](source, run, work, row)
                break
            except (WriteRefused, AlreadyThere, Stale):
                continue  # others are busy with the same
            except Away as away:
                self._wait(run, work, row, away)
            except Broken as broken:
                self._ending.stop(run, broken.reason)
                continue
            except Exception as error:
                self._failed(run, work, row, error)
                raise
        else:
            raise NotYet  # after a pause
        self._ending.close(self._source(work.source), work.source, work.run)

    def _read(self, work: Work) -> tuple[Item | None, Source | None, Run | None]:
        keys = [rows.open_key(work), rows.held_key(work), rows.source_key(work.source)]
        place = rows.run_key(work.source, work.run)
        found = self._table.get_many([*keys, place])
        row = found.get(keys[0]) or found.get(keys[1])
        return row, rows.source_of(found.get(keys[2])), rows.run_of(found.get(place))

    def _source(self, id: str) -> Source | None:
        return rows.source_of(self._table.get(rows.source_key(id)))

    def _wait(self, run: Run, work: Work, row: Item, away: Away) -> None:
        """Lets the step come again after a pause; after many, the run ends.

        Raises:
            NotYet: always, but for the last time.
        """
        tries = int(row.data["tries"]) + (1 if away.counts else 0)
        if tries >= TRIES_AWAY:
            self._ending.stop(run, "away")
            self._drop(row)
            return
        data = {**row.data, "tries": tries, "reason": away.reason}
        self._try(Update(row.next(data, expires=row.expires)))
        raise NotYet from away

    def _failed(self, run: Run, work: Work, row: Item, error: Exception) -> None:
        """Counts a failure of ours; after `TRIES` of them the step is set aside."""
        from chalicelib.shared.web import where

        log.error("a step of a harvest failed", extra={"step": work.kind, "error": where(error)})
        tries = int(row.data["tries"]) + 1
        if row.key == rows.held_key(work):
            return
        if tries < TRIES:
            self._try(Update(row.next({**row.data, "tries": tries, "reason": "failed"}, expires=row.expires)))
            return
        if work.kind not in ("dataset", "gone"):
            self._ending.stop(run, "failed")
            return
        now = self._clock()
        thing = rows.thing_of(self._table.get(rows.thing_key(work.source, str(work.data["thing"]))))
        name, remote, package = ("", "", "") if thing is None else (thing.name, thing.remote, thing.package)
        did = Did(str(work.data["thing"]), remote, name, "held", package, {"__reason": ["failed"]})
        there = self._table.get(rows.did_key(run.id, did.thing))
        item = rows.did_item(run.id, did, now)
        held = {**row.data, "tries": tries, "reason": "failed"}
        try:
            self._table.write(
                [
                    *rows.taken_away([row]),
                    Create(Item(rows.held_key(work), held, expires=rows.expires(now))),
                    *([Create(item)] if there is None else rows.replaced(there, item)),
                    rows.counted(run.id, "held", 1, work.id, rows.expires(now)),
                ],
                new_token(),
            )
        except WriteRefused:
            return
        self._ending.close(self._source(work.source), work.source, work.run)

    def _drop(self, row: Item) -> None:
        try:
            self._table.write(rows.taken_away([row]), new_token())
        except WriteRefused:
            log.info("a step was taken away by another")

    def _try(self, change: Update) -> None:
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            log.info("a step was tried by two at once")
