"""Where it is kept who follows what.

    USER#{user}           / FOLLOW#{kind}#{id}   what a user follows
    USER#{user}           / FOLLOWING#{kind}     how many of a kind: a counter with an end
    FOLLOWED#{kind}#{id}  / BY#{user}            who follows something, in the order of pseudonyms
    FOLLOWED#{kind}#{id}  / COUNT#{0..3}         how many do: a counter in parts, so that what thousands begin to
                                                 follow at once has no one item that all of them write

All of it in the transaction of the follow itself, so counts and lists agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Journal, Once
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Page, Remove, Require, Table

from ..forgetting import take_away
from ..rows import dataset_key

Followed = Literal["dataset", "organization", "group", "user"]
KINDS: Sequence[Followed] = ("dataset", "organization", "group", "user")
PARTS = 4
MOST = 1_000
"""Things of one kind that one user may follow."""
FORGET_AT_ONCE = 30
_NO_END = 10**12


@dataclass(frozen=True)
class Follow:
    """That a user follows something, since when (ISO 8601)."""

    user: str
    kind: Followed
    object: str
    at: str


def follow_key(user: str, kind: str, object: str) -> Key:
    """Where it lies with the user."""
    return Key(f"USER#{user}", f"FOLLOW#{kind}#{object}")


def followed_pk(kind: str, object: str) -> str:
    """The partition of those who follow something."""
    return f"FOLLOWED#{kind}#{object}"


class FollowStore:
    """Reads and writes who follows what."""

    def __init__(self, table: Table, journal: Journal, *, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._clock = clock

    def add(self, once: Once, user: str, kind: Followed, object: str, version: int | None = None) -> Follow:
        """Begins to follow.

        Args:
            version: of the dataset that is followed, as it was read.

        Raises:
            Stale: the dataset was changed, or purged, meanwhile.
            AlreadyThere: the user follows it.
            TooMany: the user follows `MOST` of the kind.
            Replayed.
        """
        at = self._clock().isoformat(timespec="microseconds")
        own = follow_key(user, kind, object)
        self._journal.read(once, own)
        rows: list[Change] = [
            Create(Item(own, {"at": at})),
            Create(Item(Key(followed_pk(kind, object), f"BY#{user}"), {"at": at})),
            Count(_part(kind, object, user), 1, _NO_END),
            Count(_tally(user, kind), 1, MOST),
        ]
        if version is not None:
            rows.append(Require(dataset_key(object), version))
        self._journal.commit(once, rows, answer={"at": at})
        return Follow(user, kind, object, at)

    def heed(self, once: Once) -> None:
        """Looks whether this very command was done before.

        Raises:
            Replayed, KeyReused.
        """
        if once.claimed:
            self._journal.read(once)

    def remove(self, once: Once, user: str, kind: Followed, object: str) -> None:
        """Ceases to follow.

        Raises:
            Stale: the user does not follow it (any more).
            Replayed.
        """
        rows: list[Change] = [
            Remove(follow_key(user, kind, object), 1),
            Remove(Key(followed_pk(kind, object), f"BY#{user}"), 1),
            Count(_part(kind, object, user), -1, _NO_END),
            Count(_tally(user, kind), -1, MOST),
        ]
        self._journal.commit(once, rows)

    def forget(self, kind: Followed, object: str, still: Require) -> None:
        """Nobody follows something any more, because it is gone; harmless when repeated.

        Args:
            still: what must stand while rows are taken away.

        Raises:
            WriteRefused: somebody ceased to follow it at this moment; it is called once more.
        """
        after: str | None = None
        while True:
            page = self.followers(kind, object, after=after, limit=FORGET_AT_ONCE)
            rows: list[Change] = []
            for item in page.items:
                user = item.key.sk.removeprefix("BY#")
                # the user's tally goes down with the row that it counts, once
                rows += [
                    Remove(item.key, 1),
                    Remove(follow_key(user, kind, object)),
                    Count(_tally(user, kind), -1, MOST),
                ]
            if rows:
                self._table.write([still, *rows], new_token())
            after = page.after
            if after is None:
                break
        counts = [Key(followed_pk(kind, object), f"COUNT#{part}") for part in range(PARTS)]
        take_away(self._table, counts, still)

    def follows(self, user: str, kind: Followed, object: str) -> Follow | None:
        """Whether a user follows something."""
        item = self._table.get(follow_key(user, kind, object))
        return None if item is None else Follow(user, kind, object, item.data["at"])

    def followers(self, kind: Followed, object: str, *, after: str | None = None, limit: int = 100) -> Page:
        """A page of those who follow something; the sort keys are `BY#{user}`."""
        return self._table.query(followed_pk(kind, object), prefix="BY#", after=after, limit=limit)

    def followed(self, user: str, kinds: Iterable[Followed], *, limit: int) -> list[Follow]:
        """What a user follows of these kinds."""
        found: list[Follow] = []
        for kind in kinds:
            prefix = f"FOLLOW#{kind}#"
            page = self._table.query(f"USER#{user}", prefix=prefix, limit=max(limit - len(found), 1))
            found += [Follow(user, kind, item.key.sk.removeprefix(prefix), item.data["at"]) for item in page.items]
        return found[:limit]

    def counts(self, kind: Followed, objects: Sequence[str]) -> dict[str, int]:
        """Followers by what they follow; one request for each 25."""
        found: dict[str, int] = {}
        for start in range(0, len(objects), 100 // PARTS):
            some = objects[start : start + 100 // PARTS]
            keys = {Key(followed_pk(kind, each), f"COUNT#{part}"): each for each in some for part in range(PARTS)}
            for key, item in self._table.get_many(list(keys)).items():
                found[keys[key]] = found.get(keys[key], 0) + int(item.data["count"])
        return found

    def tallies(self, user: str, kinds: Iterable[Followed]) -> int:
        """How many things of these kinds a user follows."""
        found = self._table.get_many([_tally(user, kind) for kind in kinds])
        return sum(int(item.data["count"]) for item in found.values())


def _tally(user: str, kind: str) -> Key:
    return Key(f"USER#{user}", f"FOLLOWING#{kind}")


def _part(kind: str, object: str, user: str) -> Key:
    part = hashlib.sha256(user.encode()).digest()[0] % PARTS
    return Key(followed_pk(kind, object), f"COUNT#{part}")
