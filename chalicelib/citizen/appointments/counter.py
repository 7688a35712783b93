"""What the office sees: who is expected when, by reference alone, and who came."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal

from chalicelib.shared.errors import WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.storage import Change
from chalicelib.shared.workdays import BANGKOK

from ..hall import Hall, Told
from . import store
from .model import RUNNING, OfficeEntry
from .store import Line, Store


class Counter:
    """For the agency's system and its own officers."""

    def __init__(self, hall: Hall, shelf: Store) -> None:
        self._hall = hall
        self._store = shelf

    def day(self, caller: Caller, office: str, day: dt.date) -> list[Line]:
        """The list of a day, by time.

        Raises:
            NotFound: no such office of this agency.
        """
        self._own(caller, office)
        return self._store.day(office, day)

    def mark(
        self,
        caller: Caller,
        office: str,
        day: dt.date,
        reference: str,
        outcome: Literal["attended", "no_show"],
        once: Once,
    ) -> Line:
        """Says whether somebody came.

        Raises:
            NotFound: no such office of this agency, or no such line.
            WrongState: the time has not come, or it was said already.
        """
        self._own(caller, office)
        self._hall.parts.journal.read(once)
        line = self._store.line(office, day, reference)
        if line is None:
            raise not_found("นัดหมาย", "appointment")
        now = self._hall.now()
        start = dt.datetime.combine(day, dt.time.fromisoformat(line.time), BANGKOK)
        if line.state != "booked" or start > now:
            raise WrongState("ยังไม่ถึงเวลานัด หรือบันทึกไปแล้ว", "Its time has not come, or it was said already.")
        made = self._store.appointment(line.person, line.appointment)
        changes: list[Change] = [self._store.marked(line, office, day, outcome)]
        chain = (0, "") if made is None else made.chain
        told = Told(f"appointment.{outcome}", {}, heard=False)
        events, head = self._hall.happened(Head(*chain), [told], subject=line.appointment, by=caller.label)
        if made is not None:
            after = replace(made, state=outcome, due=None, chain=(head.seq, head.hash), version=made.version + 1)
            changes.append(self._store.kept(after))
            if made.state in RUNNING:  # the clock has not come by yet
                changes += [
                    store.has_one_less(made.person, made.place),
                    self._hall.cards.take_away(made.person, "task", made.id),
                ]
        answer = {"time": line.time, "reference": reference, "service": line.desk, "state": outcome}
        self._hall.save(once, changes, events, pk=store.history_pk(line.appointment), answer=answer)
        return replace(line, state=outcome)

    def _own(self, caller: Caller, office: str) -> OfficeEntry:
        entry = self._store.office(office)
        if entry is None or caller.agency != entry.agency:
            raise not_found("สำนักงาน", "office")
        return entry
