"""Appointments put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Remove
from chalicelib.shared.thai import Text

from ..cards import card_key
from ..hall import Hall
from ..holdings import Holding, partition, take_away
from ..model import Person
from . import store
from .booking import Booking
from .clockwork import Clockwork
from .counter import Counter
from .model import RUNNING
from .offices import Offices
from .store import Store

if TYPE_CHECKING:
    from chalicelib.shared.workdays import Calendar

    from ..inbox.service import Inbox

TITLE = Text(th="นัดหมายที่สำนักงาน", en="Appointments at offices")


class Appointments:
    """Offices, people's appointments and what the clock does with them.

    Args:
        hall: the room's tools.
        inbox: where people are told.
        calendar: of the government's working days.
    """

    def __init__(self, hall: Hall, inbox: Inbox, calendar: Calendar) -> None:
        shelf = Store(hall.parts.table, hall.parts.keyring)
        self.offices = Offices(hall, shelf, calendar)
        self.booking = Booking(hall, shelf, self.offices)
        self.counter = Counter(hall, shelf)
        self.clockwork = Clockwork(hall, shelf, self.offices, inbox)
        hall.hear("citizen.appointment.", self.clockwork.on_event)
        hall.sweeps.append(self.clockwork.sweep)
        hall.holdings["appointments"] = _holding(hall, shelf)


def _holding(hall: Hall, shelf: Store) -> Holding:
    def export(person: Person) -> list[dict[str, Any]]:
        return [
            {
                "office": made.place.office,
                "service": made.place.desk,
                "start": made.place.start.isoformat(),
                "state": made.state,
                "reference": made.place.reference,
            }
            for made in shelf.of(person)
        ]

    def erase(person: Person) -> None:
        """Running ones are given back first, so that nobody waits for whom the portal does not know any more."""
        table = hall.parts.table
        for made in shelf.of(person):
            if made.state in RUNNING and made.place.start > hall.now():
                beside = [card_key(person, "task", made.id), *partition(table, store.history_pk(made.id))]
                table.write(
                    [
                        Remove(store.appointment_key(person, made.id), made.version),
                        store.gives_back(made.place),
                        store.off_the_list(made.place),
                        *map(Remove, beside),
                    ],
                    new_token(),
                )
        left = shelf.of(person)
        lines = [store.line_key(made.place) for made in left]
        rows = partition(table, store.appointments_pk(person))
        cards = [card_key(person, "task", row.sk) for row in rows]
        histories = [event for row in rows for event in partition(table, store.history_pk(row.sk))]
        take_away(table, [*lines, *cards, *histories, *rows])

    return Holding(TITLE, export, erase)
