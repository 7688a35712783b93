"""Deemed approval: only where the definition says so, and where the state holds a document nobody asks for a copy."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.definitions.lint import problems
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.laws import load
from chalicelib.biz.manual.content import manual
from tests.biz.samples import food, said, text
from tests.biz.town import ANONG, BUNDIT, MALEE, THANA, Town

from .conftest import OVERSEER

DAY_AFTER = dt.datetime(2026, 12, 26, 5, tzinfo=dt.UTC)
"""The day after the due day of a case filed on the town's first day."""
DEEM = {
    "name": text("ถือว่าอนุญาต", "Deemed approved"),
    "from": ["checking", "inspecting", "deciding"],
    "to": "payment",
    "roles": ["system"],
    "clock": "stop",
    "effects": ["fee"],
    "notice": text("ถือว่าอนุญาตตามกฎหมาย", "Your application counts as approved by law."),
}


def deeming(**changes: Any) -> dict[str, Any]:
    definition = copy.deepcopy(food()) | {"version": 98}
    definition["workflow"]["actions"]["deem"] = DEEM | changes
    definition["deemed_approval"] = {**said(), "action": "deem", "text": text("ครบกำหนดถือว่าอนุญาต", "Silence approves.")}
    return definition


@pytest.fixture
def silent(tmp_path: Path) -> Town:
    """A town whose food licence counts as approved when the term ends."""
    (tmp_path / "deem.json").write_text(json.dumps(deeming()), encoding="utf-8")
    town = Town(tmp_path)
    body = {"pid": OVERSEER, "agency": "TH/CENTRAL/OPDC", "roles": ["oversight"], "name": "ก.พ.ร."}
    town.ok(THANA, "POST", "/officers", json=body)
    return town


def test_silence_approves_where_the_definition_says_so(silent: Town) -> None:
    case = silent.filed()
    silent.act(ANONG, case, "accept")
    silent.at = DAY_AFTER - dt.timedelta(days=1)
    silent.biz.sweep(silent.at)
    assert silent.ok(MALEE, "GET", f"/applications/{case}")["state"] == "inspecting"
    silent.at = DAY_AFTER
    silent.biz.sweep(silent.at)
    silent.biz.sweep(silent.at)
    view = silent.ok(MALEE, "GET", f"/applications/{case}")
    assert (view["state"], view["quote"]["total_baht"]) == ("payment", "200.00")
    silent.run_queue()
    assert "Your application counts as approved by law." in silent.neighbours.bodies(MALEE)
    (letter,) = silent.ok(MALEE, "GET", f"/applications/{case}/letters")["items"]
    assert letter["kind"] == "approval"
    (told,) = silent.ok(OVERSEER, "GET", "/oversight")["items"]
    assert (told["kind"], told["case"], told["due"]) == ("deemed_approval", case, "2026-12-25")
    assert silent.pay(case).json == {"status": "booked"}
    assert silent.ok(MALEE, "GET", f"/applications/{case}")["licence"]


def test_a_case_that_was_decided_in_time_is_left_alone(silent: Town) -> None:
    case = silent.filed()
    silent.inspected(case)
    silent.act(BUNDIT, case, "refuse", reasons={"th": "ไม่ผ่าน", "en": "It did not pass."})
    silent.at = DAY_AFTER
    silent.biz.sweep(silent.at)
    assert silent.ok(MALEE, "GET", f"/applications/{case}")["state"] == "refused"


def test_silence_approves_nothing_while_the_applicant_mends_a_list(silent: Town) -> None:
    case = silent.filed()
    missing = {"items": [{"document": "site_map", "th": "แผนที่ไม่ชัด", "en": "The map is unclear."}]}
    silent.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    silent.at = DAY_AFTER
    silent.biz.sweep(silent.at)
    assert silent.ok(MALEE, "GET", f"/applications/{case}")["state"] == "returned"


def test_silence_approves_nothing_where_the_definition_does_not_say_so(town: Town) -> None:
    case = town.filed()
    town.at = DAY_AFTER
    town.biz.sweep(town.at)
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (view["state"], view["overdue"]) == ("checking", True)


def test_no_officer_can_deem(silent: Town) -> None:
    case = silent.filed()
    assert silent.call(ANONG, "POST", f"/applications/{case}/actions/deem", json={}).status == 403


def test_the_manual_says_that_silence_approves() -> None:
    definition = ServiceDefinition.model_validate(deeming())
    made = manual(definition, load()["lfa-2558"])
    assert made.facts[-1].text.en == "Silence approves."
    plain = ServiceDefinition.model_validate(food())
    assert made.steps == manual(plain, load()["lfa-2558"]).steps


def test_a_definition_with_a_sound_deemed_approval_is_publishable() -> None:
    assert problems(ServiceDefinition.model_validate(deeming())) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": ["approver"]},
        {"clock": "none"},
        {"effects": []},
        {"from": ["checking", "deciding"]},
        {"notice": None},
    ],
)
def test_a_deemed_approval_that_cannot_work_is_refused(changes: dict[str, Any]) -> None:
    found = problems(ServiceDefinition.model_validate(deeming(**changes)))
    assert "/workflow/actions/deem" in {problem.pointer for problem in found}


def test_a_deemed_approval_by_an_action_that_is_not_there_is_refused() -> None:
    definition = deeming()
    del definition["workflow"]["actions"]["deem"]
    found = problems(ServiceDefinition.model_validate(definition))
    assert "/deemed_approval/action" in {problem.pointer for problem in found}


def test_a_system_action_without_a_deemed_approval_is_refused() -> None:
    definition = deeming()
    del definition["deemed_approval"]
    found = problems(ServiceDefinition.model_validate(definition))
    assert "/workflow/actions/deem" in {problem.pointer for problem in found}


@pytest.mark.parametrize(("mode", "fine"), [("exchange", True), ("upload", False), ("present", False)])
def test_nobody_is_asked_for_a_copy_of_what_the_state_holds(mode: str, fine: bool) -> None:
    definition = copy.deepcopy(food())
    rule = definition["documents"][0]
    assert rule["mode"] == "exchange"
    rule |= {"held_by": "TH/CENTRAL/DOPA/civil/person", "mode": mode}
    if mode == "upload":
        rule["types"] = ["application/pdf"]
    found = problems(ServiceDefinition.model_validate(definition))
    told = [problem for problem in found if problem.pointer == "/documents/0/mode"]
    assert (not told) is fine
    assert fine or "e-act-2565.s12" in told[0].en


def test_a_holder_is_a_service_of_the_exchange() -> None:
    definition = copy.deepcopy(food())
    definition["documents"][0]["held_by"] = "TH/CENTRAL/DOPA"
    found = problems(ServiceDefinition.model_validate(definition))
    assert "/documents/0/held_by" in {problem.pointer for problem in found}
