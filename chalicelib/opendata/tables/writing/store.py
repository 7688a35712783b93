"""How written rows are kept: the resource's own row moves, and nothing else does.

A write of rows is no new version of the dataset: it leaves no entry in its history and in the log of changes, and what
search knows of the dataset stays true. The version that a compaction makes does all of that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Change, Require, Table, Update

from ...live import Live
from ...model import Dataset, Resource
from ...rows import dataset_key, dataset_of, place_key, resource_item, resource_key, resource_of
from ...rules import Rejected
from ...store import MAX_ROW

QUEUE = "opendata-jobs"
WRITTEN = "rows.written"
"""Type of the event; nobody follows single writes, so it does not begin as the events of the catalogue do."""


@dataclass(frozen=True)
class Place:
    """A resource and the dataset that it belongs to."""

    dataset: Dataset
    resource: Resource


class RowStore:
    """Reads a resource by its id alone, in two small requests, and writes its live state."""

    def __init__(self, table: Table, journal: Journal) -> None:
        self._table = table
        self._journal = journal

    def find(self, resource_id: str, once: Once | None = None) -> Place:
        """A resource as it is now, and whether this attempt was made before.

        Raises:
            NotFound: there is none.
            Replayed, KeyReused: see `Journal.read`.
        """
        key = place_key(resource_id)
        at = self._journal.read(once, key).get(key)
        if at is None:
            raise nowhere()
        keys = dataset_key(str(at.data["package_id"])), resource_key(str(at.data["package_id"]), resource_id)
        found = self._table.get_many(keys)
        if len(found) < len(keys) or "purged" in found[keys[0]].data:
            raise nowhere()
        return Place(dataset_of(found[keys[0]]), resource_of(found[keys[1]]))

    def write(
        self,
        once: Once,
        by: str,
        place: Place,
        live: Live,
        told: Mapping[str, Any],
        answer: dict[str, Any],
        *,
        due: bool,
    ) -> None:
        """Moves the live state of a resource on, if both it and its dataset still are as they were read.

        Args:
            told: details for the event.
            due: whether somebody must put the rows together now.

        Raises:
            Stale: somebody was faster.
            Replayed: this attempt was made before.
        """
        before = place.resource
        event, head = self._journal.happened(
            Head(*before.chain),
            subject=before.id,
            type=WRITTEN,
            by=by,
            data={"package_id": place.dataset.id, "resource": before.id, **told},
            queue=QUEUE if due else None,
        )
        after = replace(before, live=live, chain=(head.seq, head.hash), version=before.version + 1)
        item = resource_item(after)
        if len(json.dumps(item.data, ensure_ascii=False).encode()) > MAX_ROW:
            raise Rejected({"fields": [f"The columns and what is kept of the table are larger than {MAX_ROW} bytes"]})
        rows: list[Change] = [Update(item), Require(dataset_key(place.dataset.id), place.dataset.version)]
        self._journal.commit(once, rows, [(place_key(before.id).pk, event)], answer)

    def seal(self, place: Place, live: Live) -> None:
        """Moves the live state without anything having happened to the rows.

        Raises:
            Stale: somebody was faster.
        """
        after = replace(place.resource, live=live, version=place.resource.version + 1)
        once = Once("", "", new_token(), claimed=False)
        self._journal.commit(once, [Update(resource_item(after))])

    def nothing(self, once: Once, answer: dict[str, Any]) -> None:
        """Remembers an attempt that has nothing to write: repeated later, it must do nothing too.

        Raises:
            Replayed: this attempt was made before.
        """
        if once.claimed:
            self._journal.commit(once, [], answer=answer)


def nowhere() -> NotFound:
    """No such resource, or not for this caller."""
    # CKAN repeats the id here; what a caller sent is not repeated
    return NotFound("ไม่พบทรัพยากรข้อมูล", "Not found: Resource was not found.")
