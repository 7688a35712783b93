"""What comes in: a provider's word becomes money in an account, and a fee booked where it fits, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from chalicelib.shared.errors import AlreadyThere, Stale, Unavailable
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change, Json, Key

from ..cases import rules as cases
from ..cases.rules import Actor, Book
from ..definitions.parts import SYSTEM
from ..licences import rules as licences
from ..model import Case, Payment
from ..office import Office, Told, told_of
from ..store import case_key
from . import moves, receipts, rules
from .issuing import ATTEMPTS, Issuing
from .ledger import Ledger
from .model import Money, Notice, Source
from .store import MoneyStore, money_key

Outcome = Literal["booked", "kept", "noted", "reversed", "duplicate"]
"""What became of a notice: the fee is paid; money waits for an officer; only the state of the transaction changed;
money was taken back; nothing, because it was known or is overtaken."""

_BANK = Actor(SYSTEM, frozenset({SYSTEM}))


class Till:
    """Hears what providers say of transactions, and books fees."""

    def __init__(self, office: Office, ledger: Ledger, issuing: Issuing) -> None:
        self._office = office
        self._ledger = ledger
        self._issuing = issuing

    @property
    def store(self) -> MoneyStore:
        """Where accounts lie."""
        return self._ledger.store

    def hear(self, provider: str, notice: Notice, source: Source = "callback") -> Outcome:
        """Take a believed notice into account; the same or an overtaken one changes nothing.

        The account itself says what was heard, so a notice is known for good, not only for as long as a claim lives.

        Raises:
            Unavailable: other changes came first too often; sending it again is safe.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._heard(provider, notice, source)
            except (Stale, AlreadyThere):
                continue
        raise Unavailable("ระบบกำลังมีผู้ใช้งานมาก", "The booking met other changes; send it again.", retry_after=5)

    def _heard(self, provider: str, notice: Notice, source: Source) -> Outcome:
        office, now = self._office, self._office.now()
        named = rules.case_of(notice.ref1, notice.ref2)
        key = money_key(f"{provider}~{notice.transaction}")
        variant = money_key(f"{provider}~{notice.transaction}~{moves.variant(notice)}")
        keys = [key, variant] + ([] if named is None else [case_key(named)])
        found = office.parts.journal.read(None, *keys)
        money = self.store.money(found.get(key))
        there = None if named is None else found.get(case_key(named))
        case = None if there is None else office.store.case(there)
        relation = moves.relation(money, notice)
        if money is not None and relation == "other":
            if variant in found:
                return "duplicate"
            kept = moves.other(money, notice, source, now)
            self._commit(self._ledger.entered(kept, "kept", by=SYSTEM, new=True, kind="conflict"))
            return "kept"
        if relation in ("same", "older"):
            return "duplicate"
        was_here = money is not None and money.settled
        account = moves.opened(provider, notice, case, source, now) if money is None else money
        account = moves.told(account, notice, now)
        if account.settled and not was_here:
            return self._arrived(account, case, new=money is None)
        if was_here and not account.settled:
            return self._left(account, case)
        self._commit(self._ledger.entered(account, "noted", by=SYSTEM, new=money is None))
        return "noted"

    def _arrived(self, money: Money, case: Case | None, *, new: bool) -> Outcome:
        now = self._office.now()
        book = None if case is None else self._office.book(case)
        wrong = rules.mismatch(case, book, money.satang)
        if case is None or book is None or wrong is not None:
            kept = moves.queued(money, wrong or "unknown_reference", now)
            self._commit(self._ledger.entered(kept, "kept", by=SYSTEM, new=new, kind=kept.kind))
            return "kept"
        self.book(_unclaimed(), case, book, [money], "booked", by=SYSTEM, new=new)
        return "booked"

    def book(
        self,
        once: Once,
        case: Case,
        book: Book,
        monies: Sequence[Money],
        what: str,
        *,
        by: str,
        new: bool = False,
        answer: Callable[[Money], Json] | None = None,
    ) -> Money:
        """Book the fee of a case from these accounts, with its receipt, and the licence where that is next.

        Args:
            once: the command that leads here.
            case, book: whose fee is due.
            monies: the accounts, together at least the fee; of the last, what is more is ordered back.
            what: the event for the accounts.
            by: who did it.
            new: whether the (one) account is a new one.
            answer: makes of the first account, as booked, what a repeat of the command will be answered.

        Returns:
            The first account as booked.

        Raises:
            Stale, AlreadyThere: something changed meanwhile.
        """
        office, now = self._office, self._office.now()
        if case.quote is None:
            raise ValueError("no fee was fixed")
        amounts, left = list[int](), case.quote.total_satang
        for money in monies:
            amounts.append(min(money.open or money.satang, left))
            left -= amounts[-1]
        first, ids = monies[0], [money.id for money in monies]
        no = receipts.number(case, first, now)
        paid = case.model_copy(
            update={
                "payment": Payment(
                    provider=first.provider,
                    transaction=first.transaction,
                    satang=case.quote.total_satang,
                    paid_at=max(money.paid_at for money in monies),
                    receipt_no=no,
                    also=tuple(ids[1:]),
                )
            }
        )
        more: list[Change] = [self.store.new_receipt(receipts.receipt(paid, book.definition, now))]
        shares = moves.share_out(case.quote.lines, amounts)
        accounts = [
            moves.booked(money, case, amount, share, no, tuple(each for each in ids if each != money.id))
            for money, amount, share in zip(monies, amounts, shares, strict=True)
        ]
        for account in accounts:
            more += self._ledger.entered(account, what, by=by, new=new, booked=account.booked, receipt=no)
        credential = licences.receipt(paid, book.definition, signer=office.signer(), now=now)
        found = book.definition.workflow.find(case.state, "paid")
        if found is None:  # paid again, after it was taken back: the application has moved on already
            told, issues = [Told("payment.settled", {"satang": case.quote.total_satang})], False
        else:
            paid, move = cases.move(paid, book, found[0], _BANK, now)
            told, issues = [told_of(move, satang=case.quote.total_satang)], "issue" in move.effects
        paid = paid.model_copy(update={"receipt": credential})
        kept = None if answer is None else answer(accounts[0])
        if issues:
            self._issuing.issue(once, paid, told, by=by, more=more, answer=kept)
        else:
            office.save(once, paid, told, by=by, more=more, answer=kept)
        return accounts[0]

    def _left(self, money: Money, case: Case | None) -> Outcome:
        """The provider took the money back: the fee it paid is owed again, and what paid the rest is free again."""
        office, now = self._office, self._office.now()
        gone = moves.taken_back(money, now)
        what = "reversed" if money.refund < money.satang else "refunded"
        more = self._ledger.entered(gone, what, by=SYSTEM, kind=gone.kind)
        if not money.booked or money.case is None:
            self._commit(more)
            return "reversed"
        partners = [money_key(each) for each in money.partners]
        if case is None or case.id != money.case or partners:  # an officer applied it: one read more, and seldom
            case, found = office.read(None, money.case, *partners)
            for partner in filter(None, (self.store.money(found.get(key)) for key in partners)):
                freed = moves.queued(partner, "short", now)
                more += self._ledger.entered(freed, "kept", by=SYSTEM, kind="short")
        if case.payment is None:
            raise ValueError("a booked account belongs to a paid case")
        owing = case.model_copy(update={"payment": case.payment.model_copy(update={"reversed_at": now})})
        more.append(self.store.void(case.payment.receipt_no, now))
        told = Told("payment.reversed", {"satang": money.booked, "receipt": case.payment.receipt_no})
        office.save(_unclaimed(), owing, [told], by=SYSTEM, more=more)
        return "reversed"

    def _commit(self, changes: Sequence[Change]) -> None:
        self._office.parts.journal.commit(_unclaimed(), changes)

    def read(self, once: Once, ids: Sequence[str], case: str | None) -> tuple[dict[str, Money], Case | None]:
        """Accounts and a case in one request; what is not there is left out. Raises Replayed, KeyReused."""
        keys: list[Key] = [money_key(each) for each in dict.fromkeys(ids)]
        if case is not None:
            keys.append(case_key(case))
        found = self._office.parts.journal.read(once, *keys)
        monies = filter(None, (self.store.money(found.get(money_key(each))) for each in ids))
        item = None if case is None else found.get(case_key(case))
        return {money.id: money for money in monies}, None if item is None else self._office.store.case(item)


def _unclaimed() -> Once:
    """Without a claim: what was heard is told by the account itself."""
    return Once(new_id(), "", new_token(), claimed=False)
