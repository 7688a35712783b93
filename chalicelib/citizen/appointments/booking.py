"""A person's appointments: a place is held, confirmed, moved and given back, each in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from chalicelib.shared.errors import Fault, Invalid, NotFound, Stale, TooMany, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import Text, format_date
from chalicelib.shared.workdays import BANGKOK, thai_date

from .. import activity
from ..cards import Card
from ..hall import Hall, Told, person_of
from ..model import Person
from . import rules, store
from .model import RUNNING, Appointment, Desk, OfficeEntry, Place
from .offices import Offices
from .store import Store, history_pk
from .views import AppointmentView


class Booking:
    """What one may do with appointments of one's own."""

    def __init__(self, hall: Hall, shelf: Store, offices: Offices) -> None:
        self._hall = hall
        self._store = shelf
        self._offices = offices

    def mine(self, person: Person) -> list[AppointmentView]:
        """A person's appointments, the last one first."""
        found = sorted(self._store.of(person), key=lambda each: each.place.start, reverse=True)
        places = {(each.place.office, each.place.desk) for each in found}
        where = {place: self._offices.find(*place) for place in places}
        return [AppointmentView.of(each, *where[each.place.office, each.place.desk]) for each in found]

    def one(self, person: Person, id: str) -> AppointmentView:
        """One of them.

        Raises:
            NotFound.
        """
        return self._view(self._there(person, id))

    def hold(self, caller: Caller, office: str, desk: str, start: dt.datetime, once: Once) -> AppointmentView:
        """Keeps a place for ten minutes.

        Raises:
            NotFound: no such office or service. Invalid: nobody is served at this time, or not any more.
            TooMany: the place is gone, or the person has enough appointments there.
        """
        person = person_of(caller)
        self._hall.parts.journal.read(once)
        entry, found = self._offices.find(office, desk)
        now = self._hall.now()
        start = self._bookable(entry, found, start, now)
        place = Place(office, desk, start, rules.new_reference())
        until = now + rules.HOLD
        made = Appointment(self._hall.parts.ids(), person, "held", place, until, until)
        more: list[Change] = [store.takes(place, found), store.has_one_more(person, place, found.each)]
        return self._save(caller, made, entry, found, "held", more, once, new=True)

    def confirm(self, caller: Caller, id: str, version: int, once: Once) -> AppointmentView:
        """Books the place that was held.

        Raises:
            NotFound. Stale: it changed since it was read. WrongState: it is not held any more.
        """
        made, entry, desk = self._read(caller, id, version, once)
        now = self._hall.now()
        if made.state != "held" or made.held_until <= now:
            raise WrongState(
                "ที่ว่างนี้ไม่ได้ถูกจองไว้แล้ว โปรดเลือกเวลาใหม่", "The place is not held any more; choose a time again."
            )
        due, reminded = rules.next_due(made.place.start, desk.minutes, now, reminded=False)
        after = replace(made, state="booked", due=due, reminded=reminded)
        return self._save(caller, after, entry, desk, "booked", [self._store.listed(after)], once)

    def move(self, caller: Caller, id: str, version: int, start: dt.datetime, once: Once) -> AppointmentView:
        """Changes the time: the new place is taken and the old one given back together, or neither.

        Raises:
            NotFound. Stale. WrongState: it is not booked. Invalid: nobody is served then. TooMany: no place is left.
        """
        made, entry, desk = self._read(caller, id, version, once)
        now = self._hall.now()
        if made.state != "booked" or made.place.start <= now:
            raise WrongState("เลื่อนได้เฉพาะนัดที่ยืนยันแล้วและยังไม่ถึงเวลา", "Only a booked appointment to come can be moved.")
        start = self._bookable(entry, desk, start, now)
        if start == made.place.start:
            return self._view(made)
        place = replace(made.place, start=start)
        due, reminded = rules.next_due(start, desk.minutes, now, reminded=False)
        after = replace(made, place=place, due=due, reminded=reminded)
        more: list[Change] = [
            store.takes(place, desk),
            store.gives_back(made.place),
            store.off_the_list(made.place),
            self._store.listed(after),
        ]
        return self._save(caller, after, entry, desk, "moved", more, once)

    def cancel(self, caller: Caller, id: str, version: int, once: Once) -> AppointmentView:
        """Gives the place back.

        Raises:
            NotFound. Stale. WrongState: it is over, or cancelled already.
        """
        made, entry, desk = self._read(caller, id, version, once)
        if made.state not in RUNNING or made.place.start <= self._hall.now():
            raise WrongState("ยกเลิกนัดนี้ไม่ได้แล้ว", "This appointment cannot be cancelled any more.")
        after = replace(made, state="cancelled", due=None)
        return self._save(caller, after, entry, desk, "cancelled", freed(after), once)

    def _there(self, person: Person, id: str) -> Appointment:
        found = self._store.appointment(person, id) if len(id) == 32 and id.isalnum() else None
        if found is None:
            raise _none()
        return found

    def _read(self, caller: Caller, id: str, version: int, once: Once) -> tuple[Appointment, OfficeEntry, Desk]:
        key = store.appointment_key(person_of(caller), id)
        if not (len(id) == 32 and id.isalnum()):
            raise _none()
        found = self._hall.parts.journal.read(once, key).get(key)
        if found is None:
            raise _none()
        made = self._store.read(found)
        if made.version != version:
            raise Stale("นัดนี้เปลี่ยนไปแล้ว โปรดอ่านใหม่", "The appointment has changed; read it again.")
        return made, *self._offices.find(made.place.office, made.place.desk)

    def _bookable(self, entry: OfficeEntry, desk: Desk, start: dt.datetime, now: dt.datetime) -> dt.datetime:
        if start.tzinfo is not None and now < start <= now + dt.timedelta(days=desk.ahead_days):
            local = start.astimezone(BANGKOK)
            day = local.date()
            if local in rules.bookable(entry.office, desk, entry.agency, day, now, self._offices.calendar):
                return local
        raise Invalid(
            "เวลานี้ไม่เปิดให้นัด โปรดเลือกจากเวลาที่ว่าง",
            "Nobody can be booked for this time; choose one of the free times.",
            [Fault("/start", "เลือกจากรายการเวลาที่ว่าง", "Choose from the list of free times.")],
        )

    def _save(
        self,
        caller: Caller,
        made: Appointment,
        entry: OfficeEntry,
        desk: Desk,
        what: str,
        more: Sequence[Change],
        once: Once,
        *,
        new: bool = False,
    ) -> AppointmentView:
        at = self._hall.now().isoformat(timespec="milliseconds")
        heard = what != "held"
        told = Told(f"appointment.{what}", {"person": made.person}, heard=heard)
        events, head = self._hall.happened(Head(*made.chain), [told], subject=made.id, by=caller.label)
        made = replace(made, chain=(head.seq, head.hash), version=1 if new else made.version + 1)
        changes = list(more)
        if made.state == "booked":
            made = replace(made, card=made.card + 1)
            changes.append(self._hall.cards.put(made.person, card_of(made, entry, desk, at)))
        elif made.card:
            changes.append(self._hall.cards.take_away(made.person, "task", made.id))
        if caller.actor is not None:
            changes.append(
                activity.line(made.person, at=at, id=events[0].id, what=f"appointment.{what}", caller=caller)
            )
        changes.append(self._store.kept(made, new=new))
        view = AppointmentView.of(made, entry, desk)
        answer = view.model_dump(mode="json")
        try:
            self._hall.save(once, changes, events, pk=history_pk(made.id), answer=answer)
        except TooMany:
            self._full(made, desk)
        return view

    def _full(self, made: Appointment, desk: Desk) -> NoReturn:
        """Which of the two counters was full, so that a person learns what they can mend."""
        day = thai_date(made.place.start)
        taken = self._store.taken(made.place.office, made.place.desk, day, day)
        if taken.get(made.place.start, 0) >= desk.places:
            raise TooMany("เวลานี้เต็มแล้ว โปรดเลือกเวลาอื่น", "No place is left at this time; choose another one.")
        raise TooMany(
            f"มีนัดบริการนี้ครบ {desk.each} นัดแล้ว ยกเลิกหรือเลื่อนนัดเดิมได้",
            f"You have {desk.each} appointment(s) for this service already; cancel or move one.",
        )

    def _view(self, made: Appointment) -> AppointmentView:
        entry, desk = self._offices.find(made.place.office, made.place.desk)
        return AppointmentView.of(made, entry, desk)


def freed(made: Appointment) -> list[Change]:
    """The changes that give back a place before its time."""
    return [
        store.gives_back(made.place),
        store.has_one_less(made.person, made.place),
        store.off_the_list(made.place),
    ]


def card_of(made: Appointment, entry: OfficeEntry, desk: Desk, at: str) -> Card:
    """The card of a booked appointment."""
    title = words("นัด {desk} ที่ {office} {when}", "Appointment: {desk} at {office}, {when}", made, entry, desk)
    data: dict[str, object] = {
        "start": made.place.start.isoformat(),
        "office": entry.id,
        "reference": made.place.reference,
    }
    return Card("task", made.id, title, at, thai_date(made.place.start), data, made.card)


def words(th: str, en: str, made: Appointment, entry: OfficeEntry, desk: Desk) -> Text:
    """A sentence about an appointment; `{desk}`, `{office}`, `{when}`, `{reference}` and `{bring}` are filled in."""
    local = made.place.start.astimezone(BANGKOK)
    day, time = local.date(), f"{local:%H:%M}"
    bring = desk.bring
    return Text(
        th=th.format(
            desk=desk.name.th,
            office=entry.office.name.th,
            when=f"วันที่ {format_date(day, 'th')} เวลา {time} น.",
            reference=made.place.reference,
            bring="" if bring is None else f" สิ่งที่ต้องนำมา: {bring.th}",
        ),
        en=en.format(
            desk=desk.name.en,
            office=entry.office.name.en,
            when=f"{format_date(day, 'en')} at {time}",
            reference=made.place.reference,
            bring="" if bring is None else f" What to bring: {bring.en}",
        ),
    )


def _none() -> NotFound:
    return not_found("นัดหมาย", "appointment")
