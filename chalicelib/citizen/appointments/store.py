"""Where offices and appointments lie in the room's table.

OFFICE#{id}                        / OFFICE               office       by_owner: OFFICES, id
OFFICE#{id}                        / EVT#...              its history
SLOTS#{office}#{desk}#{month}      / {day}T{time}         counter of the places that are taken
APPOINTMENTS#{person}              / {id}                 appointment  by_due: APPOINTMENTS#{shard}, due#id
APPOINTMENTS#{person}              / COUNT#{office}#{desk}   counter of the appointments that one has at once
APPOINTMENT#{id}                   / EVT#...              its history
OFFICEDAY#{office}#{day}           / {time}#{reference}   one line of the office's list; whose it is lies sealed

What the counters count is written with the appointment in one transaction, so no place is given twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table, Update, every
from chalicelib.shared.workdays import BANGKOK

from ..model import Person
from .model import Appointment, Desk, Office, OfficeEntry, Place

BY_OWNER, BY_DUE, ALL = "by_owner", "by_due", "OFFICES"
SHARDS = 4
DAY = 24 * 3600
KEPT = 365 * DAY
"""Seconds for which an appointment is kept after its time."""
MANY = 1_000_000


@dataclass(frozen=True)
class Line:
    """One line of an office's list of a day."""

    time: str
    reference: str
    desk: str
    state: str
    person: Person
    appointment: str
    version: int


class Store:
    """Reads offices and appointments, and makes the changes of which a command consists."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def offices(self) -> list[OfficeEntry]:
        """All offices, by id."""
        return [office_in(item) for item in every(self._table, ALL, index=BY_OWNER)]

    def office(self, id: str) -> OfficeEntry | None:
        """One office."""
        found = self._table.get(office_key(id))
        return None if found is None else office_in(found)

    def taken(self, office: str, desk: str, first: dt.date, last: dt.date) -> dict[dt.datetime, int]:
        """How many places are taken, by time; one request for each month."""
        found: dict[dt.datetime, int] = {}
        month = first.replace(day=1)
        while month <= last:
            pk = slots_pk(office, desk, month)
            after: str | None = None
            while True:
                page = self._table.query(pk, at_least=f"{first.isoformat()}T", after=after, limit=500)
                for item in page.items:
                    found[dt.datetime.fromisoformat(item.key.sk).replace(tzinfo=BANGKOK)] = int(item.data["count"])
                after = page.after
                if after is None or page.items[-1].key.sk > f"{last.isoformat()}~":
                    break
            month = (month + dt.timedelta(days=32)).replace(day=1)
        return found

    def appointment(self, person: Person, id: str) -> Appointment | None:
        """One appointment of a person."""
        found = self._table.get(appointment_key(person, id))
        return None if found is None else self.read(found)

    def of(self, person: Person) -> list[Appointment]:
        """A person's appointments, oldest first."""
        items = every(self._table, appointments_pk(person))
        return [self.read(item) for item in items if not item.key.sk.startswith("COUNT#")]

    def due(self, now: dt.datetime) -> Iterator[Appointment]:
        """Appointments to which something happens by the clock."""
        for shard in range(SHARDS):
            items = every(self._table, f"APPOINTMENTS#{shard}", index=BY_DUE)
            for item in list(_until(items, now)):
                yield self.read(item)

    def day(self, office: str, day: dt.date) -> list[Line]:
        """An office's list of a day, by time."""
        return [self._line(item) for item in every(self._table, day_pk(office, day))]

    def line(self, office: str, day: dt.date, reference: str) -> Line | None:
        """The line of a reference."""
        return next((line for line in self.day(office, day) if line.reference == reference), None)

    def read(self, item: Item) -> Appointment:
        """An appointment as it was kept."""
        data = dict(item.data)
        place = json.loads(self._keyring.unseal(data.pop("place"), _context(item.key)))
        place["start"] = dt.datetime.fromisoformat(place["start"])
        return Appointment(
            id=item.key.sk,
            person=Person(item.key.pk.removeprefix("APPOINTMENTS#")),
            place=Place(**place),
            held_until=dt.datetime.fromisoformat(data.pop("held_until")),
            due=None if data["due"] is None else dt.datetime.fromisoformat(data["due"]),
            chain=tuple(data["chain"]),
            version=item.version,
            **{name: data[name] for name in ("state", "reminded", "card")},
        )

    def kept(self, made: Appointment, *, new: bool = False) -> Create | Update:
        """The change that keeps an appointment: a new one, or the version before becomes this one."""
        key = appointment_key(made.person, made.id)
        place = {
            "office": made.place.office,
            "desk": made.place.desk,
            "start": made.place.start.isoformat(),
            "reference": made.place.reference,
        }
        data = {
            "state": made.state,
            "place": self._keyring.seal(json.dumps(place), _context(key)),
            "held_until": made.held_until.isoformat(),
            "due": None if made.due is None else made.due.isoformat(),
            "reminded": made.reminded,
            "card": made.card,
            "chain": list(made.chain),
        }
        places = {}
        if made.due is not None:
            shard = hashlib.sha256(made.id.encode()).digest()[0] % SHARDS
            places[BY_DUE] = Key(f"APPOINTMENTS#{shard}", f"{made.due.astimezone(dt.UTC).isoformat()}#{made.id}")
        gone = int(made.place.start.timestamp()) + KEPT
        item = Item(key, data, made.version, indexes=places, expires=gone)
        return Create(item) if new else Update(item)

    def listed(self, made: Appointment) -> Create:
        """The change that puts a line on the office's list."""
        key = line_key(made.place)
        whose = json.dumps([made.person, made.id])
        data = {"desk": made.place.desk, "state": "booked", "whose": self._keyring.seal(whose, _context(key))}
        return Create(Item(key, data, expires=int(made.place.start.timestamp()) + KEPT))

    def marked(self, line: Line, office: str, day: dt.date, state: str) -> Update:
        """The change that says on the list who came."""
        key = Key(day_pk(office, day), f"{line.time}#{line.reference}")
        whose = json.dumps([line.person, line.appointment])
        data = {"desk": line.desk, "state": state, "whose": self._keyring.seal(whose, _context(key))}
        start = dt.datetime.combine(day, dt.time.fromisoformat(line.time), BANGKOK)
        return Update(Item(key, data, line.version + 1, expires=int(start.timestamp()) + KEPT))

    def _line(self, item: Item) -> Line:
        time, _, reference = item.key.sk.partition("#")
        person, appointment = json.loads(self._keyring.unseal(item.data["whose"], _context(item.key)))
        return Line(time, reference, item.data["desk"], item.data["state"], Person(person), appointment, item.version)


def takes(place: Place, desk: Desk) -> Count:
    """The change that takes a place, refused when none is left."""
    return Count(slot_key(place), 1, desk.places, int(place.start.timestamp()) + 30 * DAY)


def gives_back(place: Place) -> Count:
    """The change that gives a place back."""
    return Count(slot_key(place), -1, MANY, int(place.start.timestamp()) + 30 * DAY)


def has_one_more(person: Person, place: Place, most: int) -> Count:
    """The change that counts what a person has at once, refused when it is enough."""
    return Count(count_key(person, place), 1, most)


def has_one_less(person: Person, place: Place) -> Count:
    """The change after one is over or cancelled."""
    return Count(count_key(person, place), -1, MANY)


def off_the_list(place: Place) -> Remove:
    """The change that takes a line off the office's list, which must be there or not."""
    return Remove(line_key(place))


def written(entry: OfficeEntry, *, new: bool) -> Change:
    """The change that keeps an office."""
    data = {"system": entry.system, "office": entry.office.model_dump(mode="json"), "chain": list(entry.chain)}
    item = Item(office_key(entry.id), data, entry.version, indexes={BY_OWNER: Key(ALL, entry.id)})
    return Create(item) if new else Update(item)


def office_in(item: Item) -> OfficeEntry:
    """An office as it was kept."""
    data = item.data
    office = Office.model_validate(data["office"])
    return OfficeEntry(item.key.pk.removeprefix("OFFICE#"), data["system"], office, tuple(data["chain"]), item.version)


def office_key(id: str) -> Key:
    """Where an office lies."""
    return Key(f"OFFICE#{id}", "OFFICE")


def slots_pk(office: str, desk: str, day: dt.date) -> str:
    """The partition of the counters of a month."""
    return f"SLOTS#{office}#{desk}#{day.isoformat()[:7]}"


def slot_key(place: Place) -> Key:
    """Where the counter of a time lies."""
    local = place.start.astimezone(BANGKOK)
    return Key(slots_pk(place.office, place.desk, local.date()), local.strftime("%Y-%m-%dT%H:%M"))


def history_pk(id: str) -> str:
    """Where the history of one appointment lies."""
    return f"APPOINTMENT#{id}"


def appointments_pk(person: Person) -> str:
    """The partition of a person's appointments."""
    return f"APPOINTMENTS#{person}"


def appointment_key(person: Person, id: str) -> Key:
    """Where an appointment lies."""
    return Key(appointments_pk(person), id)


def count_key(person: Person, place: Place) -> Key:
    """Where it is counted how many a person has at once."""
    return Key(appointments_pk(person), f"COUNT#{place.office}#{place.desk}")


def day_pk(office: str, day: dt.date) -> str:
    """The partition of an office's list of a day."""
    return f"OFFICEDAY#{office}#{day.isoformat()}"


def line_key(place: Place) -> Key:
    """Where an appointment stands on the office's list."""
    local = place.start.astimezone(BANGKOK)
    return Key(day_pk(place.office, local.date()), f"{local:%H:%M}#{place.reference}")


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"


def _until(items: Iterable[Item], now: dt.datetime) -> Iterator[Item]:
    for item in items:
        if item.indexes[BY_DUE].sk > f"{now.astimezone(dt.UTC).isoformat()}~":
            return
        yield item
