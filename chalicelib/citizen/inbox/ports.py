"""What the inbox needs of others."""

from __future__ import annotations

from typing import Protocol

from chalicelib.shared.storage import Item, Key

from ..model import Person
from .model import Category


class Ways(Protocol):
    """Whether a person wants to be called to the inbox from outside it."""

    def key(self, person: Person) -> Key:
        """Where their wishes lie, so that they are read in one request with the message."""
        ...

    def any(self, item: Item | None, category: Category) -> bool:
        """Whether the item there names any way for a category."""
        ...
