"""What comes in: a provider's word becomes money in an account, and a fee booked where it fits, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Stale, Unavailable
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.measures import measure
from chalicelib.shared.storage import Change, Item, Json, Key

from ..cases import rules as cases
from ..cases.rules import Actor, Book
from ..definitions.fees import Quote
from ..licences import issuance
from ..licences.succession import Barred
from ..model import Case, Payment
from ..office import Office, Told, told_of
from ..roles import SYSTEM
from ..store import case_key
from . import joints, moves, receipts, rules
from .issuing import ATTEMPTS, Issuing, Leaving
from .ledger import Ledger
from .model import JointBill, Money, Notice, Share, Source
from .store import MoneyStore, joint_key, money_key

Outcome = Literal["booked", "kept", "noted", "reversed", "duplicate"]
"""What became of a notice: the fee is paid; money waits for an officer; only the state of the transaction changed;
money was taken back; nothing, because it was known or is overtaken."""

_BANK = Actor(SYSTEM, frozenset({SYSTEM}))


@dataclass(frozen=True)
class Aim:
    """What the references of a notice name: an application, a joint bill with the applications it is over, or nothing.

    Attributes:
        cases: the application, or those of the bill.
        bill: the joint bill.
    """

    cases: tuple[Case, ...] = ()
    bill: JointBill | None = None

    @property
    def case(self) -> Case | None:
        """The one application, where no joint bill is named."""
        return self.cases[0] if self.cases and self.bill is None else None


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
                outcome = self._heard(provider, notice, source)
            except (Stale, AlreadyThere):
                continue
            if outcome == "kept":
                measure("PaymentMisfits", platform="biz")
            return outcome
        raise Unavailable("ระบบกำลังมีผู้ใช้งานมาก", "The booking met other changes; send it again.", retry_after=5)

    def _heard(self, provider: str, notice: Notice, source: Source) -> Outcome:
        now = self._office.now()
        key = money_key(f"{provider}~{notice.transaction}")
        variant = money_key(f"{provider}~{notice.transaction}~{moves.variant(notice)}")
        aimed, found = self._aim(notice, key, variant)
        money = self.store.money(found.get(key))
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
        account = money
        if account is None:
            account = moves.opened(provider, notice, aimed.case, source, now)
            account = account if aimed.bill is None else joints.named(account, aimed.bill)
        account = moves.told(account, notice, now)
        if account.settled and not was_here:
            return self._arrived(account, aimed, new=money is None)
        if was_here and not account.settled:
            return self._left(account, aimed.cases)
        self._commit(self._ledger.entered(account, "noted", by=SYSTEM, new=money is None))
        return "noted"

    def _aim(self, notice: Notice, *keys: Key) -> tuple[Aim, Mapping[Key, Item]]:
        """What the references name, and more, in one request; in two for a joint bill, which tells what it is over."""
        read, office = self._office.parts.journal.read, self._office
        one, joint = rules.case_of(notice.ref1, notice.ref2), rules.bundle_of(notice.ref1, notice.ref2)
        if joint is not None:
            found = read(None, *keys, joint_key(*joint))
            bill = self.store.joint(found.get(joint_key(*joint)))
            return (Aim() if bill is None else Aim(self.of_bill(bill), bill)), found
        found = read(None, *keys, *([] if one is None else [case_key(one)]))
        there = None if one is None else found.get(case_key(one))
        return Aim(() if there is None else (office.store.case(there),)), found

    def of_bill(self, bill: JointBill) -> tuple[Case, ...]:
        """The applications that a joint bill is over, in one request."""
        keys = [case_key(part.case) for part in bill.parts]
        found = self._office.parts.journal.read(None, *keys)
        return tuple(self._office.store.case(found.get(key)) for key in keys)

    def with_books(self, cases: Sequence[Case]) -> list[joints.Due]:
        """Each with what it is judged by."""
        return [(case, self._office.book(case)) for case in cases]

    def _arrived(self, money: Money, aimed: Aim, *, new: bool) -> Outcome:
        dues, wrong = self.with_books(aimed.cases), rules.mismatch(None, None, money.satang)
        if aimed.bill is not None:
            wrong = joints.mismatch(dues, money.satang)
        elif dues:
            wrong = rules.mismatch(*dues[0], money.satang)
        if wrong is None:
            try:
                self.book(_unclaimed(), joints.owing(dues), [money], "booked", by=SYSTEM, new=new)
            except Barred:
                wrong = "licence_changed"
            else:
                return "booked"
        kept = moves.queued(money, wrong, self._office.now())
        self._commit(self._ledger.entered(kept, "kept", by=SYSTEM, new=new, kind=kept.kind))
        return "kept"

    def book(
        self,
        once: Once,
        dues: Sequence[joints.Due],
        monies: Sequence[Money],
        what: str,
        *,
        by: str,
        new: bool = False,
        answer: Callable[[Money], Json] | None = None,
    ) -> Money:
        """Book fees from these accounts, each with its receipt, and the licence where that is next: all or nothing.

        Args:
            once: the command that leads here.
            dues: whose fees are due, each with its book.
            monies: the accounts, together at least the fees; of the last, what is more is ordered back.
            what: the event for the accounts.
            by: who did it.
            new: whether the (one) account is a new one.
            answer: makes of the first account, as booked, what a repeat of the command will be answered.

        Returns:
            The first account as booked.

        Raises:
            Stale, AlreadyThere: something changed meanwhile.
            Barred: the licence that it is about does not allow any more what was paid for.
        """
        ids = [money.id for money in monies]
        paid = [self._paid(case, monies) for case, _ in dues]
        lines = [line for case in paid for line in _quote(case).lines]
        left, amounts = sum(_quote(case).total_satang for case in paid), list[int]()
        for money in monies:
            amounts.append(min(money.open or money.satang, left))
            left -= amounts[-1]
        payees = moves.share_out(lines, amounts)
        parts = moves.spread([(case.id, _quote(case).total_satang) for case in paid], amounts)
        accounts = []
        for number, money in enumerate(monies):
            partners = tuple(each for each in ids if each != money.id)
            if len(paid) == 1:
                no = _receipt_no(paid[0])
                accounts.append(moves.booked(money, paid[0], amounts[number], payees[number], no, partners))
                continue
            shares = [
                Share(case=c.id, agency=c.agency, satang=parts[number].get(c.id, 0), receipt_no=_receipt_no(c))
                for c in paid
            ]
            accounts.append(moves.booked_for(money, shares, payees[number], partners))
        more: list[Change] = []
        for account in accounts:
            told = {"booked": account.booked, "receipt": " ".join(_receipt_no(case) for case in paid)}
            more += self._ledger.entered(account, what, by=by, new=new, **told)
        leaving = []
        for case, (_, book) in zip(paid, dues, strict=True):
            more.append(self.store.new_receipt(receipts.receipt(case, book.definition, self._office.now())))
            leaving.append(self._leaving(case, book))
        kept = None if answer is None else answer(accounts[0])
        self._issuing.carry(once, leaving, by=by, more=more, answer=lambda _: kept)
        return accounts[0]

    def _paid(self, case: Case, monies: Sequence[Money]) -> Case:
        """The case with its payment, made up of these accounts."""
        first = monies[0]
        payment = Payment(
            provider=first.provider,
            transaction=first.transaction,
            satang=_quote(case).total_satang,
            paid_at=max(money.paid_at for money in monies),
            receipt_no=receipts.number(case, first, self._office.now()),
            also=tuple(money.id for money in monies[1:]),
        )
        return case.model_copy(update={"payment": payment})

    def _leaving(self, paid: Case, book: Book) -> Leaving:
        """Where a case goes when its fee is paid, with its receipt as a credential."""
        office, now, satang = self._office, self._office.now(), _quote(paid).total_satang
        credential = issuance.receipt(paid, book.definition, signer=office.signer(), now=now)
        found = book.definition.workflow.find(paid.state, "paid")
        if found is None:  # paid again, after it was taken back: the application has moved on already
            told, issues = Told("payment.settled", {"satang": satang}), False
        else:
            paid, move = cases.move(paid, book, found[0], _BANK, now)
            told, issues = told_of(move, satang=satang), "issue" in move.effects
        return Leaving(paid.model_copy(update={"receipt": credential}), (told,), issues)

    def _left(self, money: Money, known: Sequence[Case]) -> Outcome:
        """The provider took the money back: what it paid is owed again, and what paid the rest is free again."""
        office, now = self._office, self._office.now()
        gone = moves.taken_back(money, now)
        what = "reversed" if money.refund < money.satang else "refunded"
        more = self._ledger.entered(gone, what, by=SYSTEM, kind=gone.kind)
        ids = [share.case for share in money.shares] or ([] if money.case is None else [money.case])
        if not money.booked or not ids:
            self._commit(more)
            return "reversed"
        paid: dict[str, Case] = {case.id: case for case in known}
        partners = [money_key(each) for each in money.partners]
        if not set(ids) <= paid.keys() or partners:  # an officer applied it: one read more, and seldom
            found = office.parts.journal.read(None, *map(case_key, ids), *partners)
            paid = {each: office.store.case(found.get(case_key(each))) for each in ids}
            for partner in filter(None, (self.store.money(found.get(key)) for key in partners)):
                freed = moves.queued(partner, "short", now)
                more += self._ledger.entered(freed, "kept", by=SYSTEM, kind="short")
        leaving, shares = list[Leaving](), {share.case: share.satang for share in money.shares}
        for case in map(paid.__getitem__, ids):
            if case.payment is None:
                raise ValueError("a booked account belongs to a paid case")
            owing = case.model_copy(update={"payment": case.payment.model_copy(update={"reversed_at": now})})
            more.append(self.store.void(case.payment.receipt_no, now))
            satang = shares.get(case.id, money.booked)
            told = Told("payment.reversed", {"satang": satang, "receipt": case.payment.receipt_no})
            leaving.append(Leaving(owing, (told,), False))
        self._issuing.carry(_unclaimed(), leaving, by=SYSTEM, more=more)
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


def _quote(case: Case) -> Quote:
    if case.quote is None:
        raise ValueError("no fee was fixed")
    return case.quote


def _receipt_no(case: Case) -> str:
    if case.payment is None:
        raise ValueError("nothing was paid")
    return case.payment.receipt_no


def _unclaimed() -> Once:
    """Without a claim: what was heard is told by the account itself."""
    return Once(new_id(), "", new_token(), claimed=False)
