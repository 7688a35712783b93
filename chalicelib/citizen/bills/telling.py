"""After the fact: the receipt goes into the wallet, the person reads of it, and the biller learns what was paid.

Everything here is done because of an event and is harmless when it is done again.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.shared.errors import AlreadyThere, Invalid, NotAllowed, NotFound, Refusal, Stale
from chalicelib.shared.jose import IssuerKey
from chalicelib.shared.journal import Event, NotYet
from chalicelib.shared.thai import Text
from chalicelib.shared.thai_qr import Satang, baht

from ..hall import Told
from ..inbox.model import NewMessage
from ..inbox.service import Inbox
from ..model import SELF, Person
from ..wallet.model import NewCredential
from ..wallet.service import Wallet
from . import receipts, rules, words
from .asking import Asking
from .ledger import Deed, Ledger, unclaimed
from .model import Bill
from .store import bill_key

ATTEMPTS = 4


class Telling:
    """Hears of `citizen.bill.` and `citizen.money.`.

    Args:
        ledger: bills and accounts.
        asking: the way to billers.
        inbox, wallet: where people find it.
        signer: the room as issuer of credentials.
    """

    def __init__(
        self, ledger: Ledger, asking: Asking, inbox: Inbox, wallet: Wallet, signer: Callable[[], IssuerKey]
    ) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._asking = asking
        self._inbox = inbox
        self._wallet = wallet
        self._signer = signer

    def bill(self, event: Event) -> None:
        """Something happened to a bill."""
        what = event.type.rpartition(".")[2]
        bill = self._bill(event.subject)
        if bill is None:
            return
        if what == "paid":
            self._receive(bill, event)
            self._tell(bill, words.PAID, event, f"paid-{event.data['receipt']}", int(event.data["satang"]))
            self._biller(bill, event)
        elif what == "reversed":
            key = f"reversed-{event.data['receipt']}"
            self._tell(bill, words.REVERSED, event, key, int(event.data["satang"]))
            self._biller(bill, event)
        elif what == "reminder" and bill.state == "open":
            self._tell(bill, words.REMINDER, event, f"reminder-{event.id}", bill.owed)
        elif what == "disputed":
            self._dispute(bill)

    def money(self, event: Event) -> None:
        """Money came that fits nothing, or goes back: told to whoever it was paid for, wherever it has gone since."""
        what = event.type.rpartition(".")[2]
        bill = None if event.data["bill"] is None else self._bill(str(event.data["bill"]))
        said = words.MONEY.get((what, str(event.data["kind"]) if what == "kept" else ""))
        if bill is not None and said is not None:
            self._tell(bill, said, event, f"money-{event.id}", int(event.data["satang"]))

    def _bill(self, id: str) -> Bill | None:
        return self._ledger.store.bill(self._hall.parts.table.get(bill_key(id)))

    def _receive(self, bill: Bill, event: Event) -> None:
        """The receipt into the wallet; a repeat signs anew, and the first one stays."""
        no = str(event.data["receipt"])
        receipt = self._ledger.store.receipt(no)
        if receipt is None:
            return  # erased with everything else of the person
        paper = NewCredential(id=no, credential=receipts.credential(receipt, self._signer()), kind="receipt")
        try:
            self._wallet.keep(Person(bill.person), paper, sender=SELF)
        except AlreadyThere:
            return

    def _tell(self, bill: Bill, said: tuple[Text, Text], event: Event, id: str, satang: int) -> None:
        title, body = said
        biller = self._ledger.billers.there(bill.biller)

        def filled(text: Text) -> Text:
            facts = {"baht": baht(Satang(satang)), "receipt": event.data.get("receipt", "")}
            th = words.facts(facts, biller.names.th, bill.due, "th")
            en = words.facts(facts, biller.names.en, bill.due, "en")
            return Text(th=text.th.format(**th), en=text.en.format(**en))

        message = NewMessage(
            id=f"{bill.id}.{id}"[:80],
            category="payment",
            title=filled(title),
            body=filled(body),
            case=bill.id,
            source=biller.agency,
        )
        try:
            self._inbox.tell(Person(bill.person), message, sender=SELF)
        except AlreadyThere:
            return  # told before, in the words of that time

    def _biller(self, bill: Bill, event: Event) -> None:
        """Brings the biller to the present truth about one transaction.

        Raises:
            NotYet: it is away; the outbox calls again.
        """
        part = rules.part_of(bill.paid, str(event.data["money"]))
        if part is None or (not part.stands and event.type.endswith(".paid")):
            return  # taken back meanwhile: that has an event of its own
        try:
            self._asking.tell_paid(self._ledger.billers.there(bill.biller), bill, part)
        except Refusal as away:
            raise NotYet from away
        for _ in range(ATTEMPTS):
            told = rules.told_of(bill, part.money, part.sequence)
            if told == bill:
                return
            deed = Deed()
            word = Told("bill.acknowledged", {"money": part.money, "sequence": part.sequence}, heard=False)
            self._ledger.bill(deed, bill, told, [word], by="system")
            try:
                self._ledger.commit(unclaimed(), deed)
            except Stale:
                found = self._bill(bill.id)
                if found is None:
                    return
                bill = found
            else:
                return
        raise NotYet

    def _dispute(self, bill: Bill) -> None:
        """Hands a dispute to the biller.

        Raises:
            NotYet: it is away; the outbox calls again.
        """
        dispute = bill.dispute
        if dispute is None or dispute.state != "sending":
            return
        biller = self._ledger.billers.there(bill.biller)
        try:
            state, note = self._asking.file(biller, bill, dispute)
        except (Invalid, NotFound, NotAllowed):
            state, note = "rejected", f"{words.NOT_TAKEN.th} / {words.NOT_TAKEN.en}"
        except Refusal as away:
            raise NotYet from away
        after = bill.model_copy(update={"dispute": dispute.model_copy(update={"state": state, "note": note})})
        deed = Deed()
        word = Told("bill.dispute_handed_over", {"dispute": dispute.id, "state": state}, heard=False)
        self._ledger.bill(deed, bill, after, [word], by="system")
        try:
            self._ledger.commit(unclaimed(), deed)
        except Stale:
            raise NotYet from None
