"""What applicants may and may not do, and in what words they are told."""

from __future__ import annotations

from typing import Any

import pytest

from .town import ANONG, BUNDIT, COMPANY, DISSOLVED, FOOD, MALEE, SOMCHAI, START, THANA, Town, pointers


def test_prefill_carries_its_source_and_locks(town: Town) -> None:
    case = town.open(juristic_id=COMPANY)
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    assert view["answers"]["operator"] == {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร"}
    source = view["sources"]["/operator/first_name_th"]
    assert source["service"] == "TH/CENTRAL/DOPA/civil/person"
    assert (source["locked"], source["at"]) == (True, START.isoformat().replace("+00:00", "Z"))
    assert source["receipt"].startswith("receipt-")
    # one question per register, besides the one about the director
    assert [service for service, _ in town.neighbours.asked] == [
        "TH/CENTRAL/DBD/juristic/company",
        "TH/CENTRAL/DOPA/civil/person",
        "TH/CENTRAL/DBD/juristic/company",
    ]


def test_a_verified_value_cannot_be_overwritten_but_an_unlocked_one_can(town: Town) -> None:
    case = town.open(juristic_id=COMPANY)
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    path = f"/applications/{case}/answers"
    for patch in ({"operator": {"first_name_th": "มาเล่ห์"}}, {"operator": None}, {"operator": 5}):
        refused = town.call(MALEE, "PATCH", path, json=patch, headers={"If-Match": '"v2"'})
        assert refused.status == 422
        assert "/operator/first_name_th" in pointers(refused)
    town.patch(case, {"premises": {"house_no": "99"}})
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    assert view["answers"]["premises"]["house_no"] == "99"
    assert "/premises/house_no" not in view["sources"]
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    assert town.ok(MALEE, "GET", f"/applications/{case}")["answers"]["premises"]["house_no"] == "99"


def test_only_a_director_applies_for_a_company(town: Town) -> None:
    body = {"service": FOOD, "applicant": {"kind": "juristic", "juristic_id": COMPANY}}
    refused = town.call(SOMCHAI, "POST", "/applications", json=body)
    assert refused.status == 403
    assert "director" in town.call(SOMCHAI, "POST", "/applications", json=body, headers={"Accept-Language": "en"}).text


def test_a_dissolved_company_cannot_file(town: Town) -> None:
    case = town.open(juristic_id=DISSOLVED)
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    answer = town.call(MALEE, "POST", f"/applications/{case}/submit")
    assert "/answers/company/status" in pointers(answer)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"service": FOOD}, 422, "/applicant"),
        ({"service": FOOD, "applicant": {"kind": "alien"}}, 422, "/applicant/kind"),
        ({"service": FOOD, "applicant": {"kind": "juristic"}}, 422, "/applicant/juristic_id"),
        ({"service": FOOD, "applicant": {"kind": "person", "juristic_id": COMPANY}}, 422, "/applicant/juristic_id"),
        (
            {"service": FOOD, "applicant": {"kind": "juristic", "juristic_id": "0105569000017x"}},
            422,
            "/applicant/juristic_id",
        ),
        ({"service": FOOD, "applicant": {"kind": "person"}, "owner": "me"}, 422, "/owner"),
        ({"service": "flying", "applicant": {"kind": "person"}}, 404, None),
        ([], 422, ""),
    ],
)
def test_bad_openings(town: Town, body: Any, status: int, pointer: str | None) -> None:
    answer = town.call(MALEE, "POST", "/applications", json=body)
    assert answer.status == status
    if pointer is not None:
        assert pointer in pointers(answer)
        assert all(error["message_th"] and error["message_en"] for error in answer.json["errors"])


def test_a_weak_login_may_look_but_not_apply(town: Town) -> None:
    weak = town.issuers.person(MALEE, ial="1.1")
    body = {"service": FOOD, "applicant": {"kind": "person"}}
    refused = town.client.post("/biz/v1/applications", token=weak, json=body)
    assert (refused.status, refused.json["type"].rpartition("/")[2]) == (401, "assurance-too-low")
    assert town.client.get("/biz/v1/applications", token=weak).status == 200


def test_another_persons_case_does_not_exist(town: Town) -> None:
    case = town.draft()
    for method, path, given in (
        ("GET", "", {}),
        ("GET", "/timeline", {}),
        ("GET", "/clock", {}),
        ("GET", "/quote", {}),
        ("GET", "/credentials", {}),
        ("GET", "/documents/x", {}),
        ("POST", "/prefill", {}),
        ("POST", "/validate", {}),
        ("POST", "/submit", {}),
        ("POST", "/withdraw", {}),
        ("POST", "/payments", {}),
        ("PATCH", "/answers", {"json": {}, "headers": {"If-Match": '"v1"'}}),
    ):
        for stranger in (SOMCHAI, ANONG):  # not even the agency's officer, while it is a draft
            answer = town.call(stranger, method, f"/applications/{case}{path}", **given)
            assert answer.status == 404, (method, path)
    absent = town.call(SOMCHAI, "GET", f"/applications/{'0' * 32}")
    hidden = town.call(SOMCHAI, "GET", f"/applications/{case}")
    assert {**absent.json, "instance": ""} == {**hidden.json, "instance": ""}


def test_lists_hold_only_ones_own(town: Town) -> None:
    mine = [town.open() for _ in range(3)]
    town.open(SOMCHAI)
    first = town.ok(MALEE, "GET", "/applications?limit=2")
    rest = town.ok(MALEE, "GET", f"/applications?limit=2&cursor={first['next']}")
    # newest first by id; two of one millisecond have no order between them that was promised
    assert [card["id"] for card in first["items"] + rest["items"]] == sorted(mine, reverse=True)
    assert town.call(SOMCHAI, "GET", f"/applications?cursor={first['next']}").status == 400


def test_if_match_is_heeded(town: Town) -> None:
    case = town.open()
    path = f"/applications/{case}/answers"
    assert town.call(MALEE, "PATCH", path, json={}).status == 428
    assert town.call(MALEE, "PATCH", path, json={}, headers={"If-Match": "v1"}).status == 400
    assert town.call(MALEE, "PATCH", path, json={"declaration": True}, headers={"If-Match": '"v1"'}).status == 200
    stale = town.call(MALEE, "PATCH", path, json={}, headers={"If-Match": '"v1"'})
    assert (stale.status, stale.json["type"].rpartition("/")[2]) == (412, "stale")


def test_answers_are_a_merge_patch_of_bounded_size(town: Town) -> None:
    case = town.open()
    town.patch(case, {"contact": {"phone": "0800000001", "email": "a@example.com"}})
    town.patch(case, {"contact": {"email": None, "by_agent": False}})
    assert town.ok(MALEE, "GET", f"/applications/{case}")["answers"] == {
        "contact": {"phone": "0800000001", "by_agent": False}
    }
    path = f"/applications/{case}/answers"
    big = town.call(MALEE, "PATCH", path, json={"x": "ก" * 30000}, headers={"If-Match": '"v3"'})
    assert big.status == 422
    assert town.call(MALEE, "PATCH", path, json=[1], headers={"If-Match": '"v3"'}).status == 422
    assert town.call(MALEE, "PATCH", path, body=b"{", headers={"If-Match": '"v3"'}).status == 400
    assert town.call(MALEE, "PATCH", path, body=b"x" * 300_000, headers={"If-Match": '"v3"'}).status == 413


def test_an_empty_draft_is_told_everything_that_is_missing(town: Town) -> None:
    case = town.open()
    told = town.ok(MALEE, "POST", f"/applications/{case}/validate")
    assert told["complete"] is False
    found = {error["pointer"] for error in told["errors"]}
    assert {"/answers/operator", "/answers/declaration", "/documents/site_map"} <= found
    assert town.call(MALEE, "POST", f"/applications/{case}/submit").status == 422
    assert town.ok(MALEE, "GET", f"/applications/{case}")["state"] == "draft"


def test_a_repeated_key_is_answered_alike_and_done_once(town: Town) -> None:
    body = {"service": FOOD, "applicant": {"kind": "person"}}
    key = {"Idempotency-Key": "open-1"}
    first = town.call(MALEE, "POST", "/applications", json=body, headers=key)
    again = town.call(MALEE, "POST", "/applications", json=body, headers=key)
    assert (again.status, again.json) == (201, first.json)
    assert again.headers["idempotent-replayed"] == "true"
    other = town.call(MALEE, "POST", "/applications", json={**body, "service": "x"}, headers=key)
    assert other.status in (404, 422)
    assert len(town.ok(MALEE, "GET", "/applications")["items"]) == 1
    assert town.call(SOMCHAI, "POST", "/applications", json=body, headers=key).json["id"] != first.json["id"]


def test_what_was_filed_is_out_of_the_applicants_hands(town: Town) -> None:
    case = town.filed()
    etag = town.call(MALEE, "GET", f"/applications/{case}").headers["etag"]
    changed = town.call(MALEE, "PATCH", f"/applications/{case}/answers", json={}, headers={"If-Match": etag})
    assert changed.status == 409
    assert town.call(MALEE, "POST", f"/applications/{case}/prefill").status == 409
    assert town.call(MALEE, "POST", f"/applications/{case}/submit").status == 409


def test_withdrawing_ends_the_case_and_its_clock(town: Town) -> None:
    case = town.filed()
    assert town.ok(MALEE, "POST", f"/applications/{case}/withdraw")["turn"] == "nobody"
    assert town.ok(MALEE, "GET", f"/applications/{case}/clock")["clock"]["state"] == "stopped"
    assert town.ok(ANONG, "GET", "/queue")["items"] == []
    assert town.call(MALEE, "POST", f"/applications/{case}/withdraw").status == 409


def test_a_draft_can_be_thrown_away_before_any_clock_ran(town: Town) -> None:
    case = town.open()
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    assert town.ok(MALEE, "GET", f"/applications/{case}/clock")["clock"]["state"] == "not_started"


def test_filing_at_night_counts_from_the_next_office_time(town: Town) -> None:
    case = town.draft()
    town.pass_time(hours=13)  # 23:00 on Wednesday
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    clock = town.ok(MALEE, "GET", f"/applications/{case}/clock")
    assert clock["legal_received_at"].startswith("2026-11-26T08:30:00")
    assert clock["receipt_rule"] == "e-act-2565.s10"
    assert clock["clock"]["due"] == "2026-12-26"
    # an officer at work the same night may return it; the clock does not run backwards
    body = {"items": [{"document": "site_map", "th": "ไม่ชัด", "en": "Unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=body)


def test_no_login_no_case(town: Town) -> None:
    assert town.call(None, "GET", "/applications").status == 401
    assert town.call(THANA, "GET", "/queue").status == 403
    assert town.call(MALEE, "GET", "/queue").status == 403


def test_nothing_stored_names_a_person_in_the_clear(town: Town) -> None:
    town.licensed()
    town.run_queue()
    stored = str(list(town.memory._items.items()))
    for secret in (MALEE, ANONG, "มาลี", "ศรีสมุทร", "0800000001", "a secret of the sample bank"):
        assert secret not in stored


def test_a_command_that_there_is_not_is_not_found(town: Town) -> None:
    case = town.filed()
    assert town.call(MALEE, "POST", f"/applications/{case}/approve").status == 404
    assert town.call(BUNDIT, "POST", "/licences/X-1/lose", json={"reasons": {"th": "ก", "en": "a"}}).status == 404
    assert town.call(None, "POST", f"/applications/{case}/approve").status == 401
