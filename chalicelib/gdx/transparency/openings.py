"""What the public learns of covert accesses: how many there are, and each one once its time has come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ...shared.dataclass import dataclass
from ...shared.errors import NotFound, not_found
from ...shared.keyring import Keyring
from ...shared.storage import Table
from .. import evidence
from ..store import leaf_key
from .covert import OPENED, counted
from .log import Log
from .receipts import place_of
from .store import HEAD, head_from


@dataclass(frozen=True)
class Counts:
    """Covert accesses in the log.

    Attributes:
        size: entries of the log that were counted.
        total: covert ones among them; the entry bundles show the same number to whoever audits them.
        opened: those whose day is over.
        hidden: the rest.
    """

    size: int
    total: int
    opened: int
    hidden: int


@dataclass(frozen=True)
class Opening:
    """A covert access whose time has come: SHA-256(salt || leaf_text) is what the entry committed to."""

    entry_text: str
    leaf_text: str
    salt: str
    index: int
    proof: str


class Openings:
    """Counts covert accesses and opens those that are due."""

    def __init__(self, table: Table, keyring: Keyring, log: Log, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._keyring = keyring
        self._log = log
        self._clock = clock

    def counts(self) -> Counts:
        """As of the newest tree; the count is swapped together with its size and root."""
        item = self._table.get(HEAD)
        if item is None:
            return Counts(0, 0, 0, 0)
        head = head_from(item.data)
        by_day = counted(head.covert, (), self._clock())
        total, opened = sum(by_day.values()), by_day.get(OPENED, 0)
        return Counts(head.size, total, opened, total - opened)

    def opening(self, identifier: str) -> Opening:
        """The opening of a covert access.

        Raises:
            NotFound: there is none, or its time has not come; the two look the same.
        """
        row = self._table.get(leaf_key(identifier))
        index = None if row is None else place_of(row)
        if row is None or index is None or row.data["cover"] is None:
            raise _none()
        leaf = evidence.leaf_from(row.data["leaf"])
        if leaf.until is None or datetime.fromisoformat(leaf.until) > self._clock():
            raise _none()
        entry = evidence.entry_bytes(row.data)
        return Opening(
            entry_text=entry.decode(),
            leaf_text=evidence.leaf_bytes(leaf).decode(),
            salt=evidence.cover_salt(self._keyring, identifier),
            index=index,
            proof=self._log.proof(index, entry),
        )


def _none() -> NotFound:
    return not_found("รายการที่เปิดเผยแล้ว", "opened entry")
