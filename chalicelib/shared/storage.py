"""What a room may ask of its table, whatever stands behind it (DynamoDB, or a memory table in tests).

One room has one table. An `Item` is a document (`data`, JSON) under a two-part `Key`, with a version and, where a
question is asked by something other than the key, an entry in an index. A room changes its table only through
`write`: all changes of one command in one transaction, each with the condition that makes it safe.

Ambiguity: a reply can be lost after the write took effect, and the SDK then repeats the write, whose conditions now
fail although it won. Every write therefore carries a token that is stored with what it wrote; a failed condition
that finds its own token is a success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, NamedTuple, Protocol

from .dataclass import dataclass

Json = dict[str, Any]


class Key(NamedTuple):
    """Partition and sort key. Never holds a national id: see `Keyring.pseudonym`."""

    pk: str
    sk: str


@dataclass(frozen=True)
class Item:
    """One document of a table.

    Attributes:
        key: where it lies.
        data: its content; JSON types only.
        version: 1 when created, then one more with each change.
        indexes: index name -> key in that index; an item absent from an index costs nothing there.
        expires: epoch seconds after which DynamoDB may remove it, or None.
    """

    key: Key
    data: Mapping[str, Any]
    version: int = 1
    indexes: Mapping[str, Key] = field(default_factory=dict)
    expires: int | None = None

    def next(
        self, data: Mapping[str, Any], indexes: Mapping[str, Key] | None = None, expires: int | None = None
    ) -> Item:
        """The same item one version later; indexes stay unless new ones are given."""
        kept = self.indexes if indexes is None else indexes
        return replace(self, data=data, version=self.version + 1, indexes=kept, expires=expires)


@dataclass(frozen=True)
class Create:
    """The item must not exist yet."""

    item: Item


@dataclass(frozen=True)
class Update:
    """The item must exist at exactly the version before this one (optimistic lock)."""

    item: Item


@dataclass(frozen=True)
class Require:
    """The item must exist (at `version`, if given); it is not changed."""

    key: Key
    version: int | None = None


@dataclass(frozen=True)
class Remove:
    """The item is deleted; it must be at `version`, if given."""

    key: Key
    version: int | None = None


@dataclass(frozen=True)
class Count:
    """Adds `by` to a counter that must not pass `limit`; the counter is made when absent."""

    key: Key
    by: int
    limit: int
    expires: int | None = None


Change = Create | Update | Require | Remove | Count


def key_of(change: Change) -> Key:
    """The key that a change touches."""
    return change.item.key if isinstance(change, Create | Update) else change.key


@dataclass(frozen=True)
class Page:
    """Some items in order, and where to go on (`after`), or None at the end."""

    items: tuple[Item, ...]
    after: str | None


class WriteRefused(Exception):
    """A transaction did nothing because conditions failed.

    Attributes:
        failed: the changes whose condition failed, each with the item that stands there (None if absent).
    """

    def __init__(self, failed: Sequence[tuple[Change, Item | None]]) -> None:
        super().__init__(f"{len(failed)} condition(s) failed")
        self.failed = tuple(failed)


class Table(Protocol):
    """A room's table. All reads are strongly consistent except through an index."""

    def get(self, key: Key) -> Item | None:
        """The item, or None."""
        ...

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """The items that exist among at most 100 keys, in one request."""
        ...

    def query(
        self,
        pk: str,
        *,
        index: str | None = None,
        prefix: str = "",
        at_least: str = "",
        after: str | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Page:
        """Items of one partition (of the table or of an index) in the order of the sort key.

        Either those whose sort key begins with `prefix`, or those from `at_least` on, or all.
        `after` is a `Page.after` of the same question, never text that a caller made up.
        """
        ...

    def write(self, changes: Sequence[Change], token: str) -> None:
        """All changes or none.

        Raises:
            WriteRefused: a condition failed and the item there was not written by this token.
            shared.errors.Unavailable: the table could not decide in time; the outcome is the caller's to look up.
        """
        ...


def every(table: Table, pk: str, *, index: str | None = None, prefix: str = "") -> Iterable[Item]:
    """All items of a partition, page by page, for small partitions and for sweeps."""
    after: str | None = None
    while True:
        page = table.query(pk, index=index, prefix=prefix, after=after, limit=100)
        yield from page.items
        after = page.after
        if after is None:
            return
