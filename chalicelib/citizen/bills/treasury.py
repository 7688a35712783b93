"""Finance officers and the operator: money that fits no bill, and the decision of two of them about it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from chalicelib.shared import payment_accounts as accounts
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Fault, Invalid, NotAllowed, WrongState, not_found
from chalicelib.shared.identity import Caller, Posting
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Once, Replayed
from chalicelib.shared.payment_accounts import Way

from ..rules import checked_pid
from ..staff import Register
from . import rules
from .ledger import Deed, Ledger
from .model import Bill, Money, Proposal
from .money_views import MoneyEntry
from .store import money_key
from .till import Till

FINANCE, OPERATOR = "finance", "operator"
_ID = re.compile(accounts.ENTRY_PATTERN)
_DONE = {"refund": "refund_ordered", "write_off": "written_off"}


@dataclass(frozen=True)
class Wish:
    """How an entry shall be resolved.

    Attributes:
        way: apply, refund or write_off.
        bill: the bill to be paid, for `apply` only.
        reason: why, in the officer's words.
    """

    way: Way
    bill: str | None
    reason: str


class Treasury:
    """The desk at which money that fits nothing is decided about."""

    def __init__(self, ledger: Ledger, till: Till) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._till = till

    def appoint(self, staff: Register, pid: str, agency: str, name: str, serves: bool) -> None:
        """Makes somebody a finance officer of an agency, or lets them go; their other roles there stay.

        Raises:
            Invalid: the national id does not hold. WrongState: they serve another agency.
        """
        pseudonym = self._hall.parts.keyring.pseudonym(checked_pid(pid))
        there = staff.posting(pseudonym)
        if there is not None and there.agency != agency:
            raise WrongState("บุคคลนี้เป็นเจ้าหน้าที่ของหน่วยงานอื่น", "This person serves another agency.")
        roles = frozenset() if there is None else there.roles
        roles = roles | {FINANCE} if serves else roles - {FINANCE}
        staff.post(pseudonym, Posting(agency, roles, name), new_token())

    def whose(self, caller: Caller, agency: str | None) -> str | None:
        """The agency whose queue is asked for: an officer's own, or the one that the operator names.

        Raises:
            NotAllowed: an officer asks for another agency's.
        """
        if OPERATOR in caller.roles:
            return agency
        if agency not in (None, caller.agency):
            raise NotAllowed("ดูได้เฉพาะรายการของหน่วยงานของท่าน", "Only your own agency's entries are yours to see.")
        return caller.agency

    def show(self, caller: Caller, id: str) -> tuple[Money, list[Event]]:
        """One account with all that happened to it; another agency's does not exist."""
        key = money_key(_an_id(id))
        money = self._ledger.store.money(self._hall.parts.table.get(key))
        if money is None or not _may_see(money, caller):
            raise not_found("รายการเงิน", "entry")
        return money, self._hall.parts.journal.history(key.pk)

    def decide(
        self, once: Once, caller: Caller, id: str, step: Literal["propose", "confirm", "decline"], wish: Wish
    ) -> MoneyEntry:
        """Propose how an entry is resolved; confirm, as another officer, what was proposed; or decline it.

        Raises:
            NotFound, NotAllowed, WrongState, Invalid: with what does not fit.
            Stale: somebody acted on it just now.
        """
        now = self._hall.now()
        try:
            found, bill = self._till.read(once, [_an_id(id)], wish.bill)
        except Replayed:
            return MoneyEntry.of(self.show(caller, id)[0])
        money = found.get(id)
        if money is None or not _may_see(money, caller):
            raise not_found("รายการเงิน", "entry")
        _must_be_theirs(money, caller)
        if step == "decline":
            return self._saved(once, caller, accounts.declined(money, wish.reason, caller, now), "declined")
        said = Proposal(way=wish.way, bill=wish.bill, by=caller.id, at=now)
        if step == "confirm":
            accounts.must_be_confirmable(money, said, caller)
        self._must_fit(money, bill, wish, caller)
        if step == "propose":
            return self._saved(once, caller, accounts.proposed(money, said, wish.reason, caller, now), "proposed")
        if wish.way != "apply" or bill is None:
            resolved = accounts.resolved(money, wish.way, wish.reason, caller, now)
            return self._saved(once, caller, resolved, _DONE[wish.way])
        return self._applied(once, caller, money, bill, wish, now)

    def _applied(
        self, once: Once, caller: Caller, money: Money, bill: Bill, wish: Wish, now: dt.datetime
    ) -> MoneyEntry:
        stepped = accounts.stepped(money, "confirm", "apply", wish.reason, caller, now)
        try:
            booked = self._till.book(once, bill, stepped, "applied", by=caller.label)
        except AlreadyThere:
            raise WrongState(
                "บิลนี้มีผู้ชำระไปแล้ว โปรดคืนเงินแทน", "Somebody paid this bill meanwhile; refund the money instead."
            ) from None
        return MoneyEntry.of(booked)

    def _must_fit(self, money: Money, bill: Bill | None, wish: Wish, caller: Caller) -> None:
        accounts.must_be_open(money)
        if wish.way != "apply":
            if wish.bill is not None:
                raise _invalid("/bill", "ระบุได้เฉพาะเมื่อนำเงินไปชำระบิล", "Give a bill only to apply the money.")
            if wish.way == "refund" and not money.open:
                raise _invalid("/way", "รายการนี้ไม่มีเงินให้คืน", "The entry holds no money that could be refunded.")
            return
        if not money.open:
            raise _invalid("/way", "รายการนี้ไม่มีเงินให้นำไปชำระ", "The entry holds no money that could pay anything.")
        biller = None if bill is None else self._ledger.billers.there(bill.biller)
        if bill is None or biller is None or (FINANCE in caller.roles and biller.agency != caller.agency):
            raise _invalid("/bill", "ไม่พบบิลนี้", "No such bill.")
        if bill.person == caller.id:
            raise _own()
        if bill.state != "open" or not bill.owed or len(bill.paid) >= rules.MAX_PAID:
            raise WrongState("บิลนี้ไม่มียอดค้างชำระ", "Nothing is owed for that bill.")
        if money.open < bill.owed and not biller.part_payments.value:
            raise _invalid("/bill", "เงินไม่ครบยอดบิล", "The money is less than the bill.")

    def _saved(self, once: Once, caller: Caller, money: Money, what: str) -> MoneyEntry:
        deed = Deed()
        self._ledger.money(deed, money, what, by=caller.label, way=money.steps[-1].way)
        self._ledger.commit(once, deed, {"id": money.id})
        return MoneyEntry.of(money)


def _an_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise not_found("รายการเงิน", "entry")
    return text


def _may_see(money: Money, caller: Caller) -> bool:
    return OPERATOR in caller.roles or (FINANCE in caller.roles and money.agency == caller.agency)


def _must_be_theirs(money: Money, caller: Caller) -> None:
    """What is known to be an agency's is for that agency to decide, the rest for the operator."""
    if money.agency is not None and not (FINANCE in caller.roles and money.agency == caller.agency):
        raise NotAllowed(
            "รายการนี้เป็นของหน่วยงาน เจ้าหน้าที่การเงินของหน่วยงานเป็นผู้พิจารณา",
            "The entry belongs to an agency; its finance officers decide.",
        )
    if money.owner == caller.id:
        raise _own()


def _own() -> NotAllowed:
    return NotAllowed("เจ้าหน้าที่จะพิจารณาเรื่องของตนเองไม่ได้", "An officer may not act in their own matter.")


def _invalid(pointer: str, th: str, en: str) -> Invalid:
    return Invalid(th, en, [Fault(pointer, th, en)])
