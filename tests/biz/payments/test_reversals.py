"""What a provider says of a transaction changes: its latest word in its own order holds, in whatever order it comes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.definitions.fees import FeeLine
from chalicelib.biz.payments import moves
from chalicelib.biz.payments.model import Notice, Status
from chalicelib.shared.errors import WrongState
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once, chain_is_whole
from chalicelib.shared.thai import Text

from ..town import MALEE, START, Town
from .bank import FIRST, account, billed, queue, resolve, say, staffed, step

NAME = Text(th="ค่าธรรมเนียม", en="Fee")


@pytest.fixture
def bank(town: Town) -> Town:
    """A town with finance officers."""
    return staffed(town)


def notice(status: Status, sequence: int = 0) -> Notice:
    return Notice("T-000001", "A", "1", 100, START, status, sequence)


@pytest.mark.parametrize(
    ("known", "told", "relation"),
    [
        (("pending", 0), ("settled", 0), "newer"),
        (("failed", 0), ("settled", 0), "newer"),
        (("settled", 0), ("failed", 0), "older"),
        (("settled", 0), ("settled", 0), "same"),
        (("settled", 0), ("reversed", 0), "newer"),
        (("reversed", 0), ("settled", 0), "older"),
        (("reversed", 3), ("settled", 4), "newer"),
        (("settled", 4), ("reversed", 3), "older"),
        (("settled", 4), ("failed", 5), "newer"),
        (("failed", 9), ("settled", 10), "newer"),
    ],
)
def test_the_providers_own_order_decides(known: tuple[Status, int], told: tuple[Status, int], relation: str) -> None:
    money = moves.opened("bank", notice(*known), None, "callback", START)
    assert moves.relation(money, notice(*told)) == relation


@given(st.permutations([("pending", 1), ("failed", 2), ("settled", 3), ("reversed", 5), ("settled", 6)]))
def test_any_order_of_arrival_ends_in_the_same_word(words: list[tuple[Status, int]]) -> None:
    money = moves.opened("bank", notice(*words[0]), None, "callback", START)
    for word in words[1:]:
        if moves.relation(money, notice(*word)) == "newer":
            money = moves.told(money, notice(*word), START)
    assert (money.status, money.sequence) == ("settled", 6)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), st.data())
def test_every_satang_of_a_fee_belongs_to_somebody(lines: list[int], data: st.DataObject) -> None:
    total = sum(lines)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(total - 1, 1)), max_size=3)))
    edges = [0, *(cut for cut in cuts if cut < total), total]
    amounts = [end - start for start, end in itertools.pairwise(edges)]
    fee = [FeeLine(code=f"f{n}", name=NAME, payee=f"P{n % 3}", satang=satang) for n, satang in enumerate(lines)]
    shares = moves.share_out(fee, amounts)
    assert [sum(share.values()) for share in shares] == amounts
    for payee in {line.payee for line in fee}:
        owed = sum(line.satang for line in fee if line.payee == payee)
        assert sum(share.get(payee, 0) for share in shares) == owed


def test_success_after_failure_is_success(bank: Town) -> None:
    case = billed(bank)
    assert say(bank, case, "T-TRIED-1", status="pending") == "noted"
    assert say(bank, case, "T-TRIED-1", status="failed") == "noted"
    assert say(bank, case, "T-TRIED-1") == "booked"
    assert say(bank, case, "T-TRIED-1", status="failed") == "duplicate"
    assert bank.ok(MALEE, "GET", f"/applications/{case}")["paid"]


def test_a_reversal_that_overtakes_its_success_leaves_nothing_booked(bank: Town) -> None:
    case = billed(bank)
    assert say(bank, case, "T-FAST-1", status="reversed", sequence=2) == "noted"
    assert say(bank, case, "T-FAST-1", sequence=1) == "duplicate"
    assert not bank.ok(MALEE, "GET", f"/applications/{case}")["paid"]
    assert queue(bank) == []


def test_a_fee_that_was_taken_back_is_owed_again_and_the_officer_knows(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-BACK-1")
    before = bank.ok(MALEE, "GET", f"/applications/{case}/payments")
    assert say(bank, case, "T-BACK-1", status="reversed") == "reversed"
    assert say(bank, case, "T-BACK-1", status="reversed") == "duplicate"
    assert queue(bank) == [("T-BACK-1", "reversed")]
    seen = bank.ok(MALEE, "GET", f"/applications/{case}/payments")
    assert (seen["paid"], seen["owed_satang"]) == (False, 20000)
    receipt = before["receipt_url"].removeprefix("https://klang.test/biz/v1")
    assert bank.ok(None, "GET", receipt)["voided_at"]
    assert bank.ok(MALEE, "GET", f"/applications/{case}")["licence"], (
        "an officer decides about the licence, not the bank"
    )

    assert say(bank, case, "T-AGAIN-1") == "booked"
    seen = bank.ok(MALEE, "GET", f"/applications/{case}/payments")
    assert (seen["paid"], seen["owed_satang"]) == (True, 0)
    assert seen["receipt_no"] != before["receipt_no"]
    assert resolve(bank, "T-BACK-1", way="write_off")["kind"] is None
    events = [event.type for event in bank.journal.history(f"CASE#{case}")]
    assert events.count("biz.licence.issued") == 1
    assert events[-2:] == ["biz.payment.reversed", "biz.payment.settled"]
    assert chain_is_whole(bank.journal.history(f"CASE#{case}"))


def test_the_same_transaction_may_settle_again_with_a_receipt_of_its_own(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-BACK-1", sequence=1)
    first = bank.ok(MALEE, "GET", f"/applications/{case}/payments")["receipt_no"]
    say(bank, case, "T-BACK-1", status="reversed", sequence=2)
    assert say(bank, case, "T-BACK-1", sequence=3) == "booked"
    again = bank.ok(MALEE, "GET", f"/applications/{case}/payments")
    assert again["paid"] and again["receipt_no"] != first
    assert queue(bank) == []


def test_a_new_qr_is_made_for_a_fee_that_is_owed_again(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-BACK-1")
    assert bank.call(MALEE, "POST", f"/applications/{case}/payments").status == 409
    say(bank, case, "T-BACK-1", status="reversed")
    bank.pass_time(hours=1)
    bill = bank.ok(MALEE, "POST", f"/applications/{case}/payments")
    assert bill["ref2"].endswith("02")
    assert say(bank, case, "T-NEW-1", ref2=bill["ref2"]) == "booked"


def test_half_of_a_fee_taken_back_frees_the_other_half(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-PART-1", amount="120.00")
    say(bank, case, "T-PART-2", amount="80.00")
    resolve(bank, "T-PART-1", way="apply", case=case, others=["bank~T-PART-2"])
    assert say(bank, case, "T-PART-2", amount="80.00", status="reversed") == "reversed"
    assert sorted(queue(bank)) == [("T-PART-1", "short"), ("T-PART-2", "reversed")]
    assert account(bank, "T-PART-1").open == 12000
    assert not bank.ok(MALEE, "GET", f"/applications/{case}")["paid"]
    say(bank, case, "T-PART-3", amount="80.00")
    resolve(bank, "T-PART-1", way="apply", case=case, others=["bank~T-PART-3"])
    assert bank.ok(MALEE, "GET", f"/applications/{case}")["paid"]


def test_an_ordered_refund_that_the_provider_reports_is_done(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-GOOD-1")
    say(bank, case, "T-TWICE-1")
    resolve(bank, "T-TWICE-1", way="refund")
    assert say(bank, case, "T-TWICE-1", status="reversed") == "reversed"
    assert account(bank, "T-TWICE-1").refund == 0
    assert bank.journal.history("MONEY#bank#T-TWICE-1")[-1].type == "biz.money.refunded"
    assert queue(bank) == []
    assert bank.ok(MALEE, "GET", f"/applications/{case}")["paid"]


def test_money_that_leaves_the_queue_by_itself_takes_its_proposal_along(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-SHORT-1", amount="50.00")
    step(bank, FIRST, "T-SHORT-1", "propose", way="refund")
    assert say(bank, case, "T-SHORT-1", amount="50.00", status="reversed") == "reversed"
    assert queue(bank) == []
    assert step(bank, FIRST, "T-SHORT-1", "confirm", way="refund").status == 409


def test_a_licence_is_not_issued_for_a_fee_that_was_taken_back(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-BACK-1")
    say(bank, case, "T-BACK-1", status="reversed")
    with pytest.raises(WrongState):
        once = Once(new_id(), "", new_id(), claimed=False)
        bank.biz.counter.issue(once, bank.biz.store.find_case(case), [], by="system")
