"""Gathering: a page of a source becomes parts, a part becomes one step for each dataset that is not as we know it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Journal
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Change, Create, Item, Table

from . import rows
from .kinds import reader_of
from .mapping import fingerprint, unwanted
from .model import Did, Page, Record, Run, Source, Thing, Work, thing_id
from .remote import Broken, Remote

PART = 25
"""Datasets of one part: two rows for each of them fit into one transaction."""
MAX_PAGES = 10_000
MAX_RECORDS = 20_000
"""Datasets of one page (of one document)."""
MAX_RECORD = 1024 * 1024
"""Bytes of what is told of one dataset."""


class Gathering:
    """The steps `fetch` and `part`."""

    def __init__(
        self, table: Table, journal: Journal, objects: Objects, remote: Remote, clock: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._journal = journal
        self._objects = objects
        self._remote = remote
        self._clock = clock

    def page(self, source: Source, place: str, since: str) -> Page:
        """One page of a source, now.

        Raises:
            Away, Broken.
        """
        reader = reader_of(source.kind)
        return reader.read(source, place, self._remote.fetch(reader.address(source, place, since), reader.accept))

    def fetch(self, source: Source, run: Run, work: Work, row: Item) -> None:
        """Fetches a page, keeps it in parts, opens its first part and the next page.

        Raises:
            Away, Broken.
            WriteRefused: a repeat was faster.
        """
        number = int(work.data["page"])
        asked = self._clock()
        page = self.page(source, work.data["place"], run.since)
        if len(page.records) > MAX_RECORDS or number >= MAX_PAGES:
            raise Broken("pages")
        kept = [_kept(record) for record in page.records]
        digest = _digest(kept)
        same = rows.same_key(run.id, digest)
        if kept and self._table.get(same) is not None:
            raise Broken("loop")
        parts = [kept[start : start + PART] for start in range(0, len(kept), PART)]
        prefix = f"harvest/{source.id}/{run.id}/{number:06d}-{digest[:32]}"
        for index, part in enumerate(parts):
            leaf = {"at": asked.isoformat(timespec="microseconds"), "records": part}
            body = json.dumps(leaf, ensure_ascii=False).encode()
            self._objects.put(f"{prefix}/{index:06d}.json", body, media_type="application/json")
        last = page.next is None
        told = {"records": len(kept), "parts": len(parts), "last": last, "count": page.count}
        until = rows.expires(asked)
        changes: list[Change] = [Create(Item(rows.page_key(run.id, number), told, expires=until))]
        if kept:
            changes.append(Create(Item(same, {"page": number}, expires=until)))
        following: list[Work] = []
        if parts:
            following.append(part_work(source, run, number, 0, prefix, len(parts)))
        if page.next is not None:
            following.append(fetch_work(source, run, number + 1, page.next))
        self._done(source, row, changes, following)

    def part(self, source: Source, run: Run, work: Work, row: Item) -> None:
        """Compares a part with what is known, and opens a step for each dataset that is new or different.

        Raises:
            WriteRefused: a repeat was faster, or a dataset of it is being worked on; the message comes again.
        """
        number, index, prefix = int(work.data["page"]), int(work.data["part"]), str(work.data["prefix"])
        key = f"{prefix}/{index:06d}.json"
        kept = json.loads(self._objects.read(key))
        records = [Record(each["id"], each["content"], each["skip"]) for each in kept["records"]]
        now, until = self._clock(), rows.expires(self._clock())
        known = self._known(source, run, records)
        seen: list[str] = []
        changes: list[Change] = []
        following: list[Work] = []
        counts: dict[str, int] = {}
        for place, record in enumerate(records):
            reason = unwanted(record, source)
            thing = thing_id(record.id) if reason != "no_id" else f"{number:06d}-{index:06d}-{place:02d}"
            if thing in seen or known.did(thing):
                continue  # it stands twice in the source, or on two pages because they shifted
            if reason:
                outcome = "refused" if reason in ("no_id", "too_large") else "skipped"
                name = str(record.content.get("name") or "")[:100]
                did = Did(thing, record.id[:1000], name, outcome, messages={"__reason": [reason]})
                changes.append(Create(rows.did_item(run.id, did, now)))
                counts[outcome] = counts.get(outcome, 0) + 1
                continue
            seen.append(thing)
            there = known.thing(thing)
            told_now = fingerprint(record, source)
            if there is None or there.hash != told_now:
                data = {"thing": thing, "key": key, "index": place, "hash": told_now}
                following.append(Work("dataset", source.id, run.id, f"dataset#{thing}", data))
                continue
            counts["unchanged"] = counts.get("unchanged", 0) + 1
            if there.absent is not None and not run.dry:
                changes.append(rows.written(source.id, there, replace(there, absent=None, as_of=kept["at"])))
        told = {"seen": seen, "told": [thing_id(record.id) for record in records if record.id]}
        changes.append(Create(Item(rows.part_key(run.id, number, index), told, expires=until)))
        changes += [rows.counted(run.id, what, many, work.id, until) for what, many in counts.items()]
        if index + 1 < int(work.data["parts"]):
            following.append(part_work(source, run, number, index + 1, prefix, int(work.data["parts"])))
        self._done(source, row, changes, following)

    def _known(self, source: Source, run: Run, records: Sequence[Record]) -> _Known:
        ids = list(dict.fromkeys(thing_id(record.id) for record in records))
        keys = [rows.thing_key(source.id, each) for each in ids]
        keys += [rows.did_key(run.id, each) for each in ids]
        works = [Work("dataset", source.id, run.id, f"dataset#{each}") for each in ids]
        found = dict(self._table.get_many(keys)) if keys else {}
        steps = [place(each) for each in works for place in (rows.open_key, rows.held_key)]
        found |= self._table.get_many(steps) if steps else {}
        return _Known(source.id, run.id, found)

    def _done(self, source: Source, row: Item, changes: list[Change], following: Sequence[Work]) -> None:
        """Takes the step's row away and opens what follows from it, in one transaction."""
        now = self._clock()
        events: list[Event] = []
        for each in following:
            new, event = rows.opened(self._journal, each, source.by, now)
            changes += new
            events.append(event)
        self._table.write([*changes, *rows.taken_away([row])], new_token())
        for event in events:
            self._journal.send(event)


class _Known:
    """What is known of the datasets of a part."""

    def __init__(self, source: str, run: str, found: dict[Any, Item]) -> None:
        self._source, self._run, self._found = source, run, found

    def thing(self, thing: str) -> Thing | None:
        return rows.thing_of(self._found.get(rows.thing_key(self._source, thing)))

    def did(self, thing: str) -> bool:
        work = Work("dataset", self._source, self._run, f"dataset#{thing}")
        places = (rows.did_key(self._run, thing), rows.open_key(work), rows.held_key(work))
        return any(place in self._found for place in places)


def fetch_work(source: Source, run: Run, number: int, place: str) -> Work:
    """The step that fetches a page."""
    return Work("fetch", source.id, run.id, f"fetch#{number:06d}", {"page": number, "place": place})


def part_work(source: Source, run: Run, number: int, index: int, prefix: str, parts: int) -> Work:
    """The step that looks at a part of a page."""
    data = {"page": number, "part": index, "prefix": prefix, "parts": parts}
    return Work("part", source.id, run.id, f"part#{number:06d}#{index:06d}", data)


def _kept(record: Record) -> dict[str, Any]:
    content = dict(record.content)
    if len(json.dumps(content, ensure_ascii=False).encode()) > MAX_RECORD:
        return {"id": record.id, "content": {"name": str(content.get("name") or "")[:100]}, "skip": "too_large"}
    return {"id": record.id, "content": content, "skip": record.skip}


def _digest(kept: Sequence[dict[str, Any]]) -> str:
    """Of what a page tells: two pages of one run that tell the same are one page given twice."""
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
