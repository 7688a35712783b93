"""Beginning what is to be done with a licence: by whom, when, with which answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.biz.town import ANONG, COMPANY, FOOD, MALEE, SOMCHAI, pointers

from .sample import CLERK, SIGN, TRAT, SignTown, signs

LAST = "2027-11-24"
"""Last day of a sign registered on 25 November 2026 for a year."""


def kind_of(answer: Any) -> str:
    return str(answer.json["type"].rpartition("/")[2])


def test_a_renewal_begins_as_the_licence_stands(town: SignTown) -> None:
    no = town.sign()
    town.on("2027-10-01")
    made = town.ok(MALEE, "POST", "/applications", json={"procedure": "renew", "licence": no})
    case = town.case(made["id"])
    assert (case.procedure, case.service, case.agency) == ("renew", SIGN, TRAT)
    assert case.answers == {"words": "กาแฟ", "width": 2}
    assert case.base is not None
    assert (case.base.licence, case.base.valid_until.isoformat(), case.base.answers) == (no, LAST, case.answers)
    assert not case.holds_licence


def test_a_form_of_its_own_begins_empty(town: SignTown) -> None:
    case = town.case(town.begin("cancel", town.sign()))
    assert case.answers == {}
    assert case.base is not None and case.base.answers == {"words": "กาแฟ", "width": 2}


def test_the_licence_says_who_applies_and_for_what(town: SignTown) -> None:
    no = town.sign()
    fitting = {"procedure": "amend", "licence": no, "service": SIGN, "applicant": {"kind": "person"}}
    assert town.call(MALEE, "POST", "/applications", json=fitting).status == 201
    other = {**fitting, "service": FOOD, "applicant": {"kind": "juristic", "juristic_id": COMPANY}}
    answer = town.call(MALEE, "POST", "/applications", json=other)
    assert (answer.status, sorted(pointers(answer))) == (
        422,
        ["/applicant/juristic_id", "/applicant/kind", "/service"],
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["/applicant", "/service"]),
        ({"service": SIGN}, ["/applicant"]),
        ({"service": SIGN, "applicant": {"kind": "person"}, "licence": "SB-1"}, ["/licence"]),
        ({"procedure": "renew"}, ["/licence"]),
    ],
)
def test_what_is_missing_is_named(town: SignTown, body: dict[str, Any], expected: list[str]) -> None:
    answer = town.call(MALEE, "POST", "/applications", json=body)
    assert (answer.status, sorted(pointers(answer))) == (422, expected)


@pytest.mark.parametrize("who", [SOMCHAI, ANONG, CLERK])
def test_another_persons_licence_does_not_exist(town: SignTown, who: str) -> None:
    no = town.sign()
    town.on("2027-10-01")
    asked = len(town.neighbours.asked)
    for licence in (no, "SB-2570-AAAA-BBBB-CCCC", "LIC#1#META"):
        answer = town.call(who, "POST", "/applications", json={"procedure": "renew", "licence": licence})
        assert (answer.status, kind_of(answer)) == (404, "not-found")
    assert len(town.neighbours.asked) == asked


def test_any_present_director_may_act_for_the_company_and_nobody_else(town: SignTown) -> None:
    no = town.sign(juristic_id=COMPANY)
    directors = town.neighbours.records[COMPANY]["directors"]
    assert town.call(SOMCHAI, "POST", "/applications", json={"procedure": "amend", "licence": no}).status == 404
    directors[:] = [{"pid": SOMCHAI, "name": "นายสมชาย ใจดี"}]
    case = town.case(town.begin("amend", no, SOMCHAI))
    assert (case.applicant, case.juristic_id, case.owner) == ("juristic", COMPANY, town.keyring.pseudonym(SOMCHAI))
    assert case.related == (town.keyring.pseudonym(SOMCHAI),)
    left = town.call(MALEE, "POST", "/applications", json={"procedure": "amend", "licence": no})
    assert (left.status, kind_of(left)) == (403, "not-allowed")


@pytest.mark.parametrize(
    ("on", "allowed"),
    [("2027-09-24", False), ("2027-09-25", True), (LAST, True), ("2027-12-24", True), ("2027-12-25", False)],
)
def test_a_renewal_has_its_days(town: SignTown, on: str, allowed: bool) -> None:
    no = town.sign()
    town.on(on)
    answer = town.call(MALEE, "POST", "/applications", json={"procedure": "renew", "licence": no})
    assert answer.status == (201 if allowed else 409)
    if not allowed:
        assert "25 September 2027" in answer.text and "24 December 2027" in answer.text


@pytest.mark.parametrize("procedure", ["amend", "cancel", "replace"])
def test_the_others_may_be_had_until_the_last_day(town: SignTown, procedure: str) -> None:
    no = town.sign()
    town.on(LAST)
    town.begin(procedure, no)
    town.on("2027-11-25")
    late = town.call(MALEE, "POST", "/applications", json={"procedure": procedure, "licence": no})
    assert late.status == 409 and "24 November 2027" in late.text


def test_a_suspended_licence_can_only_be_cancelled_and_a_revoked_one_not_at_all(town: SignTown) -> None:
    no = town.sign()
    town.on("2027-10-01")
    why = {"reasons": {"th": "ผิดแบบ", "en": "Not as drawn."}}

    def allowed() -> set[str]:
        return {
            each
            for each in ("renew", "amend", "cancel", "replace")
            if town.call(MALEE, "POST", "/applications", json={"procedure": each, "licence": no}).status == 201
        }

    assert allowed() == {"renew", "amend", "cancel", "replace"}
    town.ok(CLERK, "POST", f"/licences/{no}/suspend", json={**why, "until": "2027-10-10"})
    assert allowed() == {"cancel"}
    town.on("2027-10-11")  # the suspension is over, though no sweep has been yet
    assert allowed() == {"renew", "amend", "cancel", "replace"}
    town.ok(CLERK, "POST", f"/licences/{no}/revoke", json=why)
    assert allowed() == set()


def test_only_what_the_service_offers_today(tmp_path: Path) -> None:
    town = SignTown(tmp_path, definition=signs(procedures__replace=..., tests=[*signs()["tests"][:-1]]))
    answer = town.call(MALEE, "POST", "/applications", json={"procedure": "replace", "licence": town.sign()})
    assert (answer.status, pointers(answer)) == (422, ["/procedure"])


def test_a_draft_is_pinned_to_the_version_of_the_day_and_computed_answers_are_worked_out_anew(tmp_path: Path) -> None:
    first, second = signs(effective_to="2027-05-31"), signs(version=2, effective_from="2027-06-01")
    second["form"]["schema"]["properties"]["size"] = {"type": "number"}
    second["form"]["hints"]["/size"] = {"label": {"th": "พื้นที่", "en": "Size"}, "computed": {"*": [{"var": "/width"}, 3]}}
    second["form"]["steps"][0]["fields"].append("/size")
    (tmp_path / "second.json").write_text(json.dumps(second))
    town = SignTown(tmp_path, definition=first)
    no = town.sign()
    town.on("2027-10-01")
    case = town.case(town.begin("renew", no))
    assert case.service_version == 2
    assert case.answers == {"words": "กาแฟ", "width": 2, "size": 6}
    assert case.base is not None and case.base.answers == case.answers


def test_a_service_that_was_closed_says_so(tmp_path: Path) -> None:
    town = SignTown(tmp_path, definition=signs(effective_to="2027-05-31"))
    no = town.sign()
    town.on("2027-10-01")
    assert town.call(MALEE, "POST", "/applications", json={"procedure": "renew", "licence": no}).status == 409


def test_opening_is_one_read_and_one_transaction(town: SignTown) -> None:
    no = town.sign()
    town.memory.requests.clear()
    town.begin("amend", no)
    assert town.memory.requests == ["get_many", "write"]
    town.memory.requests.clear()
    body = {"procedure": "amend", "licence": no}
    first = town.call(MALEE, "POST", "/applications", json=body, headers={"Idempotency-Key": "count"})
    assert town.memory.requests == ["get_many", "write"]
    again = town.call(MALEE, "POST", "/applications", json=body, headers={"Idempotency-Key": "count"})
    assert again.json == first.json
