"""Parts with a mistake, which any flow can be built of: tables that do less than they promise, and a journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import Unavailable
from chalicelib.shared.journal import Event, Head, Journal
from chalicelib.shared.storage import Change, Count, Create, Item, Json, Key, Page, Table, Update, key_of


class Wrapped:
    """A table that does what the one inside does."""

    def __init__(self, inner: Table) -> None:
        self._inner = inner

    def get(self, key: Key) -> Item | None:
        return self._inner.get(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        return self._inner.get_many(keys)

    def query(self, pk: str, **asked: Any) -> Page:
        return self._inner.query(pk, **asked)

    def write(self, changes: Sequence[Change], token: str) -> None:
        self._inner.write(changes, token)


def bent(bend: Callable[[Change], Change | None]) -> Callable[[Table], Table]:
    """A table that writes something else than it is told; None: nothing of it."""

    class Bent(Wrapped):
        def write(self, changes: Sequence[Change], token: str) -> None:
            kept = [other for change in changes if (other := bend(change)) is not None]
            if kept:
                self._inner.write(kept, token)

    return Bent


def without(*beginnings: str, unless: Callable[[Change], bool] = lambda change: False) -> Callable[[Table], Table]:
    """A table that drops changes of keys that begin so."""
    return bent(lambda change: change if unless(change) or not key_of(change).pk.startswith(beginnings) else None)


class InTwo(Wrapped):
    """Writes the first change of a command, then the others: two transactions instead of one."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        self._inner.write(changes[:1], token)
        if changes[1:]:
            self._inner.write(changes[1:], f"2{token[1:]}")


class Overwrites(Wrapped):
    """Takes whatever stands there for what was read: the condition on the version is missing."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        there = self._inner.get_many([key_of(change) for change in changes if isinstance(change, Update)])
        fitting = []
        for change in changes:
            now = there.get(key_of(change))
            if isinstance(change, Update) and now is not None:
                change = Update(replace(change.item, version=now.version + 1))
            fitting.append(change)
        taken = self._inner.get_many([key_of(change) for change in changes if _is_event(change)])
        self._inner.write([change for change in fitting if key_of(change) not in taken], token)


class Hopes(Wrapped):
    """Says that it wrote when it does not know: an acknowledgement before the commit."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        try:
            self._inner.write(changes, token)
        except Unavailable:
            return


class SkipsALink(Journal):
    """Every third event of a history does not tell the one before."""

    def happened(self, head: Head, **told: Any) -> tuple[Event, Head]:
        return super().happened(Head(head.seq) if head.seq % 3 == 2 else head, **told)


def claims_without_answer(change: Change) -> Change:
    """A claim that does not know what was answered."""
    if isinstance(change, Create) and change.item.key.pk.startswith("ONCE#"):
        data: Json = {**change.item.data, "answer": None}
        return Create(replace(change.item, data=data))
    return change


def unlimited(change: Change) -> Change:
    """A quota that never ends."""
    return replace(change, limit=10**9) if isinstance(change, Count) else change


def counted_twice(change: Change) -> Change:
    """A quota that counts two for one."""
    return replace(change, by=2 * change.by) if isinstance(change, Count) else change


def _is_event(change: Change) -> bool:
    return isinstance(change, Create) and change.item.key.sk.startswith("EVT#")
