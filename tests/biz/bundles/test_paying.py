"""One QR for the fees of two agencies: split, receipted apart, and right whatever goes wrong with the money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import joints
from chalicelib.biz.payments import rules as payments
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Head
from chalicelib.shared.storage import Change, Item, Key
from tests.support.memory import MemoryTable

from ..payments.bank import FIRST, OPERATORS, account, queue, resolve, send, statement, step
from ..payments.bank import staffed as with_bank
from ..town import MALEE, THANA, Town
from .restaurant import ALCOHOL, EXCISE, FOOD, MUNICIPALITY, SHOP, SIGN, approve, bill, case, filed, members, pay

FEES = {FOOD: 20000, SIGN: 30000, ALCOHOL: 33000}


def due(town: Town, *codes: str) -> str:
    """A bundle of which these members are approved."""
    bundle = filed(with_bank(town))
    for code in codes or tuple(FEES):
        approve(town, case(town, bundle, code))
    return bundle


def paid(town: Town, bundle: str) -> dict[str, bool]:
    """Which members count as paid."""
    whole = town.ok(MALEE, "GET", f"/bundles/{bundle}/payments")
    return {member["code"]: member["paid"] for member in whole["members"] if member["code"] != SHOP}


def owed(town: Town, bundle: str) -> int:
    """What is owed for the run now."""
    return int(town.ok(MALEE, "GET", f"/bundles/{bundle}/payments")["owed_satang"])


def own_bill(town: Town, bundle: str, code: str) -> Any:
    """A member's own QR."""
    return town.ok(MALEE, "POST", f"/applications/{case(town, bundle, code)}/payments")


def test_the_references_of_a_bundle_are_no_applications() -> None:
    run = "0123456789abcdef0123456789abcdef"
    ref1, ref2 = payments.references_of_bundle(run, 7)
    assert (len(ref1), len(ref2), payments.case_of(ref1, ref2)) == (20, 15, None)
    assert payments.bundle_of(ref1, ref2) == (run, 7)
    assert payments.bundle_of(*payments.references(run, 7)) is None  # type: ignore[arg-type] # a run's bundle, not a case's


def test_the_money_is_split_and_each_agency_has_its_own_receipt(town: Town) -> None:
    bundle = due(town)
    made = bill(town, bundle)
    parts = {part["code"]: part["satang"] for part in made["parts"]}
    assert (parts, made["amount_baht"]) == (FEES, "830.00")
    assert pay(town, made).json == {"status": "booked"}
    money = account(town, "BANK-JOINT-1")
    assert (money.booked, money.open, money.case) == (83000, 0, None)
    assert money.payees == {MUNICIPALITY: 50000, EXCISE: 33000}
    assert sum(share.satang for share in money.shares) == money.booked
    whole = town.ok(MALEE, "GET", f"/bundles/{bundle}/payments")
    receipts = {member["code"]: member for member in whole["members"] if member["receipt_no"]}
    assert set(receipts) == set(FEES) and len({each["receipt_no"] for each in receipts.values()}) == 3
    for code, member in receipts.items():
        found = town.call(None, "GET", member["receipt_url"].removeprefix("https://klang.test/biz/v1")).json
        assert (found["total_satang"], found["agency"]) == (FEES[code], member["agency"])
        assert {line["payee"] for line in found["lines"]} == {member["agency"]}
    alone = town.ok(MALEE, "GET", f"/applications/{case(town, bundle, ALCOHOL)}/payments")
    assert [(each["satang"], each["booked_satang"]) for each in alone["payments"]] == [(33000, 33000)]
    assert (alone["paid"], owed(town, bundle)) == (True, 0)
    assert town.call(MALEE, "POST", f"/bundles/{bundle}/payments").status == 409


def test_the_qr_lasts_while_it_says_what_is_owed(town: Town) -> None:
    bundle = due(town, FOOD)
    first = bill(town, bundle)
    assert bill(town, bundle) == first
    town.pass_time(minutes=31)
    second = bill(town, bundle)
    assert (second["satang"], second["ref2"] == first["ref2"]) == (first["satang"], False)
    approve(town, case(town, bundle, SIGN))
    third = bill(town, bundle)
    assert (third["satang"], third["ref2"] == second["ref2"]) == (50000, False)


def test_a_qr_from_before_another_became_due_stays_good_for_what_it_says(town: Town) -> None:
    bundle = due(town, FOOD)
    old = bill(town, bundle)
    approve(town, case(town, bundle, SIGN))
    bill(town, bundle)
    town.pass_time(hours=2)
    assert pay(town, old).json == {"status": "booked"}
    assert paid(town, bundle) == {FOOD: True, SIGN: False, ALCOHOL: False}
    assert owed(town, bundle) == 30000
    assert pay(town, bill(town, bundle), "BANK-JOINT-2").json == {"status": "booked"}
    assert paid(town, bundle) == {FOOD: True, SIGN: True, ALCOHOL: False}


def test_money_with_a_number_that_was_never_billed_is_nobodys(town: Town) -> None:
    bundle = due(town, FOOD)
    ref1, ref2 = payments.references_of_bundle(bundle, 9)
    assert pay(town, {"ref1": ref1, "ref2": ref2, "amount_baht": "200.00"}).json == {"status": "kept"}
    assert queue(town, THANA, "?kind=unknown_reference") == [("BANK-JOINT-1", "unknown_reference")]


@pytest.mark.parametrize(("amount", "kind"), [("829.99", "short"), ("830.01", "over")])
def test_another_amount_waits_for_the_operator_who_may_apply_it_to_the_whole(
    town: Town, amount: str, kind: str
) -> None:
    bundle = due(town)
    assert pay(town, bill(town, bundle), amount=amount).json == {"status": "kept"}
    assert queue(town, THANA, f"?kind={kind}") == [("BANK-JOINT-1", kind)]
    assert queue(town, FIRST) == [], "it is no single agency's to decide"
    town.pass_time(minutes=3)
    town.biz.sweep(town.at)
    town.run_queue()
    assert any("baht came in" in body for body in town.neighbours.bodies(MALEE)), "she is told once, for all of them"
    refused = step(town, THANA, "BANK-JOINT-1", "propose", way="apply")
    if kind == "short":
        assert refused.status == 422, "together they are less than the fees"
        assert pay(town, bill(town, bundle), "BANK-REST", amount="0.01").json == {"status": "kept"}
        done = resolve(town, "BANK-JOINT-1", OPERATORS, way="apply", others=["bank~BANK-REST"])
        assert done["booked_satang"] == 82999
    else:
        assert refused.status == 200
        done = step(town, OPERATORS[1], "BANK-JOINT-1", "confirm", way="apply").json
        assert (done["booked_satang"], done["refund_satang"]) == (83000, 1)
    assert all(paid(town, bundle).values())
    assert sum(share["satang"] for share in done["shares"]) == done["booked_satang"]


def test_the_operator_may_pay_a_single_member_from_what_was_short(town: Town) -> None:
    bundle = due(town, FOOD, SIGN)
    assert pay(town, bill(town, bundle), amount="300.00").json == {"status": "kept"}
    done = resolve(town, "BANK-JOINT-1", OPERATORS, way="apply", case=case(town, bundle, SIGN))
    assert (done["booked_satang"], done["case"]) == (30000, case(town, bundle, SIGN))
    assert paid(town, bundle) == {FOOD: False, SIGN: True, ALCOHOL: False}


def test_money_twice_for_one_bill_is_booked_once(town: Town) -> None:
    bundle = due(town)
    made = bill(town, bundle)
    assert [pay(town, made, name).json["status"] for name in ("BANK-J-ONE", "BANK-J-ONE", "BANK-J-TWO")] == [
        "booked",
        "duplicate",
        "kept",
    ]
    assert queue(town, THANA) == [("BANK-J-TWO", "already_paid")]
    assert resolve(town, "BANK-J-TWO", OPERATORS, way="refund")["refund_satang"] == 83000


def test_a_member_that_was_paid_by_itself_is_not_paid_again(town: Town) -> None:
    bundle = due(town)
    joint, alone = bill(town, bundle), own_bill(town, bundle, SIGN)
    assert pay(town, alone, "BANK-ALONE").json == {"status": "booked"}
    assert pay(town, joint).json == {"status": "kept"}
    assert queue(town, THANA) == [("BANK-JOINT-1", "over")]
    done = resolve(town, "BANK-JOINT-1", OPERATORS, way="apply")
    assert (done["booked_satang"], done["refund_satang"]) == (53000, 30000)
    assert {share["agency"]: share["satang"] for share in done["shares"]} == {MUNICIPALITY: 20000, EXCISE: 33000}
    assert all(paid(town, bundle).values())


def test_the_bundles_money_comes_first_and_the_members_own_is_the_duplicate(town: Town) -> None:
    bundle = due(town)
    alone, joint = own_bill(town, bundle, SIGN), bill(town, bundle)
    assert pay(town, joint).json == {"status": "booked"}
    assert pay(town, alone, "BANK-ALONE").json == {"status": "kept"}
    assert queue(town, FIRST) == [("BANK-ALONE", "already_paid")]


def test_what_ended_meanwhile_is_not_paid(town: Town) -> None:
    bundle = due(town)
    joint = bill(town, bundle)
    for code in FEES:
        town.ok(MALEE, "POST", f"/applications/{case(town, bundle, code)}/withdraw")
    assert pay(town, joint).json == {"status": "kept"}
    assert queue(town, THANA) == [("BANK-JOINT-1", "case_ended")]


def test_a_reversal_makes_every_fee_owed_again(town: Town) -> None:
    bundle = due(town)
    joint = bill(town, bundle)
    pay(town, joint)
    licences = {code: members(town, bundle)[code]["licence"] for code in FEES}
    assert pay(town, joint, status="reversed", sequence=1).json == {"status": "reversed"}
    assert (paid(town, bundle), owed(town, bundle)) == (dict.fromkeys(FEES, False), 83000)
    assert queue(town, THANA) == [("BANK-JOINT-1", "reversed")]
    money = account(town, "BANK-JOINT-1")
    assert (money.booked, money.shares, money.payees) == (0, (), {})
    for member in town.ok(MALEE, "GET", f"/bundles/{bundle}/payments")["members"]:
        if member["receipt_url"]:
            path = member["receipt_url"].removeprefix("https://klang.test/biz/v1")
            assert town.ok(None, "GET", path)["voided_at"]
    again = bill(town, bundle)
    assert (again["satang"], pay(town, again, "BANK-AGAIN").json) == (83000, {"status": "booked"})
    assert all(paid(town, bundle).values())
    assert {code: members(town, bundle)[code]["licence"] for code in FEES} == licences, "no licence is given twice"
    town.run_queue()
    assert any("owed again" in body or "pay the fee again" in body for body in town.neighbours.bodies(MALEE))


def test_part_of_what_was_made_up_of_two_is_taken_back(town: Town) -> None:
    bundle = due(town)
    joint = bill(town, bundle)
    pay(town, joint, "BANK-A-0001", amount="500.00")
    pay(town, joint, "BANK-B-0001", amount="330.00")
    resolve(town, "BANK-A-0001", OPERATORS, way="apply", others=["bank~BANK-B-0001"])
    assert all(paid(town, bundle).values())
    assert pay(town, joint, "BANK-B-0001", amount="330.00", status="reversed", sequence=5).json == {
        "status": "reversed"
    }
    assert (paid(town, bundle), owed(town, bundle)) == (dict.fromkeys(FEES, False), 83000)
    assert account(town, "BANK-A-0001").kind == "short"


def test_the_day_is_reconciled_by_agency(town: Town) -> None:
    bundle = due(town)
    joint = bill(town, bundle)
    pay(town, joint)
    notice = {
        "transaction": "BANK-JOINT-1",
        "ref1": joint["ref1"],
        "ref2": joint["ref2"],
        "amount": "830.00",
        "paid_at": town.at.isoformat(),
    }
    stray = {**notice, "transaction": "BANK-STRAY-1", "amount": "100.00"}
    assert send(town, statement([notice, stray])).status == 200
    report = town.ok(THANA, "GET", "/payments/providers/bank/2026-11-25")
    assert {payee: part["satang"] for payee, part in report["by_payee"].items()} == {MUNICIPALITY: 50000, EXCISE: 33000}
    assert report["in_queues"] == {"-": {"count": 1, "satang": 10000}}
    assert report["settled"]["satang"] == 83000 + 10000


class Interrupted(MemoryTable):
    """A table in which something else happens right after somebody has read a certain application."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] | None = None
        self.watched = ""

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        if self.meanwhile is not None and any(key.pk == f"CASE#{self.watched}" for key in keys):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


class Counting(MemoryTable):
    """A table that remembers the largest transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.largest = 0

    def write(self, changes: Sequence[Change], token: str) -> None:
        self.largest = max(self.largest, len(changes))
        super().write(changes, token)


def test_the_most_fees_on_one_qr_fit_into_one_transaction() -> None:
    table = Counting()
    town = with_bank(Town(table=table))
    approved = town.biz.store.find_case(town.approved())
    long = {**approved.answers["establishment"], "name_th": " ".join(f"คำที่{number}" for number in range(20))}
    for _ in range(joints.MOST + 1):
        fresh = {"id": CaseId(new_id()), "head": Head(), "version": 1}
        changed = {**fresh, "answers": {**approved.answers, "establishment": long}}
        table.write([town.biz.store.new_case(approved.model_copy(update=changed), "applicant")], new_id())
    cases, _ = town.biz.store.cases_of(approved.owner, None, joints.MOST + 1)
    dues = town.biz.counter.till.with_books(cases)
    made = joints.bill(new_id(), None, 0, dues, town.at)
    assert len(made.parts) == joints.MOST, "the fifth waits for the next QR"
    table.write([town.biz.counter.ledger.store.new_joint(made)], new_id())
    table.largest = 0
    told = {"ref1": made.ref1, "ref2": made.ref2, "amount_baht": f"{made.satang / 100:.2f}"}
    assert pay(town, told).json == {"status": "booked"}
    assert 80 <= table.largest <= 90, "with the claim, and five accounts that pay together, it is still within 100"


@pytest.mark.parametrize("first", ["joint", "own"])
def test_of_both_at_once_one_is_booked(first: str) -> None:
    table = Interrupted()
    town = Town(table=table)
    bundle = due(town)
    bills = {"joint": bill(town, bundle), "own": own_bill(town, bundle, SIGN)}
    other = "own" if first == "joint" else "joint"
    inner: list[str] = []
    table.watched = case(town, bundle, SIGN)
    table.meanwhile = lambda: inner.append(pay(town, bills[other], "BANK-INNER").json["status"])
    outer = pay(town, bills[first], "BANK-OUTER").json["status"]
    assert (inner, outer) == (["booked"], "kept")
    booked = account(town, "BANK-INNER").booked
    assert (booked, account(town, "BANK-OUTER").booked) == (83000 if other == "joint" else 30000, 0)
    events = [event.type for event in town.journal.history(f"CASE#{table.watched}")]
    assert events.count("biz.licence.issued") == 1


def test_a_member_that_is_withdrawn_at_this_moment_is_not_paid() -> None:
    table = Interrupted()
    town = Town(table=table)
    bundle = due(town)
    joint = bill(town, bundle)
    sign = table.watched = case(town, bundle, SIGN)
    table.meanwhile = lambda: town.ok(MALEE, "POST", f"/applications/{sign}/withdraw")
    assert pay(town, joint).json == {"status": "kept"}
    assert queue(town, THANA) == [("BANK-JOINT-1", "over")]
    assert members(town, bundle)[FOOD]["licence"] is None, "all or nothing"
