"""Accounts that people saved, and asking for new bills of those that they want watched."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.errors import NotFound, Refusal, Stale, TooMany, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, NotYet, Once, Replayed
from chalicelib.shared.storage import Remove

from ..hall import Told, person_of, pid_of
from ..model import Person
from .asking import Asking
from .desk import Desk
from .ledger import Deed, Ledger, unclaimed
from .model import Meter
from .rules import is_bill_id
from .store import SHARDS, meter_key

MOST = 30
"""Meters that one person may save."""

EVERY = dt.timedelta(days=7)
"""Pause between two questions about a watched meter; bills are monthly."""

STEP = 20
"""Meters of a shard that one sweep starts; the next minute goes on."""


class Meters:
    """A person's meters."""

    def __init__(self, ledger: Ledger, asking: Asking, desk: Desk) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._store = ledger.store
        self._asking = asking
        self._desk = desk

    def all(self, person: Person) -> list[Meter]:
        """All of a person's meters."""
        return sorted(self._store.meters(person), key=lambda meter: (meter.since, meter.id))

    def again(self, person: Person, done: Replayed) -> Meter:
        """The meter of a command that was done before; raises NotFound when it is gone since."""
        return self._own(None, person, str((done.answer or {}).get("id")))

    def save(self, once: Once, caller: Caller, biller_id: str, customer_no: str, nickname: str, watch: bool) -> Meter:
        """Saves an account; the biller says whether it is the person's own. Saving it again changes its nickname.

        Raises:
            Invalid, NotFound, TooMany, UpstreamFailed, Unavailable: as `Desk.look_up`.
        """
        biller = self._ledger.billers.asked_for(biller_id, customer_no)
        person = person_of(caller)
        self._hall.parts.journal.read(once)
        saved = self._store.meters(person)
        there = next((each for each in saved if (each.biller, each.customer_no) == (biller.id, customer_no)), None)
        if there is None and len(saved) >= MOST:
            raise TooMany(f"บันทึกได้ไม่เกิน {MOST} มิเตอร์", f"At most {MOST} meters can be saved.", retry_after=86_400)
        pid = pid_of(caller)
        account = self._desk.counted(person, lambda: self._asking.account(biller, customer_no, pid))
        now = self._hall.now()
        meter = Meter(
            id=self._hall.parts.ids() if there is None else there.id,
            person=person,
            biller=biller.id,
            yours=account.yours,
            watch=watch,
            check_at=now if watch else None,
            since=now if there is None else there.since,
            customer_no=customer_no,
            nickname=nickname,
            holder=account.holder,
        )
        if there is not None:
            meter = meter.model_copy(update={"version": there.version, "head": there.head})
        return self._saved(once, meter, "meter.saved", caller, new=there is None)

    def change(self, once: Once, caller: Caller, id: str, nickname: str, watch: bool) -> Meter:
        """Renames a meter, and has it watched or not; raises NotFound."""
        meter = self._own(once, person_of(caller), id)
        at = self._hall.now() if watch and not meter.watch else meter.check_at if watch else None
        changed = meter.model_copy(update={"nickname": nickname, "watch": watch, "check_at": at})
        return self._saved(once, changed, "meter.changed", caller)

    def remove(self, once: Once, caller: Caller, id: str) -> None:
        """Forgets a meter; its bills stay. Raises NotFound."""
        person = person_of(caller)
        meter = self._own(once, person, id)
        events, _ = self._hall.happened(
            meter.head, [Told("meter.removed", {}, heard=False)], subject=id, by=caller.label
        )
        deed = Deed([Remove(meter_key(person, id), meter.version)], [(f"METER#{id}", event) for event in events])
        self._ledger.acted(deed, person, "meter.removed", caller, {"biller": meter.biller})
        self._ledger.commit(once, deed)

    def sweep(self, now: dt.datetime) -> int:
        """Starts the questions whose time has come, a few at a time; returns how many.

        Each start moves the meter's next time on in the same transaction, so that a crash asks neither twice nor never.
        """
        started = 0
        for shard in range(SHARDS):
            for meter in self._store.to_check(shard, now, STEP):
                later = meter.model_copy(update={"check_at": now + EVERY})
                try:
                    self._save(unclaimed(), later, Told("meter.due", {"person": meter.person}), by="system")
                except Stale:
                    continue  # another sweep, or the person, was faster
                started += 1
        return started

    def heard(self, event: Event) -> None:
        """Asks about a watched meter.

        Raises:
            NotYet: the biller is away.
        """
        if event.type != "citizen.meter.due":
            return
        person = Person(str(event.data["person"]))
        meter = self._store.meter(self._hall.parts.table.get(meter_key(person, event.subject)))
        if meter is None or not meter.watch:
            return
        biller = self._ledger.billers.there(meter.biller)
        try:
            self._desk.refresh(person, biller, meter.customer_no, by="system")
        except NotFound:
            return  # the account is closed: there is nothing to be told
        except Refusal as away:
            raise NotYet from away

    def _own(self, once: Once | None, person: Person, id: str) -> Meter:
        key = meter_key(person, id)
        meter = self._store.meter(self._hall.parts.journal.read(once, key).get(key)) if is_bill_id(id) else None
        if meter is None:
            raise not_found("มิเตอร์นี้", "meter")
        return meter

    def _saved(self, once: Once, meter: Meter, what: str, caller: Caller, *, new: bool = False) -> Meter:
        return self._save(once, meter, Told(what, {}, heard=False), by=caller.label, caller=caller, new=new)

    def _save(
        self, once: Once, meter: Meter, told: Told, *, by: str, caller: Caller | None = None, new: bool = False
    ) -> Meter:
        events, head = self._hall.happened(meter.head, [told], subject=meter.id, by=by)
        stored = meter.model_copy(update={"head": head})
        deed = Deed([self._store.put_meter(stored, new=new)], [(f"METER#{meter.id}", event) for event in events])
        if caller is not None:
            self._ledger.acted(deed, Person(meter.person), told.type, caller, {"biller": meter.biller})
        self._ledger.commit(once, deed, {"id": meter.id})
        return stored
