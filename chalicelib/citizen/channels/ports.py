"""What the channels need of other nouns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chalicelib.shared.thai import Text

from ..model import Person


@dataclass(frozen=True)
class PushMessage:
    """A call to look into the inbox, as it may stand on a locked screen.

    Attributes:
        id: of the message in the inbox; the same id is one push, however often it is asked for.
        words: that something came and from whom; never what it says.
    """

    id: str
    words: Text


class Pushes(Protocol):
    """Notifications of the portal's app (the mini-app contract's `notification`)."""

    def push(self, person: Person, message: PushMessage) -> None:
        """Pushes once.

        Raises:
            messengers.NotTaken, Undeliverable, Unclear: as e-mail and SMS do.
        """
        ...
