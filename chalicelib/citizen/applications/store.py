"""Where a person's applications lie.

APPS#{person} / {id}     how one stands; sealed, for it tells of the person's need
"""

from __future__ import annotations

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Change, Create, Item, Key, Table, Update

from ..model import Person
from .model import Application


class ApplicationRows:
    """Reads and writes rows."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def find(self, person: Person, id: str) -> Application | None:
        """One of a person's applications."""
        return self.read(self._table.get(key_of(person, id)))

    def page(self, person: Person, after: str | None, limit: int) -> tuple[list[Application], str | None]:
        """Some of them, newest first."""
        page = self._table.query(partition_of(person), after=after, limit=limit, newest_first=True)
        found = [self.read(item) for item in page.items]
        return [each for each in found if each is not None], page.after

    def kept(self, person: Person, application: Application) -> Change:
        """The change that writes it: new with version 1, else over the version before."""
        key = key_of(person, application.id)
        content = application.model_dump_json(exclude={"version"})
        item = Item(key, {"sealed": self._keyring.seal(content, _context(key))}, application.version)
        return Create(item) if application.version == 1 else Update(item)

    def read(self, item: Item | None) -> Application | None:
        """The application in an item."""
        if item is None:
            return None
        kept = Application.model_validate_json(self._keyring.unseal(item.data["sealed"], _context(item.key)))
        return kept.model_copy(update={"version": item.version})


def key_of(person: Person, id: str) -> Key:
    """Where one lies."""
    return Key(partition_of(person), id)


def partition_of(person: Person) -> str:
    """Where a person's applications lie together."""
    return f"APPS#{person}"


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"
