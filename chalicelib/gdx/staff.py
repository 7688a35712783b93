"""The exchange's own officers: the operators who register members, services and agreements."""

from __future__ import annotations

from ..shared.identity import Posting
from ..shared.ids import new_token
from ..shared.keyring import Keyring
from ..shared.storage import Create, Item, Key, Table, Update

OPERATOR = "operator"


class Operators:
    """Who operates the exchange (an `identity.Staff`); people are kept under their pseudonym."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def posting(self, pseudonym: str) -> Posting | None:
        """The operator's posting, or None for everybody else."""
        item = self._table.get(_key(pseudonym))
        if item is None:
            return None
        return Posting(item.data["agency"], frozenset(item.data["roles"]), item.data["name"])

    def appoint(self, pid: str, posting: Posting) -> bool:
        """Gives a person their posting; True when something changed."""
        key = _key(self._keyring.pseudonym(pid))
        data = {"agency": posting.agency, "roles": sorted(posting.roles), "name": posting.name}
        there = self._table.get(key)
        if there is not None and there.data == data:
            return False
        self._table.write([Create(Item(key, data)) if there is None else Update(there.next(data))], new_token())
        return True


def _key(pseudonym: str) -> Key:
    return Key(f"STAFF#{pseudonym}", "POSTING")
