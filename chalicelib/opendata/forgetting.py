"""What every noun needs to take away what it keeps of a purged dataset (see `purging`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event
from chalicelib.shared.storage import Key, Remove, Require, Table

from .rows import dataset_key

AT_ONCE = 90
"""Rows that go in one transaction; it takes at most 100."""
ATTEMPTS = 3


@dataclass(frozen=True)
class Purged:
    """A dataset whose traces must go.

    Attributes:
        event: of the purge.
        events: what happened to it and to its resources, the purge aside.
        harvested: where it came from, [source id, id there], or None.
        still: that its id was not given again meanwhile; part of each transaction that takes something away.
    """

    id: str
    still: Require
    event: Event
    events: Sequence[Event]
    harvested: tuple[str, str] | None


Forget = Callable[[Purged], None]
"""Takes away what a noun keeps of a purged dataset. Harmless when repeated or when another does it at the same time."""


def lives(table: Table, dataset: str) -> bool:
    """Whether a dataset is there and not purged."""
    head = table.get(dataset_key(dataset))
    return head is not None and "purged" not in head.data


def take_away(table: Table, keys: Iterable[Key], *still: Require) -> None:
    """Takes rows away, whatever they hold, those too that are not there; while something stands, where it is named.

    Raises:
        WriteRefused: it does not.
    """
    for batch in batches(keys):
        # what is gone needs no write: whoever comes again is soon where the one before died
        if there := table.get_many(batch):
            table.write([*still, *map(Remove, there)], new_token())


def batches(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Keys in groups of at most `AT_ONCE`, each key once in its group."""
    batch: dict[Key, None] = {}
    for key in keys:
        batch[key] = None
        if len(batch) == AT_ONCE:
            yield list(batch)
            batch = {}
    if batch:
        yield list(batch)
