"""The bill and its receipt: what the QR says, what it costs whenever it is asked, and the paper that follows."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from chalicelib.biz.definitions.fees import quote
from chalicelib.biz.payments import receipts
from chalicelib.biz.payments import rules as payments
from chalicelib.biz.payments.receipt_page import page
from chalicelib.shared import thai_qr
from chalicelib.shared.errors import WrongState
from chalicelib.shared.thai import Text

from ..town import AGENCY, BUNDIT, MALEE, SOMCHAI, Town
from .bank import billed, say

PREFIX = "https://klang.test/biz/v1"


def receipt_path(town: Town, case: str) -> str:
    """Where the receipt of a case is read."""
    return str(town.ok(MALEE, "GET", f"/applications/{case}/payments")["receipt_url"].removeprefix(PREFIX))


def test_the_qr_says_exactly_what_is_owed_and_by_which_references(town: Town) -> None:
    case = town.approved()
    bill = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    scanned = thai_qr.parse(bill["qr"])
    assert (scanned.amount, scanned.ref1, scanned.ref2) == (20000, bill["ref1"], bill["ref2"])
    assert scanned.biller == payments.BILLER
    assert "540620" in bill["qr"] and "5303764" in bill["qr"] and bill["qr"].startswith("000201010212")
    assert payments.case_of(bill["ref1"], bill["ref2"]) == case
    assert bill["amount_baht"] == "200.00"


def test_our_bill_written_as_the_worked_example_is_the_worked_example() -> None:
    example = thai_qr.Bill(
        biller="099400016550100", ref1="202611220001", ref2="6904", amount=thai_qr.Satang(123450), name=None
    )
    known = (
        "00020101021230630016A000000677010112011509940001655010002122026112200010304690453037645802TH"
        "54071234.5063041EA4"
    )
    assert thai_qr.encode(example) == known
    assert thai_qr.parse(known) == example


def test_the_fee_is_the_one_that_the_approval_fixed(town: Town) -> None:
    case = town.approved()
    first = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    stored = town.biz.store.find_case(case)
    definition = town.biz.office.book(stored).definition
    table, rows = next(iter(definition.tables.items()))
    dearer = definition.model_copy(
        update={"tables": {table: tuple(row.model_copy(update={"value": "999"}) for row in rows)}}
    )
    assert quote(dearer, stored.answers, dt.date(2026, 11, 25)).total_satang != 20000
    town.pass_time(hours=1)
    book = town.biz.office.book(stored)
    again = payments.bill(stored, type(book)(dearer, book.law, book.calendar), town.at)
    assert (again.attempt, again.satang) == (2, first["satang"])


def test_no_bill_for_nothing_and_none_after_the_end(town: Town) -> None:
    case = town.approved()
    stored = town.biz.store.find_case(case)
    book = town.biz.office.book(stored)
    assert stored.quote is not None
    free = stored.model_copy(update={"quote": stored.quote.model_copy(update={"total_satang": 0})})
    withdrawn = stored.model_copy(update={"state": "withdrawn"})
    for ended in (free, withdrawn, stored.model_copy(update={"quote": None})):
        with pytest.raises(WrongState):
            payments.bill(ended, book, town.at)


def test_a_bill_has_an_end_and_a_last_attempt(town: Town) -> None:
    stored = town.biz.store.find_case(town.approved())
    book = town.biz.office.book(stored)
    bill = payments.bill(stored, book, town.at)
    live = stored.model_copy(update={"bill": bill})
    assert payments.bill(live, book, bill.expires_at - dt.timedelta(seconds=1)) == bill
    assert payments.bill(live, book, bill.expires_at).attempt == 2
    last = stored.model_copy(update={"bill": bill.model_copy(update={"attempt": payments.MAX_ATTEMPTS})})
    with pytest.raises(WrongState):
        payments.bill(last, book, bill.expires_at)


def test_a_key_names_the_bill_that_it_was_answered_with_for_good(town: Town) -> None:
    path = f"/applications/{town.approved()}/payments"
    first = town.ok(MALEE, "POST", path, headers={"Idempotency-Key": "one"})
    other = town.ok(MALEE, "POST", path, headers={"Idempotency-Key": "two"})
    town.pass_time(hours=25)
    fresh = town.ok(MALEE, "POST", path, headers={"Idempotency-Key": "three"})
    assert first == other and fresh["ref2"] != first["ref2"]
    for key in ("one", "two"):
        assert town.ok(MALEE, "POST", path, headers={"Idempotency-Key": key}) == first


def test_the_applicant_sees_what_is_owed_and_what_came_of_each_payment(town: Town) -> None:
    case = town.approved()
    town.ok(MALEE, "POST", f"/applications/{case}/payments")
    before = town.ok(MALEE, "GET", f"/applications/{case}/payments")
    assert (before["owed_satang"], before["paid"], before["payments"], before["receipt_url"]) == (
        20000,
        False,
        [],
        None,
    )
    assert before["bill_expires_at"]
    say(town, case, "T-SHORT-1", amount="50.00")
    town.pass_time(minutes=1)
    say(town, case, "T-GOOD-1")
    after = town.ok(MALEE, "GET", f"/applications/{case}/payments")
    assert (after["owed_satang"], after["paid"]) == (0, True)
    assert [(part["booked_satang"], part["open_satang"]) for part in after["payments"]] == [(0, 5000), (20000, 0)]
    assert after["payments"][0]["what"]["en"] == "Less than the fee was paid."
    for stranger in (SOMCHAI, BUNDIT):
        assert town.call(stranger, "GET", f"/applications/{case}/payments").status == 404


def test_a_receipt_says_whose_each_satang_is_and_is_always_the_same(town: Town) -> None:
    case = billed(town)
    say(town, case, "T-GOOD-1")
    path = receipt_path(town, case)
    first = town.ok(None, "GET", path)
    assert [(line["payee"], line["satang"]) for line in first["lines"]] == [(AGENCY, 20000)]
    assert (first["total_baht"], first["voided_at"]) == ("200.00", None)
    assert first["payer"] == town.biz.store.find_case(case).applicant_name
    assert re.fullmatch(r"R-LAEMNGOP-2569-[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", first["no"])
    town.pass_time(days=400)
    assert town.ok(None, "GET", path) == first
    town.memory.requests.clear()
    town.ok(None, "GET", path)
    assert town.memory.requests == ["query"]


def test_the_receipt_and_its_credential_say_the_same(town: Town) -> None:
    case = billed(town)
    say(town, case, "T-GOOD-1")
    paper = town.ok(None, "GET", receipt_path(town, case))
    stored = town.biz.store.find_case(case)
    assert stored.payment is not None and stored.payment.receipt_no == paper["no"]
    assert stored.receipt is not None and len(stored.receipt.split("~")) == 3


@pytest.mark.parametrize("change", ["cut", "other", "bare", "empty code"])
def test_a_made_up_token_leads_nowhere(town: Town, change: str) -> None:
    case = billed(town)
    say(town, case, "T-GOOD-1")
    path = receipt_path(town, case)
    no, _, code = path.rpartition("/")[2].partition(".")
    bent = {"cut": f"{no}.{code[:-1]}", "other": f"{no[:-1]}A.{code}", "bare": no, "empty code": f"{no}."}[change]
    assert town.call(None, "GET", f"/payments/receipts/{bent}").status == 404


def test_receipt_numbers_differ_by_agency_year_transaction_and_booking(town: Town) -> None:
    case = billed(town)
    say(town, case, "T-GOOD-1")
    stored = town.biz.store.find_case(case)
    (money,) = town.biz.counter.ledger.store.of_case(case)
    others = [
        (stored, money, town.at),
        (stored.model_copy(update={"agency": "TH/LOCAL/TRAT"}), money, town.at),
        (stored, money, town.at + dt.timedelta(days=60)),
        (stored, money.model_copy(update={"bookings": 2}), town.at),
        (stored, money.model_copy(update={"transaction": "T-OTHER-1"}), town.at),
    ]
    assert len({receipts.number(*other) for other in others}) == len(others)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("th", ["ใบเสร็จรับเงิน", "ได้รับเงินจาก", "25 พฤศจิกายน พ.ศ. 2569 10:00", "200.00", "สมชาย ใจดี"]),
        ("en", ["Receipt", "Received from", "25 November 2026 10:00", "200.00", "Belongs to"]),
    ],
)
def test_the_receipt_as_a_page(town: Town, language: str, words: list[str]) -> None:
    case = billed(town)
    say(town, case, "T-GOOD-1")
    headers = {"Accept": "text/html", "Accept-Language": language}
    answer = town.call(None, "GET", receipt_path(town, case), headers=headers)
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert f'<html lang="{language}">' in answer.text
    assert [word for word in words if word not in answer.text] == []
    say(town, case, "T-GOOD-1", status="reversed")
    assert 'class="void"' in town.call(None, "GET", receipt_path(town, case), headers=headers).text


def test_a_page_writes_nothing_that_it_was_given_as_markup(town: Town) -> None:
    case = billed(town)
    say(town, case, "T-GOOD-1")
    no = town.ok(None, "GET", receipt_path(town, case))["no"]
    found = town.biz.counter.ledger.store.receipt(no)
    hostile = '<script>alert("x")</script>'
    bent = found.model_copy(update={"payer": hostile, "agency_name": Text(th=hostile, en=hostile)})
    assert "<script" not in page(bent, "th") + page(bent, "en")
