"""Where harvesting lies in the room's table.

    HARVEST#{source} / SOURCE            a source                     by_organization: HARVEST#sources, organisation
    HARVEST#{source} / MARKS             what its last runs left behind
    HARVEST#{source} / DUE               when it runs next            by_organization: HARVEST#due, time
    HARVEST#{source} / RUN#{run}         a run                        by_organization: HARVEST#running, start
    HARVEST#{source} / OBJ#{thing}       a dataset of the source      by_organization: HARVEST#{source}#{state}
    HARVEST#{source} / NAMED#{name}      which dataset had this name there last
    HARVEST-SITE#{host} / {source}       which sources are on a host
    HARVEST-HOST#{host} / {minute}       how often a host was asked in a minute
    HARVEST#{run}    / OPEN#{step}       a step that is not done
    HARVEST#{run}    / HELD#{step}       a step that failed and waits in the dead-letter queue
    HARVEST#{run}    / PAGE#{number}     what a page held
    HARVEST#{run}    / SAME#{digest}     which page held just these datasets
    HARVEST#{run}    / PART#{page}#{n}   which datasets were seen
    HARVEST#{run}    / DID#{thing}       what was done about a dataset
    HARVEST#{run}    / COUNT#{what}#{n}  how many; in shards, because many steps count at once

A run is over when it has no OPEN row: each step takes its own away in the transaction that does its work and opens
those that follow from it. A message that comes twice finds no row and does nothing.

What is the record stays: sources, their marks, their datasets and names; a run for `RUNS_KEPT` after it ended. What is
passing goes: all rows of a run `REMEMBERED` after they were written, a host's minutes after an hour. A step is no
aggregate with a history, so its event stands in its outbox row alone, which goes a week after the step is done; what a
step did is in the run, and in the history of the dataset.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from chalicelib.shared.journal import Event, Head, Journal
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table, Update, every

from .model import Did, Marks, Run, Source, Thing, Work

QUEUE = "opendata-harvest"
SOURCES, DUE, RUNNING = "HARVEST#sources", "HARVEST#due", "HARVEST#running"
REMEMBERED = timedelta(days=30)
"""How long the rows of a run are kept: longer than a message waits in a dead-letter queue (14 days)."""
RUNS_KEPT = timedelta(days=400)
"""How long it is kept that a run was, and how many datasets came out how: more than a year."""
SHARDS = 8
COUNTED = 10**9


def pk(id: str) -> str:
    """The partition of a source or a run."""
    return f"HARVEST#{id}"


def source_key(id: str) -> Key:
    """Where a source lies."""
    return Key(pk(id), "SOURCE")


def marks_key(id: str) -> Key:
    """Where the marks of a source lie."""
    return Key(pk(id), "MARKS")


def due_key(id: str) -> Key:
    """Where it lies when a source runs next."""
    return Key(pk(id), "DUE")


def run_key(source: str, run: str) -> Key:
    """Where a run lies."""
    return Key(pk(source), f"RUN#{run}")


def thing_key(source: str, thing: str) -> Key:
    """Where a dataset of a source lies."""
    return Key(pk(source), f"OBJ#{thing}")


def named_key(source: str, name: str) -> Key:
    """Where it lies which dataset of a source had a name."""
    return Key(pk(source), f"NAMED#{name}")


def site_key(host: str, source: str) -> Key:
    """Where it lies that a source is on a host."""
    return Key(f"HARVEST-SITE#{host}", source)


def open_key(work: Work) -> Key:
    """Where an open step lies."""
    return Key(pk(work.run), f"OPEN#{work.id}")


def held_key(work: Work) -> Key:
    """Where a step lies that failed by our fault."""
    return Key(pk(work.run), f"HELD#{work.id}")


def did_key(run: str, thing: str) -> Key:
    """Where it lies what a run did about a dataset."""
    return Key(pk(run), f"DID#{thing}")


def page_key(run: str, number: int) -> Key:
    """Where a page of a run lies."""
    return Key(pk(run), f"PAGE#{number:06d}")


def same_key(run: str, digest: str) -> Key:
    """Where it lies which page held just these datasets."""
    return Key(pk(run), f"SAME#{digest}")


def part_key(run: str, page: int, part: int) -> Key:
    """Where it lies what a part of a page showed."""
    return Key(pk(run), f"PART#{page:06d}#{part:06d}")


def counted(run: str, what: str, by: int, shard: str, expires: int) -> Count:
    """One more of this (or `by` more)."""
    number = hashlib.sha256(shard.encode()).digest()[0] % SHARDS
    return Count(Key(pk(run), f"COUNT#{what}#{number}"), by, COUNTED, expires)


def expires(now: datetime) -> int:
    """When a row of a run may go."""
    return int((now + REMEMBERED).timestamp())


# -- rows of models


def source_item(source: Source) -> Item:
    """A source as a row."""
    data = {name: value for name, value in asdict(source).items() if name != "version"}
    index = {} if source.deleted else {"by_organization": Key(SOURCES, f"{source.organization}#{source.id}")}
    return Item(source_key(source.id), data, source.version, index)


def source_of(item: Item | None) -> Source | None:
    """A source as it lies there; None where there is none, or none any more."""
    if item is None:
        return None
    data = {**item.data, "version": item.version}
    for name in ("only", "without"):
        data[name] = tuple(data[name])
    source = Source(**data)
    return None if source.deleted else source


def marks_of(item: Item | None) -> Marks:
    """The marks of a source."""
    return Marks() if item is None else Marks(**item.data)


def run_item(run: Run) -> Item:
    """A run as a row."""
    data = {name: value for name, value in asdict(run).items() if name != "version"}
    running = {"by_organization": Key(RUNNING, f"{run.started}#{run.source}#{run.id}")}
    if run.state == "running":
        return Item(run_key(run.source, run.id), data, run.version, running)
    ends = int((datetime.fromisoformat(run.ended) + RUNS_KEPT).timestamp())
    return Item(run_key(run.source, run.id), data, run.version, expires=ends)


def run_of(item: Item | None) -> Run | None:
    """A run as it lies there."""
    return None if item is None else Run(**{**item.data, "version": item.version})


def thing_item(source: str, thing: Thing) -> Item:
    """A dataset of a source as a row."""
    data = {name: value for name, value in asdict(thing).items() if name != "version"}
    state = "gone_once" if thing.absent else thing.state
    return Item(
        thing_key(source, thing.id),
        data,
        thing.version,
        {"by_organization": Key(f"HARVEST#{source}#{state}", thing.id)},
    )


def thing_of(item: Item | None) -> Thing | None:
    """A dataset of a source as it lies there."""
    if item is None:
        return None
    data = {**item.data, "version": item.version}
    data["absent"] = None if data["absent"] is None else (data["absent"][0], data["absent"][1])
    return Thing(**data)


def written(source: str, before: Thing | None, after: Thing) -> Change:
    """The change that makes a thing this."""
    item = thing_item(source, after)
    if before is None:
        return Create(item)
    return Update(Item(item.key, item.data, before.version + 1, item.indexes))


def did_item(run: str, did: Did, now: datetime) -> Item:
    """What a run did, as a row."""
    data = {name: value for name, value in asdict(did).items() if name != "version"}
    return Item(did_key(run, did.thing), data, did.version, expires=expires(now))


def did_of(item: Item | None) -> Did | None:
    """What a run did, as it lies there."""
    return None if item is None else Did(**{**item.data, "version": item.version})


# -- steps


def opened(journal: Journal, work: Work, by: str, now: datetime) -> tuple[list[Change], Event]:
    """The rows that open a step, and the event that carries it; send that after the transaction."""
    event, _ = journal.happened(
        Head(),
        subject=work.run,
        type=f"opendata.harvest.{work.kind}",
        by=by,
        data={"source": work.source, "run": work.run, "work": work.id, **work.data},
        queue=QUEUE,
    )
    row = Item(open_key(work), {"kind": work.kind, "tries": 0, "reason": ""}, expires=expires(now))
    outbox = journal.rows("", event)[1]
    return [Create(row), outbox], event


def work_of(event: Event) -> Work:
    """The step that an event carries."""
    data = dict(event.data)
    return Work(event.type.rsplit(".", 1)[1], data.pop("source"), data.pop("run"), data.pop("work"), data)


def anything_open(table: Table, run: str) -> bool:
    """Whether a run still has something to do."""
    return bool(table.query(pk(run), prefix="OPEN#", limit=1).items)


def counts(table: Table, run: str) -> dict[str, int]:
    """How many datasets came out how; one request."""
    found: dict[str, int] = {}
    for item in every(table, pk(run), prefix="COUNT#"):
        what = item.key.sk.split("#")[1]
        found[what] = found.get(what, 0) + int(item.data["count"])
    return found


def taken_away(rows: Iterable[Item | None]) -> list[Change]:
    """Takes these rows away, if they still are as they were read."""
    return [Remove(row.key, row.version) for row in rows if row is not None]


def replaced(there: Item, item: Item) -> list[Change]:
    """Puts `item` in the place of what lies there, if that still is as it was read."""
    return [Update(Item(item.key, item.data, there.version + 1, item.indexes, item.expires))]
