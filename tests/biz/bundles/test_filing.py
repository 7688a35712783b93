"""A bundle on its way: filed together, each member by its own agency and clock, the rest as licences come."""

from __future__ import annotations

import pytest

from ..town import ANONG, MALEE, Town, pointers
from .restaurant import (
    ALCOHOL,
    EXCISE,
    FOOD,
    MUNICIPALITY,
    SHOP,
    SIGN,
    SMALL_FOOD,
    SUDA,
    approve,
    begin,
    bill,
    case,
    filed,
    members,
    patched,
    pay,
    ready,
    refuse,
    run,
    staffed,
    stands,
)


def licensed(town: Town, bundle: str, *codes: str, transaction: str = "BANK-JOINT-1") -> None:
    """These members approved and paid by one QR, and everybody told."""
    for code in codes:
        approve(town, case(town, bundle, code))
    assert pay(town, bill(town, bundle), transaction).json == {"status": "booked"}
    town.run_queue()


def types(town: Town, case_id: str) -> list[str]:
    """What happened to an application."""
    return [event.type.removeprefix("biz.") for event in town.journal.history(f"CASE#{case_id}")]


def test_a_restaurant_is_opened(town: Town) -> None:
    bundle = filed(town)
    running = {FOOD: "running", SMALL_FOOD: "not_needed", SHOP: "waits", SIGN: "running", ALCOHOL: "running"}
    assert stands(town, bundle) == running
    assert set(run(town, bundle)["clocks"]) == {FOOD, SIGN, ALCOHOL}
    licensed(town, bundle, FOOD, SIGN, ALCOHOL)
    there = members(town, bundle)
    food, shop = there[FOOD]["licence"], town.ok(MALEE, "GET", f"/applications/{there[SHOP]['case']}")
    assert (there[SHOP]["stand"], shop["answers"]["business"]["permit_no"]) == ("running", food)
    source = shop["sources"]["/business/permit_no"]
    assert (source["service"], source["receipt"], source["locked"]) == ("food-establishment-licence", food, True)
    licensed(town, bundle, SHOP, transaction="BANK-JOINT-2")
    assert {each["stand"] for code, each in members(town, bundle).items() if code != SMALL_FOOD} == {"licensed"}
    for member in members(town, bundle).values():
        if member["licence"]:
            papers = town.ok(MALEE, "GET", f"/applications/{member['case']}/credentials")
            assert town.ok(None, "GET", f"/verify/{papers['verify_token']}")["status"] == "valid"


def test_what_a_licence_says_cannot_be_written_over(town: Town) -> None:
    bundle = filed(town)
    licensed(town, bundle, FOOD)
    shop = case(town, bundle, SHOP)
    body = {"items": [{"pointer": "/business/capital_baht", "th": "โปรดตรวจสอบ", "en": "Check it."}]}
    town.ok(ANONG, "POST", f"/applications/{shop}/deficiencies", json=body)
    etag = {"If-Match": town.call(MALEE, "GET", f"/applications/{shop}").headers["etag"]}
    patch = {"business": {"permit_no": "FE-2569-AAAA-BBBB-CCCC"}}
    refused = town.call(MALEE, "PATCH", f"/applications/{shop}/answers", json=patch, headers=etag)
    assert (refused.status, pointers(refused)) == (422, ["/business/permit_no"])


def test_each_member_is_its_agencys_alone(town: Town) -> None:
    bundle = filed(town)
    queues = {who: {item["id"] for item in town.ok(who, "GET", "/queue")["items"]} for who in (ANONG, SUDA)}
    assert queues == {ANONG: {case(town, bundle, FOOD), case(town, bundle, SIGN)}, SUDA: {case(town, bundle, ALCOHOL)}}
    assert town.call(SUDA, "GET", f"/applications/{case(town, bundle, FOOD)}").status == 404
    assert town.call(ANONG, "GET", f"/applications/{case(town, bundle, SHOP)}").status == 404, "a draft is nobody's yet"


def test_one_agency_returning_its_member_stops_only_its_clock(town: Town) -> None:
    bundle = filed(town)
    body = {"items": [{"document": "sign_photo", "th": "ไม่ชัด", "en": "Unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case(town, bundle, SIGN)}/deficiencies", json=body)
    clocks = run(town, bundle)["clocks"]
    assert {code: clocks[code]["state"] for code in (FOOD, SIGN, ALCOHOL)} == {
        FOOD: "running",
        SIGN: "paused",
        ALCOHOL: "running",
    }


def test_a_waiting_member_cannot_be_filed_by_hand_and_a_filed_answer_is_closed(town: Town) -> None:
    bundle = filed(town)
    refused = town.call(MALEE, "POST", f"/applications/{case(town, bundle, SHOP)}/submit")
    assert (refused.status, refused.json["type"].rpartition("/")[2]) == (409, "wrong-state")
    etag = {"If-Match": town.call(MALEE, "GET", f"/bundles/{bundle}").headers["etag"]}
    patch = {"answers": {"establishment": {"name_th": "ชื่อใหม่"}}}
    refused = town.call(MALEE, "PATCH", f"/bundles/{bundle}/answers", json=patch, headers=etag)
    assert (refused.status, pointers(refused)) == (422, ["/answers/establishment/name_th"])


def test_submitting_again_files_nothing_twice(town: Town) -> None:
    bundle = ready(town)
    key = {"Idempotency-Key": "file-once"}
    first = town.ok(MALEE, "POST", f"/bundles/{bundle}/submit", headers=key)
    assert town.ok(MALEE, "POST", f"/bundles/{bundle}/submit", headers=key) == first
    assert town.call(MALEE, "POST", f"/bundles/{bundle}/submit").status == 409
    assert types(town, case(town, bundle, FOOD)).count("application.submitted") == 1


def test_the_whole_ones_go_and_the_others_say_what_they_lack(town: Town) -> None:
    bundle = begin(staffed(town))
    refused = town.call(MALEE, "POST", f"/bundles/{bundle}/submit")
    assert refused.status == 422
    assert {pointer.split("/")[2] for pointer in pointers(refused)} == {FOOD, SIGN, ALCOHOL}
    town.ok(MALEE, "POST", f"/bundles/{bundle}/prefill")
    town.send(case(town, bundle, FOOD), "site_map")
    filed_ = town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    shown = {member["code"]: member for member in filed_["members"]}
    assert (shown[FOOD]["stand"], shown[SIGN]["stand"], shown[ALCOHOL]["stand"]) == ("running", "ready", "ready")
    assert [each["pointer"] for each in shown[ALCOHOL]["missing"]] == ["/answers/establishment/kind"]
    patched(town, bundle, members={ALCOHOL: {"establishment": {"kind": "restaurant"}}})
    later = town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    assert {member["code"]: member["stand"] for member in later["members"]}[ALCOHOL] == "running"


def test_shared_answers_must_be_whole_before_anything_is_filed(town: Town) -> None:
    bundle = ready(town)
    patched(town, bundle, answers={"sells_alcohol": None, "alcohol_litres": None, "vat_registered": None})
    refused = town.call(MALEE, "POST", f"/bundles/{bundle}/submit")
    assert (refused.status, pointers(refused)) == (422, ["/answers/sells_alcohol"])


def test_a_refusal_holds_back_what_waits_and_it_goes_on_when_begun_anew(town: Town) -> None:
    bundle = filed(town)
    first = case(town, bundle, FOOD)
    refuse(town, first)
    town.run_queue()
    shop = members(town, bundle)[SHOP]
    assert (shop["stand"], shop["held"], shop["held_by"]) == ("held", "refused", FOOD)
    assert types(town, shop["case"]).count("bundle.held_back") == 1
    assert any("was refused or withdrawn" in body for body in town.neighbours.bodies(MALEE))
    assert town.call(MALEE, "POST", f"/bundles/{bundle}/members/{SIGN}").status == 409
    town.ok(MALEE, "POST", f"/bundles/{bundle}/members/{FOOD}")
    there = members(town, bundle)
    assert (there[FOOD]["stand"], there[SHOP]["stand"], there[SHOP]["held"]) == ("ready", "waits", None)
    assert there[FOOD]["case"] != first
    town.ok(MALEE, "POST", f"/applications/{there[FOOD]['case']}/prefill")
    town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    licensed(town, bundle, FOOD)
    assert members(town, bundle)[SHOP]["stand"] == "running"


def test_withdrawing_one_tells_those_that_wait_for_it(town: Town) -> None:
    bundle = filed(town)
    town.ok(MALEE, "POST", f"/applications/{case(town, bundle, FOOD)}/withdraw")
    town.run_queue()
    shop = members(town, bundle)[SHOP]
    assert (shop["stand"], shop["held"], members(town, bundle)[SIGN]["stand"]) == ("held", "withdrawn", "running")
    town.ok(MALEE, "POST", f"/applications/{shop['case']}/withdraw")
    assert members(town, bundle)[SHOP]["stand"] == "ended"


def test_withdrawing_the_whole_ends_every_member_and_leaves_licences(town: Town) -> None:
    bundle = filed(town)
    licensed(town, bundle, SIGN)
    town.ok(MALEE, "POST", f"/bundles/{bundle}/withdraw")
    town.run_queue()
    ended = dict.fromkeys((FOOD, SHOP, ALCOHOL), "ended")
    assert stands(town, bundle) == {**ended, SIGN: "licensed", SMALL_FOOD: "not_needed"}
    assert town.call(MALEE, "POST", f"/bundles/{bundle}/withdraw").status == 409
    assert town.call(MALEE, "POST", f"/bundles/{bundle}/payments").status == 409
    history = [event.type for event in town.journal.history(f"BUNDLE#{bundle}")]
    assert history[-1] == "biz.bundle.withdrawn"


def test_what_is_incomplete_when_its_turn_comes_is_left_to_its_owner(town: Town) -> None:
    bundle = filed(town)
    patched(town, bundle, members={SHOP: {"business": {"capital_baht": None}}})
    licensed(town, bundle, FOOD)
    shop = members(town, bundle)[SHOP]
    assert (shop["stand"], shop["held"]) == ("ready", "incomplete")
    assert any("something is missing" in body for body in town.neighbours.bodies(MALEE))
    patched(town, bundle, members={SHOP: {"business": {"capital_baht": 5000}}})
    shown = town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")["members"]
    assert next(each for each in shown if each["code"] == SHOP)["held"] is None
    assert members(town, bundle)[SHOP]["stand"] == "running"


@pytest.mark.parametrize("twice", [False, True])
def test_an_event_that_comes_late_or_twice_files_once(town: Town, twice: bool) -> None:
    bundle = filed(town)
    approve(town, case(town, bundle, FOOD))
    pay(town, bill(town, bundle))
    kept = list(town.post.sent)
    town.post.sent.clear()
    if twice:
        for queue, body in reversed(kept):
            town.biz.on_event(body) if queue == "biz-events" else None
    town.post.sent[:0] = kept + kept
    town.run_queue()
    shop = case(town, bundle, SHOP)
    assert types(town, shop).count("application.submitted") == 1
    assert members(town, bundle)[SHOP]["stand"] == "running"


def test_a_member_filed_by_itself_before_the_bundle_is_no_trouble(town: Town) -> None:
    bundle = ready(town)
    town.ok(MALEE, "POST", f"/applications/{case(town, bundle, FOOD)}/submit")
    approve(town, case(town, bundle, FOOD))
    assert pay(town, bill(town, bundle)).json == {"status": "booked"}
    town.run_queue()
    assert members(town, bundle)[SHOP]["stand"] == "ready", "nobody said that the others may go"
    town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    shop = town.ok(MALEE, "GET", f"/applications/{case(town, bundle, SHOP)}")
    assert shop["answers"]["business"]["permit_no"] == members(town, bundle)[FOOD]["licence"]


def test_in_a_market_nothing_is_waited_for(town: Town) -> None:
    bundle = filed(town, 1, in_market=True)
    assert stands(town, bundle)[SHOP] == "running"
    assert run(town, bundle)["quote"]["by_payee"] == {MUNICIPALITY: 5000}
    assert EXCISE not in run(town, bundle)["quote"]["by_payee"]
