"""A signed root for each day: the ends of all chains of versions that grew, in one tree that only grows.

Each night the hash of the last version of every resource that has new ones becomes a leaf of one Merkle tree (RFC
6962); the tree's head is signed as a checkpoint (C2SP) that names the day. So nobody can change, drop or backdate a
version afterwards, nor show different histories to different people, unseen. Leaves are hashes alone: they tell nothing
of datasets that are private or were purged.

The order is what makes it safe against crashes, lost replies and two runs at once:

1. where the last root's versions do not all say that they have it, say so first
2. versions of the day wait in the index, which only hints at them: each row is read again
3. put the day's leaves under a name made of the new head
4. write the root and the new head, in one transaction, only if the head still is the old one; lost: stop
5. mark the versions, each resource's last one at the end: whatever is still open can so be matched to its leaf

A run that was missed is made up for; a version that came late into a day that has its root goes into the next one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from chalicelib.shared import tlog_merkle as merkle
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.ids import new_token
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Create, Item, Key, Table, Update, WriteRefused
from chalicelib.shared.tlog_key import LogKey
from chalicelib.shared.tlog_merkle import leaf_hash
from chalicelib.shared.tlog_note import Checkpoint

from ..store import UNROOTED
from ..usage.counters import THAILAND, day_of
from . import rows, tree
from .chain import canonical
from .rows import Head, Place, Root

log = logging.getLogger("klang.opendata.roots")

SETTLED = timedelta(minutes=30)
"""After midnight, until every version of the day is written and in the index: longer than any function runs."""
TOGETHER = 10
"""Versions marked in one transaction: a version's row may be large."""
ATTEMPTS = 3


def entry(head: str) -> bytes:
    """The leaf's content for the hash at the end of a chain."""
    return canonical({"head": head})


class Roots:
    """Makes and reads roots.

    Args:
        table, objects: the room's.
        key: signs.
        clock: tells the time.
    """

    def __init__(self, table: Table, objects: Objects, key: LogKey, *, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._objects = objects
        self._clock = clock
        self.key = key

    def sweep(self, now: datetime) -> str | None:
        """Makes the root of the oldest day that is over and has versions without one (each minute); answers the day.

        Raises:
            Unavailable: others change what is marked; the next run goes on.
        """
        row = self._table.get(rows.HEAD)
        head = rows.head_of(row)
        if row is not None and not head.marked:
            row = self._finish(row)
            head = rows.head_of(row)
        last = day_of(now - SETTLED) - timedelta(days=1)
        if head.day >= last.isoformat():
            return None
        waiting = self._open(last)
        if not waiting:
            return None
        begun = date.fromisoformat(head.day) + timedelta(days=1) if head.day else date.min
        day = max(min(day_of(datetime.fromisoformat(str(each.data["at"]))) for each in waiting), begun)
        until = _end(day)
        return self._grow(row, head, day, [each for each in waiting if str(each.data["at"]) < until])

    def of_day(self, day: str) -> Root | None:
        """The root of a day."""
        row = self._table.get(rows.day_key(day))
        return None if row is None else Root(**row.data)

    def latest(self, *, limit: int, after: str | None = None) -> tuple[list[Root], str | None]:
        """Roots, the latest first, and where the list goes on."""
        page = self._table.query(rows.ROOTS, prefix="DAY#", limit=limit, after=after, newest_first=True)
        return [Root(**row.data) for row in page.items], page.after

    def leaves(self, root: Root) -> bytes:
        """The object with a day's leaves: {day, first, leaves: [hash]}."""
        return self._objects.read(root.leaves)

    def heads(self, root: Root) -> list[str]:
        """The hashes that a day's leaves hold."""
        return [str(each) for each in json.loads(self.leaves(root))["leaves"]]

    def place(self, resource: str, number: int) -> Place | None:
        """In which root a version stands; None before it has one."""
        row = self._table.get(rows.root_key(resource, number))
        return None if row is None else Place(**row.data)

    def inclusion(self, root: Root, index: int) -> list[bytes]:
        """The audit path of a leaf of this day in the tree of this day; checked.

        Raises:
            Unavailable: what is published does not hold together, which is told to the operators.
        """
        leaves = [leaf_hash(entry(each)) for each in self.heads(root)]
        try:
            path = merkle.inclusion(index, root.size, tree.perfect(root.first, _raw(root.edge), leaves))
            told = Checkpoint.parse(root.checkpoint.partition("\n\n")[0] + "\n")
            merkle.check_inclusion(leaves[index - root.first], index, root.size, path, told.root)
        except (LookupError, ValueError, merkle.BadProof) as error:
            log.error("a root does not hold together", extra={"day": root.day, "kind": type(error).__name__})
            raise broken() from error
        return path

    def consistency(self, root: Root) -> list[bytes]:
        """What shows that the tree of this day begins with that of the root before."""
        leaves = [leaf_hash(entry(each)) for each in self.heads(root)]
        return merkle.consistency(root.first, root.size, tree.perfect(root.first, _raw(root.edge), leaves))

    def _open(self, last: date) -> list[Item]:
        """Versions without a root, to the end of a day."""
        keys: list[Key] = []
        until, after = _end(last), None
        while True:
            page = self._table.query(UNROOTED, index="by_organization", after=after, limit=200)
            keys += [hint.key for hint in page.items if hint.indexes["by_organization"].sk < until]
            after = page.after
            if after is None or (page.items and page.items[-1].indexes["by_organization"].sk >= until):
                break
        found: list[Item] = []
        for start in range(0, len(keys), 100):
            there = self._table.get_many(keys[start : start + 100]).values()
            # columns and reports are left behind: a day may have very many versions
            found += [
                replace(row, data={name: row.data[name] for name in ("number", "at", "chain")})
                for row in there
                if row.indexes
            ]
        return sorted(found, key=lambda row: row.key)

    def _grow(self, row: Item | None, head: Head, day: date, waiting: Sequence[Item]) -> str | None:
        ends = [list(group)[-1] for _, group in groupby(waiting, key=lambda each: each.key.pk)]
        hashes = sorted(str(end.data["chain"]) for end in ends)
        leaves = [leaf_hash(entry(each)) for each in hashes]
        size = head.size + len(leaves)
        at_hand = tree.perfect(head.size, _raw(head.edge), leaves)
        root = merkle.head(size, at_hand)
        key = f"roots/{day}/{root.hex()}.json"
        content = json.dumps({"day": day.isoformat(), "first": head.size, "leaves": hashes}, separators=(",", ":"))
        self._objects.put(key, content.encode(), media_type="application/json", only_if_new=True)
        text = f"{Checkpoint(self.key.vkey.name, size, root).text}day {day}\n"
        made = Root(
            day=day.isoformat(),
            previous=head.day,
            first=head.size,
            size=size,
            edge=tuple(head.edge),
            checkpoint=str(self.key.note(text)),
            leaves=key,
            at=self._clock().isoformat(timespec="microseconds"),
        )
        edge = [each.hex() for each in tree.edge_of(size, at_hand)]
        grown = rows.data_of(Head(made.day, size, edge, marked=False))
        moved = Create(Item(rows.HEAD, grown)) if row is None else Update(row.next(grown))
        try:
            self._table.write([Create(Item(rows.day_key(made.day), rows.data_of(made))), moved], new_token())
        except WriteRefused:
            there = self.of_day(made.day)
            if there is not None and there.leaves != key:
                self._objects.delete(key)
            return None  # another run was faster, and goes on
        self._finish(moved.item)
        return made.day

    def _finish(self, row: Item) -> Item:
        """Every version that the last root has is marked; then the head says so."""
        head = rows.head_of(row)
        root = self.of_day(head.day)
        if root is None:
            raise RuntimeError("the head names a root that is not there")
        places = {each: root.first + offset for offset, each in enumerate(self.heads(root))}
        for _ in range(ATTEMPTS):
            if self._mark(head.day, places):
                break
        else:
            raise Unavailable("รายการกำลังเปลี่ยนแปลง", "What is marked keeps changing; try again.", retry_after=60)
        done = row.next(rows.data_of(replace(head, marked=True)))
        try:
            self._table.write([Update(done)], new_token())
        except WriteRefused as refused:
            there = refused.failed[0][1]
            if there is None:
                raise RuntimeError("the head of the roots vanished") from None
            return there
        return done

    def _mark(self, day: str, places: dict[str, int]) -> bool:
        """Marks what is open and bound by one of these leaves; False where somebody else changed it meanwhile."""
        marks: list[tuple[Key, Place]] = []
        for _, group in groupby(self._open(date.fromisoformat(day)), key=lambda each: each.key.pk):
            found: list[tuple[Key, Place]] = []
            bound: Place | None = None
            for each in reversed(list(group)):
                if (index := places.get(str(each.data["chain"]))) is not None:
                    bound = Place(day, index, int(each.data["number"]))
                if bound is not None:
                    found.append((each.key, bound))
            marks += reversed(found)
        for start in range(0, len(marks), TOGETHER):
            some = dict(marks[start : start + TOGETHER])
            there = self._table.get_many(list(some))
            changes: list[Create | Update] = []
            for key, place in some.items():
                row = there.get(key)
                if row is None or not row.indexes:
                    continue  # it was purged, or another run has marked it
                mark = Key(key.pk, key.sk.replace("FILE#", "ROOT#"))
                changes += [Update(row.next(row.data, indexes={})), Create(Item(mark, rows.data_of(place)))]
            try:
                if changes:
                    self._table.write(changes, new_token())
            except WriteRefused:
                return False
        return True


def broken() -> Unavailable:
    """What we published ourselves does not hold together; that is not the caller's fault."""
    return Unavailable(
        "หลักฐานของเวอร์ชันขัดข้อง โปรดลองใหม่", "Versions cannot be proved just now; the operators know.", retry_after=60
    )


def _end(day: date) -> str:
    """When a day is over in Thailand, as times are kept."""
    over = datetime.combine(day + timedelta(days=1), time(), THAILAND)
    return over.astimezone(UTC).isoformat(timespec="microseconds")


def _raw(hashes: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in hashes]
