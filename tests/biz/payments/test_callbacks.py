"""Money goes wrong in every way it can, and no fee is lost or booked twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.shared.callbacks import check_signature, signature
from chalicelib.shared.errors import Unauthenticated
from chalicelib.shared.ids import new_id
from chalicelib.shared.storage import every

from ..town import AGENCY, BANK_SECRET, MALEE, SOMCHAI, Town
from .bank import billed, say


def kinds(town: Town) -> list[str | None]:
    """The queues in which something stands, of the agency and of nobody."""
    store = town.biz.counter.ledger.store
    found = [money for agency in (AGENCY, None) for money in store.queue(agency, None, False, None, 50)[0]]
    return [money.kind for money in found]


def receipts(town: Town, case: str) -> int:
    events = town.journal.history(f"CASE#{case}")
    return sum(event.type == "biz.application.paid" for event in events)


def test_a_duplicate_callback_is_answered_and_booked_once(town: Town) -> None:
    case = town.approved()
    assert town.pay(case).json == {"status": "booked"}
    notice = {"transaction": "BANK-2026-000001", "amount": "200.00", "paid_at": town.at.isoformat()}
    refs = dict(zip(("ref1", "ref2"), payments.references(CaseId(case), 1), strict=True))
    again = town.callback({**notice, **refs})
    assert (again.status, again.json) == (200, {"status": "duplicate"})
    assert receipts(town, case) == 1
    assert kinds(town) == []


def test_a_second_payment_of_a_paid_bill_is_kept_aside(town: Town) -> None:
    case, no = town.licensed()
    ref1, ref2 = payments.references(CaseId(case), 1)
    notice = {
        "transaction": "BANK-OTHER-1",
        "ref1": ref1,
        "ref2": ref2,
        "amount": "200.00",
        "paid_at": town.at.isoformat(),
    }
    assert town.callback(notice).json == {"status": "kept"}
    assert town.callback(notice).json == {"status": "duplicate"}
    assert kinds(town) == ["already_paid"]
    assert town.ok(MALEE, "GET", f"/applications/{case}")["licence"] == no


def test_the_same_transaction_with_another_amount_is_kept_too(town: Town) -> None:
    case, _ = town.licensed()
    ref1, ref2 = payments.references(CaseId(case), 1)
    notice = {
        "transaction": "BANK-2026-000001",
        "ref1": ref1,
        "ref2": ref2,
        "amount": "500.00",
        "paid_at": town.at.isoformat(),
    }
    assert town.callback(notice).json == {"status": "kept"}
    assert town.callback(notice).json == {"status": "duplicate"}
    assert kinds(town) == ["conflict"]


@pytest.mark.parametrize(("amount", "why"), [("199.99", "short"), ("200.01", "over")])
def test_a_wrong_amount_is_kept_and_the_bill_stays_open(town: Town, amount: str, why: str) -> None:
    case = town.approved()
    assert town.pay(case, amount=amount).json == {"status": "kept"}
    assert kinds(town) == [why]
    assert town.pay(case, transaction="BANK-2026-000002").json == {"status": "booked"}


@pytest.mark.parametrize(
    ("ref1", "ref2"), [("NOSUCHBILL", "1"), ("0" * 20, "0" * 14), ("F" * 20, "F" * 12 + "01"), ("", "")]
)
def test_an_unknown_reference_is_kept(town: Town, ref1: str, ref2: str) -> None:
    notice = {"transaction": "BANK-X-1", "ref1": ref1, "ref2": ref2, "amount": "1.00", "paid_at": town.at.isoformat()}
    answer = town.callback(notice)
    assert (answer.status, answer.json) == (200, {"status": "kept"})
    assert kinds(town) == ["unknown_reference"]
    assert town.callback(notice).json == {"status": "duplicate"}


def test_late_success_is_success(town: Town) -> None:
    case = town.approved()
    old = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    town.pass_time(hours=2)
    new = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    assert new["ref2"] != old["ref2"]
    assert town.pay(case, ref2=old["ref2"]).json == {"status": "booked"}


def test_one_live_qr_per_case(town: Town) -> None:
    case = town.approved()
    first = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    town.pass_time(minutes=29)
    assert town.ok(MALEE, "POST", f"/applications/{case}/payments") == first
    key = {"Idempotency-Key": "pay-1"}
    town.pass_time(minutes=2)
    second = town.ok(MALEE, "POST", f"/applications/{case}/payments", headers=key)
    assert second["ref2"] != first["ref2"]
    assert town.ok(MALEE, "POST", f"/applications/{case}/payments", headers=key) == second


def test_no_fee_is_due_before_approval_or_to_a_stranger(town: Town) -> None:
    case = town.filed()
    assert town.call(MALEE, "POST", f"/applications/{case}/payments").status == 409
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/payments").status == 404


@pytest.mark.parametrize(
    "given", [{"secret": "x" * 40}, {"provider": "nobody"}, {"at": 0}, {"at": 4102444800}], ids=str
)
def test_a_callback_that_does_not_hold_is_refused(town: Town, given: dict[str, Any]) -> None:
    answer = town.callback({"transaction": "BANK-X-1"}, **given)
    assert answer.status == 401
    assert kinds(town) == []


@pytest.mark.parametrize("header", ["", "t=1", "t=1,v1=zz", f"t={10**11},v1={'0' * 64}", "v1=" + "0" * 64])
def test_a_signature_header_that_cannot_be_read_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        check_signature(BANK_SECRET, header, b"{}", dt.datetime.now(dt.UTC))


def test_one_changed_byte_breaks_the_signature() -> None:
    now = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
    header = signature(BANK_SECRET, int(now.timestamp()), b'{"amount":"200.00"}')
    check_signature(BANK_SECRET, header, b'{"amount":"200.00"}', now)
    with pytest.raises(Unauthenticated):
        check_signature(BANK_SECRET, header, b'{"amount":"900.00"}', now)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"amount": "200"}, "/amount"),
        ({"amount": "-1.00"}, "/amount"),
        ({"amount": 200}, "/amount"),
        ({"paid_at": "2026-11-25T10:00:00"}, "/paid_at"),
        ({"transaction": "x"}, "/transaction"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_a_signed_callback_must_still_be_well_formed(town: Town, changes: dict[str, Any], pointer: str) -> None:
    notice = {"transaction": "BANK-X-1", "ref1": "A", "ref2": "B", "amount": "1.00", "paid_at": town.at.isoformat()}
    answer = town.callback({**notice, **changes})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_money_for_a_withdrawn_case_is_kept(town: Town) -> None:
    case = town.approved()
    bill = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    notice = {
        "transaction": "BANK-LATE-1",
        "ref1": bill["ref1"],
        "ref2": bill["ref2"],
        "amount": "200.00",
        "paid_at": town.at.isoformat(),
    }
    assert town.callback(notice).json == {"status": "kept"}
    assert kinds(town) == ["case_ended"]


def test_a_taken_place_in_the_status_list_costs_another_try_and_no_licence(town: Town) -> None:
    from chalicelib.biz.licences import rules as licences
    from chalicelib.shared.storage import Create, Item, Key

    case = town.approved()
    definition = town.biz.register.service("food-establishment-licence")
    on = dt.date(2026, 11, 25)
    seat = licences.seat(definition, licences.number(definition, case, on), on, 0)
    town.table.write([Create(Item(Key(f"SL#{seat.list_id}", f"IDX#{seat.index:06d}"), {"licence": "other"}))], "t")
    assert town.pay(case).json == {"status": "booked"}
    seats = list(every(town.table, f"SL#{seat.list_id}", prefix="IDX#"))
    assert len(seats) == 2


@given(st.binary(max_size=16), st.integers(1, 99))
def test_references_lead_back_to_their_case(_: bytes, attempt: int) -> None:
    case = CaseId(new_id())
    assert payments.case_of(*payments.references(case, attempt)) == case


@given(st.text(max_size=25), st.text(max_size=25))
def test_foreign_references_lead_nowhere_or_to_a_case_id(ref1: str, ref2: str) -> None:
    found = payments.case_of(ref1, ref2)
    assert found is None or len(found) == 32


@pytest.mark.parametrize(
    ("before", "changes", "status"),
    [
        ([], {"amount": "5.00"}, "kept"),
        ([{}], {}, "duplicate"),
        ([{}], {"amount": "5.00"}, "kept"),
        ([{}], {"status": "reversed"}, "reversed"),
        ([], {"status": "pending"}, "noted"),
    ],
)
def test_whatever_a_bank_says_costs_a_look_at_its_secret_one_read_and_at_most_one_transaction(
    town: Town, before: list[dict[str, str]], changes: dict[str, str], status: str
) -> None:
    case = billed(town)
    for earlier in before:
        say(town, case, "BANK-COST-1", **earlier)
    town.memory.requests.clear()
    assert say(town, case, "BANK-COST-1", **changes) == status
    assert town.memory.requests == ["get", "get_many"] + ([] if status == "duplicate" else ["write"])
