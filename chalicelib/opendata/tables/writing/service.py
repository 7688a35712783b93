"""Writing rows: what `datastore_upsert`, `datastore_delete` and `datastore_records_delete` do.

One write is one object, put first, and one transaction that appends its reference to the resource, on condition that
the resource still is as it was read. Who was overtaken reads again and plans anew, so nothing is lost and nothing is
doubled. An object whose transaction never came is swept (`compaction`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Stale, Unavailable
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.objects import Objects

from ... import rules
from ...access import Access
from ...live import Delta, Live
from ...model import Resource, Table
from ...rules import Rejected
from ...store import Store
from . import limits, planning, values
from .delta import Overlay, Range, Row, packed
from .guarding import Guarding, Personal
from .looking import Looking
from .merging import ROW_ID, Merging, names_of
from .planning import Plan
from .store import Place, RowStore, nowhere

Json = dict[str, Any]
Given = Mapping[str, Any]

ATTEMPTS = 8
"""How often a write that was overtaken is planned anew."""
MAX_SINGLE = 50_000
"""Runs of rows that one call may take away; a run is any number of rows that follow one another."""
MAX_SHOWN = 10_000
"""Rows that an answer shows."""


@dataclass(frozen=True)
class Change:
    """What a write does: whole rows by `_id`, ranges of ids that go, how the count and the next `_id` move, and what
    the firewall knows of the table then (None: nothing new)."""

    rows: Mapping[int, Row]
    gone: Sequence[Range]
    added: int = 0
    removed: int = 0
    personal: Personal | None = None


class Writing:
    """Writes rows of tables that are open to it.

    Args:
        conditions: makes SQL of filters: (table, filters) -> (condition, bound values); raises Rejected.
    """

    def __init__(
        self,
        rows: RowStore,
        store: Store,
        access: Access,
        objects: Objects,
        merging: Merging,
        looking: Looking,
        guarding: Guarding,
        *,
        conditions: Callable[[Table, Mapping[str, Any]], tuple[str, Sequence[Any]]],
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._rows = rows
        self._store = store
        self._access = access
        self._objects = objects
        self._merging = merging
        self._looking = looking
        self._guarding = guarding
        self._conditions = conditions
        self._ids = ids
        self._clock = clock

    def upsert(self, caller: Caller, once: Once, resource_id: str, given: Given) -> Json:
        """Writes records.

        Raises:
            NotFound, NotAllowed, Rejected, BadRow.
            Unavailable: others write again and again, or too much waits to be put together.
        """
        method = given.get("method") or "upsert"
        if method not in planning.METHODS:
            raise Rejected({"method": ['"method" must be one of upsert, insert, update']})
        dry, show = (flag(given, name) for name in ("dry_run", "include_records"))
        result: Json = {"resource_id": resource_id, "method": method}

        def planned(place: Place, live: Live) -> tuple[Change, Json]:
            plan = self.planned(place, live, given.get("records"), method)
            shown = _shown(live, plan) if show else None
            answer = {"id": resource_id, "ids": plan.ids if show and len(plan.ids) <= MAX_SHOWN else []}
            return Change(plan.rows, (), plan.added, personal=plan.personal), {"answer": answer, "records": shown}

        try:
            told = self._write(caller, once, resource_id, planned, "upsert", dry=dry)
        except Replayed as before:
            return {**result, **(_replayed(given, before.answer or {}) if show else {})}
        return {**result, **({"records": told["records"]} if show else {}), **({"dry_run": True} if dry else {})}

    def delete(self, caller: Caller, once: Once, resource_id: str, given: Given) -> Json:
        """Takes the rows away for which `filters` hold; all of them for {}.

        Raises:
            NotFound, NotAllowed, Rejected, Unavailable.
        """
        filters, show = given.get("filters"), flag(given, "include_deleted_records")
        result: Json = {"resource_id": resource_id, "filters": filters}

        def planned(place: Place, live: Live) -> tuple[Change, Json]:
            overlay, base = self._merging.overlay(live), base_of(place.resource)
            if not filters:
                gone: list[Range] = [(1, live.next_id - 1)] if live.next_id > 1 else []
                shown = self._looking.values(live, overlay, base, "true", (), MAX_SHOWN) if show else None
                return Change({}, gone, removed=live.rows), {"answer": {"id": resource_id}, "deleted_records": shown}
            table = Table(1, "", "", live.columns, live.rows, 0)
            where, bound = self._conditions(table, filters)
            found = self._looking.matching(live, overlay, base, where, bound, MAX_SINGLE)
            if found is None:
                raise Rejected(
                    {"filters": [f"At most {MAX_SINGLE} runs of rows can go in one call; narrow the filters"]}
                )
            shown = self._looking.values(live, overlay, base, where, bound, MAX_SHOWN) if show else None
            return Change({}, found[0], removed=found[1]), {"answer": {"id": resource_id}, "deleted_records": shown}

        try:
            told = self._write(caller, once, resource_id, planned, "delete")
        except Replayed:
            return result
        return {**result, **({"deleted_records": told["deleted_records"]} if show else {})}

    def planned(self, place: Place, live: Live, given: Any, method: str) -> Plan:
        """What records would do to a table.

        Raises:
            Rejected, BadRow.
        """
        records = planning.checked(given, live, method)
        known: planning.Known = {}
        if records.by:
            known = self._looking.known(live, self._merging.overlay(live), base_of(place.resource), records)
        plan = planning.plan(records, live, known)
        if live.rows + plan.added > limits.MAX_ROWS:
            raise Rejected({"records": [f"A table that is written by the API has at most {limits.MAX_ROWS} rows"]})
        plan.personal = self._guarding.seen(place.dataset, place.resource, live.columns, list(plan.rows.values()))
        return plan

    def _write(
        self,
        caller: Caller,
        once: Once,
        resource_id: str,
        planned: Callable[[Place, Live], tuple[Change, Json]],
        what: str,
        *,
        dry: bool = False,
    ) -> Json:
        for _ in range(ATTEMPTS):
            place = self._rows.find(resource_id, once)
            self._must_write(caller, place)
            live = place.resource.live
            if live is None:
                raise nowhere()
            limits.must_have_room(live)
            change, told = planned(place, live)
            if dry:
                return told
            after = self.applied(place.resource.id, live, change)
            if after == live:
                self._rows.nothing(once, told["answer"])
                return told
            counts = {"what": what, "rows": len(change.rows), "added": change.added, "removed": change.removed}
            due = limits.is_due(after) and not limits.is_due(live)
            seen = place if change.personal is None else _noted(place, change.personal)
            try:
                self._rows.write(once, caller.label, seen, after, counts, told["answer"], due=due)
            except Stale:
                continue
            return told
        raise Unavailable(
            "มีผู้อื่นกำลังเขียนตารางนี้ โปรดลองใหม่", "Others are writing to this table just now; try again.", retry_after=1
        )

    def applied(self, resource_id: str, live: Live, change: Change) -> Live:
        """The live state after a change, whose object is put; the same state where it changes nothing."""
        if not change.rows and not change.gone:
            return live
        names, now = names_of(live), self._clock().astimezone(UTC)
        rows, gone, deltas, at = change.rows, change.gone, live.deltas, now.isoformat(timespec="microseconds")
        loose = deltas[live.sealed :]
        if len(loose) >= limits.FOLD:
            # what is being put together (the sealed ones) stays as it is
            under = self._merging.overlay(replace(live, deltas=loose))
            over = Overlay(names, dict(under.rows), list(under.gone))
            over.lay(names, rows, gone)
            rows, gone, at = over.rows, over.gone, loose[0].at
            deltas, loose = deltas[: live.sealed], ()
            live = replace(live, folded=now.isoformat(timespec="microseconds"))
        content = packed(names, rows, gone)
        key = f"deltas/{resource_id}/{now:%Y%m%dT%H%M%SZ}-{self._ids()}.json.gz"
        self._objects.put(key, content, media_type="application/gzip")
        self._merging.note(key, names, rows, gone)
        delta = Delta(key, len(content), Overlay(names, dict(rows), list(gone)).count, at)
        return replace(
            live,
            rows=live.rows + change.added - change.removed,
            next_id=live.next_id + change.added,
            deltas=(*deltas, delta),
        )

    def _must_write(self, caller: Caller, place: Place) -> None:
        organization = self._store.group("organization", place.dataset.owner_org)
        if organization is None or not self._access.may_see(caller, place.dataset, organization):
            raise nowhere()
        self._access.must_write(caller, organization)


def _noted(place: Place, personal: Personal) -> Place:
    file = place.resource.file
    known = None if file is None else replace(file, personal=personal)
    return replace(place, resource=replace(place.resource, file=known))


def base_of(resource: Resource) -> Table | None:
    """The table that lies under what was written."""
    return resource.file.table if resource.file else None


def flag(given: Given, name: str) -> bool:
    """A parameter that is true or false; not given is false.

    Raises:
        Rejected.
    """
    value = given.get(name)
    if value in (None, ""):
        return False
    found = rules.flag(value)
    if found is None:
        raise Rejected({name: ["Must be a boolean value"]})
    return found


def _shown(live: Live, plan: Plan) -> list[Json]:
    kinds = [(column["id"], column["type"]) for column in live.columns]
    return [
        {
            ROW_ID: each,
            **{
                name: values.shown(value, kind)
                for (name, kind), value in zip(kinds, plan.rows[each], strict=True)
            },
        }
        for each in plan.ids[:MAX_SHOWN]
    ]  # fmt: skip


def _replayed(given: Given, answer: Json) -> Json:
    """What a repeated call shows: the records as they were sent, with the ids that they have."""
    records = planning.mappings(given.get("records"))
    return {"records": [{ROW_ID: each, **record} for each, record in zip(answer.get("ids", []), records, strict=False)]}
