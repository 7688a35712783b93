"""A run before it is filed: which licences it needs, answered and sent once, and nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest

from ..town import COMPANY, MALEE, SOMCHAI, Town, pointers
from .restaurant import (
    ALCOHOL,
    BUNDLE,
    FOOD,
    SHOP,
    SIGN,
    SMALL_FOOD,
    answers,
    begin,
    case,
    fill,
    members,
    own,
    patched,
    ready,
    run,
    staffed,
    stands,
)


@pytest.mark.parametrize(
    ("number", "changes", "needed"),
    [
        (0, {}, {FOOD, SHOP, SIGN, ALCOHOL}),
        (1, {}, {SMALL_FOOD, SHOP}),
        (1, {"area_m2": 200}, {SMALL_FOOD, SHOP}),
        (1, {"area_m2": 200.5}, {FOOD, SHOP}),
        (1, {"in_market": True}, {SHOP}),
        (1, {"in_market": True, "registered": True}, set()),
    ],
)
def test_what_is_needed_follows_from_the_answers(
    town: Town, number: int, changes: dict[str, Any], needed: set[str]
) -> None:
    bundle = begin(town, number, **changes)
    assert {code for code, stand in stands(town, bundle).items() if stand != "not_needed"} == needed
    assert {code for code, member in members(town, bundle).items() if member["case"]} == needed


def test_without_answers_nothing_is_opened_yet(town: Town) -> None:
    made = town.ok(MALEE, "POST", "/bundles", json={"bundle": BUNDLE, "applicant": {"kind": "person"}})
    assert [member["case"] for member in made["members"]] == [None] * 5
    patched(town, made["id"], answers={"registered": False})
    assert {code for code, member in members(town, made["id"]).items() if member["case"]} == {SHOP}


def test_an_answer_goes_to_every_member_that_asks_it_and_nothing_else_is_touched(town: Town) -> None:
    bundle = begin(town)
    town.patch(case(town, bundle, SHOP), {"establishment": {"name_en": "Her own word"}})
    patched(town, bundle, answers={"premises": {"road": "ชายทะเล", "moo": None}})
    for code in (FOOD, SHOP, SIGN, ALCOHOL):
        held = town.ok(MALEE, "GET", f"/applications/{case(town, bundle, code)}")["answers"]
        assert (held["premises"]["road"], "moo" in held["premises"]) == ("ชายทะเล", False)
        assert held["establishment"]["name_en"] == ("Her own word" if code == SHOP else "Khrua Klang Laem Ngop")
        assert held["declaration"] is True


def test_a_member_that_is_needed_no_more_keeps_its_draft_and_comes_back(town: Town) -> None:
    bundle = begin(town)
    first = case(town, bundle, SIGN)
    patched(town, bundle, answers={"has_signboard": False})
    assert (members(town, bundle)[SIGN]["stand"], case(town, bundle, SIGN)) == ("not_needed", first)
    patched(town, bundle, answers={"has_signboard": True, "establishment": {"name_th": "ครัวใหม่"}})
    assert (members(town, bundle)[SIGN]["stand"], case(town, bundle, SIGN)) == ("ready", first)
    assert town.ok(MALEE, "GET", f"/applications/{first}")["answers"]["establishment"]["name_th"] == "ครัวใหม่"


def test_who_waits_follows_the_answers(town: Town) -> None:
    bundle = begin(town)
    assert members(town, bundle)[SHOP]["waits_for"] == [FOOD]
    patched(town, bundle, answers={"area_m2": 100})
    assert members(town, bundle)[SHOP]["waits_for"] == [SMALL_FOOD]
    patched(town, bundle, answers={"in_market": True})
    assert (members(town, bundle)[SHOP]["stand"], members(town, bundle)[SHOP]["waits_for"]) == ("ready", [])


def test_one_request_fills_the_shared_form_and_what_members_ask_beside_it(town: Town) -> None:
    bundle = begin(town)
    patched(town, bundle, answers={"establishment": {"seats": 12}}, members=own())
    held = town.ok(MALEE, "GET", f"/applications/{case(town, bundle, SIGN)}")["answers"]
    assert (held["total_units"], "seats" in held["establishment"]) == (60, False)
    etag = {"If-Match": town.call(MALEE, "GET", f"/bundles/{bundle}").headers["etag"]}
    wrong = {"members": {SIGN: {"total_units": 1}}}
    refused = town.call(MALEE, "PATCH", f"/bundles/{bundle}/answers", json=wrong, headers=etag)
    assert (refused.status, pointers(refused)) == (422, [f"/members/{SIGN}/total_units"])
    wrong = {"members": {"no_such": {}, SMALL_FOOD: {}}}
    refused = town.call(MALEE, "PATCH", f"/bundles/{bundle}/answers", json=wrong, headers=etag)
    assert (refused.status, pointers(refused)) == (422, ["/members/no_such"])


def test_every_member_asks_the_registers_for_itself(town: Town) -> None:
    bundle = begin(town)
    town.ok(MALEE, "POST", f"/bundles/{bundle}/prefill")
    assert sorted({reference for _, reference in town.neighbours.asked}) == sorted(
        member["case"] for member in members(town, bundle).values() if member["case"]
    )
    for code in (FOOD, SHOP, SIGN, ALCOHOL):
        held = town.ok(MALEE, "GET", f"/applications/{case(town, bundle, code)}")
        assert held["answers"]["operator"]["first_name_th"] == "มาลี"
        assert held["sources"]["/operator/first_name_th"]["locked"]


def test_what_is_missing_is_told_by_member_and_what_will_come_by_itself_is_not(town: Town) -> None:
    bundle = ready(town)
    assert not any(member["missing"] for member in members(town, bundle).values())
    patched(town, bundle, answers={"contact": {"by_agent": True, "agent_name": "นางสาวดวงใจ ดีงาม"}})
    told = {
        code: [each["pointer"] for each in m["missing"]] for code, m in members(town, bundle).items() if m["missing"]
    }
    assert told == {code: ["/documents/power_of_attorney"] for code in (FOOD, SHOP, SIGN, ALCOHOL)}
    town.send(case(town, bundle, SIGN), "power_of_attorney")
    assert not any(member["missing"] for member in members(town, bundle).values())


def test_a_document_is_sent_once_and_stands_in_all(town: Town) -> None:
    bundle = ready(town)
    sent = town.ok(MALEE, "GET", f"/applications/{case(town, bundle, FOOD)}")["documents"][0]
    town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    lent = town.ok(MALEE, "GET", f"/applications/{case(town, bundle, ALCOHOL)}")["documents"]
    assert [(each["code"], each["status"], each["sha256"]) for each in lent] == [
        ("site_map", "accepted", sent["sha256"])
    ]
    assert lent[0]["origin"]["document"] == sent["id"]
    path = f"/applications/{case(town, bundle, ALCOHOL)}/documents/{lent[0]['id']}"
    assert town.ok(MALEE, "GET", path)["url"]


def test_the_fees_are_split_by_agency_as_far_as_they_are_known(town: Town) -> None:
    bundle = begin(town)
    before = run(town, bundle)["quote"]
    assert (before["complete"], before["total_baht"]) == (False, "580.00")
    fill(town, bundle)
    after = run(town, bundle)["quote"]
    assert (after["complete"], after["total_baht"]) == (True, "880.00")
    assert after["by_payee"] == {"TH/CENTRAL/EXCISE": 33000, "TH/LOCAL/LAEMNGOP": 55000}


def test_a_company_is_asked_after_its_directors_once(town: Town) -> None:
    body = {
        "bundle": BUNDLE,
        "applicant": {"kind": "juristic", "juristic_id": COMPANY},
        "answers": answers(registered=True),
    }
    made = town.ok(MALEE, "POST", "/bundles", json=body)
    assert [service for service, _ in town.neighbours.asked] == ["TH/CENTRAL/DBD/juristic/company"]
    view = town.biz.store.find_case(next(member["case"] for member in made["members"] if member["case"]))
    assert (view.juristic_id, len(view.related)) == (COMPANY, 1)
    refused = town.call(SOMCHAI, "POST", "/bundles", json=body)
    assert refused.status == 403


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"bundle": "no-such-bundle"}, 404, None),
        ({"applicant": {"kind": "juristic"}}, 422, "/applicant/juristic_id"),
        ({"applicant": {"kind": "person", "juristic_id": COMPANY}}, 422, "/applicant/juristic_id"),
        ({"applicant": {"kind": "ghost"}}, 422, "/applicant/kind"),
        ({"answers": []}, 422, "/answers"),
        ({"answers": {"area_m2": "x" * 70_000}}, 422, ""),
        ({"members": {FOOD: {"a": 1}, "b": {}}}, 422, "/members/b"),
        ({"members": {str(number): {} for number in range(9)}}, 422, "/members"),
    ],
)
def test_a_bad_beginning_says_what_is_wrong(
    town: Town, changes: dict[str, Any], status: int, pointer: str | None
) -> None:
    good = {"bundle": BUNDLE, "applicant": {"kind": "person"}, "answers": answers()}
    before = len(town.memory._items)
    refused = town.call(MALEE, "POST", "/bundles", json={**good, **changes})
    assert refused.status == status, refused.text
    assert pointer is None or pointers(refused)[0] == pointer
    assert len(town.memory._items) == before, "nothing is half written"


def test_another_persons_run_does_not_exist(town: Town) -> None:
    bundle = begin(staffed(town))
    for method, path, given in (
        ("GET", "", {}),
        ("PATCH", "/answers", {"json": {"answers": {}}, "headers": {"If-Match": '"v1"'}}),
        ("POST", "/submit", {}),
        ("POST", "/withdraw", {}),
        ("POST", "/prefill", {}),
        ("POST", "/payments", {}),
        ("GET", "/payments", {}),
        ("POST", f"/members/{FOOD}", {}),
    ):
        assert town.call(SOMCHAI, method, f"/bundles/{bundle}{path}", **given).status == 404, path
    assert town.ok(SOMCHAI, "GET", "/bundles")["items"] == []
    assert [item["id"] for item in town.ok(MALEE, "GET", "/bundles")["items"]] == [bundle]


def test_a_repeat_is_answered_as_before_and_another_version_is_refused(town: Town) -> None:
    body = {"bundle": BUNDLE, "applicant": {"kind": "person"}, "answers": answers()}
    key = {"Idempotency-Key": "begin-once"}
    first = town.call(MALEE, "POST", "/bundles", json=body, headers=key)
    again = town.call(MALEE, "POST", "/bundles", json=body, headers=key)
    assert (first.json, first.headers["etag"]) == (again.json, again.headers["etag"])
    assert len(town.ok(MALEE, "GET", "/applications")["items"]) == 4
    path = f"/bundles/{first.json['id']}/answers"
    stale = town.call(MALEE, "PATCH", path, json={"answers": {}}, headers={"If-Match": '"v9"'})
    assert stale.status == 412


def test_what_names_her_is_sealed_and_no_event_says_it(town: Town) -> None:
    bundle = ready(town)
    town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    for key, (item, _) in town.memory._items.items():
        if key.pk.startswith(("BUNDLE#", "CASE#", "OUT#", "ONCE#")):
            text = str(item.data) + str(item.indexes) + str(key)
            assert MALEE not in text and "มาลี" not in text and "0800000001" not in text, key


def test_bundles_on_offer_are_there_for_everybody(town: Town) -> None:
    offered = town.ok(None, "GET", "/bundle-offers")["items"]
    assert [item["id"] for item in offered] == [BUNDLE]
    whole = town.ok(None, "GET", f"/bundle-offers/{BUNDLE}")
    assert [member["code"] for member in whole["members"]][:3] == [FOOD, SMALL_FOOD, SHOP]
    assert whole["shares"]["/area_m2"] == {FOOD: "/establishment/area_m2", SMALL_FOOD: "/establishment/area_m2"}
    assert town.call(None, "GET", "/bundle-offers/no-such").status == 404


def test_the_guide_points_to_it(town: Town) -> None:
    said = {"where": "laem_ngop", "business": ["food", "alcohol"], "area_m2": 240, "in_market": False}
    guided = town.ok(None, "POST", "/guide", json={"answers": {**said, "has_signboard": True}})
    assert [(each["bundle"], len(each["needed"]) >= 3) for each in guided["bundles"]] == [(BUNDLE, True)]
