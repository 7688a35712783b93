"""What officers may and may not do: the one list, four eyes, claims, other agencies, late agencies."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from .samples import food
from .town import AGENCY, ANONG, BUNDIT, MALEE, SOMCHAI, THANA, Town, pointers

MISSING = {"items": [{"document": "site_map", "th": "แผนที่ไม่ชัด", "en": "The map is unclear."}]}


def returned_and_mended(town: Town) -> str:
    case = town.filed()
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=MISSING)
    town.pass_time(days=1)
    town.send(case, "site_map")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    return case


def test_a_second_list_is_refused(town: Town) -> None:
    case = returned_and_mended(town)
    again = town.call(ANONG, "POST", f"/applications/{case}/deficiencies", json=MISSING)
    assert again.status == 409
    assert "lfa-2558.s8" in again.json["detail"]


def test_a_second_list_for_the_officers_own_omission_leaves_the_clock_running(town: Town) -> None:
    case = returned_and_mended(town)
    before = town.ok(MALEE, "GET", f"/applications/{case}/clock")["clock"]["due"]
    body = {**MISSING, "officer_omission": "I overlooked the second page."}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=body)
    clock = town.ok(MALEE, "GET", f"/applications/{case}/clock")
    assert (clock["clock"]["state"], clock["clock"]["due"]) == ("running", before)
    town.send(case, "site_map")
    town.pass_time(days=1)
    town.send(case, "site_map")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    assert [entry["kind"] for entry in town.ok(MALEE, "GET", f"/applications/{case}/clock")["ledger"]] == [
        "start",
        "pause",
        "resume",
    ]
    last = [event for event in town.journal.history(f"CASE#{case}") if event.type == "biz.application.returned"][-1]
    assert last.data["officer_omission"] is True


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "/items"),
        ([{"th": "ก", "en": "a"}], "/items/0"),
        ([{"document": "site_map", "pointer": "/contact", "th": "ก", "en": "a"}], "/items/0"),
        ([{"document": "horoscope", "th": "ก", "en": "a"}], "/items/0/document"),
        ([{"pointer": "/nowhere", "th": "ก", "en": "a"}], "/items/0/pointer"),
        ([{"pointer": "/contact/phone", "th": "", "en": "a"}], "/items/0/th"),
        ([{"pointer": "/contact/phone", "en": "a"}], "/items/0/th"),
    ],
)
def test_a_list_must_point_at_real_things_in_both_languages(town: Town, items: Any, pointer: str) -> None:
    case = town.filed()
    answer = town.call(ANONG, "POST", f"/applications/{case}/deficiencies", json={"items": items})
    assert answer.status == 422
    assert pointer in pointers(answer)


def test_whoever_inspected_may_not_decide(town: Town) -> None:
    case = town.filed()
    town.inspected(case)
    assert "approver" in town.officer(ANONG).roles  # type: ignore[union-attr] # she is one: see the town
    for action in ("approve", "refuse"):
        body = {"reasons": {"th": "ไม่ผ่าน", "en": "It did not pass."}}
        assert town.call(ANONG, "POST", f"/applications/{case}/actions/{action}", json=body).status == 403
    assert town.act(BUNDIT, case, "approve")["state"] == "payment"


def test_roles_are_those_of_the_table(town: Town) -> None:
    case = town.filed()
    assert town.call(BUNDIT, "POST", f"/applications/{case}/actions/accept", json={}).status == 403
    assert town.call(BUNDIT, "POST", f"/applications/{case}/deficiencies", json=MISSING).status == 403
    assert town.call(THANA, "POST", f"/applications/{case}/actions/accept", json={}).status == 403
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/actions/accept", json={}).status == 403


def test_nobody_acts_in_their_own_matter(town: Town) -> None:
    case = town.filed(ANONG)
    assert town.ok(ANONG, "GET", f"/applications/{case}")["state"] == "checking"
    for path, body in (("claim", {}), ("actions/accept", {}), ("deficiencies", MISSING)):
        assert town.call(ANONG, "POST", f"/applications/{case}/{path}", json=body).status == 403
    assert town.ok(ANONG, "POST", f"/applications/{case}/withdraw")["state"] == "withdrawn"


@pytest.mark.parametrize("action", ["approve", "fly", "submit", "pay", "return", "withdraw"])
def test_a_move_that_is_not_on_the_table_is_refused(town: Town, action: str) -> None:
    case = town.filed()
    assert town.call(ANONG, "POST", f"/applications/{case}/actions/{action}", json={}).status == 409
    assert town.ok(MALEE, "GET", f"/applications/{case}")["state"] == "checking"


def test_officers_of_other_agencies_see_nothing(town: Town) -> None:
    body = {"pid": SOMCHAI, "agency": "TH/LOCAL/TRAT", "roles": ["intake", "approver"], "name": "สมชาย ใจดี"}
    town.ok(THANA, "POST", "/officers", json=body)
    case, no = town.licensed()
    assert town.ok(SOMCHAI, "GET", "/queue")["items"] == []
    assert town.call(SOMCHAI, "GET", f"/applications/{case}").status == 404
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/claim").status == 404
    why = {"reasons": {"th": "เพราะ", "en": "Because."}}
    assert town.call(SOMCHAI, "POST", f"/licences/{no}/revoke", json=why).status == 404


def test_only_the_operator_enlists_officers(town: Town) -> None:
    body = {"pid": SOMCHAI, "agency": AGENCY, "roles": ["intake"], "name": "สมชาย ใจดี"}
    assert town.call(ANONG, "POST", "/officers", json=body).status == 403
    made = town.ok(THANA, "POST", "/officers", json=body)
    assert SOMCHAI not in str(made)
    assert town.call(SOMCHAI, "GET", "/queue").status == 200
    town.ok(THANA, "POST", "/officers", json={**body, "roles": []})
    assert town.call(SOMCHAI, "GET", "/queue").status == 403
    bad = town.call(THANA, "POST", "/officers", json={**body, "pid": "1234567890123"})
    assert (bad.status, pointers(bad)) == (422, ["/pid"])
    assert "1234567890123" not in bad.text


def test_a_claimed_case_belongs_to_its_officer_until_it_moves(town: Town) -> None:
    body = {"pid": SOMCHAI, "agency": AGENCY, "roles": ["intake"], "name": "สมชาย ใจดี"}
    town.ok(THANA, "POST", "/officers", json=body)
    case = town.filed()
    town.ok(ANONG, "POST", f"/applications/{case}/claim")
    town.ok(ANONG, "POST", f"/applications/{case}/claim")
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/claim").status == 409
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/actions/accept", json={}).status == 409
    assert town.act(ANONG, case, "accept")["claimed"] is False


def test_an_inspection_covers_the_checklist_exactly(town: Town) -> None:
    case = town.filed()
    town.act(ANONG, case, "accept")
    codes = [item["code"] for item in food()["checklist"]]
    for findings in (
        [{"code": code, "passed": True} for code in codes[1:]],
        [{"code": code, "passed": True} for code in [*codes, codes[0]]],
        [{"code": code, "passed": True} for code in [*codes, "aura"]],
        [{"code": code, "passed": "yes"} for code in codes],
    ):
        answer = town.call(ANONG, "POST", f"/applications/{case}/inspections", json={"findings": findings})
        assert answer.status == 422
    failed = [{"code": code, "passed": code != "waste", "note": "bins are open"} for code in codes]
    town.ok(ANONG, "POST", f"/applications/{case}/inspections", json={"findings": failed, "summary": "ไม่ผ่าน"})
    assert town.ok(BUNDIT, "GET", f"/applications/{case}")["inspections"][0]["passed"] is False


def test_a_refusal_needs_reasons_and_tells_how_to_appeal(town: Town) -> None:
    case = town.filed()
    town.inspected(case)
    bare = town.call(BUNDIT, "POST", f"/applications/{case}/actions/refuse", json={})
    assert (bare.status, pointers(bare)) == (422, ["/reasons"])
    why = {"th": "ครัวไม่ผ่านเกณฑ์", "en": "The kitchen does not meet the criteria."}
    town.act(BUNDIT, case, "refuse", reasons=why)
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (view["state"], view["decision"]["reasons"]) == ("refused", why)
    assert "Appeal" in view["decision"]["appeal"]["en"]
    town.run_queue()
    assert town.neighbours.bodies(MALEE)[-1].startswith("Your application was refused")


def test_the_queue_is_ordered_by_legal_due_date(town: Town) -> None:
    first = town.filed()
    town.pass_time(days=1)
    second = town.filed()
    town.pass_time(days=5)
    town.ok(ANONG, "POST", f"/applications/{first}/deficiencies", json=MISSING)
    town.pass_time(days=7)
    town.send(first, "site_map")
    town.ok(MALEE, "POST", f"/applications/{first}/submit")
    cards = town.ok(ANONG, "GET", "/queue?limit=1")
    assert cards["items"][0]["id"] == second
    rest = town.ok(ANONG, "GET", f"/queue?limit=1&cursor={cards['next']}")["items"]
    assert [card["id"] for card in rest] == [first]
    assert rest[0]["due"] > cards["items"][0]["due"]


def test_an_agency_that_is_late_is_marked_and_marked_again_every_seven_days(town: Town) -> None:
    case = town.filed()
    on_time = town.filed()
    town.inspected(on_time)
    town.act(BUNDIT, on_time, "approve")
    town.run_queue()
    told: list[dt.date] = []
    for day in range(1, 60):
        town.at = dt.datetime(2026, 11, 25, 18, 0, tzinfo=dt.UTC) + dt.timedelta(days=day)
        before = len(town.post.sent)
        town.biz.sweep(town.at)
        town.biz.sweep(town.at)
        if any(town.journal.history(f"CASE#{case}")[-1].id == body for _, body in town.post.sent[before:]):
            told.append((town.at + dt.timedelta(hours=7)).date())
        town.run_queue()
    due = dt.date(2026, 12, 25)
    late = [due + dt.timedelta(days=1 + 7 * week) for week in range(5)]
    assert told == late
    view = town.ok(ANONG, "GET", "/queue")["items"][0]
    assert (view["id"], view["overdue"]) == (case, True)
    assert town.ok(MALEE, "GET", f"/applications/{on_time}")["overdue"] is False
    assert sum("past the legal time limit" in body for body in town.neighbours.bodies(MALEE)) == 5


def test_the_operator_sees_the_money_that_fits_no_bill(town: Town) -> None:
    notice = {"transaction": "BANK-X-1", "ref1": "A", "ref2": "B", "amount": "1.00", "paid_at": town.at.isoformat()}
    town.callback(notice)
    kept = town.ok(THANA, "GET", "/payments/entries")["items"]
    assert [(entry["kind"], entry["open_satang"]) for entry in kept] == [("unknown_reference", 100)]
    assert town.call(ANONG, "GET", "/payments/entries").status == 403


def test_the_operator_sets_a_providers_secret(town: Town) -> None:
    body = {"secret": "another secret of 32 characters or more"}
    assert town.call(ANONG, "PUT", "/payments/providers/bank", json=body).status == 403
    town.ok(THANA, "PUT", "/payments/providers/bank", json=body)
    case = town.approved()
    assert town.pay(case).status == 401
    assert town.call(THANA, "PUT", "/payments/providers/bank", json={"secret": "short"}).status == 422
