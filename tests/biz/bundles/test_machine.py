"""A bank, an applicant and operators in any order, with crashes between: three fees, one QR, and every satang right.

After every step the table itself is asked: an account's parts add up, each agency gets exactly what it is owed, no fee
is taken twice, and what was taken back is owed again.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.biz.bundles.model import Member
from chalicelib.biz.model import Case
from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.biz.payments.model import Money, Notice, Status
from chalicelib.biz.payments.resolving import OPERATOR, Wish
from chalicelib.shared.errors import Refusal
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Head, Once, chain_is_whole
from chalicelib.shared.payment_statements import Statement
from chalicelib.shared.workdays import thai_date

from ..frail import Died, Frail
from ..town import START, Town
from .restaurant import ALCOHOL, FOOD, SIGN, approve, case, filed

FEES = {FOOD: 20000, SIGN: 30000, ALCOHOL: 33000}
OPERATORS = [
    Caller("officer", id=name, agency="TH/CENTRAL/DGA", roles=frozenset({OPERATOR})) for name in ("first", "second")
]
RUNS = itertools.count(1)


@functools.cache
def world() -> tuple[Town, Frail, str, dict[str, tuple[Case, Case]]]:
    """A town with a submitted bundle, and each of its members before and after its approval."""
    table = Frail()
    town = Town(table=table)
    bundle = filed(town)
    stages = {}
    for code in FEES:
        before = town.biz.store.find_case(case(town, bundle, code))
        approve(town, before.id)
        stages[code] = (before, town.biz.store.find_case(before.id))
    return town, table, bundle, stages


class Desk(RuleBasedStateMachine):
    """Everything that can happen to the money of one run."""

    def __init__(self) -> None:
        super().__init__()
        self.town, self.table, template, self.stages = world()
        self.town.at = START
        self.biz, self.provider = self.town.biz, f"bank-{next(RUNS)}"
        self.store = self.biz.counter.ledger.store
        self.said: list[Notice] = []
        self.bills: list[tuple[str, str, int]] = []
        rows = self.biz.bundles.hall.rows
        run = self.biz.bundles.hall.run(None, template)
        self.cases = {code: CaseId(new_id()) for code in FEES}
        for code, (before, _) in self.stages.items():
            copy = before.model_copy(update={"id": self.cases[code], "head": Head(), "version": 1, "bundle": "x"})
            self.table.write([self.biz.store.new_case(copy, "agency")], new_token())
        members = {code: Member(case=one) for code, one in self.cases.items()}
        fresh = {"id": new_id(), "head": Head(), "version": 1, "members": members, "bill": None}
        self.run = run.model_copy(update=fresh)
        self.table.write([rows.new(self.run)], new_token())
        self.owner = Caller("citizen", id=run.owner)

    def found(self, code: str) -> Case:
        """A member's case as it is."""
        return self.biz.store.find_case(self.cases[code])

    def accounts(self) -> dict[str, Money]:
        """All accounts of this bank, by transaction."""
        rows = [row for key, (row, _) in self.table._items.items() if key.pk.startswith(f"MONEY#{self.provider}#")]
        monies = (self.store.money(row) for row in rows if row.key.sk == "META")
        return {money.transaction: money for money in monies if money is not None and not money.variant}

    def lives(self, act: Callable[[], Any]) -> Any:
        """Does it; a death and a refusal are ordinary."""
        try:
            return act()
        except (Died, Refusal):
            self.table.fate = "lives"

    def hears(self, notice: Notice) -> None:
        """The bank tells; whatever it is, it is never refused."""
        try:
            self.biz.counter.till.hear(self.provider, notice)
        except Died:
            self.table.fate = "lives"

    def tells(self, ref1: str, ref2: str, satang: int, now: bool) -> None:
        """The bank says that somebody paid; it arrives now or later."""
        self.said.append(Notice(f"T-{len(self.said):06d}", ref1, ref2, satang, self.town.at))
        if now:
            self.hears(self.said[-1])

    @rule(code=st.sampled_from(list(FEES)))
    def an_agency_approves(self, code: str) -> None:
        there, (before, after) = self.found(code), self.stages[code]
        if there.state == before.state:
            kept = {"id": there.id, "head": there.head, "version": there.version, "bundle": "x"}
            changed = after.model_copy(update=kept)
            self.table.fate = "lives"
            self.table.write([self.biz.store.changed_case(changed, "applicant")], new_token())

    @rule()
    def all_go_as_they_should(self) -> None:
        for code in FEES:
            self.an_agency_approves(code)
        self.she_asks_for_the_one_qr()
        if self.bills:
            self.tells(*self.bills[-1], True)

    @rule()
    def she_asks_for_the_one_qr(self) -> None:
        once = Once(new_id(), "", new_token(), claimed=False)
        bill = self.lives(lambda: self.biz.paying.bill(once, self.owner, self.run.id))
        if bill is not None:
            self.bills.append((bill.ref1, bill.ref2, bill.satang))

    @rule(code=st.sampled_from(list(FEES)))
    def she_asks_for_a_members_own_qr(self, code: str) -> None:
        once = Once(new_id(), "", new_token(), claimed=False)
        made = self.lives(lambda: self.biz.counter.bill(once, self.owner, self.cases[code]))
        if made is not None:
            self.bills.append((made[0].ref1, made[0].ref2, made[0].satang))

    @precondition(lambda self: self.bills)
    @rule(pick=st.integers(0, 99), by=st.sampled_from([0, 0, 0, -100, 100]), now=st.booleans())
    def somebody_pays(self, pick: int, by: int, now: bool) -> None:
        ref1, ref2, satang = self.bills[pick % len(self.bills)]
        self.tells(ref1, ref2, satang + by, now)

    @rule(attempt=st.integers(0, 99))
    def somebody_pays_a_bill_that_may_not_be(self, attempt: int) -> None:
        self.tells(*payments.references_of_bundle(self.run.id, attempt), 20000, True)

    @precondition(lambda self: self.said)
    @rule(pick=st.integers(0, 99))
    def the_bank_repeats_itself(self, pick: int) -> None:
        self.hears(self.said[pick % len(self.said)])

    @precondition(lambda self: self.said)
    @rule(pick=st.integers(0, 99), status=st.sampled_from(["reversed", "reversed", "settled", "failed"]))
    def the_bank_changes_its_word(self, pick: int, status: Status) -> None:
        known = self.said[-1 - pick % min(len(self.said), 2)]
        later = max(each.sequence for each in self.said if each.transaction == known.transaction) + 1
        self.said.append(Notice(known.transaction, known.ref1, known.ref2, known.satang, known.paid_at, status, later))
        self.hears(self.said[-1])

    @precondition(lambda self: any(money.open and money.agency is None for money in self.accounts().values()))
    @rule(
        pick=st.integers(0, 99),
        with_=st.integers(0, 99),
        together=st.booleans(),
        way=st.sampled_from(["apply", "refund"]),
    )
    def operators_decide(self, pick: int, with_: int, together: bool, way: Any) -> None:
        waiting = [money for money in self.accounts().values() if money.open and money.agency is None]
        money, other = waiting[pick % len(waiting)], waiting[with_ % len(waiting)]
        wish = Wish(way, None, (other.id,) if together and way == "apply" else (), "for a reason")
        for officer, step in ((OPERATORS[0], "propose"), (OPERATORS[0], "confirm"), (OPERATORS[1], "confirm")):
            once = Once(new_id(), "", new_token(), claimed=False)
            self.lives(functools.partial(self.biz.treasury.decide, once, officer, money.id, step, wish))  # type: ignore[arg-type] # literals

    @rule(code=st.sampled_from(list(FEES)))
    def she_withdraws_one(self, code: str) -> None:
        once = Once(new_id(), "", new_token(), claimed=False)
        self.lives(lambda: self.biz.applications.withdraw(once, self.owner, self.cases[code]))

    @rule(fate=st.sampled_from(["dies before", "dies after"]))
    def the_next_write_is_the_last_of_its_process(self, fate: str) -> None:
        self.table.fate = fate

    @rule(minutes=st.sampled_from([1, 31]))
    def time_passes(self, minutes: int) -> None:
        self.town.at += dt.timedelta(minutes=minutes)

    @invariant()
    def every_satang_is_somewhere_and_once(self) -> None:
        accounts = list(self.accounts().values())
        for money in accounts:
            parts = money.open + money.booked + money.refund + money.written_off
            assert parts == (money.satang if money.settled else 0), money
            assert sum(money.payees.values()) == money.booked
            assert not money.shares or sum(share.satang for share in money.shares) == money.booked
            assert not money.open or money.kind is not None, "undecided money stands in a queue"
        payees: dict[str, int] = {}
        for code, one in self.cases.items():
            there = self.found(code)
            booked = sum(money.booked for money in accounts if money.case == one and not money.shares)
            booked += sum(share.satang for money in accounts for share in money.shares if share.case == one)
            stands = there.payment is not None and there.payment.stands
            assert booked == (FEES[code] if stands else 0), code
            payees[there.agency] = payees.get(there.agency, 0) + booked
        told: dict[str, int] = {}
        for money in accounts:
            for payee, satang in money.payees.items():
                told[payee] = told.get(payee, 0) + satang
        assert told == {payee: satang for payee, satang in payees.items() if satang}, "each agency has what is its own"

    def teardown(self) -> None:
        self.table.fate = "lives"
        for notice in (*reversed(self.said), *self.said):
            self.hears(notice)
        self.every_satang_is_somewhere_and_once()
        last = {each.transaction: each for each in sorted(self.said, key=lambda each: each.sequence)}
        lines, total = tuple(last.values()), sum(notice.satang for notice in last.values())
        report = self.biz.reconciliation.run(self.provider, Statement(thai_date(START), lines, total, "x"))
        sums = (report.by_payee, report.in_queues, report.refunds, report.written_off)
        assert report.settled.satang == sum(part.satang for named in sums for part in named.values())
        for name in self.accounts():
            assert chain_is_whole(self.town.journal.history(f"MONEY#{self.provider}#{name}"))
        for one in self.cases.values():
            history = self.town.journal.history(f"CASE#{one}")
            assert chain_is_whole(history)
            assert sum(event.type == "biz.licence.issued" for event in history) <= 1


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=6, stateful_step_count=20, suppress_health_check=list(HealthCheck), print_blob=False
)
