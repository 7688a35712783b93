"""What a person finds wrong with a bill: filed here, decided by the biller."""

from __future__ import annotations

from chalicelib.shared.errors import Fault, Invalid, Stale, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed

from ..hall import Told, person_of
from . import rules
from .asking import Asking
from .desk import Desk
from .ledger import Deed, Ledger, unclaimed
from .model import Bill, Dispute


class Disputes:
    """Disputes of bills; while one stands, the bill is not reminded."""

    def __init__(self, ledger: Ledger, asking: Asking, desk: Desk) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._asking = asking
        self._desk = desk

    def file(self, once: Once, caller: Caller, id: str, reason: str, text: str) -> Dispute:
        """Files a dispute; the outbox hands it to the biller, however long that is away.

        Raises:
            NotFound: it is not the person's bill. Invalid: not a reason of this biller.
            WrongState: one stands already.
        """
        try:
            bill = self._desk.own(once, person_of(caller), id)
        except Replayed:
            return _there(self._desk.own(None, person_of(caller), id))
        biller = self._ledger.billers.there(bill.biller)
        codes = [each.code for each in biller.dispute_reasons]
        if reason not in codes:
            th, en = f"เลือกได้เฉพาะ {', '.join(codes)}", f"Choose one of {', '.join(codes)}."
            raise Invalid("ไม่มีเหตุผลนี้", "There is no such reason.", [Fault("/reason", th, en)])
        if bill.dispute is not None and bill.dispute.stands:
            raise WrongState("บิลนี้มีเรื่องที่รอผลอยู่แล้ว", "A dispute of this bill is waiting for its answer already.")
        dispute = Dispute(id=self._hall.parts.ids(), reason=reason, at=self._hall.now(), text=text)
        after = bill.model_copy(update={"dispute": dispute})
        deed = Deed()
        told = Told("bill.disputed", {"dispute": dispute.id, "reason": reason})
        self._ledger.bill(deed, bill, after, [told], by=caller.label)
        self._ledger.acted(deed, person_of(caller), "bill.disputed", caller, {"biller": biller.id, "bill": bill.id})
        self._ledger.commit(once, deed, {"id": dispute.id})
        return dispute

    def state(self, caller: Caller, id: str) -> Dispute:
        """How the dispute stands, asked of the biller where it has it.

        Raises:
            NotFound: it is not the person's bill, or nothing was disputed.
            UpstreamFailed, Unavailable: the biller is away.
        """
        bill = self._desk.own(None, person_of(caller), id)
        dispute = _there(bill)
        if dispute.state != "received":
            return dispute
        biller, now = self._ledger.billers.there(bill.biller), self._hall.now()
        state, note = self._asking.dispute(biller, bill, dispute)
        heard = dispute.model_copy(update={"state": state, "note": note})
        if heard == dispute:
            return dispute
        after = rules.reminded(bill.model_copy(update={"dispute": heard}), biller, now)
        deed = Deed()
        told = Told("bill.dispute_answered", {"dispute": dispute.id, "state": state}, heard=False)
        self._ledger.bill(deed, bill, after, [told], by="system")
        try:
            self._ledger.commit(unclaimed(), deed)
        except Stale:
            return heard  # something else happened to the bill; the next look keeps it
        return heard


def _there(bill: Bill) -> Dispute:
    if bill.dispute is None:
        raise not_found("เรื่องโต้แย้งของบิลนี้", "dispute of this bill")
    return bill.dispute
