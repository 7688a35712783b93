"""Both sides of a mandate are told of every step of it."""

from __future__ import annotations

from typing import Protocol

from chalicelib.shared.journal import Event

from ..inbox.model import NewMessage
from ..model import Person
from .model import Kind, Mandate
from .store import Store
from .words import MESSAGES, TITLES

SENDER = "TH/CENTRAL/DGA/citizen"
AGENCY = "TH/CENTRAL/DGA"


class Tells(Protocol):
    """The inbox: one message by one id, however often it is told."""

    def tell(self, person: Person, message: NewMessage, *, sender: str) -> object:
        """Puts a message into a person's inbox."""
        ...


class Telling:
    """Hears of mandates; a repeat is the same message."""

    def __init__(self, store: Store, inbox: Tells) -> None:
        self._store = store
        self._inbox = inbox

    def heard(self, event: Event) -> None:
        """Acts on one event of a mandate."""
        mandate = self._store.find(event.subject)
        self._tell(event, mandate, mandate.kind)

    def _tell(self, event: Event, mandate: Mandate, kind: Kind) -> None:
        people = {"person": mandate.person, "actor": mandate.actor}
        for side, words in MESSAGES[(kind, event.type.rpartition(".")[2])].items():
            message = NewMessage(
                id=f"mandate-{event.id}-{side}", category="notice", title=TITLES[kind], body=words, source=AGENCY
            )
            self._inbox.tell(Person(people[side]), message, sender=SENDER)
