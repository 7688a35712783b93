"""The room's officers."""

from __future__ import annotations

from chalicelib.shared.identity import Posting
from chalicelib.shared.storage import Create, Item, Table, Update

from .rows import staff_key


class Register:
    """The room's officers: who publishes for which agency (a `Staff`)."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def posting(self, pseudonym: str) -> Posting | None:
        found = self._table.get(staff_key(pseudonym))
        if found is None:
            return None
        return Posting(found.data["agency"], frozenset(found.data["roles"]), found.data.get("name", ""))

    def post(self, pseudonym: str, posting: Posting, token: str) -> None:
        """Enters or changes an officer's posting (for seeding and administration)."""
        data = {"agency": posting.agency, "roles": sorted(posting.roles), "name": posting.name}
        there = self._table.get(staff_key(pseudonym))
        item = Item(staff_key(pseudonym), data) if there is None else there.next(data)
        self._table.write([Create(item) if there is None else Update(item)], token)
