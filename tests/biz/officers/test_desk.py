"""Who holds a case: claim, release, assign, hand back; notes; the queue's questions; conflicts of interest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.biz.store import case_key
from tests.biz.town import AGENCY, ANONG, BUNDIT, COMPANY, MALEE, SOMCHAI, THANA, Town

from .conftest import HEAD, INTAKE, OVERSEER

MISSING = {"items": [{"document": "site_map", "th": "แผนที่ไม่ชัด", "en": "The map is unclear."}]}


def held(town: Town, who: str = ANONG) -> str:
    case = town.filed()
    town.ok(who, "POST", f"/applications/{case}/claim")
    return case


def who(town: Town, pid: str) -> str:
    return town.keyring.pseudonym(pid)


def ids(page: Any) -> list[str]:
    return [item["id"] for item in page["items"]]


def enlist(town: Town, pid: str, roles: list[str], agency: str = AGENCY) -> None:
    town.ok(THANA, "POST", "/officers", json={"pid": pid, "agency": agency, "roles": roles, "name": "เจ้าหน้าที่"})


# --- release and assign


def test_whoever_took_a_case_gives_it_back(town: Town) -> None:
    case = held(town)
    assert town.call(INTAKE, "DELETE", f"/applications/{case}/claim").status == 409
    assert town.ok(ANONG, "DELETE", f"/applications/{case}/claim")["claimed"] is False
    assert town.call(ANONG, "DELETE", f"/applications/{case}/claim").status == 409
    assert town.ok(INTAKE, "POST", f"/applications/{case}/claim")["claimed"] is True


def test_the_head_gives_a_case_back_and_to_somebody_else(town: Town) -> None:
    case = held(town)
    town.ok(HEAD, "PUT", f"/applications/{case}/claim", json={"officer": who(town, INTAKE)})
    assert ids(town.ok(INTAKE, "GET", "/queue?show=mine")) == [case]
    assert ids(town.ok(ANONG, "GET", "/queue?show=mine")) == []
    assert town.call(ANONG, "POST", f"/applications/{case}/actions/accept", json={}).status == 409
    town.ok(HEAD, "DELETE", f"/applications/{case}/claim")
    assert town.act(ANONG, case, "accept")["state"] == "inspecting"


def test_only_the_head_assigns(town: Town) -> None:
    case = town.filed()
    for pid in (ANONG, BUNDIT, MALEE, OVERSEER):
        body = {"officer": who(town, ANONG)}
        assert town.call(pid, "PUT", f"/applications/{case}/claim", json=body).status == 403


@pytest.mark.parametrize("pid", [MALEE, OVERSEER, HEAD, THANA])
def test_a_case_is_given_only_to_an_officer_of_the_agency_who_works_on_cases(town: Town, pid: str) -> None:
    case = town.filed()
    answer = town.call(HEAD, "PUT", f"/applications/{case}/claim", json={"officer": who(town, pid)})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/officer")


def test_a_case_is_not_given_out_while_it_waits_for_the_applicant(town: Town) -> None:
    case = town.filed()
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=MISSING)
    body = {"officer": who(town, ANONG)}
    assert town.call(HEAD, "PUT", f"/applications/{case}/claim", json=body).status == 409


def test_the_head_sees_who_works_there(town: Town) -> None:
    enlist(town, SOMCHAI, ["intake"], "TH/LOCAL/TRAT")
    enlist(town, INTAKE, [])
    listed = town.ok(HEAD, "GET", "/officers")["items"]
    assert {item["id"] for item in listed} == {who(town, ANONG), who(town, BUNDIT)}
    assert town.ok(ANONG, "GET", "/officers")["items"] is None


def test_the_head_decides_nothing_by_being_head(town: Town) -> None:
    case = town.filed()
    assert town.ok(HEAD, "GET", f"/applications/{case}")["actions"] == []
    assert town.call(HEAD, "POST", f"/applications/{case}/actions/accept", json={}).status == 403


# --- taken off


def test_what_an_officer_held_goes_back_when_they_are_taken_off(town: Town) -> None:
    cases = [held(town, INTAKE) for _ in range(3)]
    other = held(town, ANONG)
    town.run_queue()
    enlist(town, INTAKE, [])
    sent = list(town.post.sent)
    town.run_queue()
    for _, body in sent:
        town.biz.on_event(body)
    queue = {item["id"]: item["claimed"] for item in town.ok(ANONG, "GET", "/queue")["items"]}
    assert queue == {**dict.fromkeys(cases, False), other: True}


def test_a_change_of_roles_takes_nothing_away_and_a_change_of_agency_does(town: Town) -> None:
    case = held(town, INTAKE)
    enlist(town, INTAKE, ["intake", "inspector"])
    town.run_queue()
    assert ids(town.ok(INTAKE, "GET", "/queue?show=mine")) == [case]
    enlist(town, INTAKE, ["intake"], "TH/LOCAL/TRAT")
    assert town.ok(INTAKE, "GET", "/queue?show=mine")["items"] == []
    town.run_queue()
    assert town.ok(ANONG, "POST", f"/applications/{case}/claim")["claimed"] is True


# --- the queue's questions


def test_the_queue_answers_by_state_by_holder_and_by_lateness(town: Town) -> None:
    first, second, third = town.filed(), town.filed(), town.filed()
    town.act(ANONG, second, "accept")
    town.ok(ANONG, "POST", f"/applications/{third}/deficiencies", json=MISSING)
    town.ok(ANONG, "POST", f"/applications/{first}/claim")
    assert ids(town.ok(ANONG, "GET", "/queue?state=checking")) == [first]
    assert ids(town.ok(ANONG, "GET", "/queue?state=inspecting")) == [second]
    assert ids(town.ok(ANONG, "GET", "/queue?state=returned")) == [third]
    assert ids(town.ok(ANONG, "GET", "/queue?show=mine")) == [first]
    assert ids(town.ok(ANONG, "GET", "/queue?show=overdue")) == []
    town.at = dt.datetime(2026, 12, 26, 5, tzinfo=dt.UTC)
    late = town.ok(ANONG, "GET", "/queue?show=overdue&limit=1")
    rest = town.ok(ANONG, "GET", f"/queue?show=overdue&limit=1&cursor={late['next']}")
    assert {*ids(late), *ids(rest)} == {first, second}


@pytest.mark.parametrize("query", ["show=yours", "state=No", "state=checking&show=mine", "show=mine&x=1"])
def test_a_question_that_makes_no_sense_is_refused(town: Town, query: str) -> None:
    assert town.call(ANONG, "GET", f"/queue?{query}").status == 422


def test_a_case_that_ended_stands_in_no_list(town: Town) -> None:
    case = held(town)
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    for query in ("", "?show=mine", "?state=withdrawn", "?state=checking"):
        assert town.ok(ANONG, "GET", f"/queue{query}")["items"] == []


@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.parametrize("query", ["?state=checking", "?show=mine", "?show=overdue"])
def test_every_question_is_one_query_however_many_cases_there_are(town: Town, query: str, count: int) -> None:
    for _ in range(count):
        held(town)
    town.call(ANONG, "GET", "/queue")
    town.memory.requests.clear()
    town.ok(ANONG, "GET", f"/queue{query}")
    assert town.memory.requests == ["query"]


# --- notes


def test_colleagues_read_notes_and_the_applicant_does_not(town: Town) -> None:
    case = town.filed()
    words = "ผู้ยื่นโทรมาถาม"
    made = town.ok(ANONG, "POST", f"/applications/{case}/notes", json={"text": words})
    town.pass_time(minutes=1)
    town.act(ANONG, case, "accept", comment="Take a torch.")
    notes = town.ok(BUNDIT, "GET", f"/applications/{case}/notes")["items"]
    assert [note["text"] for note in notes] == ["Take a torch.", words]
    assert notes[1]["id"] == made["id"]
    assert notes[1]["by"] == who(town, ANONG)
    assert town.call(MALEE, "GET", f"/applications/{case}/notes").status == 403
    for path in ("", "/timeline", "/letters", "/clock"):
        assert words not in town.call(MALEE, "GET", f"/applications/{case}{path}").text
        assert "torch" not in town.call(MALEE, "GET", f"/applications/{case}{path}").text
    assert words not in str([item.data for item, _ in town.memory._items.values()])


def test_a_note_sent_twice_is_kept_once(town: Town) -> None:
    case = town.filed()
    for _ in range(2):
        town.ok(ANONG, "POST", f"/applications/{case}/notes", json={"text": "x"}, headers={"Idempotency-Key": "n"})
    assert len(town.ok(ANONG, "GET", f"/applications/{case}/notes")["items"]) == 1


def test_notes_about_ones_own_case_or_another_agencys_are_closed(town: Town) -> None:
    own = town.filed(ANONG)
    assert town.call(ANONG, "GET", f"/applications/{own}/notes").status == 403
    assert town.call(ANONG, "POST", f"/applications/{own}/notes", json={"text": "x"}).status == 403
    enlist(town, SOMCHAI, ["intake"], "TH/LOCAL/TRAT")
    assert town.call(SOMCHAI, "GET", f"/applications/{own}/notes").status == 404
    assert town.call(SOMCHAI, "POST", f"/applications/{own}/notes", json={"text": "x"}).status == 404
    assert town.call(BUNDIT, "POST", f"/applications/{own}/notes", json={"text": ""}).status == 422


# --- conflicts of interest


def test_a_director_of_the_company_may_not_act_on_its_case_as_an_officer(town: Town) -> None:
    enlist(town, MALEE, ["intake", "approver"])
    case = town.draft(MALEE, COMPANY)
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    stored = town.biz.store.find_case(case)
    assert who(town, MALEE) in stored.related
    # a colleague on the board who did not file it herself
    town.memory._items[case_key(case)] = _with(town, stored.model_copy(update={"owner": "another"}))
    for method, path, body in (
        ("POST", "claim", None),
        ("POST", "actions/accept", {}),
        ("POST", "notes", {"text": "x"}),
        ("GET", "", None),
        ("GET", "timeline", None),
    ):
        given = {} if body is None else {"json": body}
        assert town.call(MALEE, method, f"/applications/{case}/{path}".rstrip("/"), **given).status == 403
    body = {"officer": who(town, MALEE)}
    assert town.call(HEAD, "PUT", f"/applications/{case}/claim", json=body).status == 403
    assert town.act(ANONG, case, "accept")["state"] == "inspecting"


def _with(town: Town, case: Any) -> Any:
    return town.biz.store.changed_case(case, "agency").item, "test"


# --- cost


@pytest.mark.parametrize(
    ("pid", "method", "path", "body"),
    [
        (ANONG, "DELETE", "claim", None),
        (HEAD, "PUT", "claim", "assign"),
        (ANONG, "POST", "notes", {"text": "x"}),
        (ANONG, "POST", "actions/accept", {"comment": "x"}),
    ],
)
def test_a_command_is_one_read_and_one_transaction(town: Town, pid: str, method: str, path: str, body: Any) -> None:
    case = held(town)
    for officer in (ANONG, HEAD):
        town.call(officer, "GET", "/queue")
    body = {"officer": who(town, INTAKE)} if body == "assign" else body
    town.memory.requests.clear()
    given = {} if body is None else {"json": body}
    town.ok(pid, method, f"/applications/{case}/{path}", headers={"Idempotency-Key": "k"}, **given)
    assert town.memory.requests == ["get_many", "write"]
