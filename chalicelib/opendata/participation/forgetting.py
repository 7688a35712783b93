"""What people said of a dataset goes when the dataset is purged: all of it is about that dataset."""

from __future__ import annotations

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Key, Remove, Require, Table, WriteRefused, every

from ..forgetting import ATTEMPTS, Purged, take_away
from . import store


def forget(table: Table, purged: Purged) -> None:
    """Takes away the contributions of a purged dataset, their events, their places in lists, and the stars.

    Raises:
        WriteRefused: somebody decides about one again and again; it is called once more.
    """
    for row in every(table, store.all_pk(purged.id)):
        _forget(table, row.key, purged.still)
    take_away(table, store.star_keys(purged.id), purged.still)


def _forget(table: Table, place: Key, still: Require) -> None:
    """One contribution: first itself, so that nobody decides about it any more; the row that leads here goes last."""
    head = store.head_key(place.sk)
    for attempt in range(ATTEMPTS):
        item = table.get(head)
        if item is None:
            break
        lists = sorted(store.places(store.contribution_of(item)) - {place})
        try:
            table.write([still, Remove(head, item.version), *map(Remove, lists)], new_token())
        except WriteRefused:
            if attempt == ATTEMPTS - 1:
                raise
            continue  # it was decided about this very moment: it stands in other lists now
        break
    take_away(table, (row.key for row in every(table, head.pk)), still)
    take_away(table, [place], still)
