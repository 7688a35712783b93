"""An agency's own figures: what is open, late and in whose hands, and how long decisions took."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.biz.officers import figures
from chalicelib.biz.officers.figures import summed
from chalicelib.biz.officers.rules import Decided
from tests.biz.town import ANONG, BUNDIT, FOOD, MALEE, SOMCHAI, THANA, Town

from .conftest import HEAD, OVERSEER

WHY = {"th": "ไม่ผ่าน", "en": "It did not pass."}
MISSING = {"items": [{"document": "site_map", "th": "ไม่ชัด", "en": "Unclear."}]}


def told(town: Town, who: str = HEAD, month: str = "") -> Any:
    return town.ok(who, "GET", f"/officers{'?month=' + month if month else ''}")


def row(days: int, outcome: str = "approval", *, late: bool = False) -> Decided:
    return Decided.model_validate({
        "id": "x", "at": dt.datetime(2026, 11, 25, tzinfo=dt.UTC), "service": FOOD, "outcome": outcome,
        "working_days": days, "late": late,
    })  # fmt: skip


def test_open_work_is_counted_by_state_by_holder_and_by_lateness(town: Town) -> None:
    first, second, third = town.filed(), town.filed(), town.filed()
    town.open()
    town.act(ANONG, second, "accept")
    town.ok(ANONG, "POST", f"/applications/{second}/claim")
    town.ok(ANONG, "POST", f"/applications/{third}/deficiencies", json=MISSING)
    seen = told(town)
    assert seen["open"] == 3
    assert {line["state"]: line["cases"] for line in seen["by_state"]} == {
        "checking": 1, "inspecting": 1, "returned": 1,
    }  # fmt: skip
    assert (seen["unclaimed"], seen["overdue"], seen["complete"]) == (1, 0, True)
    assert seen["by_officer"] == [{"officer": town.keyring.pseudonym(ANONG), "cases": 1}]
    town.at = dt.datetime(2026, 12, 26, 5, tzinfo=dt.UTC)
    assert told(town)["overdue"] == 2
    town.ok(MALEE, "POST", f"/applications/{first}/withdraw")
    assert told(town)["open"] == 2


def test_only_the_head_sees_who_holds_how_much(town: Town) -> None:
    case = town.filed()
    town.ok(ANONG, "POST", f"/applications/{case}/claim")
    assert told(town, ANONG)["by_officer"] is None
    assert town.keyring.pseudonym(ANONG) not in str(told(town, BUNDIT))
    for who in (MALEE, OVERSEER, THANA):
        assert town.call(who, "GET", "/officers").status == 403


def test_decisions_are_counted_in_their_month_with_the_working_days_they_took(town: Town) -> None:
    for action, days in (("approve", 1), ("refuse", 6)):
        case = town.filed()
        town.inspected(case)
        town.pass_time(days=days)
        town.act(BUNDIT, case, action, **({"reasons": WHY} if action == "refuse" else {}))
    november, december = told(town, month="2026-11"), told(town)
    assert (november["approved"], november["refused"], november["median_working_days"]) == (1, 0, 1.0)
    # Thursday 26 November to Wednesday 2 December: four working days
    assert (december["approved"], december["refused"], december["median_working_days"]) == (0, 1, 4.0)
    assert (december["month"], december["decided_late"]) == ("2026-12", 0)


def test_a_late_decision_counts_as_late(town: Town) -> None:
    case = town.filed()
    town.inspected(case)
    town.at = dt.datetime(2026, 12, 28, 5, tzinfo=dt.UTC)
    town.act(BUNDIT, case, "refuse", reasons=WHY)
    assert told(town)["decided_late"] == 1


def test_own_omissions_and_missing_reasons_are_counted_with_the_decision(town: Town) -> None:
    case = town.filed()
    for omission in ({}, {"officer_omission": "I overlooked a page."}):
        town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json={**MISSING, **omission})
        town.pass_time(days=1)
        town.send(case, "site_map")
        town.ok(MALEE, "POST", f"/applications/{case}/submit")
    town.inspected(case)
    town.at = dt.datetime(2027, 1, 15, 5, tzinfo=dt.UTC)
    town.biz.sweep(town.at)
    town.act(BUNDIT, case, "refuse", reasons=WHY)
    seen = told(town)
    assert (seen["own_omissions"], seen["reasons_missed"], seen["decided_late"]) == (1, 2, 1)


def test_other_agencies_are_not_counted(town: Town) -> None:
    town.filed()
    body = {"pid": SOMCHAI, "agency": "TH/LOCAL/TRAT", "roles": ["head"], "name": "สมชาย"}
    town.ok(THANA, "POST", "/officers", json=body)
    seen = told(town, SOMCHAI)
    assert (seen["open"], seen["by_state"], seen["approved"], seen["median_working_days"]) == (0, [], 0, None)


@pytest.mark.parametrize(
    ("days", "median"), [([3], 3.0), ([1, 9], 5.0), ([1, 2, 30], 2.0), ([], None), ([0, 0, 1, 2], 0.5)]
)
def test_the_median_is_the_middle(days: list[int], median: float | None) -> None:
    assert summed([row(each) for each in days]).median_working_days == median


def test_outcomes_are_told_apart() -> None:
    made = summed([row(1), row(2, "refusal", late=True), row(3, "refusal")])
    assert (made.approved, made.refused, made.late, made.complete) == (1, 2, 1, True)


def test_more_than_can_be_counted_is_said_to_be_incomplete() -> None:
    made = summed([row(1)] * (figures.MOST_COUNTED + 1))
    assert (made.approved, made.complete) == (figures.MOST_COUNTED, False)


def test_counting_opens_no_sealed_case(town: Town) -> None:
    for _ in range(3):
        town.filed()
    town.call(ANONG, "GET", "/queue")
    town.memory.requests.clear()
    assert told(town, ANONG)["open"] == 3
    assert town.memory.requests == ["query", "query"]
