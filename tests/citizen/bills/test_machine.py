"""A bank, two people with one bill, officers and a biller in any order, with deaths between: no satang lost or twice.

The model knows what the bank ever said. What must hold is asked of the table after every step; at the end the bank says
everything once more, the outbox is emptied, and the biller's own books must be the portal's.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chalicelib.citizen.bills import rules
from chalicelib.citizen.bills.model import Bill, Money
from chalicelib.citizen.bills.store import bill_key, settled_key
from chalicelib.citizen.bills.treasury import Wish
from chalicelib.citizen.model import Person
from chalicelib.shared.errors import Refusal
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once, chain_is_whole
from chalicelib.shared.payment_accounts import Way
from chalicelib.shared.payment_notices import Notice, Status, relation
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import NationalId
from tests.biz.frail import Died, Frail
from tests.citizen.bills.town import BILLING, PEA, Town
from tests.citizen.portal import MALEE, SOMCHAI
from tests.support.tokens import NOW

OWED = 10_000
STATUSES: tuple[Status, ...] = ("pending", "failed", "settled", "reversed")
OFFICERS = [Caller("officer", id=name, agency="TH/SOE/PEA", roles=frozenset({"finance"})) for name in ("one", "two")]


class Splits(Frail):
    """A table that writes a transaction in pieces: a process that dies leaves the first of them."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.fate == "lives" or len(changes) == 1:
            return super().write(changes, token)
        self.fate = "lives"
        super().write(changes[:1], token)
        raise Died


class Payments(RuleBasedStateMachine):
    """Everything that can happen to one bill of the biller, which two people have."""

    table_kind: ClassVar[type[Frail]] = Frail

    def __init__(self) -> None:
        super().__init__()
        self.table = self.table_kind()
        self.town = Town(table=self.table)
        self.town.biller.sends("B-1", "100.00", "2026-12-10")
        self.bills, self.said = self.town.bills, list[Notice]()
        self.people = [
            Caller("citizen", id=self.town.keyring.pseudonym(pid), name="x", pid=NationalId(pid))
            for pid in (MALEE, SOMCHAI)
        ]
        self.ids = [self.bills.desk.look_up(caller, "pea", PEA)[0].id for caller in self.people]
        self.refs: list[tuple[str, str]] = []

    # --- what is asked of the table

    def bill(self, id: str) -> Bill:
        """A bill as it stands."""
        found = self.bills.ledger.store.bill(self.table.get(bill_key(id)))
        assert found is not None
        return found

    def accounts(self) -> dict[str, Money]:
        """All accounts, by transaction."""
        rows = [row for key, (row, _) in self.table._items.items() if key.pk.startswith("MONEY#") and key.sk == "META"]
        found = filter(None, map(self.bills.ledger.store.money, rows))
        return {money.transaction: money for money in found if not money.variant}

    def lives(self, act: Callable[[], Any]) -> Any:
        """Does it; a death and a refusal are ordinary."""
        try:
            return act()
        except (Died, Refusal):
            self.table.fate = "lives"
            return None

    def tells(self, notice: Notice, now: bool) -> None:
        """The bank says something, and it arrives now or later; it is never refused."""
        self.said.append(notice)
        if now:
            self.lives(lambda: self.bills.till.hear("bank", notice))

    # --- what happens

    @rule(who=st.integers(0, 1))
    def somebody_asks_for_the_qr(self, who: int) -> None:
        once = Once(new_id(), "", new_token(), claimed=False)
        live = self.lives(lambda: self.bills.desk.qr(once, self.people[who], self.ids[who]))
        if live is not None:
            self.refs.append((live.ref1, live.ref2))

    @precondition(lambda self: self.refs)
    @rule(pick=st.integers(0, 99), satang=st.sampled_from([OWED, OWED, 4_000, 12_000]), now=st.booleans())
    def somebody_pays(self, pick: int, satang: int, now: bool) -> None:
        ref1, ref2 = self.refs[pick % len(self.refs)]
        self.tells(Notice(f"T-{len(self.said):06d}", ref1, ref2, satang, NOW), now)

    @precondition(lambda self: self.said)
    @rule(pick=st.integers(0, 99), status=st.sampled_from(STATUSES), now=st.booleans())
    def the_bank_changes_its_word(self, pick: int, status: Status, now: bool) -> None:
        known = self.said[pick % len(self.said)]
        later = max(each.sequence for each in self.said if each.transaction == known.transaction) + 1
        self.tells(Notice(known.transaction, known.ref1, known.ref2, known.satang, NOW, status, later), now)

    @precondition(lambda self: self.said)
    @rule(pick=st.integers(0, 99))
    def the_bank_repeats_itself(self, pick: int) -> None:
        self.lives(lambda: self.bills.till.hear("bank", self.said[pick % len(self.said)]))

    @rule(who=st.integers(0, 1))
    def somebody_asks_the_biller_again(self, who: int) -> None:
        self.lives(
            lambda: self.bills.desk.refresh(Person(self.people[who].id), self.bills.billers.there("pea"), PEA, by="x")
        )

    @rule()
    def the_biller_is_away(self) -> None:
        self.town.gdx.down(f"{BILLING}/payment")

    @rule()
    def the_biller_is_back(self) -> None:
        self.town.gdx.answering[f"{BILLING}/payment"] = self.town.biller.payment

    @rule()
    def the_queue_is_carried(self) -> None:
        self.lives(self.town.pump)

    @precondition(lambda self: any(money.kind for money in self.accounts().values()))
    @rule(
        pick=st.integers(0, 99),
        way=st.sampled_from(["apply", "refund", "write_off"]),
        who=st.integers(0, 1),
        first=st.integers(0, 1),
    )
    def officers_decide(self, pick: int, way: Way, who: int, first: int) -> None:
        waiting = [money for money in self.accounts().values() if money.kind]
        money = waiting[pick % len(waiting)]
        wish = Wish(way, self.ids[who] if way == "apply" else None, "for a reason")
        steps: list[tuple[int, Literal["propose", "confirm"]]] = [
            (first, "propose"),
            (first, "confirm"),  # the same officer: never
            (1 - first, "confirm"),
        ]
        for officer, step in steps:
            once = Once(new_id(), "", new_token(), claimed=False)
            act = functools.partial(self.bills.treasury.decide, once, OFFICERS[officer], money.id, step, wish)
            self.lives(act)

    @rule(fate=st.sampled_from(["dies before", "dies after"]))
    def the_next_write_is_the_last_of_its_process(self, fate: str) -> None:
        self.table.fate = fate

    @rule(minutes=st.sampled_from([1, 31]))
    def time_passes(self, minutes: int) -> None:
        self.town.now += dt.timedelta(minutes=minutes)

    # --- what must hold

    @invariant()
    def every_satang_is_somewhere_and_once(self) -> None:
        accounts = self.accounts().values()
        for money in accounts:
            parts = money.open + money.booked + money.refund + money.written_off
            assert parts == (money.satang if money.settled else 0), money
            assert sum(money.payees.values()) == money.booked
            assert not money.open or money.kind is not None, "undecided money stands in a queue"
        bills = [self.bill(each) for each in self.ids]
        for bill in bills:
            booked = {money.id: money.booked for money in accounts if money.bill == bill.id and money.booked}
            assert booked == {part.money: part.satang for part in bill.paid if part.stands}
            assert (bill.state == "open") == bool(bill.owed)
            at_home = {
                card.id for card in self.town.citizen.hall.cards.page(Person(bill.person))[1] if card.kind == "bill"
            }
            assert (bill.id in at_home) == (bill.state == "open")
        settled = self.table.get(settled_key(bills[0].mark))
        paid = [bill.id for bill in bills if bill.state == "paid"]
        assert len(paid) <= 1, "one bill of the biller was settled twice"
        assert paid == ([] if settled is None else [settled.data["bill"]])

    def teardown(self) -> None:
        self.table.fate = "lives"
        self.the_biller_is_back()
        for notice in (*reversed(self.said), *self.said):
            self.bills.till.hear("bank", notice)
        for _ in range(6):
            self.town.later(hours=2)
            self.town.pump()
        self.every_satang_is_somewhere_and_once()
        accounts = self.accounts()
        for name, money in accounts.items():
            last: Money | None = None
            for notice in self.said:
                if notice.transaction == name and relation(last, notice) in ("new", "newer"):
                    last = rules.opened("bank", notice, None, None, "callback", NOW)
            assert last is not None and (money.status, money.sequence) == (last.status, last.sequence)
            assert chain_is_whole(self.town.parts.journal.history(f"MONEY#bank#{name}"))
        stands = {part.money for each in self.ids for part in self.bill(each).paid if part.stands}
        counted = {name for name, each in self.town.biller.marked.items() if each["status"] == "paid"}
        assert counted == stands, "the biller counts what the portal booked"
        for each in self.ids:
            assert chain_is_whole(self.town.parts.journal.history(f"BILL#{each}"))
            assert all(part.told == part.real for part in self.bill(each).paid)


class OnPieces(Payments):
    """The same on a table that breaks its promise."""

    table_kind = Splits


QUICK = settings(
    max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck), print_blob=False, deadline=None
)
HUNT = settings(QUICK, max_examples=60, phases=[Phase.generate], report_multiple_bugs=False)

TestPayments = Payments.TestCase
TestPayments.settings = QUICK


def test_half_a_transaction_would_be_noticed() -> None:
    with pytest.raises((AssertionError, ValueError)):
        run_state_machine_as_test(OnPieces, settings=HUNT)
