"""A day's statement against what was booked: both ways, by agency, once, and kept."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from chalicelib.biz.payments.reconciling import Reconciliation
from chalicelib.shared.callbacks import signature
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.payment_statements import read

from ..town import AGENCY, ANONG, BANK_SECRET, MALEE, THANA, Town
from .bank import ELSEWHERE, FIRST, billed, queue, resolve, say, send, staffed, statement, told

DAY = "/payments/providers/bank/2026-11-25"


@pytest.fixture
def bank(town: Town) -> Town:
    """A town with finance officers."""
    return staffed(town)


def stray(town: Town, transaction: str, amount: str = "10.00", **changes: Any) -> dict[str, Any]:
    """A line for nobody."""
    line = {"transaction": transaction, "ref1": "A", "ref2": "1", "amount": amount, "paid_at": town.at.isoformat()}
    return {**line, **changes}


def test_a_day_in_which_everything_goes_wrong(bank: Town) -> None:
    first, second, third = billed(bank), billed(bank), billed(bank)
    say(bank, first, "T-KNOWN-1")
    say(bank, second, "T-DIFFERS-1")
    say(bank, first, "T-THERE-1")
    lines = [
        told(bank, first, "T-KNOWN-1"),
        told(bank, second, "T-DIFFERS-1", amount="210.00"),
        told(bank, third, "T-HERE-1"),
        stray(bank, "T-HERE-2"),
    ]
    answer = send(bank, statement(lines))
    counts = {"lines": 4, "matched": 1, "missing_here": 2, "missing_there": 1, "differing": 1}
    assert (answer.status, answer.json) == (200, {"run": 1, **counts})
    assert bank.ok(MALEE, "GET", f"/applications/{third}")["paid"], "what a callback did not tell is booked now"

    report = bank.ok(THANA, "GET", DAY)
    assert report["by_payee"] == {AGENCY: {"count": 3, "satang": 60000}}
    assert report["in_queues"] == {"-": {"count": 1, "satang": 1000}}
    assert report["settled"] == {"count": 4, "satang": 61000}
    assert [flag["id"] for flag in report["missing_there"]] == ["bank~T-THERE-1"]
    assert [flag["kind"] for flag in report["missing_here"]] == [None, "unknown_reference"]
    assert report["differing"][0]["id"].startswith("bank~T-DIFFERS-1~")
    assert sorted(queue(bank)) == [("T-DIFFERS-1", "conflict"), ("T-THERE-1", "already_paid")]


def test_the_same_statement_again_changes_nothing(bank: Town) -> None:
    case = billed(bank)
    raw = statement([told(bank, case, "T-HERE-1"), stray(bank, "T-HERE-2")])
    first = send(bank, raw).json
    bank.memory.requests.clear()
    bank.pass_time(minutes=3)
    assert send(bank, raw).json == first
    assert "write" not in bank.memory.requests
    assert first["run"] == 1


def test_a_run_with_another_result_is_another_report_and_the_old_one_stays(bank: Town) -> None:
    case = billed(bank)
    raw = statement([told(bank, case, "T-HERE-1"), stray(bank, "T-HERE-2")])
    send(bank, raw)
    old = bank.ok(THANA, "GET", DAY)
    say(bank, case, "T-LATER-1")
    assert send(bank, raw).json["run"] == 2
    assert bank.ok(THANA, "GET", DAY)["run"] == 2
    assert bank.ok(THANA, "GET", f"{DAY}?run=1") == old
    assert bank.call(THANA, "GET", f"{DAY}?run=3").status == 404
    assert chain_is_whole(bank.journal.history("DAY#bank#2026-11-25"))


def test_a_callback_after_the_statement_is_known(bank: Town) -> None:
    case = billed(bank)
    send(bank, statement([told(bank, case, "T-HERE-1")]))
    assert say(bank, case, "T-HERE-1") == "duplicate"
    assert queue(bank) == []


def test_a_reversal_that_only_the_statement_tells(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-BACK-1")
    both = [told(bank, case, "T-BACK-1"), told(bank, case, "T-BACK-1", status="reversed")]
    assert send(bank, statement(both)).status == 200
    assert queue(bank) == [("T-BACK-1", "reversed")]
    report = bank.ok(THANA, "GET", DAY)
    assert (report["settled"], report["by_payee"]) == ({"count": 0, "satang": 0}, {})


def test_refunds_and_what_was_written_off_are_in_the_days_sums(bank: Town) -> None:
    case = billed(bank)
    say(bank, case, "T-OVER-1", amount="250.00")
    say(bank, case, "T-SHORT-1", amount="50.00")
    resolve(bank, "T-OVER-1", way="apply", case=case)
    resolve(bank, "T-SHORT-1", way="write_off")
    lines = [told(bank, case, "T-OVER-1", amount="250.00"), told(bank, case, "T-SHORT-1", amount="50.00")]
    assert send(bank, statement(lines)).json["matched"] == 2
    report = bank.ok(THANA, "GET", DAY)
    sums = [report[name][AGENCY]["satang"] for name in ("by_payee", "refunds", "written_off")]
    assert sums == [20000, 5000, 5000]
    assert sum(sums) == report["settled"]["satang"] == report["told_satang"]


def test_an_agency_sees_its_own_part_only(bank: Town) -> None:
    case = billed(bank)
    send(bank, statement([told(bank, case, "T-HERE-1"), stray(bank, "T-HERE-2")]))
    own = bank.ok(FIRST, "GET", DAY)
    assert (own["by_payee"], own["in_queues"]) == ({AGENCY: {"count": 1, "satang": 20000}}, {})
    assert [flag["id"] for flag in own["missing_here"]] == ["bank~T-HERE-1"]
    assert (own["lines"], own["settled"]) == (None, None)
    theirs = bank.ok(ELSEWHERE, "GET", DAY)
    assert (theirs["by_payee"], theirs["missing_here"]) == ({}, [])
    assert bank.call(ANONG, "GET", DAY).status == 403
    assert bank.call(None, "GET", DAY).status == 401


def test_a_day_that_is_not_here_yet_is_refused(bank: Town) -> None:
    answer = send(bank, statement([], day="2026-11-26"), day="2026-11-26")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "path:day")


def test_an_empty_day_is_a_day(bank: Town) -> None:
    answer = send(bank, statement([]))
    assert (answer.status, answer.json["lines"]) == (200, 0)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"statement": "2026-11-24"}, "/lines/1/statement"),
        ({"lines": 2}, "/lines/1/lines"),
        ({"total": "10.01"}, "/lines/1/total"),
        ({"extra": 1}, "/lines/1/extra"),
    ],
)
def test_a_statement_that_is_not_whole_is_refused(bank: Town, changes: dict[str, Any], pointer: str) -> None:
    answer = send(bank, statement([stray(bank, "T-HERE-1")], changes=changes))
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert queue(bank, THANA) == []


def test_a_bad_line_is_named_and_nothing_of_the_day_is_taken(bank: Town) -> None:
    lines = [stray(bank, "T-HERE-1"), stray(bank, "x"), stray(bank, "T-HERE-3", status="gone")]
    answer = send(bank, statement(lines))
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/lines/3/transaction", "/lines/4/status"]
    broken = send(bank, statement(lines[:1]) + b"\n{")
    assert (broken.status, broken.json["errors"][0]["pointer"]) == (422, "/lines/3")
    assert send(bank, b"").status == 400
    assert queue(bank, THANA) == []


def test_a_callback_is_no_statement_and_a_statement_no_callback(bank: Town) -> None:
    line = stray(bank, "T-HERE-1")
    assert send(bank, json.dumps(line).encode()).status == 422
    raw = statement([line])
    signed = bank.client.call(
        "POST",
        "/biz/v1/payments/callbacks/bank",
        body=raw,
        headers={"X-Klang-Signature": stamp(bank, raw)},
    )
    assert signed.status == 400
    assert queue(bank, THANA) == []


def stamp(town: Town, raw: bytes) -> str:
    return signature(BANK_SECRET, int(town.at.timestamp()), raw)


def test_a_statement_without_a_good_signature_is_not_read(bank: Town) -> None:
    raw = statement([stray(bank, "T-HERE-1")])
    for header in ("", stamp(bank, raw + b" ")):
        answer = bank.call(None, "PUT", DAY, body=raw, headers={"X-Klang-Signature": header})
        assert answer.status == 401
    assert send(bank, raw, provider="nobody").status == 401
    assert send(bank, raw, day="yesterday").status == 404
    assert send(bank, raw, day="2026-02-30").status == 404


def test_much_that_is_new_is_taken_in_parts(bank: Town) -> None:
    counter = bank.biz.counter
    patient = Reconciliation(bank.biz.office, counter.ledger, counter.till, writes=2)
    said = read(statement([stray(bank, f"T-HERE-{number}") for number in range(5)]), dt.date(2026, 11, 25))
    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            patient.run("bank", said)
        assert refused.value.retry_after == 1
    assert len(patient.run("bank", said).missing_here) == 5


def test_a_known_day_costs_a_request_for_a_hundred_lines(bank: Town) -> None:
    lines = [stray(bank, f"T-HERE-{number:04d}", "1.00") for number in range(250)]
    raw = statement(lines)
    assert [send(bank, raw).status for _ in range(3)] == [503, 503, 200]
    bank.memory.requests.clear()
    assert send(bank, raw).json["missing_here"] == 250
    assert len([each for each in bank.memory.requests if each == "get_many"]) == 6
    assert len(bank.memory.requests) <= 6 + 1 + 3 + 1
