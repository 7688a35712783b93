"""Where links lie.

RESOURCE#{rid} / LINK     what is known of it     by_organization: LINKS#due, {when to look again}#{rid}
LINK-HOST#{host} / {minute}     how often a host was asked in a minute
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Count, Create, Item, Key, Remove, Table, Update, WriteRefused

from ..rows import place_key
from .model import Link

DUE = "LINKS#due"
PER_MINUTE = 20
"""Requests to one host in a minute, of all links together."""


def link_key(resource: str) -> Key:
    """Where a link lies."""
    return Key(place_key(resource).pk, "LINK")


def link_of(item: Item) -> Link:
    """A link as it lies there."""
    return Link(**item.data)


class LinkStore:
    """Reads and writes links; a write on what somebody else has changed does nothing and says so."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def items(self, resources: Sequence[str]) -> dict[str, Item]:
        """Rows of these resources' links, in one request for each hundred."""
        wanted = {link_key(each): each for each in dict.fromkeys(resources)}
        keys, found = list(wanted), dict[Key, Item]()
        for start in range(0, len(keys), 100):
            found.update(self._table.get_many(keys[start : start + 100]))
        return {wanted[key]: item for key, item in found.items()}

    def due(self, now: datetime, most: int) -> list[Item]:
        """What the index says is to be looked at, the longest due first."""
        page = self._table.query(DUE, index="by_organization", limit=most)
        return [item for item in page.items if item.indexes["by_organization"].sk <= f"{_moment(now)}~"]

    def item(self, resource: str) -> Item | None:
        """One row."""
        return self._table.get(link_key(resource))

    def save(self, link: Link, due: datetime, before: Item | None) -> Item | None:
        """Writes a link and when it is due; None where somebody was faster."""
        indexes = {"by_organization": Key(DUE, f"{_moment(due)}#{link.resource}")}
        if before is None:
            item = Item(link_key(link.resource), asdict(link), indexes=indexes)
            return item if self._write(Create(item)) else None
        item = before.next(asdict(link), indexes=indexes)
        return item if self._write(Update(item)) else None

    def remove(self, item: Item) -> bool:
        """Takes a row away."""
        return self._write(Remove(item.key, item.version))

    def takes_turn(self, host: str, now: datetime) -> bool:
        """Whether a host may be asked once more in this minute."""
        minute = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
        expires = int((now + timedelta(hours=1)).timestamp())
        return self._write(Count(Key(f"LINK-HOST#{host}", minute), 1, PER_MINUTE, expires))

    def _write(self, change: Write) -> bool:
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            return False
        return True


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
