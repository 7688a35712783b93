"""A case about a licence goes over to a newer version only where that costs its holder nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.definitions.model import ServiceDefinition
from tests.biz.samples import text
from tests.biz.town import MALEE, pointers

from .sample import CLERK, SIGN, SignTown, signs

MOVES: dict[str, dict[str, Any]] = {
    "renew": {"width": 4},
    "amend": {"words": "ชา"},
    "cancel": {"reason": "เลิก"},
    "replace": {"loss": "หาย"},
}


def moving(tmp_path: Path, procedure: str, **newer: Any) -> tuple[SignTown, str]:
    """A case about a licence under version 1, when version 2 has come into force."""
    second = signs(version=2, effective_from="2027-10-02", **newer)
    (tmp_path / "second.json").write_text(json.dumps(second), encoding="utf-8")
    town = SignTown(tmp_path)
    no = town.sign()
    town.on("2027-10-01")
    case = town.begin(procedure, no)
    town.patch(case, MOVES[procedure])
    town.file(case)
    town.on("2027-10-04")
    return town, case


def hindrances(town: SignTown, case: str) -> list[str]:
    """Where the reasons point for which the case stays; it is moved when there are none."""
    (item,) = town.ok(CLERK, "POST", f"/services/{SIGN}/migrations?dry_run=false", json={"version": 2})["items"]
    assert item["moved"] == (item["reasons"] == []) == (town.case(case).service_version == 2)
    assert all(each["message_th"] and each["message_en"] for each in item["reasons"])
    return [each["pointer"] for each in item["reasons"]]


@pytest.mark.parametrize("procedure", MOVES)
def test_the_same_procedure_goes_over(tmp_path: Path, procedure: str) -> None:
    town, case = moving(tmp_path, procedure, name=text("ทะเบียนป้ายใหม่", "New registration"))
    assert hindrances(town, case) == []


@pytest.mark.parametrize(("procedure", "hindered"), [("renew", True), ("amend", False), ("replace", False)])
def test_a_shorter_term_hinders_only_what_would_be_shorter(tmp_path: Path, procedure: str, hindered: bool) -> None:
    shorter = {"years": 0, "days": 200, "reminders": [30], "source": "test", "verified": "design"}
    town, case = moving(tmp_path, procedure, credential__validity=shorter)
    assert hindrances(town, case) == (["/credential/validity"] if hindered else [])


def test_a_renewal_that_would_begin_earlier_stays(tmp_path: Path) -> None:
    town, case = moving(tmp_path, "renew", procedures__renew__begins="now")
    assert hindrances(town, case) == ["/procedures/renew/begins"]


def test_a_change_that_is_not_asked_any_more_stays(tmp_path: Path) -> None:
    town, case = moving(
        tmp_path,
        "renew",
        procedures__renew__asks=["/words"],
        tests=[each for each in signs()["tests"] if each["name"] != "renewed"],
    )
    assert hindrances(town, case) == ["/answers/width"]


def test_other_questions_hinder(tmp_path: Path) -> None:
    copied = {**signs()["tests"][-1], "answers": {}}
    tests = [*signs()["tests"][:-1], copied]
    town, case = moving(tmp_path, "replace", procedures__replace__form=..., tests=tests)
    assert "/procedures/replace" in hindrances(town, case)


def test_a_procedure_that_is_not_offered_any_more_stays(tmp_path: Path) -> None:
    town, case = moving(tmp_path, "replace", procedures__replace=..., tests=signs()["tests"][:-1])
    assert hindrances(town, case) == ["/procedures"]


def test_what_is_computed_anew_is_no_change_of_the_applicants(tmp_path: Path) -> None:
    newer = signs()
    newer["form"]["schema"]["properties"]["size"] = {"type": "number"}
    newer["form"]["hints"]["/size"] = {"label": text("พื้นที่", "Size"), "computed": {"*": [{"var": "/width"}, 3]}}
    newer["form"]["steps"][0]["fields"].append("/size")
    ServiceDefinition.model_validate(newer)
    town, case = moving(tmp_path, "amend", form=newer["form"])
    assert hindrances(town, case) == []
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    assert [each["pointer"] for each in view["changes"]] == ["/words"]
    assert view["answers"]["size"] == 6
    town.act(CLERK, case, "approve")
    new = town.licence(town.case(case).licence or "")
    assert (new.service_version, new.answers["size"]) == (2, 6)


def test_moving_a_case_keeps_its_hold_on_the_licence(tmp_path: Path) -> None:
    town, case = moving(tmp_path, "cancel")
    no = town.ok(MALEE, "GET", f"/applications/{case}")["about"]
    assert hindrances(town, case) == []
    assert town.case(case).holds_licence
    answer = town.call(MALEE, "POST", "/applications", json={"procedure": "amend", "licence": no})
    assert answer.status == 409 and pointers(answer)
    town.act(CLERK, case, "accept")
    assert town.licence(no).status == "cancelled"
