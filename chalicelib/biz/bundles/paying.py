"""One QR for all that a run owes now."""

from __future__ import annotations

from chalicelib.shared import thai_qr
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.thai_qr import Satang, baht

from ..payments import joints
from ..payments import rules as payments
from ..payments import views as payment_views
from ..payments.counter import Receipts
from ..payments.model import JointBill
from . import graph
from .hall import Hall, Sight, Written
from .model import Bill
from .views import JointPartView, MemberPaid, RunBillView, RunPayments


class Paying:
    """The cash desk as a run meets it; the money itself is booked by `payments.till`, for each agency apart."""

    def __init__(self, hall: Hall, receipts: Receipts) -> None:
        self._hall = hall
        self._office = hall.office
        self._receipts = receipts

    def bill(self, once: Once, caller: Caller, id: str) -> RunBillView:
        """The one live QR over every fee that is owed now, at most `joints.MOST`; a new one when that is another sum.

        Raises:
            WrongState: no fee is due.
        """
        hall = self._hall
        try:
            sight = hall.own(once, id, caller, billed=True)
            last = 0 if sight.run.bill is None else sight.run.bill.attempt
            bill = joints.bill(sight.run.id, sight.bill, last, _dues(sight), self._office.now())
            if bill != sight.bill:
                live = Bill(attempt=bill.attempt, expires_at=bill.expires_at)
                run = sight.run.model_copy(update={"bill": live})
                data = {"attempt": bill.attempt, "satang": bill.satang, "fees": len(bill.parts)}
                written = Written(run, "billed", data, more=(hall.money.new_joint(bill),))
                kept = bill.model_dump(mode="json")
                hall.save(once, sight, written, by=caller.label, answer=lambda _: kept)
        except Replayed as done:  # the picture is drawn again rather than kept
            bill = JointBill.model_validate(done.answer)
            sight = hall.own(None, id, caller)
        codes: dict[str, str] = {desk.case.id: code for code, desk in sight.desks.items()}
        return RunBillView(
            ref1=bill.ref1,
            ref2=bill.ref2,
            satang=bill.satang,
            amount_baht=baht(Satang(bill.satang)),
            qr=bill.qr,
            svg=thai_qr.svg(bill.qr),
            expires_at=bill.expires_at,
            parts=[
                JointPartView(code=codes.get(part.case, ""), agency=part.agency, satang=part.satang)
                for part in bill.parts
            ],
        )

    def paid(self, caller: Caller, id: str) -> RunPayments:
        """What is owed and paid for one's own run."""
        sight = self._hall.own(None, id, caller)
        monies = self._hall.money.of_case(sight.run.id)
        members = []
        for code in graph.ordered(sight.bundle):
            if code not in sight.desks:
                continue
            case, book = sight.desks[code].case, sight.desks[code].book
            no = None if case.payment is None else case.payment.receipt_no
            members.append(
                MemberPaid(
                    code=code,
                    agency=case.agency,
                    owed_satang=payments.due(case, book),
                    paid=case.payment is not None and case.payment.stands,
                    receipt_no=no,
                    receipt_url=None if no is None else f"{self._office.parts.base_url}{self._receipts.path(no)}",
                )
            )
        live = sight.run.bill
        return RunPayments(
            owed_satang=sum(member.owed_satang for member in members),
            bill_expires_at=live.expires_at if live is not None and self._office.now() < live.expires_at else None,
            members=members,
            payments=payment_views.paid_in(monies),
        )


def _dues(sight: Sight) -> list[joints.Due]:
    return [
        (sight.desks[code].case, sight.desks[code].book) for code in graph.ordered(sight.bundle) if code in sight.desks
    ]
