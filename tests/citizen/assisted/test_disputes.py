"""This was not me: the visit ends, a supervisor looks into it and answers, and figures count it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.citizen.assisted.counter import DISPUTES, JINTANA, STRANGER, SUPERVISOR, Counter

ME = "/citizen/v1/me"
ANSWER = {"answer": {"th": "ตรวจสอบแล้ว", "en": "We looked into it."}}


def disputes(counter: Counter, token: str, query: str = "") -> list[str]:
    answer = counter.portal.client.get(f"{DISPUTES}{query}", token=token)
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


def test_a_dispute_ends_the_visit_and_waits_for_the_supervisor(counter: Counter) -> None:
    visit = counter.begun()
    token = counter.acting(visit)
    said = counter.person(visit, "dispute", {"words": "ดิฉันไม่ได้ไปที่สำนักงาน"})
    assert said.json["status"] == "disputed"
    assert counter.portal.client.get(ME, token=token).status == 403
    titles = [letter["title"]["en"] for letter in counter.letters()]
    assert sorted(titles) == ["An officer did things in your place", "Your dispute about help at the counter"]
    chief = counter.hire(SUPERVISOR, "assistant-supervisor")
    (line,) = counter.portal.client.get(DISPUTES, token=chief).json["items"]
    assert line["words"] == "ดิฉันไม่ได้ไปที่สำนักงาน" and line["officer_name"] == "จินตนา เอื้อเฟื้อ"
    assert "มาลี" not in str(line), "the person is not named"
    done = counter.portal.client.post(f"{DISPUTES}/{visit}/settle", token=chief, json=ANSWER)
    assert done.status == 200 and disputes(counter, chief) == []
    assert counter.letters()[0]["body"]["en"] == "We looked into it."
    assert counter.portal.client.post(f"{DISPUTES}/{visit}/settle", token=chief, json=ANSWER).status == 409


def test_also_afterwards_but_not_for_ever_and_once(counter: Counter) -> None:
    visit = counter.begun()
    counter.desk(visit, "end")
    counter.portal.now += timedelta(days=89)
    malee = counter.portal.issuers.person("3100600445635")
    assert counter.person(visit, "dispute", {}, token=malee).json["status"] == "disputed"
    assert counter.person(visit, "dispute", {}, token=malee).status == 409
    late = Counter(counter.portal)
    late.malee = malee
    second = late.begun()
    late.desk(second, "end")
    counter.portal.now += timedelta(days=91)
    malee = counter.portal.issuers.person("3100600445635")
    assert counter.person(second, "dispute", {}, token=malee).status == 409


def test_what_never_began_is_refused_and_not_disputed(counter: Counter) -> None:
    visit = counter.open().json["id"]
    assert counter.person(visit, "dispute", {}).status == 409
    assert counter.person(visit, "end").json["status"] == "refused"


@pytest.mark.parametrize("role", ["assistant-supervisor", "operator"])
def test_a_supervisor_sees_their_own_agency_and_an_operator_any(counter: Counter, role: str) -> None:
    visit = counter.begun()
    counter.person(visit, "dispute", {})
    elsewhere = counter.hire(STRANGER, role, agency="TH/LOCAL/OTHER")
    assert disputes(counter, elsewhere) == []
    query = "?agency=TH%2FLOCAL%2FLAEMNGOP"
    answer = counter.portal.client.get(f"{DISPUTES}{query}", token=elsewhere)
    settled = counter.portal.client.post(f"{DISPUTES}/{visit}/settle", token=elsewhere, json=ANSWER)
    if role == "operator":
        assert [item["id"] for item in answer.json["items"]] == [visit] and settled.status == 200
    else:
        assert answer.status == 403 and settled.status == 404


def test_nobody_answers_a_dispute_about_themself(counter: Counter) -> None:
    visit = counter.begun()
    counter.person(visit, "dispute", {})
    chief = counter.hire(JINTANA, "assistant-supervisor")
    assert counter.portal.client.post(f"{DISPUTES}/{visit}/settle", token=chief, json=ANSWER).status == 403
    assert counter.portal.client.get(DISPUTES, token=counter.malee).status == 403


def test_figures_count_visits_and_name_nobody(counter: Counter) -> None:
    counter.person(counter.begun(), "dispute", {})
    counter.person(counter.open().json["id"], "refuse")
    chief = counter.hire(SUPERVISOR, "assistant-supervisor")
    answer = counter.portal.client.get("/citizen/v1/assistance-figures?month=2026-11", token=chief).json
    assert {line["what"]: line["count"] for line in answer["items"]} == {
        "made": 2,
        "open": 1,
        "disputed": 1,
        "refused": 1,
    }
    assert {line["purpose"]["code"] for line in answer["items"]} == {"rights"}
