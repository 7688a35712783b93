"""Money that fits nothing waits in a queue of its own kind, and two officers decide about it."""

from __future__ import annotations

import pytest

from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once, chain_is_whole

from ..town import AGENCY, ANONG, BUNDIT, MALEE, THANA, Town
from .bank import (
    ELSEWHERE,
    FIRST,
    OPERATORS,
    SECOND,
    account,
    billed,
    queue,
    resolve,
    say,
    staffed,
    step,
    told,
    unknown,
)


@pytest.fixture
def bank(town: Town) -> Town:
    """A town with finance officers."""
    return staffed(town)


def test_each_kind_is_a_queue_of_its_own_and_the_newest_is_first(bank: Town) -> None:
    case = billed(bank)
    assert say(bank, case, "T-SHORT-1", amount="50.00") == "kept"
    bank.pass_time(minutes=1)
    assert say(bank, case, "T-OVER-1", amount="500.00") == "kept"
    bank.pass_time(minutes=1)
    assert say(bank, case, "T-GOOD-1") == "booked"
    bank.pass_time(minutes=1)
    assert say(bank, case, "T-TWICE-1") == "kept"
    bank.pass_time(minutes=1)
    assert say(bank, case, "T-GOOD-1", amount="9.00") == "kept"
    assert queue(bank) == [
        ("T-GOOD-1", "conflict"),
        ("T-TWICE-1", "already_paid"),
        ("T-OVER-1", "over"),
        ("T-SHORT-1", "short"),
    ]
    assert queue(bank, query="?kind=short") == [("T-SHORT-1", "short")]
    assert queue(bank, ELSEWHERE) == []
    page = bank.ok(FIRST, "GET", "/payments/entries?limit=3")
    rest = bank.ok(FIRST, "GET", f"/payments/entries?limit=3&cursor={page['next']}")
    assert [item["kind"] for item in (*page["items"], *rest["items"])] == ["conflict", "already_paid", "over", "short"]
    assert bank.call(SECOND, "GET", f"/payments/entries?kind=over&cursor={page['next']}").status == 400


def test_a_queue_costs_one_request(bank: Town) -> None:
    case = billed(bank)
    for number in range(30):
        say(bank, case, f"T-SHORT-{number}", amount="1.00")
    bank.call(FIRST, "GET", "/payments/entries")
    bank.memory.requests.clear()
    assert len(queue(bank)) == 20
    assert bank.memory.requests == ["query"]


def test_money_for_a_withdrawn_application_goes_back(bank: Town) -> None:
    case = billed(bank)
    bank.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    assert bank.call(MALEE, "POST", f"/applications/{case}/payments").status == 409
    assert say(bank, case, "T-LATE-1") == "kept"
    assert queue(bank) == [("T-LATE-1", "case_ended")]
    assert step(bank, FIRST, "T-LATE-1", "propose", way="apply", case=case).status == 409
    done = resolve(bank, "T-LATE-1", way="refund")
    assert (done["kind"], done["open_satang"], done["refund_satang"]) == (None, 0, 20000)
    assert [each["step"] for each in done["steps"]] == ["propose", "confirm"]
    assert queue(bank) == []
    assert queue(bank, query="?state=closed") == [("T-LATE-1", None)]
    seen = bank.ok(MALEE, "GET", f"/applications/{case}/payments")
    assert [(part["refund_satang"], part["what"]) for part in seen["payments"]] == [(20000, None)]


def test_two_short_payments_together_make_the_fee(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-PART-1", amount="120.00")
    say(bank, case, "T-PART-2", amount="80.00")
    alone = step(bank, FIRST, "T-PART-1", "propose", way="apply", case=case)
    assert (alone.status, alone.json["errors"][0]["pointer"]) == (422, "/others")
    done = resolve(bank, "T-PART-1", way="apply", case=case, others=["bank~T-PART-2"])
    assert (done["booked_satang"], done["kind"]) == (12000, None)
    assert account(bank, "T-PART-2").booked == 8000
    assert account(bank, "T-PART-2").payees == {AGENCY: 8000}
    assert queue(bank) == []
    view = bank.ok(MALEE, "GET", f"/applications/{case}")
    assert view["paid"] and view["licence"]
    for name in ("T-PART-1", "T-PART-2"):
        assert chain_is_whole(bank.journal.history(f"MONEY#bank#{name}"))
    assert chain_is_whole(bank.journal.history(f"CASE#{case}"))


def test_more_entries_than_the_fee_needs_are_refused(bank: Town) -> None:
    case = billed(bank)
    for name, amount in (("T-PART-1", "120.00"), ("T-PART-2", "80.00"), ("T-PART-3", "90.00")):
        say(bank, case, name, amount=amount)
    for others in (["bank~T-PART-2", "bank~T-PART-3"], ["bank~T-PART-1"], ["bank~T-NOWHERE"]):
        refused = step(bank, FIRST, "T-PART-1", "propose", way="apply", case=case, others=others)
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/others"), others


def test_money_for_an_application_that_is_not_approved_yet(bank: Town) -> None:
    case = bank.filed()
    assert say(bank, case, "T-EARLY-1") == "kept"
    assert queue(bank) == [("T-EARLY-1", "no_fee_due")]
    assert step(bank, FIRST, "T-EARLY-1", "propose", way="apply", case=case).status == 409
    bank.inspected(case)
    bank.act(BUNDIT, case, "approve")
    assert resolve(bank, "T-EARLY-1", way="apply", case=case)["booked_satang"] == 20000
    assert bank.ok(MALEE, "GET", f"/applications/{case}")["licence"]


def test_an_entry_tells_its_whole_history(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-TRIED-1", amount="50.00", status="failed")
    say(bank, case, "T-TRIED-1", amount="50.00")
    resolve(bank, "T-TRIED-1", way="refund")
    shown = bank.ok(FIRST, "GET", "/payments/entries/bank~T-TRIED-1")
    told = [(line["type"].rpartition(".")[2], line["status"]) for line in shown["history"]]
    assert told == [("noted", "failed"), ("kept", "settled"), ("proposed", "settled"), ("refund_ordered", "settled")]
    assert [line["by"].partition(":")[0] for line in shown["history"]] == ["system", "system", "officer", "officer"]


def test_an_overpayment_pays_the_fee_and_the_rest_goes_back(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-OVER-1", amount="250.00")
    done = resolve(bank, "T-OVER-1", way="apply", case=case)
    assert (done["booked_satang"], done["refund_satang"], done["open_satang"]) == (20000, 5000, 0)
    assert bank.ok(MALEE, "GET", f"/applications/{case}")["licence"]
    assert say(bank, case, "T-OVER-1", amount="250.00") == "duplicate"


def test_a_wish_is_confirmed_by_another_officer_and_only_as_it_was_proposed(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-SHORT-1", amount="50.00")
    assert step(bank, SECOND, "T-SHORT-1", "confirm", way="refund").status == 409
    assert step(bank, FIRST, "T-SHORT-1", "propose", way="refund").json["proposal"]["way"] == "refund"
    assert step(bank, SECOND, "T-SHORT-1", "propose", way="write_off").status == 409
    assert step(bank, FIRST, "T-SHORT-1", "confirm", way="refund").status == 403
    assert step(bank, SECOND, "T-SHORT-1", "confirm", way="write_off").status == 409
    assert step(bank, SECOND, "T-SHORT-1", "decline").json["proposal"] is None
    done = resolve(bank, "T-SHORT-1", by=(SECOND, FIRST), way="write_off")
    assert done["written_off_satang"] == 5000
    assert step(bank, SECOND, "T-SHORT-1", "confirm", way="write_off").status == 409
    types = [event.type for event in bank.journal.history("MONEY#bank#T-SHORT-1")]
    names = ["kept", "proposed", "declined", "proposed", "written_off"]
    assert types == [f"biz.money.{name}" for name in names]


def test_a_repeated_confirmation_is_answered_as_the_first(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-OVER-1", amount="250.00")
    step(bank, FIRST, "T-OVER-1", "propose", way="apply", case=case)
    body = {"step": "confirm", "reason": "ตรวจสอบแล้ว", "way": "apply", "case": case}
    path, key = "/payments/entries/bank~T-OVER-1", {"Idempotency-Key": "confirm-1"}
    bank.memory.requests.clear()
    once = bank.call(SECOND, "POST", path, json=body, headers=key)
    assert bank.memory.requests[-2:] == ["get_many", "write"] and len(bank.memory.requests) <= 3
    again = bank.call(SECOND, "POST", path, json=body, headers=key)
    assert (once.status, again.status, again.json) == (200, 200, once.json)
    assert again.headers["idempotent-replayed"] == "true"
    events = [event.type for event in bank.journal.history(f"CASE#{case}")]
    assert events.count("biz.licence.issued") == 1


def test_money_of_nobody_is_the_operators_and_may_pay_a_case(bank: Town) -> None:
    case = billed(bank)
    assert unknown(bank, "T-TYPO-1", amount="200.00") == "kept"
    assert queue(bank) == []
    assert queue(bank, THANA) == [("T-TYPO-1", "unknown_reference")]
    assert step(bank, FIRST, "T-TYPO-1", "propose", way="refund").status == 404
    done = resolve(bank, "T-TYPO-1", by=OPERATORS, way="apply", case=case)
    assert (done["agency"], done["case"], done["booked_satang"]) == (AGENCY, case, 20000)
    assert bank.ok(MALEE, "GET", f"/applications/{case}")["licence"]


def test_an_agencys_entry_is_for_that_agency(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-SHORT-1", amount="50.00")
    assert queue(bank, THANA, f"?agency={AGENCY}") == [("T-SHORT-1", "short")]
    assert bank.call(ELSEWHERE, "GET", f"/payments/entries?agency={AGENCY}").status == 403
    assert bank.call(ELSEWHERE, "GET", "/payments/entries/bank~T-SHORT-1").status == 404
    assert step(bank, ELSEWHERE, "T-SHORT-1", "propose", way="refund").status == 404
    assert step(bank, THANA, "T-SHORT-1", "propose", way="refund").status == 403
    assert bank.call(ANONG, "GET", "/payments/entries").status == 403
    for absent in ("bank~T-NOT-THERE", "bank", "bank~~", "BANK~x", "a~b~c~d"):
        assert bank.call(THANA, "GET", f"/payments/entries/{absent}").status == 404, absent


def test_nobody_decides_in_their_own_matter(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-SHORT-1", amount="50.00")
    bank.biz.enlist(Once(new_id(), "", new_id(), claimed=False), MALEE, AGENCY, ["finance"], "มาลี")
    assert step(bank, MALEE, "T-SHORT-1", "propose", way="refund").status == 403


def test_what_holds_no_money_can_only_be_closed(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-GOOD-1")
    say(bank, case, "T-GOOD-1", amount="9.00")
    (entry,) = bank.ok(FIRST, "GET", "/payments/entries")["items"]
    assert (entry["kind"], entry["open_satang"], entry["satang"]) == ("conflict", 0, 900)
    name = entry["id"].removeprefix("bank~")
    for wish in ({"way": "refund"}, {"way": "apply", "case": case}):
        assert step(bank, FIRST, name, "propose", **wish).json["errors"][0]["pointer"] == "/way"
    assert resolve(bank, name, way="write_off")["kind"] is None
    assert queue(bank) == []
    history = bank.ok(FIRST, "GET", f"/payments/entries/{entry['id']}")["history"]
    assert [line["type"].rpartition(".")[2] for line in history] == ["kept", "proposed", "written_off"]
    assert say(bank, case, "T-GOOD-1", amount="9.00") == "duplicate"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"step": "propose"}, "/way"),
        ({"step": "propose", "way": "keep"}, "/way"),
        ({"step": "propose", "way": "refund", "case": "0" * 32}, "/case"),
        ({"step": "propose", "way": "apply", "case": "0" * 32}, "/case"),
        ({"step": "propose", "way": "apply"}, "/case"),
        ({"step": "propose", "way": "apply", "case": "x"}, "/case"),
        ({"step": "propose", "way": "apply", "others": ["../x"]}, "/others/0"),
        ({"step": "propose", "way": "refund", "reason": ""}, "/reason"),
        ({"step": "leave"}, "/step"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_name(bank: Town, body: dict[str, object], pointer: str) -> None:
    case = billed(bank)
    say(bank, case, "T-SHORT-1", amount="50.00")
    answer = bank.call(FIRST, "POST", "/payments/entries/bank~T-SHORT-1", json={"reason": "เหตุผล", **body})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert queue(bank) == [("T-SHORT-1", "short")]


def test_what_may_name_a_person_is_sealed(bank: Town) -> None:
    case = billed(bank)
    bank.callback(told(bank, case, "T-NAMED-1", ref1="3990100001013"))
    step(bank, THANA, "T-NAMED-1", "propose", way="refund", reason="โอนโดยนายสมชาย ใจดี")
    rows = [item for key, (item, _) in bank.memory._items.items() if key.pk.startswith("MONEY#")]
    assert rows and not [row for row in rows if "3990100001013" in str(row) or "สมชาย" in str(row)]
    shown = bank.ok(THANA, "GET", "/payments/entries/bank~T-NAMED-1")
    assert (shown["ref1"], shown["steps"][0]["reason"]) == ("3990100001013", "โอนโดยนายสมชาย ใจดี")
