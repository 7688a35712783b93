"""The register of offices: what agencies' systems describe, and the times that follow from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from chalicelib.shared.errors import AlreadyThere, Fault, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.workdays import Calendar

from ..hall import Hall, Told
from . import rules, store
from .model import Desk, Office, OfficeEntry, Slot
from .store import Store


class Offices:
    """What one may do with offices.

    Args:
        hall: the room's tools.
        shelf: offices and appointments.
        calendar: of the government's working days.
    """

    def __init__(self, hall: Hall, shelf: Store, calendar: Calendar) -> None:
        self._hall = hall
        self._store = shelf
        self.calendar = calendar

    def describe(self, id: str, office: Office, caller: Caller, once: Once) -> OfficeEntry:
        """Registers an office, or describes it anew; appointments that people have stay as they are.

        Raises:
            Invalid: the description may not stand. AlreadyThere: another system has this id.
            WrongState: a service that was there is left out: people may have appointments with it.
        """
        rules.checked_office(office)
        found = self._hall.parts.journal.read(once, store.office_key(id)).get(store.office_key(id))
        there = None if found is None else store.office_in(found)
        if there is not None and there.system != caller.id:
            raise AlreadyThere(
                "รหัสสำนักงานนี้มีระบบอื่นใช้แล้ว",
                "Another system has registered this id.",
                [Fault("path:id", "เลือกรหัสอื่น", "Choose another one.")],
            )
        if there is not None and there.office == office:
            return there
        if there is not None and {desk.id for desk in there.office.desks} - {desk.id for desk in office.desks}:
            raise WrongState(
                "ตัดบริการที่เคยเปิดให้นัดออกไม่ได้ ให้ลบเวลา (windows) ของบริการนั้นแทน",
                "A service that was there cannot be left out: people may have appointments. Leave its windows empty.",
            )
        entry = OfficeEntry(id, caller.id, office) if there is None else replace(there, office=office)
        told = Told("office.described", {"system": entry.system}, heard=False)
        events, head = self._hall.happened(Head(*entry.chain), [told], subject=id, by=caller.label)
        entry = replace(entry, chain=(head.seq, head.hash), version=1 if there is None else entry.version + 1)
        change = store.written(entry, new=there is None)
        answer = {"id": id, "version": entry.version}
        self._hall.save(once, [change], events, pk=store.office_key(id).pk, answer=answer)
        return entry

    def all(self) -> list[OfficeEntry]:
        """All offices, by id."""
        return self._store.offices()

    def find(self, office: str, desk: str) -> tuple[OfficeEntry, Desk]:
        """An office and a service of it.

        Raises:
            NotFound.
        """
        entry = self._store.office(office)
        found = None if entry is None else entry.desk(desk)
        if entry is None or found is None:
            raise not_found("สำนักงานหรือบริการนี้", "such office or service")
        return entry, found

    def slots(self, office: str, desk: str, first: dt.date | None) -> list[Slot]:
        """Two weeks of times that may be booked now, with the places that are left.

        Raises:
            NotFound: no such office or service.
        """
        entry, found = self.find(office, desk)
        now = self._hall.now()
        day = max(first or self._hall.today(), self._hall.today())
        times = rules.bookable(entry.office, found, entry.agency, day, now, self.calendar)
        if not times:
            return []
        taken = self._store.taken(office, desk, times[0].date(), times[-1].date())
        return rules.free(times, found, taken)
