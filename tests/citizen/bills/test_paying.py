"""A bill is asked for, paid by its QR and accounted for once, whatever the bank says and in whatever order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.citizen.bills.desk import QUESTIONS
from chalicelib.shared import credentials, thai_qr
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once, chain_is_whole
from chalicelib.shared.storage import every
from tests.citizen.bills.town import BILLING, OTHERS, PEA, Town
from tests.citizen.portal import MALEE
from tests.support.keys import LocalSigner


def test_a_bill_is_asked_for_paid_and_everybody_knows(town: Town) -> None:
    bill = town.one_bill()
    assert town.home() == [bill]
    qr = town.qr(bill)
    shown = thai_qr.parse(qr["qr"])
    assert (shown.biller, shown.amount) == ("999900000000201", 123450)
    assert qr["svg"].startswith("<svg") and qr["png"].startswith("iVBOR")
    assert town.tells(town.notice(qr)) == "booked"

    seen = town.bill(bill)
    assert (seen["state"], seen["owed_satang"], seen["remind_at"]) == ("paid", 0, None)
    (payment,) = seen["payments"]
    assert payment["stands"] and payment["biller_knows"]
    assert town.biller.paid("B-1") == "1234.50"
    assert town.home() == [] and town.looked_up() == []
    assert town.letters() == ["Paid to Provincial Electricity Authority: 1234.50 baht"]
    log = list(every(town.memory, f"LOG#{town.keyring.pseudonym(MALEE)}"))
    assert [item.data["what"] for item in log] == ["bill.paid"]


def test_the_receipt_is_a_credential_that_anybody_can_check(town: Town) -> None:
    qr = town.qr(town.one_bill())
    town.tells(town.notice(qr))
    (paper,) = town.ok("GET", "/me/wallet")["items"]
    assert (paper["kind"], sorted(paper["disclosable"])) == ("receipt", ["bill_no", "customer_no", "payer"])
    assert paper["labels"].keys() == paper["claims"].keys(), "each claim has its words"
    show = town.ok("POST", f"/me/wallet/{paper['id']}/presentations", {"claims": ["payer"]})
    issuer = town.client.get("/.well-known/jwt-vc-issuer/citizen").json
    assert issuer["jwks_uri"].endswith("/citizen/v1/receipt-keys")
    jwks = town.client.get("/citizen/v1/receipt-keys").json
    seen = credentials.verify(show["presentation"], jwks, now=town.now, issuer=issuer["issuer"])
    town.citizen.sweep(town.now)
    town.keyring.__dict__["signer"] = LocalSigner()  # the key is changed: what the earlier one signed stays good
    town.citizen.sweep(town.now)
    jwks = town.client.get("/citizen/v1/receipt-keys").json
    assert jwks["keys"][0]["kid"] == town.keyring.signer.kid
    assert credentials.verify(show["presentation"], jwks, now=town.now, issuer=issuer["issuer"])
    assert (seen.claims["total_baht"], seen.claims["payer"], seen.claims["payee"]) == (
        "1234.50",
        "มาลี ใจงาม",
        "TH/SOE/PEA",
    )
    assert "customer_no" not in seen.claims

    no = seen.claims["receipt_no"]
    read = town.ok("GET", f"/me/receipts/{no}")
    assert (read["total_satang"], read["customer_no"], read["voided_at"]) == (123450, PEA, None)
    page = town.ask("GET", f"/me/receipts/{no}?format=html").text
    assert "ใบเสร็จรับเงิน" in page and "1,234.50" in page and "<script" not in page
    assert town.ask("GET", f"/me/receipts/{no}", who="somchai").status == 404
    assert town.ask("GET", "/me/receipts/R-PEA-2569-AAAA-AAAA-AAAA").status == 404


def test_the_same_word_again_is_answered_and_changes_nothing(town: Town) -> None:
    qr = town.qr(town.one_bill())
    notice = town.notice(qr)
    assert [town.tells(notice), town.tells(notice)] == ["booked", "duplicate"]
    before = len(town.memory._items)
    assert town.tells({**notice, "sequence": 0}) == "duplicate"
    assert len(town.memory._items) == before
    assert len(town.letters()) == 1 and len(town.biller.marked) == 1


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"amount": "1234.49"}, "short"),
        ({"amount": "1234.51"}, "over"),
        ({"ref1": "NOBODY", "ref2": "1"}, "unknown_reference"),
        ({"ref1": "A" * 20}, "unknown_reference"),
    ],
)
def test_money_that_does_not_fit_waits_for_officers(town: Town, changes: dict[str, Any], kind: str) -> None:
    bill = town.one_bill()
    notice = town.notice(town.qr(bill), **changes)
    assert [town.tells(notice), town.tells(notice)] == ["kept", "duplicate"]
    assert town.waiting("chief" if kind == "unknown_reference" else "first") == [("T-000001", kind)]
    assert town.waiting("elsewhere") == []
    assert town.bill(bill)["state"] == "open" and town.home() == [bill]
    told = ["Money paid to Provincial Electricity Authority does not fit the bill yet"]
    assert town.letters() == ([] if kind == "unknown_reference" else told)
    assert town.tells(town.notice(town.qr(bill), "T-000002")) == "booked"


def test_a_second_payment_of_a_paid_bill_is_kept(town: Town) -> None:
    qr = town.qr(town.one_bill())
    assert [town.tells(town.notice(qr, f"T-00000{n}")) for n in (1, 2)] == ["booked", "kept"]
    assert town.waiting() == [("T-000002", "already_paid")]


def test_a_transaction_told_with_other_content_is_kept_beside(town: Town) -> None:
    notice = town.notice(town.qr(town.one_bill()))
    town.tells(notice)
    other = {**notice, "amount": "999.00"}
    assert [town.tells(other), town.tells(other)] == ["kept", "duplicate"]
    assert [kind for _, kind in town.waiting()] == ["conflict"]


def test_late_success_is_success_for_an_older_qr_too(town: Town) -> None:
    bill = town.one_bill()
    old = town.qr(bill)
    assert town.qr(bill) == old, "one live QR"
    town.later(minutes=31)
    new = town.qr(bill)
    assert new["ref2"] != old["ref2"]
    failed = town.notice(old, status="failed")
    assert town.tells(failed) == "noted"
    town.later(days=2)
    assert town.tells({**failed, "status": "settled"}) == "booked"
    assert town.bill(bill)["state"] == "paid"


def test_a_bill_that_its_biller_cancelled_meanwhile_takes_no_money(town: Town) -> None:
    bill = town.one_bill()
    qr = town.qr(bill)
    town.biller.bills.clear()
    assert town.looked_up() == [] and town.home() == []
    assert town.bill(bill)["state"] == "gone"
    assert town.tells(town.notice(qr)) == "kept"
    assert town.waiting() == [("T-000001", "bill_gone")]


def test_no_old_amount_is_charged(town: Town) -> None:
    bill = town.one_bill("100.00")
    old = town.qr(bill)
    town.biller.sends("B-1", "150.00", "2026-12-10")
    new = town.qr(bill)
    assert (old["amount"], new["amount"]) == ("100.00", "150.00")
    assert town.tells(town.notice(old)) == "kept"
    town.gdx.down(f"{BILLING}/bill")
    away = town.ask("POST", f"/me/bills/{bill}/qr")
    assert (away.status, away.headers["retry-after"]) == (502, "30")


def test_a_bill_paid_elsewhere_gives_no_qr(town: Town) -> None:
    bill = town.one_bill()
    town.biller.bills.clear()
    town.biller.bills[PEA] = {}
    assert town.ask("POST", f"/me/bills/{bill}/qr").status == 409
    assert town.bill(bill)["state"] == "gone" and town.home() == []


def test_the_same_key_gives_the_same_qr(town: Town) -> None:
    bill = town.one_bill()
    key = {"Idempotency-Key": "qr-1"}
    first = town.qr(bill, headers=key)
    town.gdx.down(f"{BILLING}/bill")
    assert town.qr(bill, headers=key) == first


def test_what_was_taken_back_is_owed_again_and_may_come_again(town: Town) -> None:
    bill = town.one_bill()
    notice = town.notice(town.qr(bill))
    town.tells(notice)
    no = town.bill(bill)["payments"][0]["receipt_no"]
    assert town.tells({**notice, "status": "reversed"}) == "reversed"
    seen = town.bill(bill)
    assert (seen["state"], seen["owed_satang"], seen["payments"][0]["stands"]) == ("open", 123450, False)
    assert town.home() == [bill] and town.biller.paid("B-1") == ""
    assert town.ok("GET", f"/me/receipts/{no}")["voided_at"]
    assert (
        "holds no longer" in town.ask("GET", f"/me/receipts/{no}?format=html", headers={"Accept-Language": "en"}).text
    )
    assert town.waiting() == [("T-000001", "reversed")]
    assert town.tells({**notice, "sequence": 5}) == "booked"
    assert town.biller.paid("B-1") == "1234.50" and town.waiting() == []
    assert len(town.ok("GET", "/me/wallet")["items"]) == 2


def test_two_people_with_the_same_bill_pay_it_once(town: Town) -> None:
    mine = town.one_bill()
    (theirs,) = town.looked_up(who="somchai")
    assert theirs["id"] != mine and town.ask("GET", f"/me/bills/{mine}", who="somchai").status == 404
    first, second = town.qr(mine), town.qr(theirs["id"], who="somchai")
    town.gdx.down(f"{BILLING}/payment")  # the biller does not know of it yet
    assert town.tells(town.notice(first)) == "booked"
    assert town.ask("POST", f"/me/bills/{theirs['id']}/qr", who="somchai").status == 409
    assert town.tells(town.notice(second, "T-000002")) == "kept"
    assert town.waiting() == [("T-000002", "already_paid")]


def test_what_a_biller_adds_to_a_paid_bill_is_paid_by_whoever_paid_it(town: Town) -> None:
    bill = town.one_bill("100.00")
    (theirs,) = town.looked_up(who="somchai")
    late = town.qr(theirs["id"], who="somchai")
    town.gdx.down(f"{BILLING}/payment")
    first = town.notice(town.qr(bill))
    assert town.tells(first) == "booked"
    town.biller.sends("B-1", "140.00", "2026-12-10")
    assert [each["owed_baht"] for each in town.looked_up()] == ["40.00"]
    rest = town.notice(town.qr(bill), "T-000002")
    assert [town.tells(rest), town.tells(town.notice(late, "T-000003"))] == ["booked", "kept"]
    assert town.bill(bill)["state"] == "paid"

    assert town.tells({**rest, "status": "reversed", "sequence": 1}) == "reversed"
    assert town.ask("POST", f"/me/bills/{theirs['id']}/qr", who="somchai").status == 409, "the first part stands"
    assert town.tells({**first, "status": "reversed", "sequence": 1}) == "reversed"
    assert town.tells(town.notice(town.qr(theirs["id"], who="somchai"), "T-000004")) == "booked"


def test_who_paid_is_told_though_the_money_goes_to_another_bill_meanwhile(town: Town) -> None:
    town.one_bill("100.00")
    (theirs,) = town.looked_up(who="somchai")
    bill = town.looked_up()[0]["id"]
    answer = town.callback(town.notice(town.qr(bill), amount="120.00"))
    assert answer.json["status"] == "kept"
    town.post.sent, waiting = [], town.post.sent
    for who, step in (("first", "propose"), ("second", "confirm")):
        assert town.decide(who, "T-000001", step, way="apply", bill=theirs["id"]).status == 200
    town.post.sent[:0] = waiting
    town.pump()
    assert town.letters() == ["Money paid to Provincial Electricity Authority does not fit the bill yet"]
    assert town.letters("somchai") == ["Paid to Provincial Electricity Authority: 100.00 baht"]


def test_a_biller_that_is_away_is_told_later_and_once(town: Town) -> None:
    bill = town.one_bill()
    town.gdx.down(f"{BILLING}/payment")
    town.tells(town.notice(town.qr(bill)))
    assert not town.bill(bill)["payments"][0]["biller_knows"]
    assert len(town.ok("GET", "/me/wallet")["items"]) == 1, "the person need not wait"
    assert town.looked_up() == [], "the biller asks for it still, and nobody is charged again"
    town.gdx.answering[f"{BILLING}/payment"] = town.biller.payment
    for _ in range(3):
        town.later(hours=2)
        town.pump()
    assert town.bill(bill)["payments"][0]["biller_knows"]
    said = {each.once for each in town.gdx.asked if each.service == f"{BILLING}/payment"}
    assert len(said) == 1, "every attempt bears the same id"
    assert len(town.letters()) == 1


@pytest.mark.parametrize(
    "given", [{"secret": "x" * 40}, {"provider": "nobody"}, {"at": 0}, {"at": 4102444800}], ids=str
)
def test_a_callback_that_does_not_hold_is_refused(town: Town, given: dict[str, Any]) -> None:
    bill = town.one_bill()
    notice = town.notice(town.qr(bill))
    before = len(town.memory._items)
    assert town.callback(notice, **given).status == 401
    assert len(town.memory._items) == before and town.bill(bill)["state"] == "open"


@pytest.mark.parametrize(
    "broken", [{"amount": "1,234.50"}, {"amount": "-1.00"}, {"transaction": "x"}, {"status": "ok"}]
)
def test_a_callback_that_cannot_be_read_names_the_field(town: Town, broken: dict[str, Any]) -> None:
    answer = town.callback(town.notice(town.qr(town.one_bill()), **broken))
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == f"/{next(iter(broken))}"


def test_a_callback_costs_one_read_and_one_write(town: Town) -> None:
    notice = town.notice(town.qr(town.one_bill()))
    town.memory.requests.clear()
    assert town.callback(notice).status == 200
    assert len(town.memory.requests) == 3, "the provider's secret, what is known, and all that follows from it"


def test_histories_are_whole_and_tell_nothing_of_the_person(town: Town) -> None:
    bill = town.one_bill()
    notice = town.notice(town.qr(bill))
    town.tells(notice)
    town.tells({**notice, "status": "reversed"})
    for pk in (f"BILL#{bill}", "MONEY#bank#T-000001"):
        history = town.parts.journal.history(pk)
        assert len(history) >= 2 and chain_is_whole(history)
        assert PEA not in str(history) and "B-1" not in str(history)
    rows = str([item.data for item, _ in town.memory._items.values() if "BILL" in item.key.pk or "RCPT" in item.key.pk])
    assert PEA not in rows and "มาลี" not in rows and "B-1" not in rows


def test_a_number_that_cannot_be_one_says_where_it_stands(town: Town) -> None:
    wrong = town.ask("POST", "/me/bills/lookup", {"biller": "pea", "customer_no": "12345"})
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/customer_no")
    assert "020012345678" in wrong.text and '12345"' not in wrong.text
    nobody = town.ask("POST", "/me/bills/lookup", {"biller": "nope", "customer_no": PEA})
    assert (nobody.status, nobody.json["errors"][0]["pointer"]) == (422, "/biller")
    assert town.ask("POST", "/me/bills/lookup", {"biller": "pea", "customer_no": "029999999999"}).status == 404
    assert town.ask("GET", "/me/bills/zz").status == 404
    assert town.ask("GET", f"/me/bills/{'0' * 32}").status == 404


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"bills": None},
        {"bills": [{}]},
        {"bills": [{"bill_no": "1", "amount": 5, "due_on": "2026-12-10", "period": "p"}]},
        {"bills": [{"bill_no": "1", "amount": "5", "due_on": "2026-12-10", "period": "p"}]},
        {"bills": [{"bill_no": "1", "amount": "5.00", "due_on": "2026-13-10", "period": "p"}]},
        {"bills": [{"bill_no": "1", "amount": "5.00", "due_on": "0001-01-01", "period": "p"}]},
        {"bills": [{"bill_no": "1", "amount": "5.00", "due_on": "2026-12-10", "period": "p"}] * 2},
        {"bills": [{"bill_no": "1" * 61, "amount": "5.00", "due_on": "2026-12-10", "period": "p"}]},
    ],
)
def test_a_biller_that_answers_nonsense_is_no_biller_without_bills(town: Town, answer: Any) -> None:
    bill = town.one_bill()
    town.gdx.answering[f"{BILLING}/bill"] = lambda path, body: answer
    assert town.ask("POST", "/me/bills/lookup", {"biller": "pea", "customer_no": PEA}).status == 502
    assert town.bill(bill)["state"] == "open" and town.home() == [bill]


@pytest.mark.parametrize("made_up", ["x", "R-PEA-2569-AAAA-AAAA-AAA1", "~" * 3000, "%00", "ก"])
def test_names_that_cannot_be_are_not_looked_up(town: Town, made_up: str) -> None:
    assert town.ask("GET", f"/me/receipts/{made_up}").status == 404
    assert town.ask("GET", f"/me/bills/{made_up}").status == 404
    assert town.ask("PUT", f"/me/billers/{made_up}", {}).status == 404
    assert town.callback({}, provider=made_up).status == 401
    assert town.ask("GET", f"/payments/providers/{made_up}!/2026-11-25", who="chief").status == 404


def test_numbers_cannot_be_tried_out(town: Town) -> None:
    town.biller.sends("X-1", "5.00", "2026-12-10", OTHERS)
    for _ in range(QUESTIONS):
        town.looked_up(OTHERS)
    assert town.ask("POST", "/me/bills/lookup", {"biller": "pea", "customer_no": OTHERS}).status == 429
    town.now += dt.timedelta(days=1)
    assert town.ask("POST", "/me/bills/lookup", {"biller": "pea", "customer_no": OTHERS}).status == 200


def test_a_question_that_was_not_answered_does_not_count(town: Town) -> None:
    town.gdx.down(f"{BILLING}/bill")
    for _ in range(QUESTIONS + 5):
        assert town.ask("POST", "/me/bills/lookup", {"biller": "pea", "customer_no": PEA}).status == 502
    town.gdx.answering[f"{BILLING}/bill"] = town.biller.open
    assert town.looked_up() == []


def test_lists_go_by_state_and_page(town: Town) -> None:
    for number in range(5):
        town.biller.sends(f"B-{number}", "10.00", f"2026-12-{10 + number}")
    town.looked_up()
    first = town.ok("GET", "/me/bills?limit=3")
    rest = town.ok("GET", f"/me/bills?limit=3&cursor={first['next']}")
    due = [item["due"] for item in [*first["items"], *rest["items"]]]
    assert due == sorted(due) and len(due) == 5
    town.tells(town.notice(town.qr(first["items"][0]["id"])))
    assert len(town.ok("GET", "/me/bills?state=paid")["items"]) == 1
    assert town.ok("GET", "/me/bills?state=gone")["items"] == []
    assert town.ok("GET", "/me/bills", who="somchai")["items"] == []
    assert town.ask("GET", f"/me/bills?state=paid&cursor={first['next']}").status == 400


def test_somebody_else_s_bill_shows_no_name(town: Town) -> None:
    town.biller.sends("X-1", "5.00", "2026-12-10", OTHERS)
    (bill,) = town.looked_up(OTHERS)
    assert not any(each.body.get("pid") for each in town.gdx.asked), "no person is asked about"
    assert town.tells(town.notice(town.qr(bill["id"]))) == "booked"


def test_who_acts_for_a_person_is_seen(town: Town) -> None:
    town.biller.sends("B-1", "10.00", "2026-12-10")
    person = town.keyring.pseudonym(MALEE)
    helper = Caller(
        "citizen", id=person, name="มาลี", actor="citizen:helper", scopes=frozenset({"bills"}), mandate="m-1"
    )
    (bill,) = town.bills.desk.look_up(helper, "pea", PEA)
    town.bills.desk.qr(Once("k", "f", new_token()), helper, bill.id)
    log = [item.data for item in every(town.memory, f"LOG#{person}")]
    assert [line["what"] for line in log] == ["bill.looked_up", "bill.qr"]
    assert all(line["by"]["actor"] == "citizen:helper" for line in log)


def test_a_mandate_for_other_things_opens_no_bills(town: Town) -> None:
    token = town.issuers.acting(MALEE, actor="citizen:helper", scopes="inbox")
    assert town.client.get("/citizen/v1/me/bills", token=token).status == 403
