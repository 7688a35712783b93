"""A bank, applicants and officers in any order, with crashes between: no fee twice, no money lost, history whole.

The model knows what the bank ever said. What must hold is asked of the table itself, after every step; at the end the
bank says everything once more, as a bank does that was not answered, and its own books must be ours.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chalicelib.biz.model import Case
from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import moves
from chalicelib.biz.payments import rules as payments
from chalicelib.biz.payments.model import Money, Notice, Report, Status, Way
from chalicelib.biz.payments.resolving import FINANCE, OPERATOR, Wish
from chalicelib.shared.callbacks import signature
from chalicelib.shared.errors import Refusal, Unauthenticated
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Head, Once, chain_is_whole
from chalicelib.shared.payment_statements import Statement
from chalicelib.shared.storage import Change
from chalicelib.shared.workdays import thai_date

from ..frail import Died, Frail
from ..town import AGENCY, START, Town

FEE = 20000
STATUSES: tuple[Status, ...] = ("pending", "failed", "settled", "reversed")
OFFICERS = [Caller("officer", id=name, agency=AGENCY, roles=frozenset({FINANCE})) for name in ("first", "second")]
OPERATORS = [
    Caller("officer", id=name, agency="TH/CENTRAL/DGA", roles=frozenset({OPERATOR})) for name in ("third", "fourth")
]
RUNS = itertools.count(1)


class Splits(Frail):
    """A table that writes a transaction in pieces: a process that dies leaves the first of them."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.fate == "lives" or len(changes) == 1:
            return super().write(changes, token)
        self.fate = "lives"
        super().write(changes[:1], token)
        raise Died


_WORLDS: dict[str, tuple[Town, Frail, Case]] = {}


def world(kind: type[Frail]) -> tuple[Town, Frail, Case]:
    """A town with one approved application, of which every example has its own copies."""
    if kind.__name__ not in _WORLDS:
        table = kind()
        town = Town(table=table)
        _WORLDS[kind.__name__] = town, table, town.biz.store.find_case(town.approved())
    return _WORLDS[kind.__name__]


class CashDesk(RuleBasedStateMachine):
    """Everything that can happen to the money of two applications."""

    table_kind: ClassVar[type[Frail]] = Frail

    def __init__(self) -> None:
        super().__init__()
        self.town, self.table, template = world(self.table_kind)
        self.town.at = START
        self.provider = f"bank-{next(RUNS)}"
        self.biz, self.till, self.store = self.town.biz, self.town.biz.counter.till, self.town.biz.counter.ledger.store
        self.said: list[Notice] = []
        self.bent: list[Notice] = []
        self.cases: list[CaseId] = []
        for _ in range(2):
            copy = template.model_copy(update={"id": CaseId(new_id()), "head": Head(), "version": 1})
            self.table.write([self.biz.store.new_case(copy, "applicant")], new_token())
            self.cases.append(copy.id)

    # --- what is asked of the table

    def accounts(self) -> dict[str, Money]:
        """All accounts of this bank, by transaction."""
        rows = [row for key, (row, _) in self.table._items.items() if key.pk.startswith(f"MONEY#{self.provider}#")]
        found = (self.store.money(row) for row in rows if row.key.sk == "META")
        return {money.transaction: money for money in found if money is not None and not money.variant}

    def waiting(self) -> list[Money]:
        """Accounts that an officer could decide about."""
        return [money for money in self.accounts().values() if money.kind is not None]

    def lives(self, act: Callable[[], Any]) -> None:
        """Does it; a death and a refusal are ordinary."""
        try:
            act()
        except (Died, Refusal):
            self.table.fate = "lives"

    def hears(self, notice: Notice) -> None:
        """The bank tells; whatever it is, it is never refused."""
        try:
            self.till.hear(self.provider, notice)
        except Died:
            self.table.fate = "lives"

    def once(self) -> Once:
        """A command of its own."""
        return Once(new_id(), "", new_token(), claimed=False)

    def tells(self, notice: Notice, now: bool) -> None:
        """The bank says something, and it arrives now or later."""
        self.said.append(notice)
        if now:
            self.hears(notice)

    # --- what happens

    @rule(which=st.integers(0, 1))
    def somebody_asks_for_the_qr(self, which: int) -> None:
        owner = Caller("citizen", id=self.biz.store.find_case(self.cases[which]).owner)
        self.lives(lambda: self.biz.counter.bill(self.once(), owner, self.cases[which]))

    @rule(
        which=st.integers(0, 1),
        satang=st.sampled_from([FEE, FEE, 5000, 15000, 25000]),
        attempt=st.integers(1, 2),
        now=st.booleans(),
    )
    def somebody_pays(self, which: int, satang: int, attempt: int, now: bool) -> None:
        ref1, ref2 = payments.references(self.cases[which], attempt)
        self.tells(Notice(f"T-{len(self.said):06d}", ref1, ref2, satang, self.town.at), now)

    @rule(satang=st.sampled_from([FEE, 700]))
    def somebody_pays_with_references_of_nobody(self, satang: int) -> None:
        self.tells(Notice(f"T-{len(self.said):06d}", "NOBODY", "1", satang, self.town.at), True)

    @precondition(lambda self: self.said)
    @rule(pick=st.integers(0, 99))
    def the_bank_repeats_itself(self, pick: int) -> None:
        self.hears(self.said[pick % len(self.said)])

    @precondition(lambda self: self.said)
    @rule(pick=st.integers(0, 99), status=st.sampled_from(STATUSES), now=st.booleans())
    def the_bank_changes_its_word(self, pick: int, status: Status, now: bool) -> None:
        known = self.said[pick % len(self.said)]
        later = max(each.sequence for each in self.said if each.transaction == known.transaction) + 1
        self.tells(Notice(known.transaction, known.ref1, known.ref2, known.satang, known.paid_at, status, later), now)

    @precondition(lambda self: self.accounts())
    @rule(pick=st.integers(0, 99))
    def the_bank_contradicts_itself(self, pick: int) -> None:
        found = list(self.accounts().values())
        known = found[pick % len(found)]
        other = Notice(known.transaction, known.ref1, known.ref2, known.satang + 1, known.paid_at, "settled", 99)
        self.bent.append(other)
        self.hears(other)

    @rule(which=st.integers(0, 1))
    def somebody_forges_a_callback(self, which: int) -> None:
        before = len(self.table._items)
        ref1, ref2 = payments.references(self.cases[which], 1)
        header = signature("not the secret of this bank, 32 long", int(self.town.at.timestamp()), b"{}")
        try:
            self.biz.counter.take("bank", header, b"{}", lambda: Notice("T-FORGED", ref1, ref2, FEE, self.town.at))
        except Unauthenticated:
            assert len(self.table._items) == before
        else:
            raise AssertionError("a forged callback was believed")

    @rule(which=st.integers(0, 1))
    def somebody_withdraws(self, which: int) -> None:
        owner = Caller("citizen", id=self.biz.store.find_case(self.cases[which]).owner)
        self.lives(lambda: self.biz.applications.withdraw(self.once(), owner, self.cases[which]))

    @precondition(lambda self: self.waiting())
    @rule(
        pick=st.integers(0, 99),
        with_=st.integers(0, 99),
        together=st.booleans(),
        way=st.sampled_from(["apply", "apply", "refund", "write_off"]),
        which=st.integers(0, 1),
        deciding=st.integers(0, 1),
    )
    def officers_decide(self, pick: int, with_: int, together: bool, way: Way, which: int, deciding: int) -> None:
        waiting = self.waiting()
        money, other = waiting[pick % len(waiting)], waiting[with_ % len(waiting)]
        who = OPERATORS if money.agency is None else OFFICERS
        case = (money.case or self.cases[which]) if way == "apply" else None
        others = (other.id,) if together and way == "apply" else ()
        wish = Wish(way, case, others, "for a reason")
        steps: list[tuple[Caller, Literal["propose", "confirm", "decline"]]] = [
            (who[deciding], "propose"),
            (who[deciding], "confirm"),  # the same officer: never
            (who[1 - deciding], "confirm"),
        ]
        for officer, step in steps:
            self.lives(functools.partial(self.biz.treasury.decide, self.once(), officer, money.id, step, wish))

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 99))
    def an_officer_declines(self, pick: int) -> None:
        waiting = self.waiting()
        money = waiting[pick % len(waiting)]
        who = (OPERATORS if money.agency is None else OFFICERS)[0]
        wish = Wish("refund", None, (), "not like this")
        self.lives(lambda: self.biz.treasury.decide(self.once(), who, money.id, "decline", wish))

    @rule()
    def the_day_is_reconciled(self) -> None:
        self.lives(self.reconcile)

    @rule(fate=st.sampled_from(["dies before", "dies after"]))
    def the_next_write_is_the_last_of_its_process(self, fate: str) -> None:
        self.table.fate = fate

    @rule(minutes=st.sampled_from([1, 31]))
    def time_passes(self, minutes: int) -> None:
        self.town.at += dt.timedelta(minutes=minutes)

    # --- what must hold

    @invariant()
    def every_satang_is_somewhere_and_once(self) -> None:
        accounts = self.accounts().values()
        for money in accounts:
            parts = money.open + money.booked + money.refund + money.written_off
            assert parts == (money.satang if money.settled else 0), money
            assert sum(money.payees.values()) == money.booked
            assert not money.open or money.kind is not None, "undecided money stands in a queue"
        for name in self.cases:
            case = self.biz.store.find_case(name)
            booked = sum(money.booked for money in accounts if money.case == name)
            assert booked == (FEE if case.payment is not None and case.payment.stands else 0)

    def latest(self) -> dict[str, Notice]:
        """The bank's own books: its last word about each transaction."""
        last: dict[str, Notice] = {}
        for notice in self.said:
            known = last.get(notice.transaction)
            account = None if known is None else moves.opened(self.provider, known, None, "callback", START)
            if moves.relation(account, notice) in ("new", "newer"):
                last[notice.transaction] = notice
        return last

    def reconcile(self) -> Report:
        """The bank sends its books as the day's statement."""
        lines = tuple(self.latest().values())
        total = sum(notice.satang for notice in lines)
        statement = Statement(thai_date(START), lines, total, f"{len(self.said)}")
        return self.biz.reconciliation.run(self.provider, statement)

    def teardown(self) -> None:
        self.table.fate = "lives"
        for notice in (*reversed(self.said), *self.bent, *self.said):
            self.hears(notice)
        self.every_satang_is_somewhere_and_once()
        books, accounts = self.latest(), self.accounts()
        assert {name: (money.status, money.sequence) for name, money in accounts.items()} == {
            name: (notice.status, notice.sequence) for name, notice in books.items()
        }
        settled = sum(notice.satang for notice in books.values() if notice.status == "settled")
        report = self.reconcile()
        assert self.reconcile() == report
        sums = (report.by_payee, report.in_queues, report.refunds, report.written_off)
        assert report.settled.satang == settled == sum(part.satang for named in sums for part in named.values())
        for name in accounts:
            assert chain_is_whole(self.town.journal.history(f"MONEY#{self.provider}#{name}"))
        for case in self.cases:
            history = self.town.journal.history(f"CASE#{case}")
            assert chain_is_whole(history)
            assert sum(event.type == "biz.licence.issued" for event in history) <= 1


class OnPieces(CashDesk):
    """The same on a table that breaks its promise."""

    table_kind = Splits


QUICK = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck), print_blob=False)
HUNT = settings(QUICK, max_examples=100, phases=[Phase.generate], report_multiple_bugs=False)

TestCashDesk = CashDesk.TestCase
TestCashDesk.settings = QUICK


def test_half_a_transaction_would_be_noticed() -> None:
    with pytest.raises((AssertionError, ValueError)):
        run_state_machine_as_test(OnPieces, settings=HUNT)
