"""The laptop's billers speak their own words, forget a bill that is marked paid, and heed the order of notices."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.citizen.bills.catalogue import shipped
from chalicelib.shared.errors import Unauthenticated
from infra.local.billers import billers, endpoints, samples
from infra.local.data_centre import endpoint_of
from infra.local.gateway_event import HttpRequest
from infra.local.paths import Paths
from infra.local.seed import directory
from tests.infra.local_http import as_json, ask

NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
PEA, MWA = "TH/SOE/PEA/billing", "TH/SOE/MWA/billing"


def town(deny: bool = False) -> Paths:
    """All billers, which let everybody ask, or nobody."""

    def check(request: HttpRequest, subsystem: str, service: str) -> None:
        if deny:
            raise Unauthenticated("ไม่ใช่ศูนย์แลกเปลี่ยน", "Not the exchange.")

    return Paths(billers(check, lambda: NOW))


def said(house: Paths, subsystem: str, path: str, body: Any = None) -> Any:
    """What one answers."""
    answer = ask(house, "GET" if body is None else "POST", f"{endpoint_of(subsystem)}{path}", body)
    assert answer.status in (200, 201), answer.body
    return as_json(answer)


def test_a_bill_disappears_when_it_is_paid_and_comes_back_when_that_is_taken_back() -> None:
    house = town()
    (bill,) = said(house, PEA, "/bill/open", {"customer_no": "020010000018"})["bills"]
    assert (bill["bill_no"], bill["amount"], bill["due_on"]) == ("PEA-6911-0018", "1284.75", "2026-12-09")
    notice = {"bill_no": bill["bill_no"], "transaction": "T-1", "amount": "1284.75", "status": "paid", "sequence": 1}
    assert said(house, PEA, "/payment/mark-paid", notice) == {"marked": True}
    assert said(house, PEA, "/bill/open", {"customer_no": "020010000018"})["bills"] == []
    said(house, PEA, "/payment/mark-paid", {**notice, "status": "reversed", "sequence": 2})
    said(house, PEA, "/payment/mark-paid", notice)  # late
    assert len(said(house, PEA, "/bill/open", {"customer_no": "020010000018"})["bills"]) == 1
    assert [each["status"] for each in said(house, PEA, "/admin/payments")] == ["reversed"]


def test_one_of_them_has_words_of_its_own() -> None:
    (bill,) = said(town(), MWA, "/bill/open", {"account_no": "12000021"})["invoices"]
    assert set(bill) == {"invoice_no", "total", "due_date", "month"}


def test_a_name_is_told_to_the_holder_only() -> None:
    house, asked = town(), {"customer_no": "020010000018", "pid": "1990100021018"}
    assert said(house, PEA, "/account/check", asked)["holder_masked"]
    assert said(house, PEA, "/account/check", {**asked, "pid": "1990100002021"}) == {"yours": False}


def test_a_dispute_waits_until_it_is_decided() -> None:
    house = town()
    filed = {"dispute": "d-1", "bill_no": "PEA-6911-0018", "reason": "meter_misread"}
    assert said(house, PEA, "/dispute/file", filed)["state"] == "received"
    said(house, PEA, "/admin/disputes", {"dispute": "d-1", "state": "accepted", "note": "แก้ไขแล้ว"})
    assert said(house, PEA, "/dispute/file", filed)["state"] == "accepted"
    assert said(house, PEA, "/dispute/find", {"dispute": "d-1"})["note"] == "แก้ไขแล้ว"
    base = endpoint_of(PEA)
    assert ask(house, "POST", f"{base}/dispute/find", {"dispute": "d-2"}).status == 404
    decision = {"dispute": "d-2", "state": "accepted", "note": "x"}
    assert ask(house, "POST", f"{base}/admin/disputes", decision).status == 404


def test_a_new_bill_is_sent_and_a_stranger_s_number_is_unknown() -> None:
    house, base = town(), endpoint_of(PEA)
    new = {"customer_no": "020010000018", "number": "N-1", "amount": "5.00", "due_on": "2026-12-20", "period": "p"}
    said(house, PEA, "/admin/bills", new)
    assert len(said(house, PEA, "/bill/open", {"customer_no": "020010000018"})["bills"]) == 2
    assert ask(house, "POST", f"{base}/bill/open", {"customer_no": "029999999999"}).status == 404
    assert ask(house, "POST", f"{base}/account/check", {"customer_no": "0", "pid": "1" * 13}).status == 404


@pytest.mark.parametrize(("mode", "status"), [("dead", 503), ("nonsense", 200)])
def test_it_can_be_away(mode: str, status: int) -> None:
    house, base = town(), endpoint_of(PEA)
    said(house, PEA, "/admin", {"mode": mode})
    answer = ask(house, "POST", f"{base}/bill/open", {"customer_no": "020010000018"})
    assert answer.status == status and b"PEA-6911" not in answer.body


def test_only_the_exchange_is_answered() -> None:
    answer = ask(town(deny=True), "POST", f"{endpoint_of(PEA)}/bill/open", {"customer_no": "020010000018"})
    assert answer.status == 401


def test_the_exchange_lets_the_portal_ask_what_each_biller_s_file_says() -> None:
    seed = directory()
    granted = {
        each["service"]: ({one["path"] for one in each["endpoints"]}, {one["code"] for one in each["purposes"]})
        for each in seed["agreements"]
        if each["consumer"] == "TH/CENTRAL/DGA/citizen"
    }
    hosted = endpoints("http://x")
    words = {sample.subsystem: sample.words for sample in samples()}
    for biller in shipped():
        for question in (biller.inquiry, biller.account, biller.paid, biller.dispute):
            paths, purposes = granted[question.service]
            assert question.path in paths and question.purpose in purposes
        assert biller.dispute.ask_path in granted[biller.dispute.service][0]
        subsystem = biller.inquiry.service.rpartition("/")[0]
        assert hosted[subsystem].startswith("http://x/TH.SOE.")
        assert biller.inquiry.select.bills == f"/{words[subsystem]['bills']}"
    assert "pid" not in json.dumps([each for each in seed["services"] if each["id"].endswith("billing/bill")])
