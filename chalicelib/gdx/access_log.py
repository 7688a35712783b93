"""A person's access log: which agency asked about them, when, what for and by which law (PDPA s.30)."""

from __future__ import annotations

from dataclasses import dataclass

from ..shared.cursors import Cursors
from ..shared.keyring import Keyring
from ..shared.storage import Table
from . import store
from .model import Usage


@dataclass(frozen=True)
class UsagePage:
    """Some lines, newest first, and the cursor of the next page."""

    items: tuple[Usage, ...]
    next: str | None


class AccessLog:
    """Reads access logs; the exchange itself writes them, so they are complete by construction."""

    def __init__(self, table: Table, keyring: Keyring, cursors: Cursors) -> None:
        self._table = table
        self._keyring = keyring
        self._cursors = cursors

    def entries(self, pid: str, after: str | None = None, limit: int = 50) -> UsagePage:
        """The lines about one person.

        Args:
            pid: national id; only its pseudonym is looked up.
            after: `next` of the page before.
            limit: at most so many lines.

        Raises:
            Malformed: `after` belongs to another list.
        """
        pk = store.subject_pk(self._keyring.pseudonym(pid))
        page = self._table.query(pk, after=self._cursors.read(after, pk), limit=limit, newest_first=True)
        items = tuple(Usage(**{**item.data, "fields": tuple(item.data["fields"])}) for item in page.items)
        return UsagePage(items, self._cursors.make(page.after, pk))
