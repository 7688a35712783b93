"""What visits need of other nouns."""

from __future__ import annotations

from typing import Protocol

from ..model import Person


class Codes(Protocol):
    """A person's confirmed telephone or e-mail address."""

    def send_code(self, person: Person, purpose: str, digits: str, *, id: str) -> object:
        """Sends a one-time code to a person's confirmed address, once for each id.

        Args:
            person: whom; perhaps nobody whom the room knows, and then nothing is sent.
            purpose: what the code is for, as the channels name it.
            digits: the code.
            id: of this sending.

        Raises:
            TooMany, Unavailable: it was not sent.
        """
        ...
