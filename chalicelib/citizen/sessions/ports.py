"""What the sessions need of the other nouns."""

from __future__ import annotations

from typing import Protocol

from ..inbox.model import NewMessage
from ..model import Person


class Tells(Protocol):
    """The inbox."""

    def tell(self, person: Person, message: NewMessage, *, sender: str) -> object:
        """Serves a message; the same id of the same sender is one message."""
        ...
