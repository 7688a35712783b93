"""What comes in: a provider's word becomes money in an account, and pays a bill where it fits, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from chalicelib.shared import payment_accounts as accounts
from chalicelib.shared.callbacks import check_signature
from chalicelib.shared.errors import AlreadyThere, Stale, Unavailable
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.measures import measure
from chalicelib.shared.payment_notices import Notice, Source, relation, variant

from ..hall import Told
from ..model import Person
from . import rules
from .ledger import Deed, Ledger, unclaimed
from .model import Bill, Kind, Money, Receipt
from .store import bill_key, money_key, provider_key, settle, unsettle

ATTEMPTS = 6

Outcome = Literal["booked", "kept", "noted", "reversed", "duplicate"]
"""What became of a notice: it paid a bill; money waits for an officer; only the state of the transaction changed;
money was taken back; nothing, because it was known or is overtaken."""


class Till:
    """Hears what providers say of transactions, and books what it pays."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._store = ledger.store

    def know_provider(self, once: Once, provider: str, secret: str) -> None:
        """Records the secret that a payment provider signs with."""
        key = provider_key(provider)
        there = self._hall.parts.journal.read(once, key).get(key)
        change = self._store.put_secret(provider, secret, there)
        self._hall.parts.journal.commit(once, [change], answer={"provider": provider})

    def believed(self, provider: str, header: str, raw: bytes) -> None:
        """What a provider says may be read once its signature over every byte holds; raises Unauthenticated."""
        item = self._hall.parts.table.get(provider_key(provider)) if rules.is_provider(provider) else None
        check_signature(self._store.secret(item, provider), header, raw, self._hall.now())

    def hear(self, provider: str, notice: Notice, source: Source = "callback") -> Outcome:
        """Takes a believed notice into account; the same or an overtaken one changes nothing.

        The account itself says what was heard, so a notice is known for good, not only for as long as a claim lives.

        Raises:
            Unavailable: other changes came first too often; sending it again is safe.
        """
        for _ in range(ATTEMPTS):
            try:
                outcome = self._heard(provider, notice, source)
            except (Stale, AlreadyThere):
                continue
            if outcome == "kept":
                measure("PaymentMisfits", platform="citizen")
            return outcome
        raise Unavailable("ระบบกำลังมีผู้ใช้งานมาก", "The booking met other changes; send it again.", retry_after=5)

    def _heard(self, provider: str, notice: Notice, source: Source) -> Outcome:
        now, by = self._hall.now(), f"system:{provider}"
        key = money_key(f"{provider}~{notice.transaction}")
        beside = money_key(f"{provider}~{notice.transaction}~{variant(notice)}")
        named = rules.bill_of(notice.ref1, notice.ref2)
        keys = [key, beside, *([] if named is None else [bill_key(named)])]
        found = self._hall.parts.journal.read(None, *keys)
        bill = None if named is None else self._store.bill(found.get(bill_key(named)))
        money = self._store.money(found.get(key))
        stands = relation(money, notice)
        if money is not None and stands == "other":
            if beside in found:
                return "duplicate"
            self._write(rules.other(money, notice, source, now), "kept", by, new=True)
            return "kept"
        if stands in ("same", "older"):
            return "duplicate"
        was_here = money is not None and money.settled
        agency = None if bill is None else self._ledger.billers.there(bill.biller).agency
        account = money or rules.opened(provider, notice, bill, agency, source, now)
        account = accounts.told(account, notice, now)
        if account.settled and not was_here:
            return self._arrived(account, bill, by, new=money is None)
        if was_here and not account.settled:
            return self._left(account, bill, by)
        self._write(account, "noted", by, new=money is None)
        return "noted"

    def _arrived(self, money: Money, bill: Bill | None, by: str, *, new: bool) -> Outcome:
        wrong = self.mismatch(bill, money.satang, elsewhere=False)
        if wrong is None and bill is not None:
            try:
                self.book(unclaimed(), bill, money, "booked", by=by, new=new)
            except AlreadyThere:
                if not self._ledger.settled_elsewhere(bill):
                    raise
                wrong = "already_paid"
            else:
                return "booked"
        kept = accounts.queued(money, wrong or "unknown_reference", self._hall.now())
        self._write(kept, "kept", by, new=new)
        return "kept"

    def mismatch(self, bill: Bill | None, satang: int, *, elsewhere: bool) -> Kind | None:
        """Why so much money cannot be booked on the bill; None when it can."""
        biller = None if bill is None else self._ledger.billers.there(bill.biller)
        return rules.mismatch(bill, biller, satang, elsewhere=elsewhere)

    def book(
        self,
        once: Once,
        bill: Bill,
        money: Money,
        what: str,
        *,
        by: str,
        new: bool = False,
    ) -> Money:
        """Pays a bill from this account, with its receipt: all or nothing.

        Args:
            once: the command that leads here.
            bill: what is owed.
            money: at least that much, or less where the biller takes parts.
            what: the event for the account.
            by: who did it.
            new: whether the account is a new one.

        Raises:
            Stale: something changed meanwhile.
            AlreadyThere: the same; or somebody else's payment settled this bill of the biller.
        """
        now, deed = self._hall.now(), Deed()
        biller = self._ledger.billers.there(bill.biller)
        account, paid = rules.booked(money, bill, biller, now)
        paid, settles = rules.reminded(paid, biller, now), paid.state == "paid" and not bill.settles
        paid = paid.model_copy(update={"settles": bill.settles or settles})
        facts = {"money": account.id, "satang": account.booked, "receipt": account.receipt_no}
        self._ledger.bill(deed, bill, paid, [Told("bill.paid", facts)], by=by)
        self._ledger.money(deed, account, what, by=by, new=new, booked=account.booked, receipt=account.receipt_no)
        deed.changes.append(
            self._store.new_receipt(
                Receipt(
                    no=str(account.receipt_no),
                    person=bill.person,
                    bill=bill.id,
                    biller=biller.id,
                    agency=biller.agency,
                    names=biller.names,
                    paid_at=account.paid_at,
                    issued_at=now,
                    satang=account.booked,
                    customer_no=bill.customer_no,
                    number=bill.number,
                    period=bill.period,
                    payer=bill.payer,
                )
            )
        )
        if settles:
            deed.changes.append(settle(paid))
        caller = Caller("system", id=account.provider)
        detail = {"bill": bill.id, "biller": biller.id, "receipt": account.receipt_no}
        self._ledger.line(deed, Person(bill.person), "bill.paid", caller, detail)
        self._ledger.commit(once, deed, {"id": account.id})
        return account

    def _left(self, money: Money, bill: Bill | None, by: str) -> Outcome:
        """The provider took the money back: what it paid is owed again."""
        now, deed = self._hall.now(), Deed()
        gone = accounts.taken_back(money, now)
        self._ledger.money(deed, gone, "reversed" if money.refund < money.satang else "refunded", by=by)
        if money.booked and money.bill is not None:
            if bill is None or bill.id != money.bill:  # an officer applied it: one read more, and seldom
                bill = self._store.bill(self._hall.parts.table.get(bill_key(money.bill)))
            if bill is None:
                raise ValueError("a booked account belongs to a bill")
            biller = self._ledger.billers.there(bill.biller)
            owing = rules.reminded(rules.freed(bill, money.id, now), biller, now)
            released = bill.settles and not any(part.stands for part in owing.paid)
            owing = owing.model_copy(update={"settles": bill.settles and not released})
            facts = {"money": money.id, "satang": money.booked, "receipt": money.receipt_no}
            self._ledger.bill(deed, bill, owing, [Told("bill.reversed", facts)], by=by)
            deed.changes.append(self._store.void(str(money.receipt_no), now))
            if released:
                deed.changes.append(unsettle(bill))
        self._ledger.commit(unclaimed(), deed)
        return "reversed"

    def read(self, once: Once, ids: Sequence[str], bill: str | None) -> tuple[dict[str, Money], Bill | None]:
        """Accounts and a bill in one request; what is not there is left out. Raises Replayed, KeyReused."""
        keys = [*map(money_key, ids), *([] if bill is None else [bill_key(bill)])]
        found = self._hall.parts.journal.read(once, *keys)
        monies = filter(None, (self._store.money(found.get(money_key(each))) for each in ids))
        there = None if bill is None else self._store.bill(found.get(bill_key(bill)))
        return {money.id: money for money in monies}, there

    def _write(self, money: Money, what: str, by: str, *, new: bool) -> None:
        deed = Deed()
        self._ledger.money(deed, money, what, by=by, new=new)
        self._ledger.commit(unclaimed(), deed)
