"""Who uses which bytes. Files lie under keys made of their content, so several resources may share one object.

    CONTENT#{sha256} / STATE                     how it stands    by_organization: CONTENTS#loose, {when due}#{sha256}
    CONTENT#{sha256} / USED#{resource}#{number}  a file version that is made of it, and of which dataset it is

A content is *loose* from before its first byte is written until a file version uses it, and again when a dataset that
used it was purged. It is *kept* while it is used; a purge loosens it, and the sweep finds out whether others use it
still. What was loose for `QUARANTINE` and is used by nobody goes: it is marked as *going*, its objects are deleted, its
row is removed.

Why nobody loses bytes: each user's row is written on condition that the state still is as it was read before the bytes
were put (or looked for), and the sweep marks a content only if its state is as it was before it looked for users. So of
a user and a deletion that meet, one is refused. A content is put again only when a deletion is over, or its process
must be dead (`LEASE`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from chalicelib.shared.errors import Stale
from chalicelib.shared.ids import new_token
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Remove, Require, Table, Update, WriteRefused

log = logging.getLogger("klang.opendata.contents")

LOOSE = "CONTENTS#loose"
QUARANTINE = timedelta(hours=1)
"""How long a content that nobody uses stays: longer than any process that saw it before lives."""
LEASE = timedelta(minutes=15)
"""After this time whoever marked a content as going is dead: no Lambda function runs longer."""
AT_ONCE = 100
"""Contents that one run of the sweep looks at."""
ATTEMPTS = 3

State = Literal["loose", "kept", "going"]


User = tuple[str, str, int]
"""A file version: the SHA-256 of its content, its resource and its number."""


class Contents:
    """Keeps account of the users of file contents.

    Args:
        table, objects: the room's.
        clock: tells the time.
    """

    def __init__(self, table: Table, objects: Objects, *, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._objects = objects
        self._clock = clock

    def expect(self, sha256: str, keys: Sequence[str]) -> Item:
        """Announces that objects of this content will be put under these keys, before the first of them is; answers
        the state, for `used`.

        Raises:
            Stale: it is just being deleted; try again.
        """
        for _ in range(ATTEMPTS):
            row = self._table.get(_state_key(sha256))
            now = self._clock()
            if (
                row is not None
                and row.data["state"] == "going"
                and datetime.fromisoformat(row.data["since"]) + LEASE > now
            ):
                break
            known = [] if row is None else list(row.data["keys"])
            merged = sorted({*known, *keys})
            if row is not None and row.data["state"] == "kept":
                if merged == known:
                    return row
                expected = _moved(row, "kept", now, merged)
            else:
                expected = _state(sha256, now, merged) if row is None else _moved(row, "loose", now, merged)
            try:
                self._table.write([Create(expected) if row is None else Update(expected)], new_token())
            except WriteRefused:
                continue
            return expected
        raise Stale("ไฟล์นี้กำลังถูกลบ โปรดลองใหม่", "These bytes are just being deleted; try again.")

    def used(self, state: Item, resource: str, number: int, dataset: str) -> list[Write]:
        """The rows by which a file version uses a content, for the transaction that makes the version."""
        user = Create(Item(_user_key(_sha256(state), resource, number), {"dataset": dataset}))
        if state.data["state"] == "kept":
            return [user, Require(state.key, state.version)]
        return [user, Update(_moved(state, "kept", self._clock(), state.data["keys"]))]

    def datasets_of(self, users: Sequence[User]) -> dict[User, str]:
        """The datasets for which file versions were made; at most 100 of them, in one request."""
        keys = {_user_key(*user): user for user in users}
        there = self._table.get_many(list(keys)) if keys else {}
        return {keys[key]: str(row.data["dataset"]) for key, row in there.items()}

    def released(self, users: Sequence[User]) -> list[Write]:
        """The rows by which file versions cease to use contents."""
        states = self._table.get_many([_state_key(each) for each in dict.fromkeys(sha256 for sha256, _, _ in users)])
        now = self._clock()
        return [
            *(Remove(_user_key(*user)) for user in users),
            # its version must grow even where it is loose: the sweep may just have seen these users
            *(
                Update(_moved(row, "loose", now, row.data["keys"]))
                for row in states.values()
                if row.data["state"] != "going"
            ),
        ]

    def sweep(self, now: datetime) -> int:
        """Deletes what nobody uses (each minute); answers how many contents."""
        deleted = 0
        for row in self._table.query(LOOSE, index="by_organization", limit=AT_ONCE).items:
            if row.indexes["by_organization"].sk > f"{_moment(now)}~":
                break
            deleted += self._settled(row.key, now)
        return deleted

    def _settled(self, key: Key, now: datetime) -> bool:
        """Looks at one content, which the index may tell wrongly; answers whether it was deleted."""
        row = self._table.get(key)
        if row is None or row.data["state"] == "kept" or row.indexes["by_organization"].sk > f"{_moment(now)}~":
            return False
        keys = row.data["keys"]
        if self._table.query(key.pk, prefix="USED#", limit=1).items:
            self._write(Update(_moved(row, "kept", now, keys)))
            return False
        going = _moved(row, "going", now, keys)
        if not self._write(Update(going)):
            return False  # somebody is about to use it, or another sweep is at it
        for each in keys:
            self._objects.delete(each)
        self._write(Remove(key, going.version))
        log.info("a content that nobody uses was deleted")
        return True

    def _write(self, change: Write) -> bool:
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            return False
        return True


def _state(sha256: str, now: datetime, keys: Sequence[str]) -> Item:
    blank = Item(_state_key(sha256), {}, 0)
    return _moved(blank, "loose", now, keys)


def _moved(row: Item, state: State, now: datetime, keys: Sequence[str]) -> Item:
    due = {"loose": now + QUARANTINE, "going": now + LEASE}.get(state)
    indexes = {} if due is None else {"by_organization": Key(LOOSE, f"{_moment(due)}#{_sha256(row)}")}
    return row.next({"state": state, "since": now.isoformat(), "keys": list(keys)}, indexes=indexes)


def _sha256(state: Item) -> str:
    return state.key.pk.removeprefix("CONTENT#")


def _state_key(sha256: str) -> Key:
    return Key(f"CONTENT#{sha256}", "STATE")


def _user_key(sha256: str, resource: str, number: int) -> Key:
    return Key(f"CONTENT#{sha256}", f"USED#{resource}#{number:06d}")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
