"""Who serves people at a counter: the room's own register of officers.

    STAFF#{person} / 1      agency, roles, name

Roles: `assistant` helps people who have no telephone or who need help, each time with their confirmation;
`assistant-supervisor` looks into what people dispute at their own agency; `operator` at any agency.
"""

from __future__ import annotations

from chalicelib.shared.identity import Posting
from chalicelib.shared.storage import Create, Item, Key, Table, Update

ASSISTANT = "assistant"
SUPERVISOR = "assistant-supervisor"
OPERATOR = "operator"


class Register:
    """The room's officers (an `identity.Staff`); people are kept under their pseudonym."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def posting(self, pseudonym: str) -> Posting | None:
        """The officer's posting, or None for everybody else, those who were taken off included."""
        return posting_in(self._table.get(staff_key(pseudonym)))

    def post(self, pseudonym: str, posting: Posting, token: str) -> None:
        """Enters or changes an officer's posting; no roles take it away (for seeding and operators)."""
        data = {"agency": posting.agency, "roles": sorted(posting.roles), "name": posting.name}
        there = self._table.get(staff_key(pseudonym))
        item = Item(staff_key(pseudonym), data) if there is None else there.next(data)
        self._table.write([Create(item) if there is None else Update(item)], token)


def staff_key(pseudonym: str) -> Key:
    """Where an officer's posting lies."""
    return Key(f"STAFF#{pseudonym}", "1")


def posting_in(item: Item | None) -> Posting | None:
    """The posting of an item, or None where there is none, or one without roles."""
    if item is None or not item.data["roles"]:
        return None
    return Posting(item.data["agency"], frozenset(item.data["roles"]), item.data.get("name", ""))
