"""Jobs: asked for, done once whatever the queue does, and looked at.

A job's transaction puts its event on the queue `opendata-jobs`. Whoever takes it writes first until when it is busy
(`Job.until`): another delivery meanwhile waits, one afterwards takes over. What the job made is told only in the row's
last change; an object of an attempt that died expires unseen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import AlreadyThere, NotFound, Stale, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Head, Journal, NotYet, Once, Replayed, outbox_key
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Change, Create, Item, Key, Remove, Require, Table, Update, WriteRefused, every

from ..forgetting import Purged, take_away
from ..model import DatasetId
from ..rows import dataset_key
from ..rules import Rejected
from . import rules, store
from .model import Job, Result, Wish

log = logging.getLogger("klang.opendata")

QUEUE = "opendata-jobs"
ASKED = "opendata.job.asked"
AGAIN = 5
"""How often a place is looked for when others take it at the same moment."""

Worker = Callable[[Job], Result]
"""Does a job: puts what it made at `job.place(...)` and tells of it. Refusals are told to whoever asked; what may pass
(`rules.passing`) is tried again."""
Check = Callable[[Caller, Mapping[str, Any]], Wish]
"""Makes a wish of what somebody asks for by `POST /opendata/v1/jobs`; raises refusals."""


class Jobs:
    """Jobs of all kinds.

    Attributes:
        kinds: who does them.
        checks: the kinds that may be asked for by their name, and what checks the request.
        also: who does other long work that comes by the same queue, by the event's type.
    """

    def __init__(
        self,
        table: Table,
        journal: Journal,
        objects: Objects,
        keyring: Keyring,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._objects = objects
        self._keyring = keyring
        self._ids = ids
        self._clock = clock
        self.kinds: dict[str, Worker] = {}
        self.checks: dict[str, Check] = {}
        self.also: dict[str, Callable[[Event], None]] = {}

    # -- asking

    def request(self, caller: Caller, once: Once, kind: str, given: Mapping[str, Any], *, address: str = "") -> Job:
        """A job of a kind that anybody may name.

        Raises:
            Rejected: there is no such kind.
            Refusal: whatever the kind's check and `ask` say.
        """
        check = self.checks.get(kind)
        if check is None:
            raise Rejected({"kind": [f"Value must be one of {sorted(self.checks)}"]})
        wish = check(caller, given)
        return self.ask(caller, once, kind, wish.given, about=wish.about, address=address)

    def ask(
        self,
        caller: Caller,
        once: Once,
        kind: str,
        given: Mapping[str, Any],
        *,
        about: Mapping[DatasetId, int] | Mapping[str, int] | None = None,
        address: str = "",
    ) -> Job:
        """Asks for a job; the same attempt again answers the same job.

        Args:
            given: what to do, checked by the caller; JSON types only.
            about: ids of the datasets that it reads, with the versions of the datasets as they were read.
            address: network address of a caller who is not known.

        Raises:
            TooMany: all places of this caller are taken.
            Stale: a dataset was changed this very moment.
        """
        try:
            if once.claimed:
                self._journal.read(once)
            return self._asked(self._asker(caller, address), once, kind, given, about or {})
        except Replayed as before:
            return self.find(caller, str((before.answer or {})["id"]))

    def _asked(
        self,
        by: str,
        once: Once,
        kind: str,
        given: Mapping[str, Any],
        about: Mapping[DatasetId, int] | Mapping[str, int],
    ) -> Job:
        now = self._clock()
        job_id, expires = self._ids(), int(now.timestamp()) + rules.KEPT
        for attempt in range(AGAIN):
            slot, taken = self._free(by, now)
            job = Job(job_id, kind, given, by, tuple(about), now.isoformat(timespec="milliseconds"), slot)
            place = Item(store.slot_key(by, slot), {"job": job_id}, expires=expires)
            changes: list[Change] = [
                *store.created(job, expires),
                Create(place) if taken is None else Update(taken.next(place.data, expires=expires)),
                *(Require(dataset_key(each), version) for each, version in about.items()),
            ]
            event, _ = self._journal.happened(
                Head(), subject=job_id, type=ASKED, by=by, data={"kind": kind}, queue=QUEUE
            )
            try:
                self._journal.commit(once, changes, [(store.head_key(job_id).pk, event)], {"id": job_id})
            except (AlreadyThere, Stale):
                if attempt == AGAIN - 1:
                    raise
                continue  # another request took the place
            return job
        raise rules.full()

    def _free(self, by: str, now: datetime) -> tuple[int, Item | None]:
        """A free place, and the row of a job there that can only be dead."""
        keys = [store.slot_key(by, slot) for slot in range(rules.SLOTS)]
        found = self._table.get_many(keys)
        for slot, key in enumerate(keys):
            row = found.get(key)
            if row is None or (row.expires or 0) <= now.timestamp():
                return slot, row
        raise rules.full()

    def _asker(self, caller: Caller, address: str) -> str:
        if caller.kind != "public":
            return caller.label
        # the address is a person's too: only a pseudonym of it is kept, and another one each day
        day = self._clock().date().isoformat()
        return f"public:{self._keyring.pseudonym(f'{day} {address}')}"

    # -- looking

    def find(self, caller: Caller, id: str) -> Job:
        """A job, for whoever asked for it; one that nobody known asked for, for whoever knows its id.

        Raises:
            NotFound: no such job, or another's.
        """
        item = self._table.get(store.head_key(id))
        if item is None or (item.expires or 0) <= self._clock().timestamp():
            raise _no_job()
        job = store.job_of(item.data)
        if not job.by.startswith("public:") and job.by != caller.label:
            raise _no_job()
        return job

    def download(self, caller: Caller, id: str) -> str:
        """A short-lived address of what a job made, under its file name.

        Raises:
            NotFound: as `find`.
            WrongState: it is not done.
        """
        job = self.find(caller, id)
        if job.problem is not None:
            raise WrongState(f"งานนี้ไม่สำเร็จ: {job.problem.th}", f"The job failed: {job.problem.en}")
        if job.result is None:
            raise WrongState("งานนี้ยังไม่เสร็จ", "The job is not finished.", retry_after=rules.SOON)
        return self.address(job.result)

    def address(self, result: Result) -> str:
        """A short-lived address of a result."""
        return self._objects.download_url(result.key, file_name=result.file_name)

    # -- doing

    def on_message(self, body: str) -> None:
        """The consumer of the queue `opendata-jobs`."""
        self._journal.carry(body, self._take)

    def _take(self, event: Event) -> None:
        if event.type in self.also:
            self.also[event.type](event)
            return
        item = self._table.get(store.head_key(event.subject))
        if item is None:
            return  # its dataset was purged
        job, now = store.job_of(item.data), self._clock()
        if job.ended_somehow:
            return
        if job.until > now.timestamp():
            raise NotYet  # another delivery is at it; it is looked after when that should have ended
        if job.attempts >= rules.ATTEMPTS:
            self._end(item, replace(job, state="failed", problem=rules.problem_of(TimeoutError())))
            return
        busy = replace(
            job,
            state="running",
            attempts=job.attempts + 1,
            started=job.started or now.isoformat(timespec="milliseconds"),
            until=int(now.timestamp()) + rules.BUSY,
        )
        mine = item.next(store.data_of(busy), expires=item.expires)
        try:
            self._table.write([Update(mine)], new_token())
        except WriteRefused:
            raise NotYet from None  # another delivery was faster
        self._do(mine, busy)

    def _do(self, item: Item, job: Job) -> None:
        try:
            result = self.kinds[job.kind](job)
        except Exception as error:
            last = job.attempts >= rules.ATTEMPTS
            if rules.passing(error) and not last:
                self._back(item, job)
                log.warning("a job is tried again", extra={"kind": job.kind, "error": _where(error)})
                raise NotYet from None
            if rules.passing(error):
                log.error("a job failed", extra={"kind": job.kind, "job": job.id, "error": _where(error)})
            self._end(item, replace(job, state="failed", problem=rules.problem_of(error)))
            return
        if not self._end(item, replace(job, state="done", result=result)):
            self._objects.delete(result.key)

    def _back(self, item: Item, job: Job) -> None:
        waiting = replace(job, state="waiting", until=0)
        try:
            self._table.write([Update(item.next(store.data_of(waiting), expires=item.expires))], new_token())
        except WriteRefused:
            log.info("a job was taken over or purged")

    def _end(self, item: Item, job: Job) -> bool:
        """Writes a job's end and frees its place; False when another ended it or it was purged."""
        now = self._clock()
        ended = replace(job, ended=now.isoformat(timespec="milliseconds"), until=0)
        expires = int(now.timestamp()) + rules.KEPT
        for _ in range(AGAIN):
            slot = self._table.get(store.slot_key(job.by, job.slot))
            changes: list[Change] = [Update(item.next(store.data_of(ended), expires=expires))]
            try:
                self._table.write([*changes, *store.freed(job, slot)], new_token())
            except WriteRefused as refused:
                if any(isinstance(change, Update) for change, _ in refused.failed):
                    return False
                continue
            return True
        raise NotYet

    # -- forgetting

    def forget(self, purged: Purged) -> None:
        """Takes away the jobs that read a purged dataset, with what they made.

        A worker that is busy with one finds its row gone when it ends, and takes back what it made.

        Raises:
            WriteRefused: one is ended this very moment; it is called once more.
        """
        for row in every(self._table, store.about_key(purged.id, "").pk):
            job_id = row.key.sk
            item = self._table.get(store.head_key(job_id))
            job = None if item is None else store.job_of(item.data)
            if item is not None and job is not None:
                slot = self._table.get(store.slot_key(job.by, job.slot))
                self._table.write([purged.still, Remove(item.key, item.version), *store.freed(job, slot)], new_token())
                if job.result is not None:
                    self._objects.delete(job.result.key)
            gone = [key for key in self._left(job_id) if key != row.key]
            others = [] if job is None else [store.about_key(each, job_id) for each in job.about if each != purged.id]
            take_away(self._table, [*gone, *others], purged.still)
            take_away(self._table, [row.key], purged.still)

    def _left(self, id: str) -> list[Key]:
        """The event of a job, and its outbox row."""
        rows = list(every(self._table, store.head_key(id).pk, prefix="EVT#"))
        return [*(row.key for row in rows), *(outbox_key(str(row.data["id"])) for row in rows)]


def _where(error: Exception) -> str:
    from chalicelib.shared.web import where

    return where(error)


def _no_job() -> NotFound:
    return not_found("งาน", "job")
