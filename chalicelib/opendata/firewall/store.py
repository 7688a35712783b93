"""How overrides lie in the table.

    RESOURCE#{rid} / OVERRIDES    what stewards said of the resource's files, the latest last
                                  by_organization: OVERRIDES, {time of the last}#{rid}

They stand where they are read together; each write of them also writes the dataset, so that whoever publishes or takes
in at the same moment is refused and looks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Table, Update

from ..rows import place_key
from .model import Override

LIST = "OVERRIDES"
MOST = 20
"""Kept of a resource; the oldest of those that were revoked go first. The events have them all."""


class Overrides:
    """Reads overrides and makes the rows of new ones."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, resources: Iterable[str]) -> dict[str, list[Override]]:
        """Those of each of these resources, revoked ones too: one request for each hundred resources."""
        keys = {_key(each): each for each in resources}
        found: dict[str, list[Override]] = {each: [] for each in keys.values()}
        wanted = list(keys)
        for start in range(0, len(wanted), 100):
            for key, row in self._table.get_many(wanted[start : start + 100]).items():
                found[keys[key]] = [_override(each, row.version) for each in row.data["overrides"]]
        return found

    def row(self, resource: str, kept: Sequence[Override], at: str) -> Write:
        """The row when it holds these; on condition that it stands as it was read."""
        version = max((each.version for each in kept), default=0)
        data = {"overrides": [_data(each) for each in fitting(kept)]}
        indexes = {"by_organization": Key(LIST, f"{at}#{resource}")}
        item = Item(_key(resource), data, version + 1, indexes)
        return Update(item) if version else Create(item)

    def all(self, *, after: str | None, limit: int) -> tuple[list[Override], str | None]:
        """Of all resources, the latest first, and where it goes on; a moment late."""
        page = self._table.query(LIST, index="by_organization", after=after, limit=limit, newest_first=True)
        found = [_override(each, row.version) for row in page.items for each in reversed(row.data["overrides"])]
        return found, page.after


def fitting(kept: Sequence[Override]) -> list[Override]:
    """As many as are kept: all that hold, and the latest of the others."""
    surplus = len(kept) - MOST
    gone = [each.id for each in kept if not each.holds][: max(surplus, 0)]
    return [each for each in kept if each.id not in gone]


def added(kept: Sequence[Override], new: Override) -> list[Override]:
    """The overrides with one more; `version` of each is that of the row which stands there."""
    version = max((each.version for each in kept), default=0)
    return [*kept, replace(new, version=version)]


def _key(resource: str) -> Key:
    return Key(place_key(resource).pk, "OVERRIDES")


def _data(override: Override) -> dict[str, Any]:
    return {name: value for name, value in asdict(override).items() if name != "version"}


def _override(data: Mapping[str, Any], version: int) -> Override:
    findings = tuple((int(table), str(column), str(kind)) for table, column, kind in data["findings"])
    return Override(**{**data, "findings": findings, "version": version})
