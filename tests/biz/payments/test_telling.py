"""The applicant is told what became of their money, in both languages, once."""

from __future__ import annotations

import pytest

from ..town import MALEE, Town
from .bank import billed, resolve, say, staffed


@pytest.fixture
def bank(town: Town) -> Town:
    """A town with finance officers."""
    return staffed(town)


def told(town: Town) -> list[str]:
    """What the inbox says of money, after the sweep."""
    town.pass_time(minutes=2)
    town.biz.sweep(town.at)
    town.run_queue()
    return [body for body in town.neighbours.bodies(MALEE) if "baht" in body or "bank" in body or "paid again" in body]


def test_money_that_does_not_fit_is_told_and_what_came_of_it(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-SHORT-1", amount="50.00")
    (short,) = told(bank)
    assert short.startswith("50.00 baht came in, which is less than the fee")
    assert told(bank) == [short], "once"
    resolve(bank, "T-SHORT-1", way="refund")
    assert told(bank)[1:] == ["The agency ordered 50.00 baht back to you."]
    say(bank, case, "T-SHORT-1", amount="50.00", status="reversed")
    assert told(bank)[2:] == ["The bank says that 50.00 baht went back to you."]
    thai = [letter.body.th for _, letter in bank.neighbours.letters.values() if "50.00 บาท" in letter.body.th]
    assert len(thai) == 3
    assert all(letter.about == case for _, letter in bank.neighbours.letters.values())


def test_a_fee_that_is_owed_again_is_told_and_the_new_receipt_handed_over(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-BACK-1")
    told(bank)
    papers = len(bank.neighbours.papers)
    say(bank, case, "T-BACK-1", status="reversed")
    (owed,) = told(bank)
    assert "please pay the fee again" in owed
    say(bank, case, "T-AGAIN-1")
    assert "The fee was paid again" in told(bank)[1]
    assert len(bank.neighbours.papers) == papers + 1


def test_a_contradiction_of_the_bank_and_money_of_nobody_are_told_to_no_applicant(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-GOOD-1")
    before = told(bank)
    say(bank, case, "T-GOOD-1", amount="9.00")
    say(bank, case, "T-STRAY-1", ref1="NOBODY", ref2="1")
    assert told(bank) == before
