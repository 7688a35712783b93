"""What every noun of the room shares: its tools, and the ways in which things are read, written and heard of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.gdx_client import Gdx
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.messengers import Outside
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts
from chalicelib.shared.signing_keys import SigningKeys
from chalicelib.shared.storage import Change, Json
from chalicelib.shared.thai import NationalId
from chalicelib.shared.workdays import thai_date

from .cards import Cards
from .holdings import Holding
from .model import Person

QUEUE = "citizen-events"


@dataclass(frozen=True)
class Told:
    """Something to be written into a history.

    Attributes:
        type: dotted name after `citizen.`, e.g. `bill.paid`.
        data: details without personal data.
        heard: whether the listeners of citizen-events must learn of it.
    """

    type: str
    data: Json
    heard: bool = True


@dataclass(frozen=True)
class Hall:
    """The room's tools, made once per process.

    Attributes:
        parts: the room's common parts.
        gdx: the exchange; this room is its member `TH/CENTRAL/DGA/citizen`.
        objects: the bucket citizen-documents.
        outside: e-mail and SMS.
        cards: what stands on people's home pages.
        listeners: beginning of an event's type -> what hears of it, each idempotent by the event's id.
        sweeps: what runs each minute.
        holdings: name of a noun -> what it holds of people; `held` has all of them.
        complete: makes every noun of the room, so that all have said what they listen to, sweep and hold.
    """

    parts: Parts
    gdx: Gdx
    objects: Objects
    outside: Outside
    cards: Cards
    listeners: dict[str, list[Callable[[Event], None]]] = field(default_factory=dict)
    sweeps: list[Callable[[dt.datetime], object]] = field(default_factory=list)
    holdings: dict[str, Holding] = field(default_factory=dict)
    complete: Callable[[], object] = lambda: None

    def now(self) -> dt.datetime:
        """The time."""
        return self.parts.clock()

    def today(self) -> dt.date:
        """The day in Thailand."""
        return thai_date(self.now())

    def person(self, pid: str) -> Person:
        """The room's name for a person."""
        return Person(self.parts.keyring.pseudonym(pid))

    def held(self) -> Mapping[str, Holding]:
        """What each noun holds of people, for a copy of everything and for erasure."""
        self.complete()
        return self.holdings

    def hear(self, beginning: str, listener: Callable[[Event], None]) -> None:
        """From now on the listener is told of events whose type begins so."""
        self.listeners.setdefault(beginning, []).append(listener)

    def heard(self, event: Event) -> None:
        """Tells everybody who listens; an exception makes the queue deliver again, to all of them."""
        self.complete()
        for beginning, listeners in self.listeners.items():
            if event.type.startswith(beginning):
                for listener in listeners:
                    listener(event)

    @cached_property
    def signing(self) -> SigningKeys:
        """The keys that this room signs with and signed with; receipts are looked at for years."""
        return SigningKeys(self.parts.table, lambda: self.parts.keyring.signer, self.parts.clock, None)

    def sweep(self, now: dt.datetime) -> None:
        """Every minute: what a crash left unsent, and what the nouns do by the clock.

        One that fails holds up nobody else; the first failure is raised when all have run, so that it is seen.
        """
        self.complete()
        failure: Exception | None = None
        for run in (self.parts.journal.sweep, lambda _: self.signing.note(), *self.sweeps):
            try:
                run(now)
            except Exception as error:  # whatever it is, the others must run
                failure = failure or error
        if failure is not None:
            raise failure

    def happened(self, head: Head, told: Sequence[Told], *, subject: str, by: str) -> tuple[list[Event], Head]:
        """Events at the end of a chain, and the chain's new end, for `save`."""
        events = list[Event]()
        for word in told:
            event, head = self.parts.journal.happened(
                head,
                subject=subject,
                type=f"citizen.{word.type}",
                by=by,
                data=word.data,
                queue=QUEUE if word.heard else None,
            )
            events.append(event)
        return events, head

    def save(
        self, once: Once, changes: Sequence[Change], events: Sequence[Event], *, pk: str, answer: Json | None = None
    ) -> None:
        """Writes a command with its events in one transaction.

        Args:
            once: the attempt.
            changes: what it changes.
            events: of `happened`.
            pk: partition of the aggregate, where its history lies.
            answer: what a repeat will be answered.

        Raises:
            See `Journal.commit`.
        """
        self.parts.journal.commit(once, changes, [(pk, event) for event in events], answer)


def person_of(caller: Caller) -> Person:
    """The person whose things the caller asks for: themself, or whom they act for."""
    return Person(caller.id)


def pid_of(caller: Caller) -> NationalId:
    """Their national id, for a question to a register.

    Raises:
        NotAllowed: the caller is no person.
    """
    if caller.pid is None:
        raise NotAllowed("ต้องเข้าสู่ระบบในฐานะบุคคล", "Only a person may ask this.")
    return caller.pid
