"""What happens to appointments by the clock, and what people are told of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.shared.errors import AlreadyThere, NotFound, Stale
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from ..hall import Hall, Told
from ..model import Person
from . import store
from .booking import freed, words
from .model import RUNNING, Appointment, Desk, OfficeEntry
from .offices import Offices
from .store import Store

if TYPE_CHECKING:
    from ..inbox.service import Inbox

SAID = {
    "booked": (
        "ยืนยันนัดแล้ว",
        "Your appointment is booked",
        "{desk} ที่ {office} {when} แจ้งหมายเลข {reference} ที่เคาน์เตอร์{bring}",
        "{desk} at {office}, {when}. Say {reference} at the counter.{bring}",
    ),
    "moved": (
        "เลื่อนนัดแล้ว",
        "Your appointment was moved",
        "เวลาใหม่: {desk} ที่ {office} {when} แจ้งหมายเลข {reference} ที่เคาน์เตอร์{bring}",
        "The new time: {desk} at {office}, {when}. Say {reference} at the counter.{bring}",
    ),
    "cancelled": (
        "ยกเลิกนัดแล้ว",
        "Your appointment was cancelled",
        "ยกเลิกนัด {desk} ที่ {office} {when} แล้ว",
        "The appointment for {desk} at {office}, {when}, was cancelled.",
    ),
    "reminded": (
        "พรุ่งนี้มีนัด",
        "You have an appointment tomorrow",
        "{desk} ที่ {office} {when} แจ้งหมายเลข {reference} ที่เคาน์เตอร์{bring} หากมาไม่ได้โปรดยกเลิกหรือเลื่อนนัด",
        "{desk} at {office}, {when}. Say {reference} at the counter.{bring} If you cannot come, cancel or move it.",
    ),
}
"""Titles and bodies by what happened, Thai and English."""


class Clockwork:
    """Lapses holds, reminds the day before, and puts away what is over.

    Args:
        hall: the room's tools.
        shelf: appointments.
        offices: where they are.
        inbox: where people are told.
    """

    def __init__(self, hall: Hall, shelf: Store, offices: Offices, inbox: Inbox) -> None:
        self._hall = hall
        self._store = shelf
        self._offices = offices
        self._inbox = inbox

    def on_event(self, event: Event) -> None:
        """Tells a person what became of their appointment."""
        what = event.type.rsplit(".", 1)[-1]
        if what not in SAID:
            return
        made = self._store.appointment(Person(event.data["person"]), event.subject)
        if made is None:
            return  # erased since
        try:
            entry, desk = self._offices.find(made.place.office, made.place.desk)
        except NotFound:
            return
        self._tell(event, made, entry, desk)

    def sweep(self, now: dt.datetime) -> None:
        """What is due by now. Each appointment is changed on the condition that nobody else did meanwhile."""
        for made in self._store.due(now):
            if made.due is None or made.due > now:
                continue  # the index told what was true a moment ago
            try:
                self._due(made, now)
            except Stale:
                continue

    def _due(self, made: Appointment, now: dt.datetime) -> None:
        if made.state == "held":
            self._save(replace(made, state="lapsed", due=None), "lapsed", freed(made))
        elif made.state == "booked" and not made.reminded and now < made.place.start:
            _, desk = self._offices.find(made.place.office, made.place.desk)
            ends = made.place.start + dt.timedelta(minutes=desk.minutes)
            # a reminder that comes on the day itself would say "tomorrow": then none is better
            in_time = thai_date(now) < thai_date(made.place.start)
            self._save(replace(made, reminded=True, due=ends), "reminded" if in_time else "unreminded", [])
        elif made.state in RUNNING:
            gone: list[Change] = [
                store.has_one_less(made.person, made.place),
                self._hall.cards.take_away(made.person, "task", made.id),
            ]
            self._save(replace(made, state="over", due=None), "over", gone)

    def _save(self, made: Appointment, what: str, more: list[Change]) -> None:
        told = Told(f"appointment.{what}", {"person": made.person}, heard=what in SAID)
        events, head = self._hall.happened(Head(*made.chain), [told], subject=made.id, by="clock")
        made = replace(made, chain=(head.seq, head.hash), version=made.version + 1)
        attempt = Once(new_id(), "", new_token(), claimed=False)
        self._hall.save(attempt, [*more, self._store.kept(made)], events, pk=store.history_pk(made.id))

    def _tell(self, event: Event, made: Appointment, entry: OfficeEntry, desk: Desk) -> None:
        from ..inbox.model import NewMessage

        title_th, title_en, body_th, body_en = SAID[event.type.rsplit(".", 1)[-1]]
        body = words(body_th, body_en, made, entry, desk)
        message = NewMessage(
            id=f"appointment-{event.id}",
            category="notice",
            title=Text(th=title_th, en=title_en),
            body=body,
            source=entry.agency,
            source_name=entry.office.name,
        )
        try:
            self._inbox.tell(made.person, message, sender=entry.system)
        except AlreadyThere:
            return  # told before the appointment changed again: the later event tells the rest
