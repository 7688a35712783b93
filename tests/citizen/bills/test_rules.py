"""The arithmetic of a bill: references, what is owed, when to remind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.citizen.bills import rules
from chalicelib.citizen.bills.catalogue import shipped
from chalicelib.citizen.bills.model import Bill, Money, Paid
from chalicelib.shared import thai_qr
from chalicelib.shared.errors import WrongState
from chalicelib.shared.payment_notices import Notice

NOW = dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC)
PEA = shipped().there("pea")
PARTS = PEA.model_copy(update={"part_payments": PEA.part_payments.model_copy(update={"value": True})})
DUE = dt.date(2026, 12, 10)


def bill(**changes: Any) -> Bill:
    """An open bill of 100 baht."""
    known = {
        "id": "ab" * 16,
        "person": "p",
        "biller": "pea",
        "account": "a",
        "mark": "m",
        "satang": 10_000,
        "due": DUE,
        "since": NOW,
        "asked_at": NOW,
        "customer_no": "020012345678",
        "number": "B-1",
        "period": "2569-11",
    }
    return Bill.model_validate({**known, **changes})


def money(satang: int, name: str = "T-000001") -> Money:
    """An account into which that much came."""
    notice = Notice(name, *rules.references("ab" * 16, 1), satang, NOW)
    return rules.opened("bank", notice, bill(), "TH/SOE/PEA", "callback", NOW)


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.integers(1, 99))
def test_references_carry_the_bill_and_fit_a_thai_qr(id: str, attempt: int) -> None:
    ref1, ref2 = rules.references(id, attempt)
    assert rules.bill_of(ref1, ref2) == id
    thai_qr.encode(thai_qr.Bill(biller="9" * 15, ref1=ref1, ref2=ref2))


@pytest.mark.parametrize(
    ("ref1", "ref2"),
    [
        ("", ""),
        ("A" * 20, "B" * 12),
        ("a" * 20, "B" * 12 + "01"),
        ("A" * 19, "B" * 12 + "01"),
        ("G" * 20, "B" * 12 + "01"),
    ],
)
def test_references_of_others_name_no_bill(ref1: str, ref2: str) -> None:
    assert rules.bill_of(ref1, ref2) is None


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-11-25T03:00", "2026-12-05T02:00"),  # five days before, nine in the morning in Thailand
        ("2026-12-05T01:59", "2026-12-05T02:00"),
        ("2026-12-05T02:00", "2026-12-09T02:00"),
        ("2026-12-09T02:00", None),
        ("2026-12-30T00:00", None),
    ],
)
def test_the_next_reminder(after: str, expected: str | None) -> None:
    at = rules.next_reminder(DUE, (5, 1), dt.datetime.fromisoformat(f"{after}+00:00"))
    assert (None if at is None else at.strftime("%Y-%m-%dT%H:%M")) == expected


@given(st.dates(dt.date(2026, 1, 1), dt.date(2030, 1, 1)), st.sets(st.integers(0, 60), min_size=1, max_size=5))
def test_reminders_come_one_after_the_other_and_end(due: dt.date, days: set[int]) -> None:
    at, found = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), []
    while (following := rules.next_reminder(due, tuple(days), at)) is not None:
        assert following > at
        at = following
        found.append(rules.day_of(at))
    assert found == sorted(due - dt.timedelta(days=each) for each in days)


@pytest.mark.parametrize(
    ("changes", "satang", "elsewhere", "why"),
    [
        ({}, 10_000, False, None),
        ({}, 9_999, False, "short"),
        ({}, 10_001, False, "over"),
        ({}, 10_000, True, "already_paid"),
        ({"live": None}, 10_000, False, "unknown_reference"),
        ({"state": "gone", "satang": 0}, 10_000, False, "bill_gone"),
        ({"state": "paid"}, 10_000, False, "already_paid"),
    ],
)
def test_why_money_does_not_fit(changes: dict[str, Any], satang: int, elsewhere: bool, why: str | None) -> None:
    billed = bill().model_copy(update={"live": rules.live(bill(), PEA, NOW), **changes})
    assert rules.mismatch(billed, PEA, satang, elsewhere=elsewhere) == why
    assert rules.mismatch(None, None, satang, elsewhere=False) == "unknown_reference"


def test_a_biller_who_takes_parts_takes_less() -> None:
    billed = bill(live=rules.live(bill(), PEA, NOW).model_dump())
    assert rules.mismatch(billed, PARTS, 4_000, elsewhere=False) is None
    account, after = rules.booked(money(4_000), billed, PARTS, NOW)
    assert (account.booked, after.owed, after.state) == (4_000, 6_000, "open")
    account, after = rules.booked(money(7_000, "T-000002"), after, PARTS, NOW)
    assert (account.booked, account.refund, after.owed, after.state) == (6_000, 1_000, 0, "paid")


def test_there_is_one_live_qr_until_it_ends_or_the_amount_changes() -> None:
    first = bill().model_copy(update={"live": rules.live(bill(), PEA, NOW)})
    assert rules.live(first, PEA, NOW + dt.timedelta(minutes=29)) == first.live
    assert rules.live(first, PEA, NOW + dt.timedelta(minutes=30)).attempt == 2
    dearer = rules.answered(first, 12_000, DUE, "2569-11", NOW)
    assert rules.live(dearer, PEA, NOW).attempt == 2
    tired = first.model_copy(update={"live": rules.live(first, PEA, NOW).model_copy(update={"attempt": 99})})
    with pytest.raises(WrongState):
        rules.live(tired, PEA, NOW + dt.timedelta(hours=1))


class BillerOfTheModel:
    """A biller that takes what it was told from its own figure."""

    def __init__(self, satang: int) -> None:
        self.satang = satang
        self.counted: dict[str, int] = {}

    def figure(self) -> int:
        return max(self.satang - sum(self.counted.values()), 0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["pay", "take back", "tell", "ask"]), st.integers(0, 3), st.integers(1, 5)),
        max_size=25,
    )
)
def test_what_is_owed_is_right_whenever_the_biller_is_told_and_asked(acts: list[tuple[str, int, int]]) -> None:
    """Payments, reversals, notices to the biller and its answers in any order: nobody is asked for money twice."""
    here, biller, really = bill(), BillerOfTheModel(10_000), dict[str, int]()
    for act, which, many in acts:
        name = f"bank~T-00000{which}"
        part: Paid | None = rules.part_of(here.paid, name)
        if act == "pay" and (part is None or not part.stands) and here.owed:
            known = money(many * 1_000, f"T-00000{which}")
            if part is not None:
                known = known.model_copy(update={"bookings": part.sequence})
            account, here = rules.booked(known, here, PARTS, NOW)
            really[name] = account.booked
        elif act == "take back" and part is not None and part.stands:
            here = rules.freed(here, name, NOW)
            really[name] = 0
        elif act == "tell" and part is not None:
            biller.counted[name] = part.real
            here = rules.told_of(here, name, part.sequence)
        elif act == "ask":
            figure = biller.figure()
            here = rules.answered(here, figure, DUE, "p", NOW) if figure else rules.not_answered(here, NOW)
        assert here.owed == max(10_000 - sum(really.values()), 0)
        assert (here.state == "open") == (here.owed > 0)
