"""People and their bills: asked for at the biller, listed, and turned into the one live QR."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

from chalicelib.shared.errors import Unavailable, UpstreamFailed, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.storage import Count

from ..hall import Told, person_of
from ..model import Person
from . import rules
from .asking import Asked, Asking
from .definition import BillerDefinition
from .ledger import Deed, Ledger, unclaimed
from .model import Bill, Live, State
from .store import BillPage, bill_key, lookups_key

Answer = TypeVar("Answer")

QUESTIONS = 60
"""Customer numbers that one person may ask about in a day; enough for a big family, too few to try numbers out."""

TOGETHER = 40
"""Changes, beside their events, that one transaction holds at most."""

HELD = 60
"""Open bills of one person that a new answer is compared with."""


class Desk:
    """What a person does with bills."""

    def __init__(self, ledger: Ledger, asking: Asking) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._store = ledger.store
        self._asking = asking

    def look_up(self, caller: Caller, biller_id: str, customer_no: str) -> list[Bill]:
        """The open bills of a customer number, asked of the biller now and kept for the person.

        Raises:
            Invalid: no such biller, or not a number of its. NotFound: the biller has no such customer.
            TooMany: too many questions today. UpstreamFailed, Unavailable: the biller is away.
        """
        biller = self._ledger.billers.asked_for(biller_id, customer_no)
        person = person_of(caller)
        return self.counted(person, lambda: self.refresh(person, biller, customer_no, by=caller.label, caller=caller))

    def counted(self, person: Person, ask: Callable[[], Answer]) -> Answer:
        """Counts a question of today and asks it; one that was not answered tells nothing, and does not count.

        Raises:
            TooMany: too many questions today. What `ask` raises.
        """
        self._count(person, 1)
        try:
            return ask()
        except (UpstreamFailed, Unavailable):
            self._count(person, -1)
            raise

    def _count(self, person: Person, by: int) -> None:
        later = int(self._hall.now().timestamp()) + 2 * 24 * 3600
        counted = Count(lookups_key(person, self._hall.today()), by, QUESTIONS, later)
        self._hall.parts.journal.commit(unclaimed(), [counted])

    def refresh(
        self, person: Person, biller: BillerDefinition, customer_no: str, *, by: str, caller: Caller | None = None
    ) -> list[Bill]:
        """Asks the biller and keeps what it says; what it no longer asks for is no longer owed.

        Raises:
            As `Asking.open_bills`; Stale: the same bills changed meanwhile.
        """
        account = self._store.name("account", biller.id, customer_no)
        asked = self._asking.open_bills(biller, customer_no)
        now = self._hall.now()
        marks = {each.number: self._store.name("bill", biller.id, customer_no, each.number) for each in asked}
        ids = {each.number: self._store.name("person", person, marks[each.number]) for each in asked}
        held = [bill for bill in self._store.bills(person, "open", None, HELD).bills if bill.account == account]
        wanted = [bill_key(each) for each in dict.fromkeys([*ids.values(), *(bill.id for bill in held)])]
        found = self._hall.parts.journal.read(None, *wanted) if wanted else {}
        here = {bill.id: bill for item in found.values() if (bill := self._store.bill(item))}
        deed, bills = Deed(), list[Bill]()
        for each in asked:
            before = here.pop(ids[each.number], None)
            after = self._new(person, biller, account, marks[each.number], customer_no, each, now)
            if before is not None:
                after = rules.answered(before, each.satang, each.due, each.period, now)
            bills.append(self._kept(deed, before, after, biller, by, now))
            deed = self._flushed(deed)
        for gone in here.values():
            self._kept(deed, gone, rules.not_answered(gone, now), biller, by, now)
            deed = self._flushed(deed)
        if caller is not None:
            self._ledger.acted(deed, person, "bill.looked_up", caller, {"biller": biller.id})
        if deed.changes:
            self._ledger.commit(unclaimed(), deed)
        return sorted((bill for bill in bills if bill.state == "open"), key=lambda bill: (bill.due, bill.id))

    def _flushed(self, deed: Deed) -> Deed:
        """Writes what is too much for one transaction in several: each bill stands for itself."""
        if len(deed.changes) < TOGETHER:
            return deed
        self._ledger.commit(unclaimed(), deed)
        return Deed()

    def _new(
        self,
        person: Person,
        biller: BillerDefinition,
        account: str,
        mark: str,
        customer_no: str,
        asked: Asked,
        now: dt.datetime,
    ) -> Bill:
        return Bill(
            id=self._store.name("person", person, mark),
            person=person,
            biller=biller.id,
            account=account,
            mark=mark,
            satang=asked.satang,
            due=asked.due,
            since=now,
            asked_at=now,
            customer_no=customer_no,
            number=asked.number,
            period=asked.period,
        )

    def _kept(
        self, deed: Deed, before: Bill | None, after: Bill, biller: BillerDefinition, by: str, now: dt.datetime
    ) -> Bill:
        """Adds a bill to a deed unless nothing that matters changed."""
        if before is not None and before.model_copy(update={"asked_at": after.asked_at}) == after:
            return before
        after = rules.reminded(after, biller, now)
        what = "known" if before is None else {"open": "changed", "paid": "changed", "gone": "gone"}[after.state]
        return self._ledger.bill(deed, before, after, [Told(f"bill.{what}", {}, heard=False)], by=by)

    def page(self, person: Person, state: State, cursor: str | None, limit: int) -> tuple[Sequence[Bill], str | None]:
        """One page of a person's bills; raises Malformed for a cursor of another list."""
        scope, cursors = ("bills", person, state), self._hall.parts.cursors
        found: BillPage = self._store.bills(person, state, cursors.read(cursor, scope), limit)
        return found.bills, cursors.make(found.after, scope)

    def own(self, once: Once | None, person: Person, id: str) -> Bill:
        """One's own bill; another person's does not exist. Raises NotFound, Replayed, KeyReused."""
        bill = None
        if rules.is_bill_id(id):
            bill = self._store.bill(self._hall.parts.journal.read(once, bill_key(id)).get(bill_key(id)))
        if bill is None or bill.person != person:
            raise not_found("บิลนี้", "bill")
        return bill

    def qr(self, once: Once, caller: Caller, id: str) -> Live:
        """The one live QR of a bill, over what the biller asks for at this moment.

        Raises:
            NotFound: it is not the person's. WrongState: nothing is owed any more.
            UpstreamFailed, Unavailable: the biller is away; no old amount is charged.
        """
        try:
            bill = self.own(once, person_of(caller), id)
        except Replayed:  # what a QR says lies sealed in the bill, not in the claim
            return self._made(self.own(None, person_of(caller), id))
        biller, now, by = self._ledger.billers.there(bill.biller), self._hall.now(), caller.label
        if self._ledger.settled_elsewhere(bill):
            raise WrongState(
                "มีผู้ชำระบิลนี้ผ่านพอร์ทัลแล้ว ไม่ต้องชำระอีก",
                "Somebody paid this bill in the portal already; please do not pay again.",
            )
        asked = self._asking.open_bills(biller, bill.customer_no, case=bill.id)
        one = next((each for each in asked if each.number == bill.number), None)
        if one is None:
            after = rules.not_answered(bill, now)
        else:
            after = rules.answered(bill, one.satang, one.due, one.period, now)
        deed = Deed()
        if after.state != "open" or not after.owed:
            self._kept(deed, bill, after, biller, by, now)
            if deed.changes:
                self._ledger.commit(unclaimed(), deed)
            raise WrongState(
                "ผู้ออกบิลแจ้งว่าไม่มียอดค้างชำระแล้ว ไม่ต้องชำระอีก",
                "The biller says that nothing is owed any more; please do not pay again.",
            )
        live = rules.live(after, biller, now)
        if live != bill.live:
            after = rules.reminded(after.model_copy(update={"live": live, "payer": caller.name}), biller, now)
            told = Told("bill.billed", {"attempt": live.attempt}, heard=False)
            self._ledger.bill(deed, bill, after, [told], by=by)
            self._ledger.acted(deed, person_of(caller), "bill.qr", caller, {"biller": biller.id, "bill": bill.id})
            self._ledger.commit(once, deed, {"attempt": live.attempt})
        return live

    @staticmethod
    def _made(bill: Bill) -> Live:
        if bill.live is None:
            raise not_found("QR ของบิลนี้", "QR of this bill")
        return bill.live
