"""Money that fits nothing: two officers of the right agency decide, and every satang is somewhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.citizen.bills.town import OFFICERS, Town
from tests.citizen.portal import SOMCHAI


def stuck(town: Town, amount: str = "2000.00") -> str:
    """A bill with money beside it that is too much."""
    bill = town.one_bill()
    assert town.tells(town.notice(town.qr(bill), amount=amount)) == "kept"
    return bill


def resolved(town: Town, transaction: str = "T-000001", **wish: Any) -> Any:
    """Both officers want it."""
    assert town.decide("first", transaction, "propose", **wish).status == 200
    assert town.decide("first", transaction, "confirm", **wish).status == 403, "four eyes"
    done = town.decide("second", transaction, "confirm", **wish)
    assert done.status == 200, done.text
    town.pump()
    return done.json


def test_money_is_applied_and_the_rest_goes_back(town: Town) -> None:
    bill = stuck(town)
    done = resolved(town, way="apply", bill=bill)
    assert (done["booked_satang"], done["refund_satang"], done["kind"]) == (123450, 76550, None)
    assert town.bill(bill)["state"] == "paid" and town.home() == [] and town.waiting() == []
    assert town.biller.paid("B-1") == "1234.50"
    closed = town.ok("GET", "/payments/entries?state=closed", who="first")["items"]
    assert [len(item["steps"]) for item in closed] == [2]


def test_money_is_refunded_and_the_payer_reads_of_it(town: Town) -> None:
    bill = stuck(town)
    assert resolved(town, way="refund")["refund_satang"] == 200000
    assert town.bill(bill)["state"] == "open"
    assert town.letters()[-1] == "Money paid to Provincial Electricity Authority goes back to you"
    back = town.notice(town.qr(bill), amount="2000.00", status="reversed")
    assert town.tells(back) == "reversed"
    assert town.letters()[-1] == "Money paid to Provincial Electricity Authority went back to you"


def test_money_is_written_off_with_a_reason(town: Town) -> None:
    stuck(town)
    whole = resolved(town, way="write_off")
    assert (whole["written_off_satang"], whole["open_satang"]) == (200000, 0)
    shown = town.ok("GET", "/payments/entries/bank~T-000001", who="second")
    assert [line["type"] for line in shown["history"]] == [
        "citizen.money.kept",
        "citizen.money.proposed",
        "citizen.money.written_off",
    ]


def test_what_was_proposed_must_be_confirmed_as_it_was_said(town: Town) -> None:
    bill = stuck(town)
    assert town.decide("second", "T-000001", "confirm", way="refund").status == 409
    assert town.decide("first", "T-000001", "propose", way="refund").status == 200
    assert town.decide("second", "T-000001", "confirm", way="apply", bill=bill).status == 409
    assert town.decide("second", "T-000001", "propose", way="refund").status == 409
    assert town.decide("second", "T-000001", "decline").status == 200
    assert town.decide("second", "T-000001", "confirm", way="refund").status == 409


def test_only_the_right_officers_decide(town: Town) -> None:
    stuck(town)
    assert town.decide("elsewhere", "T-000001", "propose", way="refund").status == 404
    assert town.decide("chief", "T-000001", "propose", way="refund").status == 403
    assert town.decide("malee", "T-000001", "propose", way="refund").status == 403
    assert town.ask("GET", "/payments/entries?agency=TH/SOE/PEA", who="elsewhere").status == 403
    assert town.ask("GET", "/payments/entries/nonsense", who="first").status == 404
    listed = town.ok("GET", "/payments/entries?agency=TH/SOE/PEA", who="chief")["items"]
    assert [item["kind"] for item in listed] == ["over"]


def test_nobody_decides_about_their_own_bill(town: Town) -> None:
    town.biller.sends("B-9", "10.00", "2026-12-10", "020000000009")
    (bill,) = town.looked_up("020000000009", who="first")
    qr = town.qr(bill["id"], who="first")
    assert town.tells(town.notice(qr, amount="9.00")) == "kept"
    assert town.decide("first", "T-000001", "propose", way="refund").status == 403
    assert OFFICERS["first"] not in str(town.waiting("second"))


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({}, "/way"),
        ({"way": "apply"}, "/bill"),
        ({"way": "apply", "bill": "0" * 32}, "/bill"),
        ({"way": "refund", "bill": "0" * 32}, "/bill"),
        ({"way": "burn"}, "/way"),
        ({"way": "refund", "reason": ""}, "/reason"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_name(town: Town, wish: dict[str, Any], pointer: str) -> None:
    stuck(town)
    answer = town.decide("first", "T-000001", "propose", **wish)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert town.ok("GET", "/payments/entries/bank~T-000001", who="first")["proposal"] is None


def test_too_little_pays_nothing(town: Town) -> None:
    bill = stuck(town, "1000.00")
    assert town.decide("first", "T-000001", "propose", way="apply", bill=bill).status == 422


def test_a_bill_that_was_paid_meanwhile_is_not_paid_twice(town: Town) -> None:
    bill = stuck(town)
    assert town.decide("first", "T-000001", "propose", way="apply", bill=bill).status == 200
    town.tells(town.notice(town.qr(bill), "T-000002"))
    assert town.decide("second", "T-000001", "confirm", way="apply", bill=bill).status == 409
    assert town.waiting() == [("T-000001", "over")]


def test_money_for_nobody_is_the_operators(town: Town) -> None:
    bill = town.one_bill()
    town.tells(town.notice(town.qr(bill), ref1="NOBODY", ref2="1"))
    assert town.decide("first", "T-000001", "propose", way="refund").status == 404
    assert town.decide("chief", "T-000001", "propose", way="refund").status == 200


def test_a_step_again_with_its_key_is_the_same_step(town: Town) -> None:
    stuck(town)
    body = {"step": "propose", "way": "refund", "reason": "ตรวจแล้ว"}
    path, key = "/payments/entries/bank~T-000001", {"Idempotency-Key": "step-1"}
    first = town.ok("POST", path, body, who="first", headers=key)
    assert town.ok("POST", path, body, who="first", headers=key) == first


def test_a_day_is_reconciled_both_ways(town: Town) -> None:
    bill = town.one_bill()
    qr = town.qr(bill)
    paid = town.notice(qr)
    town.tells(paid)
    stray = town.notice(qr, "T-STRAY1", ref1="NOBODY", ref2="1", amount="700.00")
    unheard = town.notice(qr, "T-UNHEARD", amount="50.00")
    town.tells(stray)
    day = town.now.date()
    answer = town.statement(day, [paid, unheard, {**stray, "amount": "701.00"}])
    assert (answer.status, answer.json) == (
        200,
        {"run": 1, "lines": 3, "matched": 1, "missing_here": 1, "missing_there": 0, "differing": 1},
    )
    assert town.statement(day, [paid, unheard, {**stray, "amount": "701.00"}]).json["run"] == 1
    report = town.ok("GET", f"/payments/providers/bank/{day}", who="chief")
    assert report["by_payee"] == {"TH/SOE/PEA": {"count": 1, "satang": 123450}}
    part = town.ok("GET", f"/payments/providers/bank/{day}", who="first")
    assert part["lines"] is None and [flag["satang"] for flag in part["missing_here"]] == [5000]
    assert town.ok("GET", f"/payments/providers/bank/{day}", who="elsewhere")["by_payee"] == {}
    late = town.statement(day, [unheard])
    assert (late.json["run"], late.json["missing_there"]) == (2, 2)
    assert town.ask("GET", "/payments/providers/bank/2026-99-99", who="chief").status == 404
    assert town.statement(day.replace(year=2027), []).status == 422


def test_a_provider_is_known_by_the_operator_only(town: Town) -> None:
    body = {"secret": "another secret of thirty-two characters"}
    assert town.ask("PUT", "/payments/providers/other-bank", body, who="first").status == 403
    assert town.ok("PUT", "/payments/providers/other-bank", body, who="chief") == {"provider": "other-bank"}
    assert town.ok("PUT", "/payments/providers/other-bank", body, who="chief") == {"provider": "other-bank"}
    assert town.ask("PUT", "/payments/providers/Other", body, who="chief").status == 422
    assert town.callback({"transaction": "x"}, secret=body["secret"], provider="other-bank").status == 422


def test_the_operator_appoints_finance_officers(town: Town) -> None:
    stuck(town)
    body = {"pid": SOMCHAI, "agency": "TH/SOE/PEA", "name": "สมชาย"}
    assert town.ask("PUT", "/payments/officers", body, who="first").status == 403
    assert town.ask("PUT", "/payments/officers", body, who="chief").status == 204
    assert town.waiting("somchai") == [("T-000001", "over")]
    elsewhere = {**body, "agency": "TH/SOE/MEA"}
    assert town.ask("PUT", "/payments/officers", elsewhere, who="chief").status == 409
    assert town.ask("PUT", "/payments/officers", {**body, "pid": "1" * 13}, who="chief").status == 422
    assert town.ask("PUT", "/payments/officers", {**body, "serves": False}, who="chief").status == 204
    assert town.ask("GET", "/payments/entries", who="somchai").status == 403
