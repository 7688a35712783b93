"""Harvesting as a whole: sources, runs, what runs each minute, and the consumer of its queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Invalid, Refusal, UpstreamFailed, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Change, Create, Item, Key, WriteRefused, every

from ..access import Access
from ..governance.gate import Gate
from ..groups.store import GroupStore
from ..store import Store
from . import rows
from .ending import Ending
from .gathering import Gathering, fetch_work
from .mapping import mapped, unwanted
from .model import OUTCOMES, Did, Run, Source, Thing, dataset_id, thing_id
from .remote import Away, Broken, Remote
from .sources import PAUSES, Sources
from .states import States
from .words import REASONS
from .work import Worker
from .writing import Writer

PREVIEW = 10
"""Datasets that a preview shows."""
FULL_EVERY = timedelta(days=7)
"""How often a source that tells of changes is nevertheless read as a whole, because only then is seen what is gone."""
MARGIN = timedelta(hours=1)
"""How far back of the last run changes are asked for: clocks differ, and what was being written then was not seen."""


@dataclass(frozen=True)
class Harvest:
    """Everything harvesting can do.

    Args:
        parts: the room's.
        objects: the room's bucket; pages of sources are kept under `harvest/` for a month.
        store, groups, access, gate: of the catalogue.
    """

    parts: Parts
    objects: Objects
    store: Store
    groups: GroupStore
    access: Access
    gate: Gate

    @cached_property
    def sources(self) -> Sources:
        """The sources."""
        parts = self.parts
        return Sources(
            parts.table,
            parts.journal,
            parts.cursors,
            self.store,
            self.access,
            self.gate,
            parts.ids,
            parts.clock,
        )

    @cached_property
    def states(self) -> States:
        """How datasets of agencies stand here."""
        return States(self.parts.table, self.store, self.sources)

    @cached_property
    def _gathering(self) -> Gathering:
        parts = self.parts
        remote = Remote(parts.http, parts.table, parts.clock, parts.base_url)
        return Gathering(parts.table, parts.journal, self.objects, remote, parts.clock)

    @cached_property
    def _ending(self) -> Ending:
        return Ending(self.parts.table, self.parts.journal, self.parts.clock)

    @cached_property
    def _worker(self) -> Worker:
        parts = self.parts
        writer = Writer(
            parts.table,
            parts.journal,
            self.objects,
            self.store,
            self.groups,
            self.gate,
            ids=parts.ids,
            clock=parts.clock,
        )
        return Worker(parts.table, parts.journal, self._gathering, writer, self._ending, parts.clock)

    def on_message(self, body: str) -> None:
        """The consumer of the queue `opendata-harvest`."""
        self._worker.on_message(body)

    # -- runs

    def start(self, caller: Caller, once: Once, source_id: str, *, changes: bool, dry: bool, shrink: bool) -> Run:
        """Starts a run now.

        Args:
            changes: asks only for what changed since the last good run, where the source can tell.
            dry: nothing of the catalogue is written.
            shrink: it may see fewer than half of the datasets of before.

        Raises:
            NotFound, NotAllowed.
        """
        source = self.sources.find(caller, source_id)
        run = self._run(source, caller.label, self.parts.clock(), changes=changes, dry=dry, shrink=shrink)
        opened, event = self._opened(source, run)
        self.parts.journal.commit(once, opened, answer={"source": source.id, "run": run.id})
        self.parts.journal.send(event)
        return run

    def run(self, caller: Caller, source_id: str, run_id: str) -> tuple[Run, Mapping[str, int], int]:
        """A run, how many datasets came out how, and how many steps are open (100 at most).

        Raises:
            NotFound.
        """
        source = self.sources.find(caller, source_id)
        run = rows.run_of(self.parts.table.get(rows.run_key(source.id, run_id))) if _is_id(run_id) else None
        if run is None:
            raise not_found("การเก็บเกี่ยว", "harvest run")
        there = self.parts.table.query(rows.pk(run.id), prefix="OPEN#", limit=100).items
        return run, self.counts(run), len(there)

    def counts(self, run: Run) -> dict[str, int]:
        """How many datasets of a run came out how."""
        found = rows.counts(self.parts.table, run.id)
        return {what: found.get(what, 0) for what in OUTCOMES}

    def runs(self, caller: Caller, source_id: str, cursor: str | None, limit: int) -> tuple[list[Run], str | None]:
        """Runs of a source, the latest first.

        Raises:
            NotFound, Malformed.
        """
        source = self.sources.find(caller, source_id)
        items, onwards = self._page(rows.pk(source.id), "RUN#", cursor, limit, newest_first=True)
        return [run for item in items if (run := rows.run_of(item)) is not None], onwards

    def did(self, caller: Caller, source_id: str, run_id: str, cursor: str | None, limit: int) -> Any:
        """What a run did, dataset by dataset, and the cursor of the next page.

        Raises:
            NotFound, Malformed.
        """
        run, _, _ = self.run(caller, source_id, run_id)
        items, onwards = self._page(rows.pk(run.id), "DID#", cursor, limit)
        return [did for item in items if (did := rows.did_of(item)) is not None], onwards

    def things(
        self, caller: Caller, source_id: str, state: str | None, cursor: str | None, limit: int
    ) -> tuple[list[Thing], str | None]:
        """The datasets of a source: all, or those in one state as the index knew them a moment ago.

        Raises:
            NotFound, Malformed.
        """
        source = self.sources.find(caller, source_id)
        if state is None:
            items, onwards = self._page(rows.pk(source.id), "OBJ#", cursor, limit)
        else:
            items, onwards = self._page(f"HARVEST#{source.id}#{state}", "", cursor, limit, index="by_organization")
        return [thing for item in items if (thing := rows.thing_of(item)) is not None], onwards

    def preview(self, caller: Caller, source_id: str) -> list[Did]:
        """The first datasets of a source as they would be kept; nothing is written.

        Raises:
            NotFound.
            UpstreamFailed: the source does not answer.
            Invalid: it answers what cannot be used.
        """
        source = self.sources.find(caller, source_id)
        owner = self.store.group("organization", source.organization)
        title = "" if owner is None else owner.title
        try:
            records = self._gathering.page(source, "", "").records
        except Away as away:
            said = REASONS[away.reason]
            raise UpstreamFailed(said.th, said.en, retry_after=60) from None
        except Broken as broken:
            raise _unusable(broken) from None
        found: list[Did] = []
        for record in records[:PREVIEW]:
            reason, remote = unwanted(record, source), record.id[:1000]
            if reason:
                found.append(Did(thing_id(remote), remote, "", "skipped", messages={"__reason": [reason]}))
                continue
            meant = mapped(record, source, title)
            missing = {f"missing:{name}": texts for name, texts in meant.missing.items()}
            package = dataset_id(source.id, remote)
            outcome = "new" if self.store.package(package) is None else "changed"
            shown = {"__as": {**meant.fields, "resources": len(meant.links)}}
            found.append(
                Did(thing_id(remote), remote, meant.names[0], outcome, package, {**meant.notes, **missing, **shown})
            )
        return found

    # -- each minute

    def sweep(self, now: datetime) -> None:
        """Starts what is due, and ends what has nothing left to do or takes too long."""
        due = every(self.parts.table, rows.DUE, index="by_organization")
        until = f"{now.isoformat(timespec='microseconds')}~"
        for item in list(takewhile(lambda each: each.indexes["by_organization"].sk <= until, due)):
            self._start_due(item.key.pk.removeprefix("HARVEST#"), now)
        for item in list(every(self.parts.table, rows.RUNNING, index="by_organization")):
            run = rows.run_of(item)
            if run is not None:
                there = rows.run_of(self.parts.table.get(rows.run_key(run.source, run.id)))
                if there is not None and there.state == "running":
                    self._ending.expire(self.sources.there(run.source), there, now)

    def _start_due(self, source_id: str, now: datetime) -> None:
        """Starts a run that is due and says when the next one is; of two sweeps at once one does it."""
        table = self.parts.table
        found = table.get_many([rows.due_key(source_id), rows.source_key(source_id), rows.marks_key(source_id)])
        due, source = found.get(rows.due_key(source_id)), rows.source_of(found.get(rows.source_key(source_id)))
        if due is None or source is None or source.every == "manual" or source.paused:
            return
        moment = due.indexes.get("by_organization")
        if moment is None or moment.sk > f"{now.isoformat(timespec='microseconds')}~":
            return  # the index told what was true a moment ago
        last = due.data["run"]
        before = None if not last else rows.run_of(table.get(rows.run_key(source_id, last)))
        following = Key(rows.DUE, f"{(now + PAUSES[source.every]).isoformat(timespec='microseconds')}#{source_id}")
        if before is not None and before.state == "running":
            # it has a day to end; until then another one would only ask the same again
            self._try(rows.replaced(due, Item(due.key, due.data, indexes={"by_organization": following})))
            return
        marks = rows.marks_of(found.get(rows.marks_key(source_id)))
        recent = marks.full and now - datetime.fromisoformat(marks.full) < FULL_EVERY
        run = self._run(source, source.by, now, changes=bool(recent), dry=False, shrink=False)
        opened, event = self._opened(source, run)
        next_due = Item(due.key, {"run": run.id}, indexes={"by_organization": following})
        if self._try([*opened, *rows.replaced(due, next_due)]):
            self.parts.journal.send(event)

    def _run(self, source: Source, by: str, now: datetime, *, changes: bool, dry: bool, shrink: bool) -> Run:
        marks = rows.marks_of(self.parts.table.get(rows.marks_key(source.id)))
        since = ""
        if changes and source.kind == "ckan" and marks.since:
            since = (datetime.fromisoformat(marks.since) - MARGIN).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Run(
            id=self.parts.ids(),
            source=source.id,
            by=by,
            started=now.isoformat(timespec="microseconds"),
            changes=bool(since),
            dry=dry,
            shrink=shrink,
            since=since,
        )

    def _opened(self, source: Source, run: Run) -> tuple[list[Change], Event]:
        first = fetch_work(source, run, 0, "")
        opened, event = rows.opened(self.parts.journal, first, source.by, self.parts.clock())
        return [Create(rows.run_item(run)), *opened], event

    def _try(self, changes: list[Change]) -> bool:
        try:
            self.parts.table.write(changes, new_token())
        except WriteRefused:
            return False  # another sweep was faster
        return True

    def _page(
        self,
        pk: str,
        prefix: str,
        cursor: str | None,
        limit: int,
        *,
        index: str | None = None,
        newest_first: bool = False,
    ) -> tuple[tuple[Item, ...], str | None]:
        scope = ("harvest", pk, prefix)
        after = self.parts.cursors.read(cursor, scope)
        page = self.parts.table.query(
            pk, index=index, prefix=prefix, after=after, limit=limit, newest_first=newest_first
        )
        return page.items, self.parts.cursors.make(page.after, scope)


def _unusable(broken: Broken) -> Refusal:
    said = REASONS[broken.reason]
    return Invalid(said.th, said.en)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 64 and text.isalnum()
