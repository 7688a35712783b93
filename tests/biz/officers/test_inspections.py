"""Inspections: measured values, photographs that took the way of every file, a place, and more than one visit."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.definitions.lint import problems
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.model import INSPECTION_PHOTO
from tests.biz.documents.files import a_jpeg
from tests.biz.samples import food, text
from tests.biz.town import ANONG, BUNDIT, MALEE, Town, arrival, pointers

PLACE = {"lat": 12.1724, "lon": 102.3953, "accuracy_m": 8.5}
AGAIN = {
    "name": text("ให้ตรวจใหม่", "Inspect again"),
    "from": ["deciding"],
    "to": "inspecting",
    "roles": ["approver"],
    "notice": text("จะตรวจสถานที่อีกครั้ง", "Your premises will be inspected again."),
}


def measured() -> dict[str, Any]:
    definition = copy.deepcopy(food()) | {"version": 97}
    definition["checklist"][1] |= {"value": {"type": "number", "minimum": -40, "maximum": 8}, "photo": True}
    definition["workflow"]["actions"]["again"] = AGAIN
    return definition


MEASURED: str = food()["checklist"][1]["code"]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town whose food licence asks the inspector for a temperature and a photograph, and may send them twice."""
    (tmp_path / "measured.json").write_text(json.dumps(measured()), encoding="utf-8")
    return Town(tmp_path)


def inspecting(town: Town) -> str:
    case = town.filed()
    town.act(ANONG, case, "accept")
    return case


def announced(content: bytes = b"", **changes: Any) -> dict[str, Any]:
    return {
        "file_name": "ตู้เย็น.jpg",
        "media_type": "image/jpeg",
        "size": len(content) or 9,
        "sha256": hashlib.sha256(content).hexdigest(),
        **changes,
    }


def photographed(town: Town, case: str, content: bytes | None = None) -> str:
    content = a_jpeg() if content is None else content
    made = town.ok(ANONG, "PUT", f"/applications/{case}/inspections", json=announced(content))
    town.post_form(made, content)
    town.biz.on_upload(arrival(made["fields"]["key"]))
    return str(made["document"]["id"])


def report(photos: Any, value: Any = 4.5) -> dict[str, Any]:
    findings = [{"code": item["code"], "passed": True} for item in food()["checklist"]]
    findings[1] |= {"value": value, "photos": photos}
    return {"findings": findings, "place": PLACE, "summary": "ดี"}


def test_a_report_holds_the_value_the_photograph_and_the_place(town: Town) -> None:
    case = inspecting(town)
    photo = photographed(town, case)
    town.ok(ANONG, "POST", f"/applications/{case}/inspections", json=report([photo]))
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    (seen,) = view["inspections"]
    assert (seen["place"], seen["findings"][1]["value"], seen["findings"][1]["photos"]) == (PLACE, 4.5, [photo])
    (kept,) = [one for one in view["documents"] if one["code"] == INSPECTION_PHOTO]
    assert (kept["id"], kept["status"], kept["sha256"]) == (photo, "accepted", hashlib.sha256(a_jpeg()).hexdigest())
    assert town.ok(BUNDIT, "GET", f"/applications/{case}/documents/{photo}")["url"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"value": None}, f"/findings/{MEASURED}/value"),
        ({"value": 9}, f"/findings/{MEASURED}/value"),
        ({"value": "4.5"}, f"/findings/{MEASURED}/value"),
        ({"photos": []}, f"/findings/{MEASURED}/photos"),
        ({"photos": ["nothing"]}, f"/findings/{MEASURED}/photos"),
        ({"value": "x" * 2000}, "/findings/1/value"),
    ],
)
def test_a_report_that_lacks_what_the_checklist_asks_is_refused(town: Town, changes: Any, pointer: str) -> None:
    case = inspecting(town)
    photo = photographed(town, case)
    body = report(**{"photos": [photo], **changes})
    answer = town.call(ANONG, "POST", f"/applications/{case}/inspections", json=body)
    assert (answer.status, list(pointers(answer))) == (422, [pointer])
    assert town.ok(MALEE, "GET", f"/applications/{case}")["inspections"] == []


def test_a_value_that_nobody_asked_for_is_refused(town: Town) -> None:
    case = inspecting(town)
    body = report([photographed(town, case)])
    body["findings"][0]["value"] = 1
    answer = town.call(ANONG, "POST", f"/applications/{case}/inspections", json=body)
    assert list(pointers(answer)) == [f"/findings/{food()['checklist'][0]['code']}/value"]


@pytest.mark.parametrize(
    "place", [{}, {"lat": 91, "lon": 0, "accuracy_m": 1}, {"lat": "12", "lon": 0, "accuracy_m": 1}]
)
def test_a_place_is_somewhere_on_earth(town: Town, place: Any) -> None:
    case = inspecting(town)
    body = report([photographed(town, case)]) | {"place": place}
    assert town.call(ANONG, "POST", f"/applications/{case}/inspections", json=body).status == 422


def test_a_photograph_that_is_none_is_refused_and_counts_for_nothing(town: Town) -> None:
    case = inspecting(town)
    photo = photographed(town, case, b"%PDF-1.7 not a picture")
    (kept,) = [one for one in town.ok(ANONG, "GET", f"/applications/{case}")["documents"] if one["id"] == photo]
    assert kept["status"] == "refused"
    answer = town.call(ANONG, "POST", f"/applications/{case}/inspections", json=report([photo]))
    assert list(pointers(answer)) == [f"/findings/{MEASURED}/photos"]


def test_only_an_inspector_of_the_agency_photographs_and_only_when_there_is_something_to_inspect(town: Town) -> None:
    case = town.filed()
    assert town.call(ANONG, "PUT", f"/applications/{case}/inspections", json=announced()).status == 409
    town.act(ANONG, case, "accept")
    for who in (BUNDIT, MALEE):
        assert town.call(who, "PUT", f"/applications/{case}/inspections", json=announced()).status == 403
    for wrong in ({"media_type": "application/pdf"}, {"size": 11 * 1024 * 1024}, {"sha256": "x"}):
        answer = town.call(ANONG, "PUT", f"/applications/{case}/inspections", json=announced(**wrong))
        assert answer.status == 422


def test_an_inspectors_photograph_is_not_offered_as_the_applicants_document(town: Town) -> None:
    case = inspecting(town)
    photo = photographed(town, case)
    held = town.biz.store.held_by(town.keyring.pseudonym(MALEE))
    assert photo not in {one.document for one in held}


def test_there_may_be_several_inspections(town: Town) -> None:
    case = inspecting(town)
    for _ in range(2):
        town.ok(ANONG, "POST", f"/applications/{case}/inspections", json=report([photographed(town, case)]))
        town.pass_time(days=1)
        if town.ok(BUNDIT, "GET", f"/applications/{case}")["state"] == "deciding":
            town.act(BUNDIT, case, "again")
    seen = town.ok(MALEE, "GET", f"/applications/{case}")["inspections"]
    assert len(seen) == 2
    assert seen[0]["at"] < seen[1]["at"]


def test_announcing_a_photograph_is_one_read_and_one_transaction_and_a_repeat_gives_the_same(town: Town) -> None:
    case = inspecting(town)
    town.memory.requests.clear()
    path, given = f"/applications/{case}/inspections", {"json": announced(), "headers": {"Idempotency-Key": "p"}}
    first = town.ok(ANONG, "PUT", path, **given)
    assert town.memory.requests == ["get_many", "write"]
    assert town.ok(ANONG, "PUT", path, **given)["document"]["id"] == first["document"]["id"]


def test_a_checklist_is_examined_like_the_rest(town: Town) -> None:
    assert problems(ServiceDefinition.model_validate(measured())) == []
    wild = measured()
    wild["checklist"][1]["value"] = {"type": "string", "pattern": "(a+)+$", "$ref": "https://elsewhere.example/x"}
    found = problems(ServiceDefinition.model_validate(wild))
    assert any(problem.pointer.startswith("/checklist/1/value") for problem in found)
    twice = measured()
    twice["checklist"][2]["code"] = MEASURED
    found = problems(ServiceDefinition.model_validate(twice))
    assert {"/checklist/1", "/checklist/2"} <= {problem.pointer for problem in found}
