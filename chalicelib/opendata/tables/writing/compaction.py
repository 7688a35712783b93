"""Puts the rows of live tables together: a new base, which is a new version of the resource, and what came meanwhile
laid over it.

Killed at any step, nothing is lost: the version, its objects and the shorter list of deltas come with one transaction,
and until then readers have the base and the deltas as they were. Two at once: one of them is refused. Writers who come
meanwhile append to the list; what they appended stays over the new base.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.journal import Event, NotYet, Once, Replayed
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Table as Rows

from ...contents import LEASE, QUARANTINE, Contents
from ...forgetting import Purged
from ...live import Live
from ...model import Package, Resource
from ...packages import Packages
from ...rows import LIVE, place_key
from ...store import Store
from ...store import Writing as Saving
from . import limits
from .building import Building, Made, version_of
from .merging import Merging
from .service import base_of
from .store import WRITTEN, Place, RowStore

log = logging.getLogger("klang.opendata.tables")

BY = "system:opendata-tables"
ATTEMPTS = 12
"""How often the transaction is tried while others write."""
ROUNDS = 3
"""How often one call puts a table together that is written to meanwhile."""
AT_ONCE = 20
"""Tables that one sweep puts together."""
PREFIX = "deltas/"
AT_MINUTE = 17
"""Of each hour, when deltas that nobody refers to are looked for."""
_TABLES = ("opendata.resource.created", "opendata.resource.table_changed")
"""Events of resources that may have come with rows."""
_SURELY = timedelta(days=1)
"""After this time a delta that nobody refers to is deleted even where deltas go out of use all the time."""


class Compaction:
    """Puts rows together when too many lie over a base, and clears away deltas that nobody refers to."""

    def __init__(
        self,
        rows: Rows,
        places: RowStore,
        store: Store,
        packages: Packages,
        objects: Objects,
        contents: Contents,
        building: Building,
        merging: Merging,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._rows = rows
        self._places = places
        self._store = store
        self._packages = packages
        self._objects = objects
        self._contents = contents
        self._building = building
        self._merging = merging
        self._clock = clock

    def on_event(self, event: Event) -> None:
        """A write that made a table due (consumer; harmless when repeated)."""
        for _ in range(ROUNDS):
            found = self._found(event.subject)
            live = found[1].live if found else None
            if live is None or not (limits.is_due(live) or limits.is_old(live, self._clock())):
                return
            self.compact(event.subject)

    def sweep(self, now: datetime) -> int:
        """Has put together what lies over its base for long (each minute); answers how many tables."""
        asked = 0
        for row in self._rows.query(LIVE, index="by_organization", limit=AT_ONCE).items:
            since, _, resource_id = row.indexes["by_organization"].sk.partition("#")
            if datetime.fromisoformat(since) + limits.DUE_AGE > now:
                break
            asked += self._ask(resource_id, since, now)
        return asked

    def _ask(self, resource_id: str, since: str, now: datetime) -> bool:
        """Puts the work on the queue, once for each oldest row: after that the outbox sees to it."""
        once = Once.of_event(f"{resource_id}/{since}", "opendata.compact_old")
        try:
            place = self._places.find(resource_id, once)
            live = place.resource.live
            if live is None or not limits.is_old(live, now):
                return False  # the index told what was true a moment ago
            self._places.write(once, BY, place, live, {"what": "old"}, {}, due=True)
        except (NotFound, Replayed, Stale):
            return False
        return True

    def compact(self, resource_id: str) -> bool:
        """Puts the rows of a table together; False where there is nothing to do.

        Raises:
            NotYet: others write so often that it is better tried later.
        """
        place = self._sealed(resource_id)
        if place is None or place.resource.live is None:
            return False
        resource, seen = place.resource, place.resource.live
        try:
            made = self._building.make(seen, self._merging.overlay(seen), base_of(resource))
        except NotFound:
            return False  # somebody else put them together meanwhile
        for _ in range(ATTEMPTS):
            try:
                return self._settle(resource_id, resource, seen, made)
            except Replayed:
                return True
            except Stale:
                made = replace(made, content=self._contents.expect(made.sha256, made.keys))
        raise NotYet

    def _sealed(self, resource_id: str) -> Place | None:
        """The resource, after writers were told to fold no delta that it has now: they are put together."""
        for _ in range(ATTEMPTS):
            try:
                place = self._places.find(resource_id)
            except NotFound:
                return None
            live = place.resource.live
            if live is None or not live.deltas or place.resource.held is not None:
                return None  # a version that waits for a decision has a number already, and numbers grow
            if live.sealed == len(live.deltas):
                return place
            try:
                self._places.seal(place, replace(live, sealed=len(live.deltas)))
            except Stale:
                continue
        raise NotYet

    def _settle(self, resource_id: str, was: Resource, seen: Live, made: Made) -> bool:
        found = self._found(resource_id)
        if found is None:
            return False
        package, resource = found
        live = resource.live
        if (
            live is None
            or resource.file is None
            or was.file is None
            or resource.file.number != was.file.number
            or live.deltas[: len(seen.deltas)] != seen.deltas
        ):
            return False  # the table was dropped, a file took its place, or another compaction was faster
        now = self._clock().isoformat(timespec="microseconds")
        kept = live.deltas[len(seen.deltas) :]
        # what was taken away before is not in the new base, what was taken away meanwhile is
        dropped = tuple(name for name in live.dropped if name not in seen.dropped)
        after = replace(live, columns=_counted(live, made), deltas=kept, dropped=dropped, sealed=0, folded=now)
        new, file = version_of(resource, made, now)
        new = replace(new, live=after)
        once = Once.of_event(f"{resource_id}/{seen.deltas[-1].key}", "opendata.compact")
        details = {"file": file.number, "sha256": file.sha256, "rows": file.rows}
        more = [
            self._store.file_row(new.id, file),
            *self._contents.used(made.content, new.id, file.number, package.id),
        ]
        saving = Saving(
            once, BY, "changed resource", "opendata.resource.compacted", subject=new.id, details=details, more=more
        )
        resources = tuple(new if each.id == new.id else each for each in package.resources)
        organization = self._store.groups_by_id([package.dataset.owner_org])[package.dataset.owner_org]
        themes = self._packages.themes(package)
        self._store.save(saving, package, replace(package, resources=resources), organization, themes)
        log.info("rows were put together", extra={"resource": resource_id, "rows": file.rows, "number": file.number})
        return True

    def _found(self, resource_id: str) -> tuple[Package, Resource] | None:
        package = self._store.package_of_resource(resource_id)
        resource = None if package is None else package.resource(resource_id)
        return None if package is None or resource is None else (package, resource)

    def clear(self, now: datetime) -> int:
        """Deletes deltas that nobody refers to (once an hour, called each minute): of a write whose transaction never
        came, and those that were folded or put together; answers how many.

        They stay for a while: a writer may be about to refer to one, a reader may be about to read one.
        """
        if now.minute != AT_MINUTE:
            return 0
        gone = 0
        by_resource: dict[str, list[str]] = {}
        for key in self._objects.keys(PREFIX):
            by_resource.setdefault(key.removeprefix(PREFIX).partition("/")[0], []).append(key)
        for resource_id, keys in by_resource.items():
            old = [key for key in keys if _made(key) + QUARANTINE <= now]
            found = self._found(resource_id) if old else None
            live = found[1].live if found else None
            used = {each.key for each in live.deltas} if live else set()
            fresh = live is not None and live.folded and datetime.fromisoformat(live.folded) + LEASE > now
            for key in old:
                if key not in used and (not fresh or _made(key) + _SURELY <= now):
                    self._objects.delete(key)
                    gone += 1
        return gone

    def forget(self, purged: Purged) -> None:
        """Deletes the deltas of a purged dataset's resources."""
        written = {event.subject for event in purged.events if event.type == WRITTEN or event.type in _TABLES}
        for resource_id in sorted(written):
            place = self._rows.get(place_key(resource_id))
            if place is None or place.data["package_id"] == purged.id:
                for key in self._objects.keys(f"{PREFIX}{resource_id}/"):
                    self._objects.delete(key)


def _counted(live: Live, made: Made) -> tuple[Mapping[str, Any], ...]:
    """The columns with what is known of them since their rows were put together."""
    found = {column["id"]: column for column in made.table.columns}
    return tuple({**column, **found.get(column["id"], {"filled": 0})} for column in live.columns)


def _made(key: str) -> datetime:
    moment = key.rpartition("/")[2].partition("-")[0]
    return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
